"""Rows that Spark reads where they lie, numbered without a sort: file by file, row by row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa

_FILE, _PLACE = "__file_of_row__", "__place_in_file__"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What was found.

    Parameters
    ----------
    names
        The columns.
    rows
        How many there are.
    listing
        Path, size in bytes, time of change and rows of each file, in the order of the rows.
    """

    names: list[str]
    rows: int
    listing: list[dict[str, Any]]


def scanned(session: Any, name: str, data: str | Sequence[str], *, row: str, start: int) -> Scanned:
    """Name the rows of Parquet files with a column that numbers them.

    Parameters
    ----------
    session
        Of Spark.
    name
        What the relation shall be called.
    data
        Local files; or the address of a folder, a file or a pattern; or the name of a table.
    row, start
        The column of the numbers, and the first one. Files count in sorted order.
    """
    frame = _frame(session, data)
    names = list(frame.columns)
    read = frame.selectExpr(
        "*", f"_metadata.file_path AS {_FILE}", f"_metadata.row_index AS {_PLACE}"
    )
    listing = _listing(frame)
    starts, rows = [], start
    for file in listing:
        starts.append(rows)
        rows += file["rows"]
    table = pa.table(
        {_FILE: [file["path"] for file in listing], "start": pa.array(starts, pa.int64())}
    )
    if len(listing) == 1:
        numbered = read.selectExpr(f"{_PLACE} + {start} AS {row}", "*")
    else:
        first = session.createDataFrame(table).hint("broadcast")
        numbered = (
            read.join(first, _FILE).selectExpr(f"start + {_PLACE} AS {row}", "*").drop("start")
        )
    numbered.drop(_FILE, _PLACE).createOrReplaceTempView(name)
    return Scanned(names=names, rows=rows - start, listing=listing)


def _frame(session: Any, data: str | Sequence[str]) -> Any:
    """Return the frame of files, an address or a table."""
    reader = session.read.option("recursiveFileLookup", "true")
    if not isinstance(data, str):
        merging = reader.option("mergeSchema", len(data) > 1)
        return merging.parquet(*(local(file) for file in data))
    return reader.parquet(data) if "://" in data else session.table(data)


def local(path: object) -> str:
    r"""Return a path of this machine as Spark reads one: signs of a pattern stand for themselves.

    Examples
    --------
    >>> print(local("/data/a[1].parquet"))
    file:///data/a\[1\].parquet
    """
    return "file://" + re.sub(r"([\[\]{}*?\\])", r"\\\1", str(path))


def _listing(frame: Any) -> list[dict[str, Any]]:
    """Return the files in sorted order; their rows are counted from footers."""
    parts = ("file_path", "file_size", "file_modification_time")
    named = frame.selectExpr(*(f"_metadata.{part} AS {part}" for part in parts))
    found = named.groupBy(*parts).count().toArrow().to_pylist()
    files = [
        {
            "path": file["file_path"],
            "bytes": file["file_size"],
            "changed": file["file_modification_time"].isoformat(),
            "rows": file["count"],
        }
        for file in found
    ]
    return sorted(files, key=lambda file: PurePosixPath(unquote(urlsplit(file["path"]).path)))
