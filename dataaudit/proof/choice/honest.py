"""What a choice is worth once it is allowed for that the rows it is judged by also made it.

The best of many candidates looks better than it is: part of why it is the best is luck with these
rows. The whole choice is therefore made anew on draws of the rows, and what it picks there is
judged by the rows that the draw left out [1]_. Nothing is trained again.

Everything is a *gain*: a row's contribution to the metric of a candidate minus that of doing
nothing, so that the mean over rows is the difference of the two metrics.

References
----------
.. [1] Tsamardinos, Greasidou and Borboudakis, Bootstrapping the out-of-sample predictions for
   efficient and accurate cross-validation, Machine Learning 107, 2018.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from dataaudit.proof.statistics import CONFIDENCE, Interval

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

_DRAWS = 1_000
_AT_ONCE = 100  # draws in memory together
_TINY = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Honest:
    """A choice and what it is worth.

    Parameters
    ----------
    selected
        The candidate that the rule takes on all rows, before asking whether it is sure enough.
    gain
        The corrected gain of choosing so, with its 95 % interval.
    naive
        The gain of the best candidate on the rows that made it the best.
    spread
        Standard deviation of the corrected gain over draws.
    picked
        Share of the draws in which each candidate was taken, shape (candidates,).
    """

    selected: int
    gain: Interval
    naive: float
    spread: float
    picked: Floats

    @property
    def recommended(self) -> int:
        """The selected candidate; doing nothing where no gain is proven."""
        return self.selected if self.gain.low > 0 else 0


def correct(
    gains: Floats,
    groups: Rows,
    changes: Rows,
    *,
    seed: int,
    reaches: NDArray[np.bool_] | None = None,
) -> Honest:
    """Choose among candidates and correct the gain for choosing.

    Parameters
    ----------
    gains : array of shape (rows, candidates)
        Over doing nothing, which is the first candidate.
    groups : int array of shape (rows,)
        From 0 on; rows of one number are drawn together.
    changes : int array of shape (candidates,)
        How much each does; of those within one standard error of the best, the least is taken.
    seed
        Of the draws.
    reaches : bool array of shape (candidates,), optional
        Those that change what the network is trained on. One is only taken where it is shown to
        gain more than each that does not: a tie leaves the data as they are.

    Examples
    --------
    >>> sure = np.tile([0.0, 0.1], (50, 1))
    >>> found = correct(sure, np.arange(50), np.array([0, 1]), seed=0)
    >>> found.recommended, round(found.gain.value, 3), round(found.naive, 3)
    (1, 0.1, 0.1)
    """
    sums, sizes = _by_group(gains, groups)
    tolerance = _tolerance(_errors(gains, groups), reaches)
    means = gains.mean(axis=0, keepdims=True)
    selected = int(select(means, tolerance, changes)[0])
    draw = np.random.default_rng([seed, 5])
    values, taken = [], np.zeros(gains.shape[1])
    for _ in range(_DRAWS // _AT_ONCE):
        value, chosen = _drawn(sums, sizes, tolerance, changes, draw)
        values.append(value)
        taken += np.bincount(chosen, minlength=gains.shape[1])
    gain = np.concatenate(values)
    low, high = np.quantile(gain, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Honest(
        selected=selected,
        gain=Interval(float(gain.mean()), float(low), float(high)),
        naive=float(means.max()),
        spread=float(gain.std(ddof=1)),
        picked=taken / len(gain),
    )


def select(means: Floats, tolerance: Floats, changes: Rows) -> Rows:
    """Return the candidate that changes least among those about as good as the best.

    Parameters
    ----------
    means : array of shape (draws, candidates)
    tolerance : array of shape (candidates, candidates)
        How far each (column) may lie below the best (row) to count as good: one standard error of
        their difference, mostly.
    changes : int array of shape (candidates,)

    Returns
    -------
    int array of shape (draws,)
        Of those that change as little, the best.

    References
    ----------
    Breiman, Friedman, Olshen and Stone, Classification and Regression Trees, 1984, section 3.4.3;
    here with the standard error of the paired difference.

    Examples
    --------
    >>> means, within = np.array([[0.0, 0.005, 0.008], [0.0, 0.03, 0.035]]), np.full((3, 3), 0.01)
    >>> select(means, within, np.array([0, 1, 2]))
    array([0, 1])
    """
    best = np.argmax(means, axis=1)
    least = means[np.arange(len(means)), best][:, None] - tolerance[best]
    cost = np.where(means >= least - _TINY, changes, np.inf)
    is_least = cost == cost.min(axis=1, keepdims=True)
    return np.argmax(np.where(is_least, means, -np.inf), axis=1)


def _by_group(gains: Floats, groups: Rows) -> tuple[Floats, Floats]:
    """Return the sum and the number of rows of each group."""
    sizes = np.bincount(groups).astype("float64")
    sums = np.stack([np.bincount(groups, column) for column in gains.T], axis=1)
    return sums.astype("float64"), sizes


def _errors(gains: Floats, groups: Rows) -> Floats:
    """Return the standard error of the difference of each two candidates, by groups."""
    centred, _ = _by_group(gains - gains.mean(axis=0), groups)
    products = centred.T @ centred
    own = np.diag(products)
    squares = own[:, None] + own[None, :] - 2 * products
    return np.sqrt(np.maximum(squares, 0.0)) / len(gains)


def _tolerance(errors: Floats, reaches: NDArray[np.bool_] | None) -> Floats:
    """Return one standard error; where only the best reaches into training, what shows a gain.

    That is half the width of an interval that holds for all those that do together (Bonferroni).
    """
    if reaches is None or not reaches.any():
        return errors
    shown = stats.norm.ppf(1 - (1 - CONFIDENCE) / 2 / reaches.sum())
    return np.where(reaches[:, None] & ~reaches[None, :], float(shown) * errors, errors)


def _drawn(
    sums: Floats, sizes: Floats, tolerance: Floats, changes: Rows, draw: np.random.Generator
) -> tuple[Floats, Rows]:
    """Return what the choice made on drawn groups gains on those left out."""
    count = len(sizes)
    times = draw.multinomial(count, np.full(count, 1 / count), size=_AT_ONCE).astype("float64")
    inside = times @ sums / (times @ sizes)[:, None]
    chosen = select(inside, tolerance, changes)
    left = (times == 0).astype("float64")
    rows = left @ sizes
    chosen_sums = np.take_along_axis(left @ sums, chosen[:, None], axis=1)[:, 0]
    return np.where(rows > 0, chosen_sums / np.maximum(rows, 1), 0.0), chosen
