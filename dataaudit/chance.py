"""How likely chance alone makes a difference as large as the one that was found.

SciPy is loaded only where a difference is large enough to be asked about.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def of_counts(counts: np.ndarray, *, corrected: bool = False) -> float:
    """Return the p-value of Pearson's chi-squared test that rows and columns are independent.

    Parameters
    ----------
    counts : ndarray of shape (rows, columns)
        Cells of each kind; no row and no column without any.
    corrected
        Whether a table of two by two gets Yates's correction.

    Examples
    --------
    >>> round(of_counts(np.array([[10, 20], [20, 10]])), 4)
    0.0098
    """
    from scipy.special import chdtrc

    counts = counts.astype(float)
    freedom = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    if not freedom:
        return 1.0
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / counts.sum()
    apart = np.abs(counts - expected)
    if corrected and freedom == 1:
        apart -= np.minimum(0.5, apart)
    return float(chdtrc(freedom, (apart**2 / expected).sum()))


def of_distance(distance: float, first: int, second: int) -> float:
    """Return the p-value of a Kolmogorov-Smirnov distance between two samples.

    Parameters
    ----------
    distance
        The largest difference of the two distribution functions, in 0..1.
    first, second
        Values in each sample, 20 or more.

    References
    ----------
    Stephens, Use of the Kolmogorov-Smirnov, Cramer-von Mises and related statistics without
    extensive tables, Journal of the Royal Statistical Society B 32, 1970: its correction for
    samples of this size.

    Examples
    --------
    >>> round(of_distance(0.2, 100, 100), 3)
    0.031
    """
    root = math.sqrt(first * second / (first + second))
    reach = (root + 0.12 + 0.11 / root) * distance
    if reach < _CERTAIN:
        return 1.0
    terms = [(-1) ** (k - 1) * math.exp(-2 * (k * reach) ** 2) for k in range(1, _TERMS)]
    return min(1.0, max(0.0, 2 * sum(terms)))


_CERTAIN = 0.3  # below, the probability is 1 to five digits
_TERMS = 20  # of the series, which from there on are below 1e-30


def of_ranks(area: float, first: np.ndarray, second: np.ndarray) -> float:
    """Return the p-value of the Mann-Whitney test, two-sided, by the normal approximation.

    Parameters
    ----------
    area
        Share of pairs in which the value of `first` is the larger, ties counting half.
    first, second : ndarray of shape (n,)
        The two samples.
    """
    m, n = len(first), len(second)
    _, ties = np.unique(np.concatenate([first, second]), return_counts=True)
    ties = ties.astype(float)
    total = m + n
    spread = math.sqrt(m * n / 12 * (total + 1 - (ties**3 - ties).sum() / (total * (total - 1))))
    if not spread:
        return 1.0
    z = max(abs(area - 0.5) * m * n - 0.5, 0.0) / spread  # less half a step, as counts are whole
    return math.erfc(z / math.sqrt(2))


def holm(p_values: Sequence[float]) -> np.ndarray:
    """Return p-values that hold for all tests together (Holm 1979), in the order given.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, dtype="float64")
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def wilson(share: float, rows: float, z: float) -> tuple[float, float]:
    """Return the ends of Wilson's interval (1927) of a share, `z` standard errors to either side.

    Examples
    --------
    >>> [round(end, 3) for end in wilson(0.5, 100, 1.96)]
    [0.404, 0.596]
    """
    middle = (share + z**2 / (2 * rows)) / (1 + z**2 / rows)
    reach = z / (1 + z**2 / rows) * np.sqrt(share * (1 - share) / rows + z**2 / (4 * rows**2))
    return float(max(0.0, middle - reach)), float(min(1.0, middle + reach))
