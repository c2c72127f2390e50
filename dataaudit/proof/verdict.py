"""What may be said of two arms: one of four verdicts, which its interval never contradicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataaudit.chance import holm
from dataaudit.proof import wording
from dataaudit.proof.chance import by_chance, has_learnt
from dataaudit.proof.metrics import LOWER_IS_BETTER, Estimate, difference, total
from dataaudit.proof.statistics import (
    CONFIDENCE,
    EQUIVALENCE,
    TOLD,
    Interval,
    SecondOpinion,
    interval,
    p_value,
    rows_needed,
    standard_error,
)

HELPS, HARMS = wording.HELPS, wording.HARMS
SAME, UNDECIDED = wording.SAME, wording.UNDECIDED
_RELATIVE = 2.0  # science.md 1.4: one point of accuracy, or 2 % of a loss


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What may be said of a difference.

    Parameters
    ----------
    found
        The difference, more is better, with an interval that holds for its whole family together.
    p
        Two-sided, that there is none; of this difference alone, see `holm`.
    verdict
        helps, harms, no practical difference, or undecided.
    rows
        Rows that were judged.
    rows_needed
        About how many would decide it; None where it is decided.
    told_apart
        The smallest difference that so many rows tell from none, four times in five.
    """

    found: Interval
    p: float
    verdict: str
    rows: int
    rows_needed: int | None
    told_apart: float


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
    p
        Two-sided, that there is no difference; after `corrected`, by Holm for all verdicts. It may
        fall below 5 % where the interval, which is the more careful, still holds 0; the verdict
        goes by the interval.
    rows_needed
        About how many would decide it; None where it is decided.
    second_opinion
        See `SecondOpinion`.
    smallest_effect
        What matters, in units of the metric.
    has_learnt
        Whether `after` is shown to do better than always giving the same answer.
    told_apart
        The smallest difference that so many rows tell from none, four times in five.
    """

    before: str
    after: str
    metric: str
    found: Interval
    verdict: str
    p: float
    rows: int
    rows_needed: int | None
    second_opinion: SecondOpinion
    smallest_effect: float
    has_learnt: bool = True
    told_apart: float = 0.0

    @property
    def sentence(self) -> str:
        """The verdict in plain words."""
        return wording.sentence(self)

    def to_dict(self) -> dict[str, Any]:
        """Return what stands in the evidence."""
        return {
            "before": self.before,
            "after": self.after,
            "metric": self.metric,
            "effect": float(self.found.value),
            "low": float(self.found.low),
            "high": float(self.found.high),
            "p": self.p,
            "verdict": self.verdict,
            "rows": self.rows,
            "rows_needed": self.rows_needed,
            "second_opinion": self.second_opinion.to_dict(),
            "sentence": self.sentence,
        }


def weigh(
    change: Estimate,
    groups: NDArray[np.intp],
    *,
    smallest_effect: float,
    family: int = 1,
    least_error: float = 0.0,
) -> Weighed:
    """Judge one difference, whatever it is of: the one rule behind every verdict.

    Parameters
    ----------
    change
        After minus before, more is better: `metrics.difference` of two estimates, a sum of such,
        or `metrics.row_mean` of a plain vector with one difference a row.
    groups
        See `standard_error`.
    smallest_effect
        What matters, in the unit of the difference.
    family
        How many differences are judged together: Bonferroni's correction makes their intervals
        simultaneous. For their p-values see `chance.holm`.
    least_error
        See `interval`.

    Examples
    --------
    >>> from dataaudit.proof.metrics import row_mean
    >>> gained = np.repeat([1.0, 0.0], [60, 940])
    >>> weigh(row_mean(gained), np.arange(1000), smallest_effect=0.01).verdict
    'helps'
    """
    confidence = 1 - (1 - CONFIDENCE) / family
    wide = interval(change, groups, confidence=confidence, least_error=least_error)
    narrow = interval(change, groups, confidence=EQUIVALENCE, least_error=least_error)
    verdict = judge(wide, narrow, smallest_effect)
    rows, error = len(change.influence), max(standard_error(change, groups), least_error)
    needed = rows_needed(rows, change.value, error, smallest_effect)
    return Weighed(
        found=wide,
        p=p_value(change, groups, least_error=least_error),
        verdict=verdict,
        rows=rows,
        rows_needed=needed if verdict == UNDECIDED else None,
        told_apart=float(TOLD * error),
    )


def decide(
    before: tuple[str, Estimate],
    after: tuple[str, Estimate],
    *,
    metric: str,
    groups: NDArray[np.intp],
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
    smallest_effect
        What matters, in units of the metric; see `smallest`.
    groups, family, least_error
        See `weigh`.
    floor
        Of the arm that learns nothing. To climb no further than this is no help: a first script may
        score below it where there is nothing to learn at all. Where neither arm is above it, chance
        alone is compared, and the interval is wider for it; see `chance`.
    """
    learnt = [
        floor is None or has_learnt(_gain(floor, arm, metric), groups, least_error=least_error)
        for _, arm in (before, after)
    ]
    gain = _gain(before[1], after[1], metric)
    made = weigh(
        gain if any(learnt) else by_chance(gain),
        groups,
        family=family,
        smallest_effect=smallest_effect,
        least_error=least_error,
    )
    is_help = made.verdict == HELPS
    return Verdict(
        before=before[0],
        after=after[0],
        metric=metric,
        found=made.found,
        verdict=UNDECIDED if is_help and not learnt[1] else made.verdict,
        p=made.p,
        rows=made.rows,
        rows_needed=made.rows_needed,
        second_opinion=second_opinion,
        smallest_effect=smallest_effect,
        has_learnt=learnt[1] or not is_help,
        told_apart=made.told_apart,
    )


def corrected(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Return the verdicts of one report with p-values that hold for all of them together."""
    adjusted = holm([verdict.p for verdict in verdicts])
    return [replace(v, p=float(p)) for v, p in zip(verdicts, adjusted, strict=True)]


def smallest(metric: str, smallest_effect: float, before: float) -> float:
    """Return the smallest effect that matters, in units of the metric.

    Parameters
    ----------
    smallest_effect
        As in `ProveSpec`: of a share.
    before
        The metric before; of a loss it is the double share of this that matters.

    Examples
    --------
    >>> smallest("accuracy", 0.01, 0.8), smallest("log_loss", 0.01, 0.5)
    (0.01, 0.01)
    """
    is_loss = metric in LOWER_IS_BETTER
    return _RELATIVE * smallest_effect * before if is_loss else smallest_effect


def _gain(before: Estimate, after: Estimate, metric: str) -> Estimate:
    """Return what the second has over the first; more is better."""
    change = difference(after, before)
    return total([(-1.0, change)]) if metric in LOWER_IS_BETTER else change


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


def least_error(metric: str, truth: np.ndarray) -> float:
    """Return the standard error that agreement in every row still leaves.

    One row more that two arms disagree on, of those judged and two besides (Agresti and Min 2005);
    for shares of right rows only.
    """
    if metric not in wording.POINTS:
        return 0.0
    counts = np.unique(truth, return_counts=True)[1]
    if metric == "accuracy":
        counts = np.array([counts.sum()])
    return float(np.sqrt(np.sum(1.0 / (counts + 2.0) ** 2)) / len(counts))
