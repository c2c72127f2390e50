"""Which features say the same as another: compared on the sample, decided on all rows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd

from dataaudit.engine import one_row
from dataaudit.engine.sql import ident
from dataaudit.table import Table

_COMPARED_ROWS = 20_000  # rows on which columns are compared before all rows decide
_COMPARED_COLUMNS = 500  # number columns that a correlation matrix takes in a second
_NEARLY_UNIQUE = 0.5  # columns with more distinct values map one to one by nature
_LINEAR = 0.9999  # correlation, by value and by rank, from which a column is a copy
_FEWEST_ROWS = 20  # below, columns agree by chance


def same_columns(table: Table) -> list[list[str]]:
    """Return groups of features that say the same, in the order of the columns."""
    step = max(1, len(table.sample) // _COMPARED_ROWS)
    sample = table.sample.iloc[::step]
    pairs = [*_one_to_one(table, sample), *_linear(table, sample)]
    group = {name: name for name in table.features}
    for first, second in pairs:
        old, new = group[second], group[first]
        group.update({name: new for name, root in group.items() if root == old})
    members: dict[str, list[str]] = {}
    for name, root in group.items():
        members.setdefault(root, []).append(name)
    return [names for names in members.values() if len(names) > 1]


def _one_to_one(table: Table, sample: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield pairs with equally many distinct values that go together in every row."""
    alike: dict[tuple[int, bool], list[str]] = {}
    for name in table.features:
        profile = table.profile[name]
        if 1 < profile.distinct <= _NEARLY_UNIQUE * table.rows:
            alike.setdefault((profile.distinct, profile.missing > 0), []).append(name)
    for names in alike.values():
        codes = {name: pd.factorize(sample[name])[0] for name in names}
        matched: set[str] = set()
        for first, second in combinations(names, 2):
            if second in matched or not np.array_equal(codes[first], codes[second]):
                continue  # coded by first occurrence, columns that map one to one are equal
            if _maps_everywhere(table, first, second):
                matched.add(second)
                yield first, second


def _maps_everywhere(table: Table, first: str, second: str) -> bool:
    """Say whether two columns map one to one in all rows, missing counting as a value."""
    a, b = ident(first), ident(second)
    pairs = f"SELECT DISTINCT {a}, {b} FROM {ident(table.typed)}"
    counts = f"SELECT count(*), count(DISTINCT {a}), count(DISTINCT {b}), count({a}), count({b})"
    found = one_row(table.engine, f"{counts} FROM ({pairs}) AS pairs")
    both, left, right, filled, also_filled = found
    has_missing = filled < both
    return filled == also_filled and both == left + has_missing and left == right


def _linear(table: Table, sample: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield pairs of numbers of which one is the other times a factor plus a constant."""
    names = [n for n in table.number_features if table.profile[n].distinct > 2]  # noqa: PLR2004 - two values are linear by nature
    names = names[:_COMPARED_COLUMNS]
    values = sample[names].to_numpy(dtype=float)
    values = np.where(np.isfinite(values), values, np.nan)
    if len(names) < 2 or len(values) < _FEWEST_ROWS:  # noqa: PLR2004 - a pair
        return
    scale = np.nanmax(np.abs(values), axis=0, initial=0)
    filled = np.nan_to_num(values / np.where(scale > 0, scale, 1))
    filled = filled - filled.mean(axis=0)
    norm = np.sqrt((filled**2).sum(axis=0))
    filled /= np.where(norm > 0, norm, 1)
    first, second = np.nonzero(np.triu(np.abs(filled.T @ filled) >= _LINEAR, k=1))
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        if _is_rank_copy(values[:, a], values[:, b]):
            yield names[a], names[b]


def _is_rank_copy(a: np.ndarray, b: np.ndarray) -> bool:
    """Say whether two columns miss the same cells and order the rows alike.

    A few enormous values make any two columns correlate; ranks do not mind them.
    """
    if not np.array_equal(np.isnan(a), np.isnan(b)):
        return False
    pair = pd.DataFrame({"a": a, "b": b}).dropna().rank()
    if len(pair) < _FEWEST_ROWS or pair["a"].nunique() < 2 or pair["b"].nunique() < 2:  # noqa: PLR2004 - ranks must differ
        return False
    return abs(float(np.corrcoef(pair["a"], pair["b"])[0, 1])) >= _LINEAR
