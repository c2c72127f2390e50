"""The one rule for outlying cells, by which the report counts and the remedies repair.

A cell is outlying where it lies beyond two fences at once: `reach` robust standard deviations from
the median (IQR / 1.349), and as far as a g-and-h distribution with the column's own skew and tail
weight would put `reach` standard deviations. Skew and tail weight are read off the tenths and
quarters, so up to 10 % of gross cells at either end cannot hide themselves.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

_QUARTER, _TENTH = 0.6744897501960817, 1.2815515655446004  # standard normal quantiles
_IQR_OF_NORMAL = 2 * _QUARTER
_FEWEST_CELLS = 30  # below, tenths are three cells
_FEWEST_VALUES = 10  # below, numbers are likely levels of a scale (1 to 5 stars)
_FLAT = 1e-6  # skew below which the g-and-h curve is a straight line to double precision
_MARGIN = 2.0  # h is lowered by this / sqrt(cells), about one standard error, simulated


class Bounds(NamedTuple):
    """Cells below ``low`` or above ``high`` are outlying; ``middle`` is the median."""

    low: float
    middle: float
    high: float


def bounds(cells: np.ndarray, reach: float) -> Bounds | None:
    """Learn the bounds of a column.

    A value that fills the middle (the zeros of a capital gain) is set aside, the rule is applied to
    the rest, and the bounds are widened to hold it.

    Parameters
    ----------
    cells : ndarray of shape (n,), float64
        Finite cells.
    reach
        Robust standard deviations, above 0.

    Returns
    -------
    Bounds or None
        None below 30 cells or 10 distinct values, or where the rest is as flat as the whole.

    References
    ----------
    Hoaglin, Summarizing shape numerically: the g-and-h distributions, in Exploring Data Tables,
    Trends, and Shapes, 1985. Bruffaerts, Verardi and Vermandele, A generalized boxplot for skewed
    and heavy-tailed distributions, Statistics and Probability Letters 95, 2014.

    Examples
    --------
    >>> cells = np.append(np.arange(100.0), 9999.0)
    >>> bounds(cells, reach=5.0).high < 9999.0
    True
    """
    values, counts = np.unique(cells, return_counts=True)
    if len(cells) < _FEWEST_CELLS or len(values) < _FEWEST_VALUES:
        return None
    fences = _fences(cells, reach)
    if fences is not None:
        return fences
    common = values[np.argmax(counts)]
    rest = cells[cells != common]
    fences = _fences(rest, reach) if len(rest) >= _FEWEST_CELLS else None
    if fences is None:
        return None
    low, high = min(fences.low, common), max(fences.high, common)
    return Bounds(float(low), float(np.median(cells)), float(high))


def _fences(cells: np.ndarray, reach: float) -> Bounds | None:
    """Return the wider of the robust and the g-and-h fences; None where the middle is flat."""
    q10, q25, q50, q75, q90 = np.quantile(cells, [0.1, 0.25, 0.5, 0.75, 0.9])
    lower, upper, iqr = q50 - q10, q90 - q50, q75 - q25
    if min(lower, upper, iqr) <= 0:
        return None
    g = np.log(upper / lower) / _TENTH
    g = g if abs(g) > _FLAT else _FLAT
    bulge = (q90 - q10) / iqr * np.sinh(g * _QUARTER) / np.sinh(g * _TENTH)
    h = 2 * np.log(bulge) / (_TENTH**2 - _QUARTER**2) - _MARGIN / np.sqrt(len(cells))
    h = max(0.0, h)
    scale = (q90 - q10) * g / (2 * np.sinh(g * _TENTH)) * np.exp(-h * _TENTH**2 / 2)
    stretch = scale * np.exp(h * reach**2 / 2) / g
    plain = reach * iqr / _IQR_OF_NORMAL
    low = q50 - max(plain, -stretch * np.expm1(-g * reach))
    high = q50 + max(plain, stretch * np.expm1(g * reach))
    return Bounds(float(low), float(q50), float(high))
