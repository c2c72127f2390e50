"""An extreme value that repeats: a cap, or a number that stands for something else."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from dataaudit.ordered import counted

_FEWEST_VALUES = 20  # of a column that is measured rather than chosen from a list
_FEWEST_REPEATS = 10
_TIMES_NEIGHBOURS = 8  # times the mean count of the next values; a steep but smooth end stays below
_NEIGHBOURS = 5
_FLOOR = 0.1  # share from which an end that is not far off is where the column naturally begins


End = Literal["largest", "smallest"]
_ENDS: tuple[tuple[End, int], ...] = (("largest", -1), ("smallest", 1))


class Repeat(NamedTuple):
    """The value, its end, the next value, and whether a gap as wide as the rest lies between."""

    value: float
    end: End
    next: float
    is_far: bool


def repeat(cells: np.ndarray) -> Repeat | None:
    """Find an end of the column that is one value, far more frequent than the values beside it.

    Zero is left alone: nothing is smaller than no gain, and `disguised` asks what a zero means.

    Parameters
    ----------
    cells : ndarray of shape (n,), float64
        Finite cells, ascending.

    Examples
    --------
    >>> repeat(np.append(np.arange(40.0), [99999.0] * 12)).value
    99999.0
    """
    values, counts = counted(cells)
    if len(values) < _FEWEST_VALUES:
        return None
    middle = cells[(len(cells) - 1) // 2] / 2 + cells[len(cells) // 2] / 2
    for end, step in _ENDS:
        inward, times = values[::step], counts[::step]
        usual = times[1 : _NEIGHBOURS + 1].mean()
        is_many = times[0] >= max(_FEWEST_REPEATS, _TIMES_NEIGHBOURS * usual)
        is_far = bool(abs(inward[0] - inward[1]) > abs(inward[1] - middle))
        if is_many and inward[0] != 0 and (is_far or times[0] < _FLOOR * len(cells)):
            return Repeat(float(inward[0]), end, float(inward[1]), is_far)
    return None
