"""How often each value of a column occurs: in all rows if they were counted, else in the sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from dataaudit.table import Table


class Levels(NamedTuple):
    """Values that are not missing with their counts, the most frequent first, ties by value.

    Parameters
    ----------
    counts
        By value.
    rows
        Rows in which they were counted: all, or those of the sample.
    """

    counts: Mapping[Any, int]
    rows: int

    def of(self, table: Table) -> str:
        """Word the rows that were looked at, to follow a number: "" where these are all."""
        return "" if self.rows == table.rows else f" of {self.rows:,} rows looked at"


def levels_of(table: Table, name: str, among: frozenset[str] | None = None) -> Levels:
    """Count the values of a column.

    Parameters
    ----------
    among
        Words in lower case: only text cells that are one of them, blanks and case aside.
    """
    known = table.profile[name].levels
    if known is not None:
        counted = {
            level: count
            for level, count in known.items()
            if among is None or level.strip().lower() in among
        }
        return Levels(counted, table.rows)
    cells = table.sample[name]
    if among is not None:
        cells = cells[cells.str.strip().str.lower().isin(list(among))]
    counts = cells.value_counts()
    counts = counts.sort_index().sort_values(ascending=False, kind="stable")
    found = zip(counts.index.tolist(), counts.tolist(), strict=True)
    return Levels(dict(found), len(table.sample))
