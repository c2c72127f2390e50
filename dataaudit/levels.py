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


def levels_of(table: Table, name: str) -> Levels:
    """Count the values of a column."""
    known = table.profile[name].levels
    if known is not None:
        return Levels(known, table.rows)
    counts = table.sample[name].value_counts()
    counts = counts.sort_index().sort_values(ascending=False, kind="stable")
    found = zip(counts.index.tolist(), counts.tolist(), strict=True)
    return Levels(dict(found), len(table.sample))
