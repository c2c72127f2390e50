"""From any table to rows on an engine: CSV and friends, JSON lines, Parquet, Arrow, frames.

`read` leaves two relations on the engine. ``raw`` has every column as read and ``__row__``, which
counts the rows in the order of the files; ``typed`` has the same rows as numbers, dates, booleans
and text, with null tokens as missing. Lines that could not be split are in `Source.bad_lines`.
Everything that was worked out is said in `Source.description`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from dataaudit.engine import Engine
from dataaudit.engine.sql import ident, literal
from dataaudit.errors import SourceError
from dataaudit.source.bulk import glob_safe
from dataaudit.source.choose import name_of, part_of
from dataaudit.source.columns import ROW, Column, typed_select
from dataaudit.source.decide import decide
from dataaudit.source.options import Declared, ReadOptions
from dataaudit.source.part import Part, difference

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
    counts
        How often each value of some columns of text stands in ``raw``, see `Decided`.
    plain
        The relation ``typed`` but that NaN may stand in it where a number is missing, which spares
        a look at every cell; None where there is none.
    """

    engine: Engine
    columns: dict[str, Column]
    rows: int
    test_from: int | None = None
    bad_lines: pa.Table = field(default_factory=BAD_LINES.empty_table)
    description: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, pa.Table] = field(default_factory=dict)
    plain: str | None = None

    @property
    def tables(self) -> list[dict[str, Any]]:
        """What is said of the table, and of the test table if there is one."""
        return [self.description, *filter(None, [self.description.get("test")])]

    @property
    def files(self) -> list[str]:
        """Every file that was read, the test table's too; empty where a frame took part."""
        files = [table.get("files", []) for table in self.tables]
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
    main = part_of(engine, data, "train", 0, options)
    parts = [main]
    if test is not None:
        held_out = part_of(engine, test, "test", main.rows, options)
        if problem := difference(main.names, held_out.names):
            raise SourceError(name_of(test), f"{problem}, unlike {name_of(data)}")
        parts.append(held_out)
    # A contract may name columns that are optional or missing; its own check says which.
    declared = {name: column for name, column in declared.items() if name in main.names}
    names = ", ".join(ident(name) for name in [ROW, *main.names])
    engine.view("raw", " UNION ALL ".join(f"SELECT {names} FROM ({part.sql})" for part in parts))
    text = frozenset().union(*(part.text for part in parts))
    decided = decide(engine, "raw", text=text, declared=declared, decimal=options.decimal)
    known = {name: replace(column, has_gaps=True) for name, column in fixed.items()}
    columns = {name: known.get(name, column) for name, column in decided.columns.items()}
    _type(engine, columns, is_stored=bool(text))
    return Source(
        engine=engine,
        columns=columns,
        rows=sum(part.rows for part in parts),
        test_from=main.rows if test is not None else None,
        bad_lines=_bad_lines(parts),
        description=_description(parts),
        counts=decided.counts,
        plain=None if text else _PLAIN,
    )


_PLAIN = "typed_but_for_nan"


def _type(engine: Engine, columns: Mapping[str, Column], *, is_stored: bool) -> None:
    """Make the relation ``typed``; what was parsed from text is stored, so it is parsed once."""
    sql = typed_select(engine, "raw", columns)
    if not is_stored:
        engine.view("typed", sql)
        engine.view(_PLAIN, typed_select(engine, "raw", columns, keeps_nan=True))
        return
    path = engine.folder / "typed.parquet"
    engine.copy(sql, path)
    engine.view("typed", f"SELECT * FROM read_parquet({literal(glob_safe(path))})")


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
