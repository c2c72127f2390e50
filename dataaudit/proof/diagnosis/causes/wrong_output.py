"""The last layer or the loss does not fit the labels.

A softmax over one unit always says 1. A ReLU at the end cannot say less than 0, and its loss has no
slope where it is 0. Logits without a sigmoid under a loss that expects probabilities, or a loss for
numbers under classes, learn slowly or not at all. The signal is the combination itself; our own
networks cannot have it. The proof is a refit with the ending and the loss that belong to the
labels.
"""

from __future__ import annotations

from typing import Any

from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.examined import Examined
from dataaudit.proof.diagnosis.setup import Change, Setup

_ENDINGS = {"binary": "sigmoid", "multiclass": "softmax", "regression": "linear"}
_LOSSES = {
    "binary": "binary_crossentropy",
    "multiclass": "sparse_categorical_crossentropy",
    "regression": "mean_squared_error",
}
_OF_NUMBERS = ("mean_squared_error", "mse", "mean_absolute_error", "mae", "huber")


class WrongOutput(Cause):
    """See the file."""

    code, precedence = "T102", 15
    title = "The last layer or the loss does not fit the labels"
    trial = "With the ending and the loss that belong to the labels,"
    next = "End in `sigmoid` and `binary_crossentropy` for two classes, `softmax` for more."

    def signal(self, examined: Examined) -> Signal | str:
        """Hold ending, loss and labels against each other."""
        setup = examined.setup
        if setup.loss is None or setup.kind is None:
            return "The network is built for the labels." if examined.is_table else _UNKNOWN
        wrong = problem(setup)
        return Signal(
            is_present=bool(wrong),
            strength=float(bool(wrong)),
            evidence={"outputs": setup.outputs or 0},
            sentence=wrong,
        )

    def remedy(self, examined: Examined) -> Any | None:
        """Give it the ending and the loss of its labels."""
        kind = examined.setup.kind or ""
        return examined.changed(Change(ending=_ENDINGS[kind], loss=_LOSSES[kind]))


_UNKNOWN = "The labels or the loss were not seen."


def problem(setup: Setup) -> str:
    """Return what does not fit; "" where all does.

    Examples
    --------
    >>> problem(Setup(kind="binary", ending="softmax", outputs=1, loss="binary_crossentropy"))
    'A softmax over one unit is always 1.'
    """
    ending, loss = setup.ending or "linear", setup.loss or ""
    if ending == "softmax" and setup.outputs == 1:
        return "A softmax over one unit is always 1."
    if setup.kind == "regression":
        return _of_numbers(ending, loss)
    if ending == "relu":
        return "The last layer is a ReLU: it has no slope where it says 0."
    if setup.kind == "multiclass" and setup.outputs == 1:
        return "One unit answers for more than two classes."
    if loss in _OF_NUMBERS:
        return f"The loss, {loss}, is one for numbers; the labels are classes."
    if ending == "linear" and not setup.from_logits and "crossentropy" in loss:
        return "The loss expects probabilities; the last layer has no sigmoid or softmax."
    if ending in ("sigmoid", "softmax") and setup.from_logits:
        return f"The loss expects logits; the last layer is a {ending}."
    return ""


def _of_numbers(ending: str, loss: str) -> str:
    """Return what does not fit a target of numbers."""
    if "crossentropy" in loss:
        return f"The loss, {loss}, is one for classes; the target is a number."
    if ending in ("sigmoid", "softmax", "tanh", "relu"):
        return f"The last layer is a {ending}: it cannot reach every number."
    return ""
