"""Columns that are distributed otherwise in test rows than in the rows that are learnt from."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import is_datetime64_any_dtype, is_numeric_dtype

from dataaudit import chance
from dataaudit.rows import as_number
from dataaudit.table import Table

_SIGNIFICANT = 0.01  # of all columns together
_LEVELS = 50  # most frequent levels compared; the others count as one
_FEWEST_ROWS = 20  # on either side, below which no shift can be told


def shifted(table: Table, rows: pd.DataFrame, least: float) -> dict[str, float]:
    """Return the effect of each column that is shifted, the largest first.

    Parameters
    ----------
    rows
        Whole rows of the sample, shape (rows, columns).
    least
        Effect in 0..1 from which a column counts.
    """
    sides = table.sample_sides
    names = [name for name in table.features if not _moves_with_time(table, name)]
    names += [table.task.target] if table.task.target else []
    if sides is None:
        return {}
    of_row = sides.reindex(rows.index)
    is_test = (of_row == "test").to_numpy()
    is_seen = of_row.notna().to_numpy() & ~is_test
    if min(is_test.sum(), is_seen.sum()) < _FEWEST_ROWS:
        return {}
    found = {}
    for name in names:
        worst = max(_effects(rows[name], is_seen, is_test), key=lambda kind: kind.effect)
        if worst.effect >= least and worst.chance() * len(names) < _SIGNIFICANT:
            found[name] = round(worst.effect, 4)
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _moves_with_time(table: Table, name: str) -> bool:
    """Say whether a column must differ between the sides of a split by time."""
    return table.task.time is not None and table.columns[name].dtype == "date"


class _Effect(NamedTuple):
    """How far two sides are apart, 0 to 1, and how to ask whether chance alone may do that."""

    effect: float
    chance: Callable[[], float]


def _effects(values: pd.Series, is_seen: np.ndarray, is_test: np.ndarray) -> list[_Effect]:
    """Compare the sides of a column: by value, and by what is missing."""
    if not (is_numeric_dtype(values) or is_datetime64_any_dtype(values)):
        codes = pd.factorize(values)[0] + 1  # missing is a level
        return [_of_levels(codes, is_seen, is_test)]
    cells = as_number(values).to_numpy(dtype=float)
    is_missing = np.isnan(cells)
    gaps = _of_levels(is_missing.astype(int), is_seen, is_test)
    seen, test = np.sort(cells[is_seen & ~is_missing]), np.sort(cells[is_test & ~is_missing])
    if min(len(seen), len(test)) < _FEWEST_ROWS:
        return [gaps]
    distance = ks_distance(seen, test)
    return [gaps, _Effect(distance, lambda: chance.of_distance(distance, len(seen), len(test)))]


def ks_distance(first: np.ndarray, second: np.ndarray) -> float:
    """Return the largest difference of two distribution functions.

    Parameters
    ----------
    first, second : ndarray of shape (n,), float64
        Ascending. Between two values of `second` only the function of `first` rises, so the
        largest difference is at one of them, or just before it.
    """
    at = np.searchsorted(first, second, side="right") / len(first)
    before = np.searchsorted(first, second, side="left") / len(first)
    own_at = np.searchsorted(second, second, side="right") / len(second)
    own_before = np.searchsorted(second, second, side="left") / len(second)
    return float(max((own_at - at).max(), (before - own_before).max()))


def _of_levels(codes: np.ndarray, is_seen: np.ndarray, is_test: np.ndarray) -> _Effect:
    """Compare shares of levels; rare ones are one."""
    levels = int(codes.max(initial=0)) + 1
    counts = np.stack([np.bincount(codes[rows], minlength=levels) for rows in (is_seen, is_test)])
    order = np.argsort(-counts.sum(axis=0), kind="stable")
    kept, rare = order[:_LEVELS], order[_LEVELS:]
    counts = np.column_stack([counts[:, kept], counts[:, rare].sum(axis=1)])
    counts = counts[:, counts.sum(axis=0) > 0]
    shares = counts / counts.sum(axis=1, keepdims=True)
    effect = float(np.abs(shares[0] - shares[1]).sum() / 2)
    return _Effect(effect, lambda: chance.of_counts(counts))
