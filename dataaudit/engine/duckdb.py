"""The engine inside the process: DuckDB on a private folder that goes when the engine closes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import duckdb
import pyarrow as pa

from dataaudit import parquet
from dataaudit.engine.sql import ident, literal
from dataaudit.errors import QueryError
from dataaudit.parquet import ROW_GROUP

_KEPT = (
    "FORMAT parquet, COMPRESSION lz4_raw, DICTIONARY_SIZE_LIMIT 1000, "
    f"ROW_GROUP_SIZE {ROW_GROUP // 4}"
)
"""Of files that go with the engine: written once, read again, by every core even where they are few
rows. A dictionary of doubles takes time and saves nothing.
"""


class DuckDBEngine:
    """An in-process engine.

    Parameters
    ----------
    memory_limit
        As DuckDB takes it, "1GB"; None leaves DuckDB's own, 80 % of the machine.
    threads
        None takes every core.
    """

    dialect = "duckdb"

    def __init__(self, *, memory_limit: str | None = None, threads: int | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="dataaudit-")
        self.folder = Path(self._folder.name)
        self._stored = 0
        self._threads = threads
        self._registered: dict[str, Any] = {}
        self.connection = duckdb.connect(":memory:")
        self.connection.execute(f"SET temp_directory = {literal(str(self.folder / 'spill'))}")
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute("SET enable_progress_bar = false")  # it writes to stdout
        self.connection.execute("SET python_enable_replacements = false")  # no variable is a table
        if memory_limit is not None:
            self.connection.execute(f"SET memory_limit = {literal(memory_limit)}")
        if threads is not None:
            self.connection.execute(f"SET threads = {int(threads)}")

    def query(self, sql: str) -> pa.Table:
        """Run one SELECT and bring its rows into memory.

        Raises
        ------
        QueryError
            With DuckDB's own words.
        """
        try:
            return self.connection.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            raise QueryError(error) from error

    def known(self, sql: str) -> pa.Table | None:
        """Run one SELECT if the plan aggregates nothing: Parquet's footers answered it.

        Raises
        ------
        QueryError
            With DuckDB's own words.
        """
        plan = self.query(f"EXPLAIN {sql}").column(1)[0].as_py()
        return None if "Aggregate" in plan else self.query(sql)

    def batches(self, sql: str, rows: int = ROW_GROUP) -> Iterator[pa.RecordBatch]:
        """Run one SELECT and yield its rows a batch at a time; other calls may come in between.

        Raises
        ------
        QueryError
            With DuckDB's own words.
        """
        with self.connection.cursor() as cursor:
            yield from _told(self._reader(cursor, sql, rows))

    def _reader(
        self, cursor: duckdb.DuckDBPyConnection, sql: str, rows: int
    ) -> pa.RecordBatchReader:
        try:
            for name, data in self._registered.items():  # each connection has its own
                cursor.register(name, data)
            return cursor.sql(sql).to_arrow_reader(rows)
        except duckdb.Error as error:
            raise QueryError(error) from error

    def view(self, name: str, sql: str) -> None:
        """Give a SELECT a name, replacing what bore it.

        Raises
        ------
        QueryError
            With DuckDB's own words.
        """
        try:
            self.connection.execute(f"CREATE OR REPLACE VIEW {ident(name)} AS {sql}")
        except duckdb.Error as error:
            raise QueryError(error) from error

    def store(self, name: str, sql: str) -> None:
        """Compute a SELECT once, into a Parquet file of the engine's folder, and name its rows.

        Raises
        ------
        QueryError
            With DuckDB's own words.
        """
        self._stored += 1
        path = self.folder / f"stored-{self._stored}.parquet"
        try:
            self.connection.execute(f"COPY ({sql}) TO {literal(str(path))} ({_KEPT})")
        except duckdb.Error as error:
            raise QueryError(error) from error
        self.view(name, f"SELECT * FROM read_parquet({literal(str(path))})")

    def register(self, name: str, data: Any) -> None:
        """Make an arrow table or a polars frame readable under a name, without copying it.

        Raises
        ------
        QueryError
            For a type that DuckDB does not have.
        """
        try:
            self.connection.register(name, data)
            self._registered[name] = data
        except duckdb.Error as error:
            raise QueryError(error) from error

    def copy(
        self,
        sql: str,
        path: Path,
        *,
        filled: Collection[str] = (),
        metadata: Mapping[str, str] | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> int:
        """Write the rows of a SELECT to one Parquet file, streaming, in their order.

        Not by DuckDB's own ``COPY``, which takes twice as long to write rows in their order.

        Raises
        ------
        OSError
            Where the file cannot be written.
        QueryError
            With DuckDB's own words.
        GapError
            Where a column of `filled` has a gap.
        """
        with self.connection.cursor() as cursor:
            cursor.execute("SET SESSION arrow_large_buffer_size = true")  # texts beyond 2 GB
            rows = self._reader(cursor, sql, 4 * parquet.STEP)
            return parquet.write(
                _told(rows), rows.schema, path, filled=filled, metadata=metadata,
                threads=self._threads, progress=progress,
            )  # fmt: skip

    def close(self) -> None:
        """Let go of memory and temporary files."""
        self.connection.close()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _told(rows: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """Yield batches; what DuckDB cannot go on with, arrow calls an OSError without a number."""
    try:
        yield from rows
    except (duckdb.Error, OSError, pa.ArrowException) as error:
        raise QueryError(error) from error
