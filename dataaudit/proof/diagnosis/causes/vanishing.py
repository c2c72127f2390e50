"""Gradients vanish on their way to the first layers, so these do not learn.

Each sigmoid passes on a quarter of a gradient at most; eight of them a hundred-thousandth. The
signal is the gradient of the first kernel against that of the last, in the first epoch: .08 to .15
in healthy networks, below .0005 behind eight sigmoids (science.md section 3). Weights so large that
the last layer saturates have such gradients as well, so what explodes is asked first. The proof is
a refit with ReLU units, and with batch norm where there are more than two hidden layers.
"""

from __future__ import annotations

from typing import Any

from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.examined import Examined
from dataaudit.proof.diagnosis.setup import Change
from dataaudit.proof.diagnosis.trace import VANISHED

_SHALLOW = 2  # hidden layers that need no batch norm


class Vanishing(Cause):
    """See the file."""

    code, precedence = "T108", 52
    title = "Gradients vanish before they reach the first layers"
    trial = "With ReLU units and batch norm"
    next = "Use `relu` for the hidden layers, `batch_norm: true`, or fewer layers."

    def signal(self, examined: Examined) -> Signal | str:
        """Compare the gradients of the first and the last kernel."""
        ratio = examined.trace.first_to_last
        if ratio is None:
            return "The gradients of two layers were not watched."
        return Signal(
            is_present=ratio < VANISHED,
            strength=VANISHED / max(ratio, VANISHED / 1000),
            evidence={"ratio": ratio},
            sentence=(
                f"In the first epoch the gradient of the first layer is {ratio:.2g} times that of "
                "the last."
            ),
        )

    def remedy(self, examined: Examined) -> Any | None:
        """Use units that pass gradients on."""
        deep = len(examined.setup.hidden or ()) > _SHALLOW
        is_relu = examined.setup.activation == "relu"
        return examined.changed(
            Change(activation="relu", batch_norm=True if deep or is_relu else None, fresh=True)
        )
