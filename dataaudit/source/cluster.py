"""Tables on a cluster: Parquet that Spark reads where it lies; all else goes through this machine.

CSV, JSON lines and Arrow files are landed by the driver, in the folder that the workers see: what
can be read by one machine fits on its disk. Larger tables come as Parquet, an address or a table.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dataaudit.engine.sql import ident, literal
from dataaudit.errors import QueryError, SourceError
from dataaudit.source.bulk import glob_safe
from dataaudit.source.columns import ROW
from dataaudit.source.names import unique_names
from dataaudit.source.part import Part, difference
from dataaudit.source.tables import parquet_head

_NUMBER = "__number_of_row__"  # a table may have a column that bears our name


def scan_part(engine: Any, data: str, role: str, first_row: int) -> Part:
    """Return the part of an address (``s3a://bucket/table``) or a table of the cluster.

    Raises
    ------
    SourceError
        Where the cluster has no such table, or one that is not made of Parquet files.
    """
    try:
        found = engine.scan(f"{role}_data", data, row=_NUMBER, start=first_row)
    except QueryError as error:
        remedy = "Name a Parquet file or folder, its address, or a table of the cluster."
        raise SourceError(data, error.problem, remedy=remedy) from error
    return _part(found, role, {"format": "parquet", "files": [], "listing": found.listing})


def parquet_part(engine: Any, files: list[Path], role: str, first_row: int) -> Part:
    """Return the part of Parquet files that the workers see under the same path.

    Raises
    ------
    SourceError
        For a damaged file, or files whose columns differ.
    """
    names = [parquet_head(file)[0] for file in files]
    for file, here in zip(files, names, strict=True):
        if problem := difference(names[0], here):
            raise SourceError(file, f"{problem}, unlike {files[0].name}")
    paths = [str(file.absolute()) for file in files]
    try:
        found = engine.scan(f"{role}_data", paths, row=_NUMBER, start=first_row)
    except QueryError as error:
        remedy = "Workers on other machines must see it under the same path."
        raise SourceError(files[0], error.problem, remedy=remedy) from error
    return _part(found, role, {"format": "parquet", "files": [str(file) for file in files]})


def _part(found: Any, role: str, description: dict[str, Any]) -> Part:
    """Return the part of what Spark found, its columns named as in every other part."""
    unique, notes = unique_names(found.names)
    shown = [f"{_NUMBER} AS {ROW}"]
    shown += [f"{ident(old)} AS {ident(new)}" for old, new in zip(found.names, unique, strict=True)]
    return Part(
        sql=f"SELECT {', '.join(shown)} FROM {ident(f'{role}_data')}",
        names=unique,
        rows=found.rows,
        notes=notes,
        description=description,
    )


def landed_part(engine: Any, landing: Any, part: Part, role: str) -> Part:
    """Bring a part that another engine read to where the workers see it."""
    path = engine.folder / f"{role}-landed.parquet"
    landing.copy(part.sql, path)
    part.sql = f"SELECT * FROM read_parquet({literal(glob_safe(path))})"
    part.notes.append("The table was read on this machine and handed to the cluster as Parquet.")
    return part


def is_on_cluster(data: Any) -> bool:
    """Whether a source is an address, or the name of a table: no file of this machine.

    Examples
    --------
    >>> is_on_cluster("s3a://bucket/credit"), is_on_cluster("data/credit.csv")
    (True, False)
    """
    if not isinstance(data, str):
        return False
    if "://" in data:
        return True
    parts = data.split(".")
    return not Path(data).expanduser().exists() and all(part.isidentifier() for part in parts)


__all__ = ["is_on_cluster", "landed_part", "parquet_part", "scan_part"]
