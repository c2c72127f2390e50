"""The engine inside the process: DuckDB on a private folder that goes when the engine closes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Self

import duckdb
import pyarrow as pa

from dataaudit.engine.sql import ident, literal
from dataaudit.errors import QueryError


class DuckDBEngine:
    """An in-process engine.

    Parameters
    ----------
    memory_limit
        As DuckDB takes it, "1GB"; None leaves DuckDB's own, 80 % of the machine.
    threads
        None takes every core.
    """

    def __init__(self, *, memory_limit: str | None = None, threads: int | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="dataaudit-")
        self.folder = Path(self._folder.name)
        self.connection = duckdb.connect(":memory:")
        self.connection.execute(f"SET temp_directory = {literal(str(self.folder / 'spill'))}")
        self.connection.execute("SET TimeZone = 'UTC'")
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

    def register(self, name: str, data: Any) -> None:
        """Make an arrow table or a polars frame readable under a name, without copying it.

        Raises
        ------
        QueryError
            For a type that DuckDB does not have.
        """
        try:
            self.connection.register(name, data)
        except duckdb.Error as error:
            raise QueryError(error) from error

    def copy(self, sql: str, path: Path) -> None:
        """Write the rows of a SELECT to one Parquet file, streaming, in their order.

        Raises
        ------
        QueryError
            With DuckDB's own words.
        """
        target = literal(str(path))
        try:
            self.connection.execute(f"COPY ({sql}) TO {target} (FORMAT parquet, COMPRESSION zstd)")
        except duckdb.Error as error:
            raise QueryError(error) from error

    def close(self) -> None:
        """Let go of memory and temporary files."""
        self.connection.close()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
