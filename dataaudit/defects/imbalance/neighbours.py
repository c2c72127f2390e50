"""The nearest rows of the same class, exactly, by blocks: numbers by products, categories by codes.

scikit-learn's search takes numbers alone, so SMOTENC widens every category to a column a level and
searches that: 96 columns for 18 numbers and 78 levels. Here a category stays one small code. A
bound on the distance comes from the first block of rows, drawn at random; of the others only the
few pairs below it are looked at again.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

_ASKED, _ANSWERING = 128, 4_096  # rows of a block: its distances fill 4 MB, half a core's cache
_GROUPS = 16  # groups of the first block per neighbour, so that the bound is a close one


def nearest(numbers: Floats, codes: NDArray[Any], *, mismatch: float, count: int) -> Rows:
    """Find the nearest other rows of each row.

    Parameters
    ----------
    numbers : float64 array of shape (rows, number columns)
        Finite.
    codes : int array of shape (rows, category columns)
        The number of each level, from 0.
    mismatch
        What a cell with another level adds to the squared distance; at least 0.
    count
        Neighbours of each row, fewer than rows.

    Returns
    -------
    int array of shape (rows, count)
        Nearest first, ties by position. The same on any number of threads.

    Examples
    --------
    >>> numbers = np.array([[0.0], [1.0], [1.5]])
    >>> nearest(numbers, np.array([[0], [1], [0]]), mismatch=4.0, count=1).ravel()
    array([2, 2, 0])
    """
    rows = len(numbers)
    order = np.random.default_rng(0).permutation(rows)
    search = _Search.over(numbers[order], codes[order], mismatch, order, count)
    found = np.empty((rows, count), dtype=np.intp)

    def answer(start: int) -> None:
        found[order[start : start + _ASKED]] = search.block(start, min(start + _ASKED, rows))

    with threadpool_limits(1, "blas"), ThreadPoolExecutor(joblib.cpu_count()) as pool:
        list(pool.map(answer, range(0, rows, _ASKED)))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """All rows in a random order, laid out for products.

    Parameters
    ----------
    left, right
        Their product is the squared distance less the asking row's own square, in mismatches.
    codes
        One array a category column.
    order
        The position that each row came from.
    count
        Neighbours wanted.
    """

    left: Floats
    right: Floats
    codes: list[NDArray[Any]]
    order: Rows
    count: int

    @classmethod
    def over(
        cls, numbers: Floats, codes: NDArray[Any], mismatch: float, order: Rows, count: int
    ) -> _Search:
        """Lay the rows out; a distance in mismatches spares a product for every pair."""
        centred = numbers - np.median(numbers, axis=0) if numbers.size else numbers
        scaled = centred / np.sqrt(mismatch or 1.0)
        smallest = np.min_scalar_type(codes.max(initial=0))
        return cls(
            left=np.column_stack([-2 * scaled, np.ones(len(scaled))]),
            right=np.ascontiguousarray(np.column_stack([scaled, (scaled**2).sum(axis=1)]).T),
            codes=[np.ascontiguousarray(column, smallest) for column in codes.T if mismatch],
            order=order,
            count=count,
        )

    def block(self, start: int, stop: int) -> Rows:
        """Return the neighbours of these rows, as original positions."""
        rows = self.right.shape[1]
        found, bound = [], np.empty(0)
        for first in range(0, rows, _ANSWERING):
            last = min(first + _ANSWERING, rows)
            distance = self._distances(start, stop, first, last)
            if not first:
                bound, at = self._bound(distance)
                found.append((np.divmod(at, last), distance.ravel()[at]))
            at = np.flatnonzero(distance < bound)
            asked, answering = np.divmod(at, last - first)
            found.append(((asked, answering + first), distance.ravel()[at]))
        asked = np.concatenate([pair[0] for pair, _ in found])
        answering = self.order[np.concatenate([pair[1] for pair, _ in found])]
        by = np.lexsort((answering, np.concatenate([values for _, values in found]), asked))
        begins = np.searchsorted(asked[by], np.arange(stop - start))
        return answering[by[begins[:, None] + np.arange(self.count)]]

    def _distances(self, start: int, stop: int, first: int, last: int) -> Floats:
        """Return the distances of a block of pairs; a row is infinitely far from itself."""
        distance = self.left[start:stop] @ self.right[:, first:last]
        if self.codes:
            differ = np.zeros(distance.shape, np.min_scalar_type(len(self.codes)))
            for column in self.codes:
                differ += column[start:stop, None] != column[None, first:last]
            distance += differ
        own = np.arange(max(start, first), min(stop, last))
        distance[own - start, own - first] = np.inf
        return distance

    def _bound(self, distance: Floats) -> tuple[Floats, Rows]:
        """Return a distance that `count` rows keep, and those that keep it without room to spare.

        The nearest rows of as many groups of rows are `count` rows that can be had without sorting.
        """
        wide = max(1, distance.shape[1] // (_GROUPS * self.count))
        groups = distance.shape[1] // wide
        parts = distance[:, : groups * wide].reshape(len(distance), groups, wide)
        lowest = parts.min(axis=2)
        closest = np.argpartition(lowest, self.count - 1, axis=1)[:, : self.count]
        bound = np.take_along_axis(lowest, closest, axis=1).max(axis=1, keepdims=True)
        asked, group = np.nonzero(lowest == bound)
        inside = parts[asked, group].argmin(axis=1)
        return bound, asked * distance.shape[1] + group * wide + inside
