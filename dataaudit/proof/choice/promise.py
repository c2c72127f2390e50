"""What a gain promises for rows that were not seen: an interval for the gain on such a hold-out.

Wider than the interval of the gain itself: a hold-out has its own luck, and so has the training of
the two networks that are compared on it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from dataaudit.proof.statistics import CONFIDENCE, Interval, between

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
