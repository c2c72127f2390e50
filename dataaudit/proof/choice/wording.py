"""The choice in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataaudit.proof.metrics import LOWER_IS_BETTER

if TYPE_CHECKING:
    from dataaudit.proof.choice.choosing import Choice

_POINTS = frozenset({"accuracy", "balanced_accuracy"})
_LABELS = {"r2": "R2", "auc": "AUC", "macro_f1": "macro F1", "rmse": "RMSE", "oe": "O/E"}


def sentence(choice: Choice) -> str:
    """Say what was chosen and what it is worth."""
    gain, label = choice.honest.gain, _LABELS.get(choice.metric, choice.metric.replace("_", " "))
    reach = f"95 % interval {_signed(choice, gain.low)} to {_signed(choice, gain.high)}"
    worth = f"{_signed(choice, gain.value)}{_unit(choice)} of {label} ({reach})"
    if choice.metric in LOWER_IS_BETTER:
        worth = f"{label} lower by {_signed(choice, gain.value)} ({reach})"
    if not choice.does_nothing:
        return f"Recommended: `{choice.recommended.name}`, worth {worth} over doing nothing."
    if choice.honest.selected == 0:
        return "Recommended: do nothing. No candidate is clearly better on these rows."
    return (
        f"Recommended: do nothing. The best candidate, `{choice.selected.name}`, is worth {worth}, "
        "which may be none."
    )


def lesson(choice: Choice) -> str:
    """Say what picking the best on the rows that judge it would have reported."""
    tried = len(choice.raced.candidates)
    if tried <= 2:  # noqa: PLR2004 - of one besides doing nothing, none is picked
        return ""
    gain = choice.honest.gain
    return (
        f"Picking the best of {tried} on the same rows would have reported "
        f"{_signed(choice, choice.honest.naive)}; honest: {_signed(choice, gain.value)} "
        f"({_signed(choice, gain.low)} to {_signed(choice, gain.high)})."
    )


def _signed(choice: Choice, value: float) -> str:
    """Write a difference."""
    if choice.metric in _POINTS:
        return f"{100 * value + 0.0:+.1f}"
    return f"{value + 0.0:+.3f}"


def _unit(choice: Choice) -> str:
    return " points" if choice.metric in _POINTS else ""
