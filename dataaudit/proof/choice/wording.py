"""The choice in plain words."""

from __future__ import annotations

from dataaudit.proof.choice.candidates import NOTHING
from dataaudit.proof.choice.honest import Honest
from dataaudit.proof.metrics import LOWER_IS_BETTER
from dataaudit.proof.statistics import Interval
from dataaudit.proof.wording import POINTS, writer

_LABELS = {"r2": "R2", "auc": "AUC", "macro_f1": "macro F1", "rmse": "RMSE", "oe": "O/E"}


def sentence(metric: str, gain: Interval, *, selected: str, does_nothing: bool) -> str:
    """Say what was chosen and what it is worth.

    Parameters
    ----------
    metric
        What the gain is of.
    gain
        Corrected for choosing.
    selected
        What the rule takes.
    does_nothing
        Whether doing nothing is recommended all the same.

    Examples
    --------
    >>> sentence("r2", Interval(0.1, 0.05, 0.2), selected="outliers: clip", does_nothing=False)
    'Recommended: `outliers: clip`, worth +0.100 of R2 (95 % interval +0.050 to +0.200) over ...
    """
    label = _LABELS.get(metric, metric.replace("_", " "))
    low, value, high = map(writer(metric), (gain.low, gain.value, gain.high))
    reach = f"95 % interval {low} to {high}"
    worth = f"{value}{' points' if metric in POINTS else ''} of {label} ({reach})"
    if metric in LOWER_IS_BETTER:
        worth = f"{label} lower by {value} ({reach})"
    if not does_nothing:
        return f"Recommended: `{selected}`, worth {worth} over doing nothing."
    if selected == NOTHING:
        return "Recommended: do nothing. No candidate is clearly better on these rows."
    return (
        f"Recommended: do nothing. The best candidate, `{selected}`, is worth {worth}, which may "
        "be none."
    )


def lesson(metric: str, honest: Honest) -> str:
    """Say what picking the best on the rows that judge it would have reported."""
    tried, gain = len(honest.picked), honest.gain
    if tried <= 2:  # noqa: PLR2004 - of one besides doing nothing, none is picked
        return ""
    naive, value, low, high = map(writer(metric), (honest.naive, gain.value, gain.low, gain.high))
    return (
        f"Picking the best of {tried} on the same rows would have reported {naive}; honest: "
        f"{value} ({low} to {high})."
    )
