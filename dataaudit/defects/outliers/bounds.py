"""The one rule for outlying cells, by which the report counts and the remedies repair.

A cell is outlying where it lies beyond two fences at once: `reach` robust standard deviations from
the median (IQR / 1.349), and as far as a g-and-h distribution with the column's own skew and tail
weight would put `reach` standard deviations. Skew and tail weight are read off the quarters and the
outermost 10, 2.5 and 0.5 % of cells, and the tightest of the three counts: far out tells best how
the tail goes on, and up to 10 % of gross cells at either end cannot hide themselves. Nor can cells
in another unit pass for the tail of a skewed column: what lies beyond a gap of a factor of ten is
outlying, and left out of what the fences are learnt from.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from dataaudit.ordered import counted, quantiles

_NORMAL = NormalDist()
_QUARTER = _NORMAL.inv_cdf(0.75)
_IQR_OF_NORMAL = 2 * _QUARTER
_TAILS = {0.1: 3, 0.025: 10, 0.005: 10}  # share of cells -> cells it must hold
_FEWEST_CELLS = 30  # three in each outermost tenth
_FEWEST_VALUES = 10  # below, numbers are likely levels of a scale (1 to 5 stars)
_FLAT = 1e-6  # skew below which the g-and-h curve is a straight line to double precision
_GAP = 10.0  # times the next cell: the smallest factor between units of one kind but for inches
_OUTERMOST = 0.1  # share of the cells that may lie beyond it, as of gross cells
_FEWEST_APART = 3  # one or two may be the end of a long tail
_MARGIN = 2.4  # lowers h by about one standard error, which falls as 1 / sqrt(cells)


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
    return bounds_of(np.sort(cells), reach)


def bounds_of(cells: np.ndarray, reach: float) -> Bounds | None:
    """Do the same for cells that are in order already."""
    values, counts = counted(cells)
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
    return Bounds(float(low), quantiles(cells, [0.5])[0], float(high))


def _fences(cells: np.ndarray, reach: float) -> Bounds | None:
    """Return the bounds of cells that have a middle half; None where it is one value."""
    cells, most = _without_apart(cells)
    mirrored, least = _without_apart(-cells[::-1])
    cells = -mirrored[::-1]
    low, middle, high = quantiles(cells, [0.25, 0.5, 0.75])
    if low == high:
        return None
    tails = [tail for tail, fewest in _TAILS.items() if tail * len(cells) >= fewest]
    shapes = [_reaches(cells, tail, reach) for tail in tails]
    known = [shape for shape in shapes if shape is not None]
    if not known:
        return None
    plain = reach * (high - low) / _IQR_OF_NORMAL
    below, above = (max(plain, min(sides)) for sides in zip(*known, strict=True))
    low, high = max(middle - below, -least), min(middle + above, most)
    return Bounds(float(low), float(middle), float(high))


def _without_apart(cells: np.ndarray) -> tuple[np.ndarray, float]:
    """Leave out the largest cells where they are ten times the others; say from where on."""
    start = max(int((1 - _OUTERMOST) * len(cells)) - 1, 0)
    top = cells[start:]
    is_gap = (top[:-1] > 0) & (top[1:] >= _GAP * top[:-1])
    places = np.flatnonzero(is_gap[: max(len(is_gap) - _FEWEST_APART + 1, 0)])
    if not len(places):
        return cells, np.inf
    last = start + int(places[0])
    return cells[: last + 1], float(np.sqrt(cells[last]) * np.sqrt(cells[last + 1]))


def _reaches(cells: np.ndarray, tail: float, reach: float) -> tuple[float, float] | None:
    """Return how far below and above the median `reach` lies on the g-and-h curve of a tail."""
    end, q25, q50, q75, other = quantiles(cells, [tail, 0.25, 0.5, 0.75, 1 - tail])
    if not end < q50 < other:
        return None
    z = _NORMAL.inv_cdf(1 - tail)
    g = np.log((other - q50) / (q50 - end)) / z
    g = g if abs(g) > _FLAT else _FLAT
    with np.errstate(over="ignore", invalid="ignore"):  # no bound is a fine bound
        bulge = (other - end) / (q75 - q25) * np.sinh(g * _QUARTER) / np.sinh(g * z)
        h = (2 * np.log(bulge) - _MARGIN / np.sqrt(len(cells))) / (z**2 - _QUARTER**2)
        h = max(0.0, h)
        scale = (other - end) * g / (2 * np.sinh(g * z)) * np.exp(-h * z**2 / 2)
        stretch = scale * np.exp(h * reach**2 / 2) / g
        sides = -stretch * np.expm1(-g * reach), stretch * np.expm1(g * reach)
    below, above = (float(side) if np.isfinite(side) else np.inf for side in sides)
    return below, above
