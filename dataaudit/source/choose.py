"""Choose the reader: what a source is decides which file of this folder reads it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dataaudit.engine import Engine
from dataaudit.engine.sql import ident, literal
from dataaudit.errors import SourceError
from dataaudit.source.bulk import glob_safe
from dataaudit.source.cluster import is_on_cluster, landed_part, scan_part
from dataaudit.source.cluster import parquet_part as parquet_on_cluster
from dataaudit.source.columns import ROW
from dataaudit.source.csv import Landed, land
from dataaudit.source.files import find_files, format_of, unpacked
from dataaudit.source.jsonlines import json_part
from dataaudit.source.options import ReadOptions
from dataaudit.source.part import Part, difference
from dataaudit.source.tables import arrow_part, frame_part, parquet_part


def part_of(engine: Engine, data: Any, role: str, first_row: int, options: ReadOptions) -> Part:
    """Turn a path or a frame into a part.

    Parameters
    ----------
    engine
        Where it is to live.
    data
        A path, a pattern, a folder, or a frame.
    role
        "train" or "test": what its relations and files are called.
    first_row
        The ``__row__`` of its first row.
    options
        How to read files.

    Raises
    ------
    SourceError
        Where there is nothing to read.
    """
    if not isinstance(data, str | Path):
        part = frame_part(engine, data, f"{role}_data", first_row)
        part.description = {"format": "frame", "files": []}
        return _filled(part, data)
    if engine.dialect == "spark" and is_on_cluster(data):
        return _filled(scan_part(engine, str(data), role, first_row), data)
    files = find_files(data)
    kinds = {format_of(file, options.format) for file in files}
    if len(kinds) > 1:
        raise SourceError(data, f"its files are of different formats: {', '.join(sorted(kinds))}")
    kind = kinds.pop()
    if engine.dialect == "spark":
        part = _on_cluster(engine, kind, files, data, role, first_row, options)
    elif kind == "parquet":
        part = parquet_part(engine, files, first_row)
    elif kind == "arrow":
        part = arrow_part(engine, files, f"{role}_data", first_row)
    else:
        part = _landed(engine, files, role, first_row, options, is_json=kind == "json")
    part.description = {"format": kind, "files": [str(file) for file in files], **part.description}
    return _filled(part, data)


def _on_cluster(  # noqa: PLR0917 - what `part_of` knows
    engine: Engine,
    kind: str,
    files: Sequence[Path],
    data: Any,
    role: str,
    first_row: int,
    options: ReadOptions,
) -> Part:
    """Let Spark read Parquet; anything else is read here first, by the engine of this process."""
    if kind == "parquet":
        return parquet_on_cluster(engine, list(files), role, first_row)
    from dataaudit.engine.duckdb import DuckDBEngine

    with DuckDBEngine() as landing:
        part = part_of(landing, data, role, first_row, options)
        return landed_part(engine, landing, part, role)


def _filled(part: Part, data: Any) -> Part:
    """Refuse a table without rows."""
    if not part.rows:
        raise SourceError(name_of(data), "it has a header and no rows")
    return part


def _landed(
    engine: Engine,
    files: Sequence[Path],
    role: str,
    first_row: int,
    options: ReadOptions,
    *,
    is_json: bool,
) -> Part:
    """Bring files of text into the engine's folder, one by one."""
    parts: list[Part] = []
    for number, file in enumerate(files):
        target = engine.folder / f"{role}-{number:05d}.parquet"
        plain = unpacked(file, target.with_suffix(".unpacked"))
        start = first_row + sum(part.rows for part in parts)
        if is_json:
            part = json_part(engine, plain, str(file), target, start)
        else:
            landed = land(
                engine, plain, name=str(file), target=target, first_row=start, options=options
            )
            part = _text_part(landed, str(file))
            if part.description["header_lines"] <= 1:  # the other files look like the first
                options = options.model_copy(update={"header": part.description["header"]})
        if plain != file:
            plain.unlink()
        if parts and (problem := difference(parts[0].names, part.names)):
            raise SourceError(file, f"{problem}, unlike {files[0].name}")
        parts.append(part)
    return _stacked(parts)


def _text_part(landed: Landed, name: str) -> Part:
    """Return the part of a file of text."""
    return Part(
        sql=f"SELECT * FROM read_parquet({literal(glob_safe(landed.path))})",
        names=list(landed.names),
        rows=landed.rows,
        text=frozenset(landed.names),
        bad=[(name, line) for line in landed.bad],
        description=landed.description,
        notes=landed.notes,
    )


def _stacked(parts: Sequence[Part]) -> Part:
    """Put files of the same columns under each other."""
    first = parts[0]
    names = ", ".join(ident(name) for name in [ROW, *first.names])
    return Part(
        sql=" UNION ALL ".join(f"SELECT {names} FROM ({part.sql})" for part in parts),
        names=first.names,
        rows=sum(part.rows for part in parts),
        text=frozenset().union(*(part.text for part in parts)),
        bad=[line for part in parts for line in part.bad],
        description=first.description,
        notes=list(dict.fromkeys(note for part in parts for note in part.notes)),
    )


def name_of(data: Any) -> str:
    """Return what to call a table in an error."""
    return str(data) if isinstance(data, str | Path) else f"the {type(data).__name__}"
