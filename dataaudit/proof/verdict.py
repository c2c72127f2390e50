"""What may be said of two arms: one of four verdicts, and a sentence to paste into a message."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from dataaudit.proof.metrics import LOWER_IS_BETTER, Estimate, difference
from dataaudit.proof.plan import Plan
from dataaudit.proof.statistics import (
    CONFIDENCE,
    Interval,
    SecondOpinion,
    interval,
    standard_error,
)

HELPS, HARMS = "helps", "harms"
SAME, UNDECIDED = "no practical difference", "undecided"
_EQUIVALENCE = 0.9  # two one-sided tests at 5 %: the 90 % interval lies within the smallest effect
_POWER = 0.8
_CLOSE = (
    0.1  # of the smallest effect; nearer to the limit than this no number of rows is worth naming
)
_NAMES = {
    "const": "doing nothing",
    "naive": "a first script, mostly scaling and encoding",
    "base": "a competent baseline",
    "clean": "Cleaning",
}
_TOLD = stats.norm.ppf((1 + CONFIDENCE) / 2) + stats.norm.ppf(_POWER)  # in standard errors
_POINTS = frozenset({"accuracy", "balanced_accuracy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The comparison of two arms on one metric.

    Parameters
    ----------
    before, after
        Names of the arms.
    metric
        What is compared.
    found
        After minus before, with an interval that holds for all verdicts of the report together.
    verdict
        helps, harms, no practical difference, or undecided.
    rows
        Rows that were judged.
    rows_needed
        About how many would decide it; None where it is decided.
    second_opinion
        See `SecondOpinion`.
    told_apart
        The smallest difference that so many rows tell from none, four times in five.
    """

    before: str
    after: str
    metric: str
    found: Interval
    verdict: str
    rows: int
    rows_needed: int | None
    second_opinion: SecondOpinion
    has_learnt: bool = True
    told_apart: float = 0.0

    @property
    def sentence(self) -> str:
        """The verdict in plain words."""
        return _sentence(self)

    def to_dict(self) -> dict[str, Any]:
        """Return what stands in the evidence."""
        return {
            "before": self.before,
            "after": self.after,
            "metric": self.metric,
            "effect": float(self.found.value),
            "low": float(self.found.low),
            "high": float(self.found.high),
            "verdict": self.verdict,
            "rows": self.rows,
            "rows_needed": self.rows_needed,
            "second_opinion": self.second_opinion.to_dict(),
            "sentence": self.sentence,
        }


def decide(
    before: tuple[str, Estimate],
    after: tuple[str, Estimate],
    *,
    metric: str,
    groups: Any,
    smallest_effect: float,
    family: int,
    least_error: float,
    second_opinion: SecondOpinion,
    floor: Estimate | None = None,
) -> Verdict:
    """Compare two arms row by row.

    Parameters
    ----------
    before, after
        Name and estimate over the same rows.
    groups
        See `standard_error`.
    smallest_effect
        What matters, in units of the metric.
    family
        Verdicts of the report: Bonferroni's correction makes the intervals simultaneous.
    least_error
        See `interval`.
    floor
        Of the arm that learns nothing. To climb no further than this is no help: a first script may
        score below it where there is nothing to learn at all.
    """
    change = _gain(before[1], after[1], metric)
    confidence = 1 - (1 - CONFIDENCE) / family
    wide = interval(change, groups, confidence=confidence, least_error=least_error)
    narrow = interval(change, groups, confidence=_EQUIVALENCE, least_error=least_error)
    verdict, has_learnt = judge(wide, narrow, smallest_effect), True
    if floor is not None and verdict == HELPS:
        above = _gain(floor, after[1], metric)
        reach = interval(above, groups, confidence=CONFIDENCE, least_error=least_error)
        has_learnt = reach.low > 0
        verdict = HELPS if has_learnt else UNDECIDED
    rows, error = len(change.influence), max(standard_error(change, groups), least_error)
    is_open = verdict == UNDECIDED and has_learnt
    return Verdict(
        before=before[0],
        after=after[0],
        metric=metric,
        found=wide,
        verdict=verdict,
        rows=rows,
        rows_needed=rows_needed(rows, change.value, error, smallest_effect) if is_open else None,
        second_opinion=second_opinion,
        has_learnt=has_learnt,
        told_apart=float(_TOLD * error),
    )


def _gain(before: Estimate, after: Estimate, metric: str) -> Estimate:
    """Return what the second has over the first; more is better."""
    change = difference(after, before)
    return Estimate(-change.value, -change.influence) if metric in LOWER_IS_BETTER else change


def judge(wide: Interval, narrow: Interval, smallest_effect: float) -> str:
    """Return the verdict.

    Harm needs no size, a small harm is still harm; help must be as large as what matters.

    Examples
    --------
    >>> judge(Interval(0.03, 0.01, 0.05), Interval(0.03, 0.02, 0.04), 0.01)
    'helps'
    >>> judge(Interval(0.0, -0.005, 0.005), Interval(0.0, -0.004, 0.004), 0.01)
    'no practical difference'
    """
    if wide.low > 0 and wide.value >= smallest_effect:
        return HELPS
    if wide.high < 0:
        return HARMS
    if -smallest_effect < narrow.low and narrow.high < smallest_effect:
        return SAME
    return UNDECIDED


def rows_needed(rows: int, effect: float, error: float, smallest_effect: float) -> int | None:
    """Return about how many rows would tell the smallest effect from none, four times in five.

    ``rows * ((z.975 + z.8) * error / smallest_effect)^2``. Where there are that many already, the
    effect lies close to the smallest one, and it is the rows that would tell these two apart; None
    where the two are all but equal, or no effect is too small to matter.
    """
    if smallest_effect <= 0:
        return None
    needed = rows * (_TOLD * error / smallest_effect) ** 2
    if needed > rows:
        return math.ceil(needed)
    distance = abs(smallest_effect - abs(effect))
    if distance < _CLOSE * smallest_effect:
        return None
    z = stats.norm.ppf((1 + _EQUIVALENCE) / 2) + stats.norm.ppf(_POWER)
    return max(rows + 1, math.ceil(rows * (z * error / distance) ** 2))


def least_error(metric: str, truth: np.ndarray) -> float:
    """Return the standard error that agreement in every row still leaves.

    One row more that two arms disagree on, of those judged and two besides (Agresti and Min 2005);
    for shares of right rows only.
    """
    if metric not in _POINTS:
        return 0.0
    counts = np.unique(truth, return_counts=True)[1]
    if metric == "accuracy":
        counts = np.array([counts.sum()])
    return float(np.sqrt(np.sum(1.0 / (counts + 2.0) ** 2)) / len(counts))


def sample_sentence(plan: Plan, verdicts: Sequence[Verdict], smallest_effect: float) -> str:
    """Say what the arms were compared on, where it was not every row, and why that is enough."""
    if plan.rows == plan.rows_given:
        return ""
    told = f"The arms were compared on {plan.rows:,} of {plan.rows_given:,} rows, a fixed sample"
    if not verdicts:
        return f"{told}."
    widest = max(verdicts, key=lambda verdict: verdict.told_apart)
    found, matters = (
        _plain(value, widest.metric) for value in (widest.told_apart, smallest_effect)
    )
    told = f"{told}; differences of {found} can be told apart on that many"
    if widest.told_apart <= smallest_effect:
        return f"{told}, and the smallest that matters is {matters}."
    return f"{told}. To see the smallest that matters, {matters}, raise `prove.budget`."


def _plain(value: float, metric: str) -> str:
    """Return a size with its unit."""
    if metric not in _POINTS:
        return f"{value:.3f}"
    return f"{100 * value:.1f} point{'' if f'{100 * value:.1f}' == '1.0' else 's'}"


def named(arm: str) -> str:
    """Return an arm's name within a sentence."""
    return _NAMES.get(arm, f"`{arm}`")


def _sentence(verdict: Verdict) -> str:
    """Word a verdict."""
    after, before = named(verdict.after), named(verdict.before)
    label = verdict.metric.replace("_", " ").replace("r2", "R2").replace("auc", "AUC")
    found, write = verdict.found, _writer(verdict.metric)
    reach = f"{write(found.low)} to {write(found.high)}"
    start = f"{after[:1].upper()}{after[1:]}"
    if verdict.verdict == HELPS:
        size = _size(verdict)
        return f"{start} raised {label} by {size} (95 % interval {reach}) against {before}."
    if verdict.verdict == HARMS:
        size = _size(verdict)
        return f"{start} lowered {label} by {size} (95 % interval {reach}) against {before}."
    if verdict.verdict == SAME:
        return (
            f"{start} made no practical difference to {label} against {before} "
            f"({write(found.value)}, 95 % interval {reach})."
        )
    if not verdict.has_learnt:
        return (
            f"{start} raised {label} by {_size(verdict)} (95 % interval {reach}) against {before}, "
            "but is not shown to do better than always giving the same answer, so this does not "
            "count as help."
        )
    unit = " points" if verdict.metric in _POINTS else ""
    return (
        f"{start} changed {label} by {write(found.value)}{unit} against {before}, "
        f"but {verdict.rows:,} rows do not decide whether that is more than chance "
        f"(95 % interval {reach})"
        f"{_needed(verdict)}."
    )


def _needed(verdict: Verdict) -> str:
    """Return what would decide it."""
    if verdict.rows_needed is None:
        return "; the effect is about as large as the smallest that matters"
    digits = max(0, len(str(verdict.rows_needed)) - 2)
    rounded = math.ceil(verdict.rows_needed / 10**digits) * 10**digits
    return f"; about {rounded:,} rows would"


def _writer(metric: str) -> Any:
    """Return what writes a difference of the metric, signed."""
    if metric in _POINTS:
        return lambda value: f"{100 * value + 0.0:+.1f}"
    return lambda value: f"{value + 0.0:+.3f}"


def _size(verdict: Verdict) -> str:
    """Return the size of an effect with its unit, without a sign."""
    value = abs(verdict.found.value)
    return f"{100 * value:.1f} points" if verdict.metric in _POINTS else f"{value:.3f}"
