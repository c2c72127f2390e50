"""Intervals and tests: the row-level paired test, and Nadeau and Bengio's as second opinion."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from dataaudit import chance
from dataaudit.proof.metrics import Estimate

Floats = NDArray[np.float64]
CONFIDENCE = 0.95
EQUIVALENCE = 0.9
"""Two one-sided tests at 5 %: this interval lies within the smallest effect."""
_POWER = 0.8
_CLOSE = 0.1  # of the smallest effect; nearer to it than this no number of rows is worth naming
TOLD = float(stats.norm.ppf((1 + CONFIDENCE) / 2) + stats.norm.ppf(_POWER))
"""Standard errors that are told from none at 5 %, four times in five."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its confidence interval."""

    value: float
    low: float
    high: float

    def to_dict(self, *, lowest: float = -np.inf, highest: float = np.inf) -> dict[str, float]:
        """Return value, low and high, kept within what the metric can be."""
        low, high = max(self.low, lowest), min(self.high, highest)
        return {"value": float(self.value), "low": float(low), "high": float(high)}


def standard_error(estimate: Estimate, groups: NDArray[np.intp]) -> float:
    """Return the standard error of a metric, with rows of one group counted together.

    Rows of one fold and repeat share a network, and its luck with weights and batches: what that
    adds is in no row alone. It is estimated from what the folds differ by beyond their rows, and
    added where the estimate says which networks there were. Without it equal arms are told apart
    too often, and the more rows there are the more so (`benchmarks/bill_aa.py`).

    Parameters
    ----------
    estimate
        See `Estimate`.
    groups : int array of shape (rows,)
        From 0 on; a number of its own for each row where rows are independent. The influences of
        few groups are scaled by g / (g - 1), as those of few rows are.

    References
    ----------
    Bayle, Bayle, Janson and Mackey, Cross-validation confidence intervals for test error, 2020.
    Cameron, Gelbach and Miller, Robust inference with multiway clustering, 2011 (rows and networks:
    the variance by one, and by the other, less what both count).
    """
    return _error(estimate, groups)[0]


def _error(
    estimate: Estimate, groups: NDArray[np.intp], least_error: float = 0.0
) -> tuple[float, float]:
    """Return the standard error and its degrees of freedom, by Welch and Satterthwaite."""
    sums = np.bincount(groups, estimate.influence)
    rows, count = len(groups), len(np.unique(groups))
    few = count * (rows - 1) / (rows * (count - 1)) if count > 1 else 1.0
    of_rows, freedom = few * float(np.sum(sums**2)), max(count - 1, 1)
    of_networks, networks = 0.0, 2
    if estimate.said is not None and estimate.parts is not None:
        networks = max(2, sum(len(np.unique(part)) for part in estimate.parts))
        of_networks = between(estimate.said, estimate.parts, groups) / networks
    error = math.sqrt(of_rows + of_networks)
    if error <= least_error or not of_networks:
        return max(error, least_error), freedom
    return error, error**4 / (of_rows**2 / freedom + of_networks**2 / (networks - 1))


def between(
    said: Sequence[Floats] | Floats,
    parts: Sequence[NDArray[np.intp]] | NDArray[np.intp],
    groups: NDArray[np.intp] | None = None,
) -> float:
    """Return the variance of a metric from one training to another, from the means of the folds.

    Their variance less what their rows explain; never below 0.

    Parameters
    ----------
    said : one array of shape (rows,) for each repeat
        What each row contributes; see `Estimate`.
    parts : one int array of shape (rows,) for each repeat
        The fold of each row.
    groups
        See `standard_error`; all rows of a group are in one fold. Each row by itself if not given.

    Examples
    --------
    >>> folds = np.array([0, 0, 1, 1])
    >>> between([np.array([0.0, 0.0, 1.0, 1.0])], [folds])
    0.5
    >>> between([np.array([0.0, 1.0, 0.0, 1.0])], [folds])
    0.0
    """
    found = [_of_folds(*pair, groups) for pair in zip(said, parts, strict=False)]
    means, explained = (np.concatenate(side) for side in zip(*found, strict=True))
    if len(means) < 2:  # noqa: PLR2004 - a variance needs two
        return 0.0
    return max(0.0, float(np.var(means, ddof=1) - np.mean(explained)))


def _of_folds(
    values: Floats, part: NDArray[np.intp], groups: NDArray[np.intp] | None
) -> tuple[Floats, Floats]:
    """Return the mean of each fold, and how much of its variance its rows, or groups, explain."""
    number = np.unique(part, return_inverse=True)[1]
    rows = np.bincount(number)
    means = np.bincount(number, values) / rows
    of_group = np.arange(len(values)) if groups is None else groups
    sums = np.bincount(of_group, values - means[number])
    home = np.zeros(len(sums), dtype=np.intp)
    home[of_group] = number
    known = np.unique(of_group)
    count = np.bincount(home[known], minlength=len(rows))
    squares = np.bincount(home[known], sums[known] ** 2, minlength=len(rows))
    return means, np.where(count > 1, squares * count / np.maximum(count - 1, 1), 0.0) / rows**2


def interval(
    estimate: Estimate,
    groups: NDArray[np.intp],
    *,
    confidence: float = CONFIDENCE,
    least_error: float = 0.0,
) -> Interval:
    """Return the interval of a metric or of a difference, by Student's t over groups and networks.

    Parameters
    ----------
    least_error
        The standard error is taken to be no smaller: two arms that agree on every one of a few rows
        are not proven equal.
    """
    error, freedom = _error(estimate, groups, least_error)
    reach = float(stats.t.ppf((1 + confidence) / 2, freedom)) * error
    return Interval(estimate.value, estimate.value - reach, estimate.value + reach)


def p_value(estimate: Estimate, groups: NDArray[np.intp], *, least_error: float = 0.0) -> float:
    """Return the two-sided p of a difference, by the same t as `interval`."""
    error, freedom = _error(estimate, groups, least_error)
    if error == 0:
        return 1.0 if estimate.value == 0 else 0.0
    return float(2 * stats.t.sf(abs(estimate.value) / error, freedom))


def rows_needed(rows: int, effect: float, error: float, smallest_effect: float) -> int | None:
    """Return about how many rows would tell the smallest effect from none, four times in five.

    ``rows * ((z.975 + z.8) * error / smallest_effect)^2``. Where there are that many already, the
    effect lies close to the smallest one, and it is the rows that would tell these two apart; None
    where the two are all but equal, or no effect is too small to matter.
    """
    if smallest_effect <= 0:
        return None
    needed = rows * (TOLD * error / smallest_effect) ** 2
    if needed > rows:
        return math.ceil(needed)
    distance = abs(smallest_effect - abs(effect))
    if distance < _CLOSE * smallest_effect:
        return None
    z = stats.norm.ppf((1 + EQUIVALENCE) / 2) + stats.norm.ppf(_POWER)
    return max(rows + 1, math.ceil(rows * (z * error / distance) ** 2))


def wilson(share: float, rows: float) -> Interval:
    """Return Wilson's 95 % interval of a share; (0, 1) without rows.

    Examples
    --------
    >>> found = wilson(0.5, 100)
    >>> round(found.low, 3), round(found.high, 3)
    (0.404, 0.596)
    """
    if not rows:
        return Interval(0.0, 0.0, 1.0)
    z = float(stats.norm.ppf((1 + CONFIDENCE) / 2))
    return Interval(share, *chance.wilson(share, rows, z))


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondOpinion:
    """What fold by fold differences say, allowing for another training sample.

    Parameters
    ----------
    effect, low, high
        Mean difference over folds with a 95 % interval.
    p
        Two-sided, that there is no difference.
    worse, same, better
        Probability that the effect is below -rope, within it, above it.
    """

    effect: float
    low: float
    high: float
    p: float
    worse: float
    same: float
    better: float

    def to_dict(self) -> dict[str, float | str]:
        """Return what stands in the evidence."""
        names = ("effect", "low", "high", "p", "worse", "same", "better")
        return {"test": "Nadeau-Bengio", **{name: getattr(self, name) for name in names}}


def nadeau_bengio(differences: Floats, *, parts: int, rope: float) -> SecondOpinion:
    """Compare two arms by their differences over folds and repeats.

    Parameters
    ----------
    differences : array of shape (parts * repeats,)
        Of the metric, one a fold.
    parts
        Folds: a fold is judged by 1 / (parts - 1) as many rows as it learns from.
    rope
        Differences up to this are of no practical importance.

    References
    ----------
    Nadeau and Bengio, Inference for the generalization error, 2003. Benavoli, Corani, Demsar and
    Zaffalon, Time for a change, 2017 (the probabilities).
    """
    count = len(differences)
    mean = float(np.mean(differences))
    spread = float(np.var(differences, ddof=1)) if count > 1 else 0.0
    scale = float(np.sqrt(spread * (1 / count + 1 / (parts - 1))))
    if scale == 0:
        sure = np.array([mean < -rope, abs(mean) <= rope, mean > rope], dtype=float)
        p = 1.0 if mean == 0 else 0.0
        return SecondOpinion(
            effect=mean, low=mean, high=mean, p=p, worse=sure[0], same=sure[1], better=sure[2]
        )
    after = stats.t(count - 1, loc=mean, scale=scale)
    reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, count - 1)) * scale
    worse, better = float(after.cdf(-rope)), float(after.sf(rope))
    return SecondOpinion(
        effect=mean,
        low=mean - reach,
        high=mean + reach,
        p=float(2 * stats.t.sf(abs(mean) / scale, count - 1)),
        worse=worse,
        same=1 - worse - better,
        better=better,
    )
