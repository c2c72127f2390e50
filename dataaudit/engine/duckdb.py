"""The engine inside the process: DuckDB on a private folder that goes when the engine closes."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import duckdb
import pyarrow as pa

from dataaudit.engine import ROW_GROUP
from dataaudit.engine.sql import ident, literal
from dataaudit.errors import QueryError

_SMALL = "COMPRESSION zstd, COMPRESSION_LEVEL 1"
_FAST = "DICTIONARY_SIZE_LIMIT 1000"
"""Level 1 writes as small a file as 3; a dictionary of doubles takes time and saves nothing.

10 million rows by 30 columns, read and written: 13.3 s with DuckDB's own settings, 9.6 s with
these.
"""
_KEPT = "COMPRESSION lz4_raw"
_KEPT_ROWS = ROW_GROUP // 4
"""Of files that go with the engine: written once, read again, by every core even where they are few
rows.
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
            try:
                for name, data in self._registered.items():  # each connection has its own
                    cursor.register(name, data)
                yield from cursor.sql(sql).to_arrow_reader(rows)
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
        self._write(sql, path, _KEPT, rows=_KEPT_ROWS)
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

    def copy(self, sql: str, path: Path, *, metadata: Mapping[str, str] | None = None) -> int:
        """Write the rows of a SELECT to one Parquet file, streaming, in their order.

        Raises
        ------
        OSError
            Where the file cannot be written.
        QueryError
            With DuckDB's own words.
        """
        options = _SMALL
        if metadata:
            pairs = [f"{literal(key)}: {literal(value)}" for key, value in metadata.items()]
            options += f", KV_METADATA {{{', '.join(pairs)}}}"
        return self._write(sql, path, options, rows=ROW_GROUP)

    def _write(self, sql: str, path: Path, options: str, *, rows: int) -> int:
        """Write Parquet in row groups of so many rows, or fewer where they are wide."""
        try:
            width = len(self.connection.sql(sql).columns)
            options += f", FORMAT parquet, {_FAST}, ROW_GROUP_SIZE {min(rows, _group(width))}"
            with self._threads_for(width):
                done = self.connection.execute(f"COPY ({sql}) TO {literal(str(path))} ({options})")
                return int(done.fetchall()[0][0])
        except duckdb.IOException as error:
            raise _refused(error, path) from error
        except duckdb.Error as error:
            raise QueryError(error) from error

    @contextlib.contextmanager
    def _threads_for(self, width: int) -> Iterator[None]:
        """Write wide rows with one thread where there are two: order costs more than one brings."""
        found = self.connection.execute("SELECT current_setting('threads')").fetchone()
        threads = int(found[0]) if found else 1
        if width <= _WIDE or threads != _PAIR:
            yield
            return
        self.connection.execute("SET threads = 1")
        try:
            yield
        finally:
            self.connection.execute(f"SET threads = {threads}")

    def close(self) -> None:
        """Let go of memory and temporary files."""
        self.connection.close()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


_WIDE, _PAIR = 100, 2
"""190 columns by a million rows, in order: 6.2 s of CPU and 865 MB with two threads and whole row
groups, 3.7 s and 293 MB with one thread and small ones.
"""
_VECTOR = 2_048  # rows that DuckDB handles at once


def _group(width: int) -> int:
    """Return how many rows of so many columns go into a row group, so that it fits in memory."""
    if width <= _WIDE:
        return ROW_GROUP
    return max(1, ROW_GROUP * 30 // width // _VECTOR) * _VECTOR


_REFUSALS = (errno.ENOSPC, errno.EDQUOT, errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.EROFS)


def _refused(error: duckdb.Error, path: Path) -> Exception:
    """Return what the file system refused as Python says it; else the engine's own error."""
    text = str(error)
    for code in _REFUSALS:
        is_ours = str(path) in text or code in (errno.ENOSPC, errno.EDQUOT)
        if is_ours and os.strerror(code) in text:
            return OSError(code, os.strerror(code), str(path))
    return QueryError(error)
