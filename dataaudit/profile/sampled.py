"""The cells of the sampled rows, which come along with the aggregates of a scan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dataaudit.engine.sql import ident
from dataaudit.rows import key_bound, key_sql, smallest
from dataaudit.source.columns import ROW

Facts = dict[str, Any]
"""Fields of `ColumnProfile`, and ``present``."""


class SampledCells:
    """The cells of the sampled rows, a portion of columns at a time."""

    def __init__(self, rows: int, limit: int, seed: int) -> None:
        self.rows, self.limit, self.seed = rows, limit, seed
        self.parts: list[pa.Table] = []

    @property
    def is_part(self) -> bool:
        """Whether it is less than the table."""
        return self.rows > self.limit

    @property
    def is_short(self) -> bool:
        """Whether chance let too few rows through."""
        return self.parts[0].num_rows < min(self.rows, self.limit)

    def sql(self, cells: Iterable[str]) -> str:
        """Return the aggregate that brings these cells of the sampled rows along."""
        named = ", ".join(f"c{place} := {cell}" for place, cell in enumerate(cells))
        listed = f"array_agg(struct_pack(r := {ident(ROW)}{', ' if named else ''}{named}))"
        if not self.is_part:
            return listed
        bound = key_bound(self.rows, self.limit)
        return f"{listed} FILTER ({key_sql(self.seed)} < {bound})"

    def add(self, lists: pa.ChunkedArray, names: Sequence[str]) -> None:
        """Take what the aggregate brought."""
        structs = pc.list_flatten(lists)
        fields = [pc.struct_field(structs, [place]) for place in range(len(names) + 1)]
        rows = pa.table(fields, names=[ROW, *names])
        self.parts.append(smallest(rows, self.limit, self.seed))

    def joined(self, names: Iterable[str]) -> pa.Table:
        """Return all columns side by side, in this order."""
        found = {name: part.column(name) for part in self.parts for name in part.column_names}
        return pa.table({name: found[name] for name in [ROW, *names]})
