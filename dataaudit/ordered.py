"""What cells that are in order already tell without sorting them again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def quantiles(ordered: np.ndarray, shares: Sequence[float]) -> list[float]:
    """Return quantiles as `numpy.quantile` defines them, between two cells by a straight line.

    Parameters
    ----------
    ordered : ndarray of shape (n,), float64
        Finite cells, ascending, at least one.
    shares
        In 0..1.

    Examples
    --------
    >>> quantiles(np.array([1.0, 2.0, 4.0]), [0.5, 0.75])
    [2.0, 3.0]
    """
    places = np.asarray(shares) * (len(ordered) - 1)
    below = np.floor(places).astype(np.intp)
    low, high = ordered[below], ordered[np.minimum(below + 1, len(ordered) - 1)]
    with np.errstate(over="ignore", invalid="ignore"):  # as far apart as doubles go
        step, part = high - low, places - below
        between = np.where(part < 0.5, low + step * part, high - step * (1 - part))  # noqa: PLR2004 - exact at either end
    return [float(one) for one in between]


def counted(ordered: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct values, ascending, and how often each occurs.

    Examples
    --------
    >>> counted(np.array([1.0, 1.0, 4.0]))
    (array([1., 4.]), array([2, 1]))
    """
    begins = np.ones(len(ordered), dtype=bool)
    begins[1:] = ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(begins)
    return ordered[starts], np.diff(starts, append=len(ordered))
