"""Engines hold rows of any number and answer SQL; one small protocol, one file per engine.

Statistics and rules are written once, as DuckDB SQL. An engine of another dialect translates.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa


class Engine(Protocol):
    """What a stage may ask of the place where the rows live.

    ``folder`` is private to the engine and goes when it closes; a stage may keep files in it.
    """

    folder: Path

    def query(self, sql: str) -> pa.Table:
        """Run one SELECT and bring its rows, which must be few, into memory."""
        ...

    def view(self, name: str, sql: str) -> None:
        """Give a SELECT a name, replacing what bore it."""
        ...

    def register(self, name: str, data: Any) -> None:
        """Make an arrow table or a polars frame readable under a name, without copying it."""
        ...

    def copy(self, sql: str, path: Path) -> None:
        """Write the rows of a SELECT to one Parquet file, streaming, in their order."""
        ...

    def close(self) -> None:
        """Let go of memory and temporary files."""
        ...
