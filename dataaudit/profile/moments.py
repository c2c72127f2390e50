"""Mean and spread from two sums over every row; skewness and kurtosis from cells in memory.

A running variance divides at every cell; sums of powers do not, and taken about a centre near the
mean they lose nothing: with the mean k standard deviations away, the variance loses about k^2 units
in the last place. `better` says about which centre and in which unit the sums must be taken again
where that is too many.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_FARTHEST = 10.0  # standard deviations between centre and mean: 100 units in the last place
_SMALLEST = 1e-280  # a square above this has lost nothing to underflow
_DIGITS = 12  # that are the same whatever the order in which an engine adds
_MOST_DIGITS = 300
_LARGEST = 1.7e308  # so that a unit is a number where the range of a column is none


@dataclass(frozen=True, slots=True)
class Scale:
    """What is taken off a cell, and what the rest is divided by, before powers are summed."""

    centre: float = 0.0
    unit: float = 1.0
    is_finite_only: bool = False


def mean_and_std(count: int, sums: Sequence[float], scale: Scale) -> tuple[float, float | None]:
    """Return the mean and the standard deviation (n - 1); the latter None for one cell.

    Parameters
    ----------
    count
        Finite cells, at least one.
    sums
        Of (cell - centre) / unit and of its square.
    scale
        The centre and the unit.

    Examples
    --------
    >>> mean_and_std(4, (2.0, 6.0), Scale(centre=1.0))
    (1.5, 1.29099444874)
    """
    shift, second = (value / count for value in sums)
    variance = max(second - shift**2, 0.0)
    mean = scale.centre + scale.unit * _rounded(shift, max(abs(shift), math.sqrt(variance)))
    if count == 1:
        return mean, None
    std = scale.unit * math.sqrt(variance * (count / (count - 1)))
    return mean, _rounded(std, std) if math.isfinite(std) else None


def skewness_and_kurtosis(ordered: np.ndarray) -> tuple[float | None, float | None]:
    """Return both, corrected for bias; None where there are too few cells or no spread.

    Parameters
    ----------
    ordered : ndarray of shape (n,), float64
        Finite cells, ascending.

    Returns
    -------
    tuple of float
        G1 and G2; the kurtosis is excess.

    References
    ----------
    Joanes and Gill, Comparing measures of sample skewness and kurtosis, The Statistician 47, 1998.

    Examples
    --------
    >>> skewness_and_kurtosis(np.array([0.0, 1.0, 2.0, 3.0]))
    (0.0, -1.2)
    """
    n = len(ordered)
    if n < 3 or ordered[0] == ordered[-1]:  # noqa: PLR2004 - what the formula needs
        return None, None
    with np.errstate(over="ignore"):
        cells = ordered - ordered[n // 2]
    if not np.isfinite([cells[0], cells[-1]]).all():
        cells = ordered / 2 - ordered[n // 2] / 2
    cells /= max(-cells[0], cells[-1])
    cells -= cells.mean()
    squares = cells * cells
    variance = float(squares.mean())
    skewness = float((squares * cells).mean()) / variance**1.5
    kurtosis = float((squares * squares).mean()) / variance**2 - 3
    skewness = _rounded(skewness * math.sqrt(n * (n - 1)) / (n - 2), 1.0)
    if n == 3:  # noqa: PLR2004 - what the formula needs
        return skewness, None
    return skewness, _rounded(((n + 1) * kurtosis + 6) * (n - 1) / ((n - 2) * (n - 3)), 1.0)


def better(
    scale: Scale, count: int, low: float, high: float, sums: Sequence[float]
) -> Scale | None:
    """Return about what the sums must be taken again; None where they can be relied on.

    Parameters
    ----------
    scale
        What they were taken about.
    count, low, high
        Cells, the smallest and the largest; infinite ones and NaN may be among them unless they
        were left out.
    sums
        Of the first two powers; NaN where a cell is one.
    """
    is_number = math.isfinite(low) and math.isfinite(high) and not any(map(math.isnan, sums))
    if not is_number and not scale.is_finite_only:
        return Scale(scale.centre, scale.unit, is_finite_only=True)
    if low == high:
        return None
    if not all(map(math.isfinite, sums)) or sums[1] < _SMALLEST:
        centre = min(max(scale.centre, low), high)
        reach = max(high / 2 - centre / 2, centre / 2 - low / 2)
        fitting = Scale(centre, min(2 * reach, _LARGEST), scale.is_finite_only)
        return None if fitting == scale else fitting
    shift = sums[0] / count
    variance = sums[1] / count - shift**2
    if shift**2 <= _FARTHEST**2 * variance:
        return None
    return Scale(scale.centre + scale.unit * shift, scale.unit, scale.is_finite_only)


def _rounded(value: float, size: float) -> float:
    """Round to so many digits of a value of that size."""
    if not size or not math.isfinite(size):
        return value
    digits = _DIGITS - 1 - math.floor(math.log10(size))
    return round(value, digits) if abs(digits) < _MOST_DIGITS else value
