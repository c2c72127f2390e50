"""Columns that are distributed otherwise in test rows than in the rows that are learnt from."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency, ks_2samp

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
        effect, chance = _shift(rows[name][is_seen], rows[name][is_test])
        if effect >= least and chance * len(names) < _SIGNIFICANT:
            found[name] = round(effect, 4)
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _moves_with_time(table: Table, name: str) -> bool:
    """Say whether a column must differ between the sides of a split by time."""
    return table.task.time is not None and table.columns[name].dtype == "date"


def _shift(seen: pd.Series, test: pd.Series) -> tuple[float, float]:
    """Return the effect and how likely chance alone makes one as large."""
    if pd.api.types.is_datetime64_any_dtype(seen):
        zero = pd.Timestamp(0)
        seen, test = (seen - zero).dt.total_seconds(), (test - zero).dt.total_seconds()
    if not pd.api.types.is_numeric_dtype(seen):
        return _shift_of_levels(seen, test)
    gaps = _shift_of_levels(seen.isna().astype(str), test.isna().astype(str))
    a, b = seen.dropna().to_numpy(dtype=float), test.dropna().to_numpy(dtype=float)
    if min(len(a), len(b)) < _FEWEST_ROWS:
        return gaps
    distance = ks_2samp(a, b, method="asymp")
    return max(gaps, (float(distance.statistic), float(distance.pvalue)))


def _shift_of_levels(seen: pd.Series, test: pd.Series) -> tuple[float, float]:
    """Compare shares of levels; missing is a level, rare ones are one."""
    both = pd.concat([seen, test]).astype(object)
    both = both.where(both.notna(), None)
    codes = pd.factorize(both, use_na_sentinel=False)[0]
    sizes = np.bincount(codes)
    kept = np.argsort(-sizes, kind="stable")[:_LEVELS]
    place = np.full(len(sizes), len(kept))
    place[kept] = np.arange(len(kept))
    is_test = np.repeat([0, 1], [len(seen), len(test)])
    counts = np.zeros((2, len(kept) + 1))
    np.add.at(counts, (is_test, place[codes]), 1)
    counts = counts[:, counts.sum(axis=0) > 0]
    if counts.shape[1] <= 1:
        return 0.0, 1.0
    shares = counts / counts.sum(axis=1, keepdims=True)
    chance = chi2_contingency(counts, correction=False).pvalue
    return float(np.abs(shares[0] - shares[1]).sum() / 2), float(chance)
