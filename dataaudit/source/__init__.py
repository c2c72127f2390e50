"""From any table to rows on an engine: CSV and friends, JSON lines, Parquet, Arrow, frames.

`read` leaves two relations on the engine. ``raw`` has every column as read and ``__row__``, which
counts the rows in the order of the files; ``typed`` has the same rows as numbers, dates, booleans
and text, with null tokens as missing. Lines that could not be split are in `Source.bad_lines`.
Everything that was worked out is said in `Source.description`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from dataaudit.engine import Engine
from dataaudit.engine.sql import ident, literal
from dataaudit.errors import SourceError
from dataaudit.source.bulk import glob_safe
from dataaudit.source.columns import ROW, Column, typed_select
from dataaudit.source.csv import Landed, land
from dataaudit.source.decide import decide
from dataaudit.source.files import find_files, format_of, unpacked
from dataaudit.source.jsonlines import json_part
from dataaudit.source.options import Declared, ReadOptions
from dataaudit.source.part import Part, difference
from dataaudit.source.tables import arrow_part, frame_part, parquet_part

__all__ = ["BAD_LINES", "Column", "Declared", "ReadOptions", "Source", "read"]

BAD_LINES = pa.schema(
    [
        pa.field("__line__", pa.int64()),
        pa.field("__file__", pa.string()),
        pa.field("__raw__", pa.string()),
        pa.field("__errors__", pa.list_(pa.string())),
    ]
)


@dataclass(kw_only=True)
class Source:
    """A table on an engine.

    Parameters
    ----------
    engine
        Holds the relations ``raw`` and ``typed``; close it when done.
    columns
        By name, in the order of the source.
    rows
        Rows in ``raw``; the bad lines are not among them.
    test_from
        The first ``__row__`` of the test table; None without one.
    bad_lines
        What could not be split: line number, file, text, reasons.
    description
        format, encoding, delimiter, header, preamble, files, notes (sentences), test; JSON-able.
    """

    engine: Engine
    columns: dict[str, Column]
    rows: int
    test_from: int | None = None
    bad_lines: pa.Table = field(default_factory=BAD_LINES.empty_table)
    description: dict[str, Any] = field(default_factory=dict)

    @property
    def files(self) -> list[str]:
        """Every file that was read, the test table's too; empty where a frame took part."""
        tables = [self.description, *filter(None, [self.description.get("test")])]
        files = [table.get("files", []) for table in tables]
        return [file for part in files for file in part] if all(files) else []


def read(
    data: Any,
    *,
    test: Any = None,
    options: ReadOptions | None = None,
    declared: Mapping[str, Declared] | None = None,
    columns: Mapping[str, Column] | None = None,
    engine: Engine | None = None,
) -> Source:
    """Read a table.

    Parameters
    ----------
    data
        A path, a pattern or a folder of CSV, JSON lines, Parquet or Arrow files; or a pandas or
        polars frame or a pyarrow table, which is not changed.
    test
        A table of its own for the test side; its rows follow.
    options
        How to read a file, where it is not to be worked out.
    declared
        What a contract says of columns: types and null tokens; columns not there are passed over.
    columns
        How columns were read before, to be read in the same way again; nothing is decided of them.
    engine
        Where the rows are to live; a new `DuckDBEngine` by default.

    Raises
    ------
    SourceError
        Where there is nothing to read, in one line that says why.
    ConfigError
        For an encoding that does not exist.

    Examples
    --------
    >>> import pandas as pd
    >>> source = read(pd.DataFrame({"age": [31, None], "city": ["Rome", "?"]}))
    >>> source.rows, source.columns["city"].nulls
    (2, ('?',))
    >>> source.engine.query("SELECT * FROM typed").to_pylist()[1]
    {'__row__': 1, 'age': None, 'city': None}
    >>> source.engine.close()
    """
    options = options or ReadOptions()
    is_own = engine is None
    engine = engine or _new_engine()
    try:
        return _read(engine, data, test, options, declared or {}, columns or {})
    except BaseException:
        if is_own:
            engine.close()
        raise


def _new_engine() -> Engine:
    """Start the engine inside the process."""
    from dataaudit.engine.duckdb import DuckDBEngine

    return DuckDBEngine()


def _read(  # noqa: PLR0917 - what `read` was given
    engine: Engine,
    data: Any,
    test: Any,
    options: ReadOptions,
    declared: Mapping[str, Declared],
    fixed: Mapping[str, Column],
) -> Source:
    """Read the table and its test table, and give the rows their two names."""
    main = _part(engine, data, "train", 0, options)
    parts = [main]
    if test is not None:
        held_out = _part(engine, test, "test", main.rows, options)
        if problem := difference(main.names, held_out.names):
            raise SourceError(_name(test), f"{problem}, unlike {_name(data)}")
        parts.append(held_out)
    # A contract may name columns that are optional or missing; its own check says which.
    declared = {name: column for name, column in declared.items() if name in main.names}
    names = ", ".join(ident(name) for name in [ROW, *main.names])
    engine.view("raw", " UNION ALL ".join(f"SELECT {names} FROM ({part.sql})" for part in parts))
    text = frozenset().union(*(part.text for part in parts))
    decided = decide(engine, "raw", text=text, declared=declared, decimal=options.decimal)
    columns = {name: fixed.get(name, column) for name, column in decided.items()}
    _type(engine, columns, is_stored=bool(text))
    return Source(
        engine=engine,
        columns=columns,
        rows=sum(part.rows for part in parts),
        test_from=main.rows if test is not None else None,
        bad_lines=_bad_lines(parts),
        description=_description(parts),
    )


def _type(engine: Engine, columns: Mapping[str, Column], *, is_stored: bool) -> None:
    """Make the relation ``typed``; what was parsed from text is stored, so it is parsed once."""
    sql = typed_select(engine, "raw", columns)
    if not is_stored:
        engine.view("typed", sql)
        return
    path = engine.folder / "typed.parquet"
    engine.copy(sql, path)
    engine.view("typed", f"SELECT * FROM read_parquet({literal(glob_safe(path))})")


def _part(engine: Engine, data: Any, role: str, first_row: int, options: ReadOptions) -> Part:
    """Turn a path or a frame into a part."""
    if not isinstance(data, str | Path):
        part = frame_part(engine, data, f"{role}_data", first_row)
        part.description = {"format": "frame", "files": []}
        return _filled(part, data)
    files = find_files(data)
    kinds = {format_of(file, options.format) for file in files}
    if len(kinds) > 1:
        raise SourceError(data, f"its files are of different formats: {', '.join(sorted(kinds))}")
    kind = kinds.pop()
    if kind == "parquet":
        part = parquet_part(engine, files, first_row)
    elif kind == "arrow":
        part = arrow_part(engine, files, f"{role}_data", first_row)
    else:
        part = _landed(engine, files, role, first_row, options, is_json=kind == "json")
    part.description = {"format": kind, "files": [str(file) for file in files], **part.description}
    return _filled(part, data)


def _filled(part: Part, data: Any) -> Part:
    """Refuse a table without rows."""
    if not part.rows:
        raise SourceError(_name(data), "it has a header and no rows")
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


def _bad_lines(parts: Sequence[Part]) -> pa.Table:
    """Return what was put aside as a table."""
    bad = [line for part in parts for line in part.bad]
    columns = [
        [line.line for _, line in bad],
        [name for name, _ in bad],
        [line.raw for _, line in bad],
        [list(line.errors) for _, line in bad],
    ]
    return pa.table(columns, schema=BAD_LINES)


def _description(parts: Sequence[Part]) -> dict[str, Any]:
    """Say what was worked out of the table, and of the test table."""
    described = [{**part.description, "notes": part.notes} for part in parts]
    return {**described[0], **({"test": described[1]} if len(described) > 1 else {})}


def _name(data: Any) -> str:
    """Return what to call a table in an error."""
    return str(data) if isinstance(data, str | Path) else f"the {type(data).__name__}"
