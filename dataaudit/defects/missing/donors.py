"""Fill gaps from the nearest donors, by products of blocks: gaps are zeros beside a mask."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import joblib
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

_ROWS = 512  # of a block: its distances to 2,000 donors fill 8 MB


def filled(values: Floats, donors: Floats, *, count: int) -> Floats:
    """Replace each gap by the mean of the nearest donors that have the cell.

    Parameters
    ----------
    values : float64 array of shape (rows, columns)
        NaN where a cell is missing.
    donors : float64 array of shape (donors, columns)
        The same.
    count
        Donors of a cell; fewer where fewer have it.

    Returns
    -------
    float64 array of shape (rows, columns)
        0 where no donor has the cell together with another that the row has.

    References
    ----------
    Troyanskaya et al., Missing value estimation methods for DNA microarrays, Bioinformatics 17,
    2001; the distance is the mean squared difference over the cells that both have, as in
    scikit-learn's ``nan_euclidean_distances``.

    Examples
    --------
    >>> donors = np.array([[0.0, 1.0], [1.0, 2.0], [9.0, 9.0]])
    >>> filled(np.array([[0.4, np.nan]]), donors, count=2)
    array([[0.4, 1.5]])
    """
    made = values.copy()
    gappy = np.flatnonzero(np.isnan(values).any(axis=1))
    has = ~np.isnan(donors)
    known = np.where(has, donors, 0.0)
    right = np.ascontiguousarray(np.vstack([has.T, (known**2).T, known.T]))
    able = [np.flatnonzero(column) for column in has.T]

    def fill(start: int) -> None:
        rows = gappy[start : start + _ROWS]
        made[rows] = _block(values[rows], donors, right, able, count)

    blocks = range(0, len(gappy), _ROWS)
    if len(blocks) <= 1:  # finding out what threads there are takes longer than one block
        for start in blocks:
            fill(start)
        return made
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(joblib.cpu_count()) as pool:
        list(pool.map(fill, blocks))
    return made


def _block(values: Floats, donors: Floats, right: Floats, able: list[Rows], count: int) -> Floats:
    """Fill the gaps of a block of rows."""
    made, has = values.copy(), ~np.isnan(values)
    distance = _distances(values, has, right)
    for i, givers in enumerate(able):
        rows = np.flatnonzero(~has[:, i])
        if not len(rows):
            continue
        taken = min(count, len(givers))
        if not taken:
            made[rows, i] = 0.0
            continue
        near = distance[rows][:, givers]
        place = np.argpartition(near, taken - 1, axis=1)[:, :taken]
        shares = np.isfinite(np.take_along_axis(near, place, axis=1))
        total = (donors[givers, i][place] * shares).sum(axis=1)
        made[rows, i] = total / np.maximum(shares.sum(axis=1), 1)
    return made


def _distances(values: Floats, has: NDArray[np.bool_], right: Floats) -> Floats:
    """Return mean squared differences over shared cells; infinite where none is shared."""
    known = np.where(has, values, 0.0)
    squared = np.column_stack([known**2, has, -2 * known]) @ right
    shared = has.astype("float64") @ right[: has.shape[1]]
    return np.where(shared > 0, squared / np.maximum(shared, 1.0), np.inf)
