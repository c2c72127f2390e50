"""Engines hold rows of any number and answer SQL; one small protocol, one file per engine.

Statistics and rules are written once, as DuckDB SQL. An engine of another dialect translates.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from dataaudit.parquet import ROW_GROUP


class Engine(Protocol):
    """What a stage may ask of the place where the rows live.

    ``folder`` is private to the engine and goes when it closes; a stage may keep files in it.
    ``dialect`` is the name that sqlglot has for what the engine speaks.
    """

    folder: Path
    dialect: str

    def query(self, sql: str) -> pa.Table:
        """Run one SELECT and bring its rows, which must be few, into memory."""
        ...

    def known(self, sql: str) -> pa.Table | None:
        """Run one SELECT if files answer it without being read through; None otherwise."""
        ...

    def batches(self, sql: str, rows: int = ROW_GROUP) -> Iterator[pa.RecordBatch]:
        """Run one SELECT and yield its rows, any number, a batch at a time in their order."""
        ...

    def view(self, name: str, sql: str) -> None:
        """Give a SELECT a name, replacing what bore it."""
        ...

    def store(self, name: str, sql: str) -> None:
        """Compute a SELECT once and give its rows, which may be many, a name."""
        ...

    def register(self, name: str, data: Any) -> None:
        """Make an arrow table or a polars frame readable under a name, without copying it."""
        ...

    def copy(
        self,
        sql: str,
        path: Path,
        *,
        filled: Collection[str] = (),
        metadata: Mapping[str, str] | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> int:
        """Write the rows of a SELECT as Parquet, streaming, in their order; return how many.

        One file, or a folder of files where several machines write. ``progress`` is told how many
        rows are written. ``filled`` are columns known to have no gaps, which an engine may use.
        """
        ...

    def close(self) -> None:
        """Let go of memory and temporary files."""
        ...


def one_row(engine: Engine, sql: str) -> list[Any]:
    """Return the cells of the one row that a SELECT of aggregates gives."""
    return [column[0].as_py() for column in engine.query(sql).columns]


def mapping(engine: Engine, sql: str) -> dict[Any, Any]:
    """Return the second of two columns by the first, whose values differ."""
    keys, values = (column.to_pylist() for column in engine.query(sql).columns)
    return dict(zip(keys, values, strict=True))
