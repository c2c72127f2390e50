"""What a gain promises for rows that were not seen: an interval for the gain on such a hold-out.

Wider than the interval of the gain itself: a hold-out has its own luck, and so has the training of
the two networks that are compared on it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from dataaudit.proof.statistics import CONFIDENCE, Interval

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


def predict(
    gain: float, spread: float, gains: Sequence[Floats], parts: Sequence[Rows], *, rows: int
) -> Interval:
    """Return the gain with a 95 % prediction interval for a hold-out.

    The variance is the sum of three: of the gain as it was found (``spread`` squared), of a row's
    gain over the rows of the hold-out, and of one training to another. The last is what the means
    of folds vary by beyond what their rows explain.

    Parameters
    ----------
    gain, spread
        Corrected for choosing, and its standard deviation; see `correct`.
    gains : one array of shape (judged,) for each repeat
        Of the chosen candidate, row by row: one network each, no mean over repeats.
    parts : one int array of shape (judged,) for each repeat
        The fold of each row.
    rows
        Of the hold-out.

    Examples
    --------
    >>> flat = [np.tile([0.0, 0.2], 50)]
    >>> found = predict(0.1, 0.01, flat, [np.arange(100) % 5], rows=50)
    >>> round(found.low, 3), round(found.high, 3)
    (0.066, 0.134)
    """
    of_row = float(np.mean([np.var(values, ddof=1) for values in gains]))
    total = spread**2 + of_row / rows + between(gains, parts)
    reach = float(stats.norm.ppf((1 + CONFIDENCE) / 2) * np.sqrt(total))
    return Interval(gain, gain - reach, gain + reach)


def between(gains: Sequence[Floats], parts: Sequence[Rows]) -> float:
    """Return the variance of a gain from one training to another, from the means of the folds.

    Their variance less what is explained by the rows of a fold; never below 0.
    """
    means, explained = [], []
    for values, part in zip(gains, parts, strict=False):  # a candidate may leave early
        for number in np.unique(part):
            inside = values[part == number]
            means.append(inside.mean())
            explained.append(inside.var(ddof=1) / len(inside) if len(inside) > 1 else 0.0)
    if len(means) < 2:  # noqa: PLR2004 - a variance needs two
        return 0.0
    return max(0.0, float(np.var(means, ddof=1) - np.mean(explained)))
