"""Mean, spread, skewness and kurtosis from sums of powers, which cost little more than reading.

A running variance divides at every cell; four sums of powers do not, and taken about a centre near
the mean they lose nothing: with the mean k standard deviations away, the fourth moment loses about
k^4 units in the last place. `Moments.of` says whether that was so, and about which centre and in
which unit the sums must be taken again where it was not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

_FARTHEST = 10.0  # standard deviations between centre and mean: 1e4 units in the last place
_SMALLEST = 1e-280  # a fourth power above this has lost nothing to underflow
_DIGITS = 12  # that are the same whatever the order in which an engine adds


@dataclass(frozen=True, slots=True)
class Scale:
    """What is taken off a cell, and what the rest is divided by, before powers are summed."""

    centre: float = 0.0
    unit: float = 1.0
    is_finite_only: bool = False


@dataclass(frozen=True, slots=True)
class Moments:
    """What four sums of powers tell of a column; None where there are too few cells or no spread.

    ``kurtosis`` is excess; both it and ``skewness`` are corrected for bias.
    """

    mean: float | None = None
    std: float | None = None
    skewness: float | None = None
    kurtosis: float | None = None

    @classmethod
    def of(cls, count: int, sums: Sequence[float], scale: Scale) -> Self:
        """Return the moments of a column.

        Parameters
        ----------
        count
            Finite cells.
        sums
            Of the first four powers of (cell - centre) / unit.
        scale
            The centre and the unit.

        References
        ----------
        Joanes and Gill, Comparing measures of sample skewness and kurtosis, The Statistician 47,
        1998: G1 and G2.

        Examples
        --------
        >>> Moments.of(4, (2.0, 6.0, 8.0, 18.0), Scale(centre=1.0))
        Moments(mean=1.5, std=1.29099444874, skewness=0.0, kurtosis=-1.2)
        """
        if not count:
            return cls()
        shift, second, third, fourth = (value / count for value in sums)
        variance = max(second - shift**2, 0.0)
        mean = scale.centre + scale.unit * _rounded(shift, max(abs(shift), math.sqrt(variance)))
        if count == 1 or not variance:
            return cls(mean=mean, std=None if count == 1 else 0.0)
        cubic = third - 3 * shift * second + 2 * shift**3
        quartic = fourth - 4 * shift * third + 6 * shift**2 * second - 3 * shift**4
        skewness = cubic / variance**1.5
        kurtosis = quartic / variance**2 - 3
        std = scale.unit * math.sqrt(variance * (count / (count - 1)))
        n = count
        return cls(
            mean=mean,
            std=_rounded(std, std) if math.isfinite(std) else None,
            skewness=_rounded(skewness * math.sqrt(n * (n - 1)) / (n - 2), 1.0) if n > 2 else None,  # noqa: PLR2004 - what the formula needs
            kurtosis=(
                _rounded(((n + 1) * kurtosis + 6) * (n - 1) / ((n - 2) * (n - 3)), 1.0)
                if n > 3  # noqa: PLR2004 - what the formula needs
                else None
            ),
        )


def better(
    scale: Scale, count: int, low: float, high: float, sums: Sequence[float]
) -> Scale | None:
    """Return about what the sums must be taken again; None where they can be relied on.

    Parameters
    ----------
    scale
        What they were taken about.
    count, low, high
        Cells, the smallest and the largest; infinite ones among them where they were not left out.
    sums
        Of the first four powers.
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return Scale(scale.centre, scale.unit, is_finite_only=True)
    if low == high:
        return None
    if not all(map(math.isfinite, sums)) or sums[3] < _SMALLEST:
        centre = min(max(scale.centre, low), high)
        reach = max(high / 2 - centre / 2, centre / 2 - low / 2)
        fitting = Scale(centre, min(2 * reach, _LARGEST), scale.is_finite_only)
        return None if fitting == scale else fitting
    shift = sums[0] / count
    variance = sums[1] / count - shift**2
    if shift**2 <= _FARTHEST**2 * variance:
        return None
    return Scale(scale.centre + scale.unit * shift, scale.unit, scale.is_finite_only)


_LARGEST = 1.7e308  # so that a unit is a number where the range of a column is none


def _rounded(value: float, size: float) -> float:
    """Round to so many digits of a value of that size."""
    if not size or not math.isfinite(size):
        return value
    digits = _DIGITS - 1 - math.floor(math.log10(size))
    return round(value, digits) if abs(digits) < _MOST_DIGITS else value


_MOST_DIGITS = 300
