"""Land JSON lines as Parquet: one object a line, or one array of objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from dataaudit.engine import Engine, one_row
from dataaudit.engine.sql import ident, literal
from dataaudit.errors import QueryError, SourceError
from dataaudit.source.bulk import glob_safe
from dataaudit.source.careful import BadLine
from dataaudit.source.columns import ROW
from dataaudit.source.names import readable, unique_names
from dataaudit.source.part import Part

_LARGEST_OBJECT = 1 << 28  # bytes of one object


def json_part(engine: Engine, file: Path, name: str, target: Path, first_row: int) -> Part:
    """Read a file of JSON into a Parquet file, and lines that are no object aside.

    Parameters
    ----------
    engine
        Reads and writes.
    file
        The file, not compressed.
    name
        What the user called it.
    target
        The Parquet file to write.
    first_row
        The ``__row__`` of the first row.

    Raises
    ------
    SourceError
        Where there is no object in it.
    """
    clean = target.with_suffix(".jsonl")
    bad = list(_cleaned(file, clean))
    if not clean.stat().st_size:
        problem = f"line 1: {bad[0].errors[0]}" if bad else "the file is empty"
        raise SourceError(name, f"it holds no JSON object; {problem}")
    read = (
        f"read_json({literal(glob_safe(clean))}, format = 'newline_delimited', sample_size = -1, "
        f"maximum_object_size = {_LARGEST_OBJECT}, map_inference_threshold = -1)"
    )
    try:
        held = engine.query(f"DESCRIBE SELECT * FROM {read}")
        names, notes = unique_names(held.column(0).to_pylist())
        kinds = held.column(1).to_pylist()
        shown = [
            f"{_cell(old, kind)} AS {ident(new)}"
            for old, kind, new in zip(held.column(0).to_pylist(), kinds, names, strict=True)
        ]
        row = f"row_number() OVER () + {first_row - 1} AS {ROW}"
        engine.copy(f"SELECT {', '.join([row, *shown])} FROM {read}", target)
    except QueryError as error:
        raise SourceError(name, error.problem) from error
    clean.unlink()
    source = f"read_parquet({literal(glob_safe(target))})"
    [rows] = one_row(engine, f"SELECT count(*) FROM {source}")
    mixed = [new for new, kind in zip(names, kinds, strict=True) if kind == "JSON"]
    notes += [f"`{new}` holds values of several types and is read as text." for new in mixed]
    if bad:
        notes.append(f"{len(bad):,} lines are no JSON object and were put aside.")
    return Part(
        sql=f"SELECT * FROM {source}",
        names=names,
        rows=rows,
        text=frozenset(mixed),
        bad=[(name, line) for line in bad],
        notes=notes,
    )


def _cell(name: str, kind: str) -> str:
    """Return a column; a JSON value of no one type as its text, without quotes."""
    return f"({ident(name)} ->> '$')" if kind == "JSON" else ident(name)


def _cleaned(file: Path, target: Path) -> Iterator[BadLine]:
    """Copy the lines that hold an object and yield the others."""
    with (
        file.open(encoding="utf-8-sig", errors="surrogateescape") as lines,
        target.open("w", encoding="utf-8") as out,
    ):
        first = lines.read(1).lstrip()
        lines.seek(0)
        if first == "[":
            out.writelines(
                f"{json.dumps(item)}\n" for item in _array(file) if isinstance(item, dict)
            )
            return
        for number, line in enumerate(lines, start=1):
            problem = _problem(line) if line.strip() else None
            if problem:
                yield BadLine(number, readable(line.rstrip("\r\n")), (problem,))
            elif line.strip():
                out.write(line if line.endswith("\n") else f"{line}\n")


def _array(file: Path) -> list[object]:
    """Read one array of objects, which must fit into memory."""
    try:
        items = json.loads(file.read_text(encoding="utf-8-sig"))
    except (ValueError, UnicodeDecodeError) as error:
        raise SourceError(file, f"it is no JSON: {error}") from error
    return items if isinstance(items, list) else [items]


def _problem(line: str) -> str | None:
    """Say why a line is no JSON object; None where it is one."""
    try:
        line.encode("utf-8")
        item = json.loads(line)
    except UnicodeEncodeError:
        return "it has bytes that are not UTF-8"
    except (ValueError, RecursionError) as error:
        return f"no JSON: {error}"
    return None if isinstance(item, dict) else "it is no JSON object"
