"""The rows as the clauses see them: each cell as a value, and whether it is missing or unreadable.

Where every column is text or has its type already (Parquet, frames), values are worked out in the
same scan that reads the cells, which are there then for the quarantine. Where text had to be read
as a type (CSV), the relation ``typed`` holds the values, and one scan of ``raw`` tells a cell that
did not parse from one that is missing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from dataaudit.engine import Engine
from dataaudit.engine.sql import ident
from dataaudit.source.casts import is_gap, native_dtype
from dataaudit.source.columns import ROW, Column, column_kinds, typed_cell

_UNREAD = "contract_unread"
_SQL_TYPES = {"int": "BIGINT", "float": "DOUBLE"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The SQL of one column's cells.

    Parameters
    ----------
    column
        How it is read.
    value
        NULL where the cell is missing or unreadable.
    quick
        The same in a form that is cheaper, and may be something else where ``value`` is NULL.
    is_sure
        Whether ``quick`` is NULL wherever ``value`` is.
    missing
        True where the cell is missing; may be true where it is unreadable.
    unread
        True where it is unreadable; None where no cell can be.
    """

    column: Column
    value: str
    quick: str
    is_sure: bool
    missing: str
    unread: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What to select from, and what stands there.

    Parameters
    ----------
    sql
        What follows FROM.
    cells
        By column.
    texts
        The SQL of each cell as read, as text; None where another relation has it.
    """

    sql: str
    cells: Mapping[str, Cell]
    texts: Mapping[str, str] | None = None


def rows_of(engine: Engine, columns: Mapping[str, Column], judged: Collection[str]) -> Rows:
    """Find the cheapest way to see the cells of ``raw`` and ``typed``.

    Parameters
    ----------
    engine
        Where the rows are.
    columns
        Every column, as the source reads it.
    judged
        The columns whose contract states a type.
    """
    kinds = column_kinds(engine, "raw")
    parsed = [n for n, c in columns.items() if c.dtype not in ("str", native_dtype(kinds[n]))]
    free = _free_prefix(columns)
    if not parsed:
        return _as_read(columns, kinds, free)
    return _as_stored(engine, columns, kinds, [name for name in parsed if name in judged], free)


def _free_prefix(names: Collection[str]) -> str:
    """Return the start of a name that no column's name has."""
    prefix = "raw "
    while any(name.casefold().startswith(prefix) for name in names):
        prefix += " "
    return prefix


def _as_read(columns: Mapping[str, Column], kinds: Mapping[str, str], free: str) -> Rows:
    """Return the rows of ``raw`` with each cell as read and as value."""
    parts, cells, texts = [ROW], {}, {}
    for i, (name, column) in enumerate(columns.items()):
        value = typed_cell(column, kinds[name])
        raw = ident(f"{free}{i}")
        parts += [f"{value} AS {ident(name)}", f"{ident(name)} AS {raw}"]
        texts[name] = raw if kinds[name] == "VARCHAR" else f"CAST({raw} AS VARCHAR)"
        cells[name] = _cell_as_read(column, kinds[name], raw)
    return Rows(sql=f"(SELECT {', '.join(parts)} FROM raw) AS seen", cells=cells, texts=texts)


def _cell_as_read(column: Column, kind: str, raw: str) -> Cell:
    """Return a cell that needs no parsing: whether it is a null token is asked last, of few."""
    value = ident(column.name)
    quick, is_sure = value, True
    if column.dtype in _SQL_TYPES:
        quick = f"CAST({raw} AS {_SQL_TYPES[column.dtype]})"
        is_sure = column.dtype == "int" and not column.nulls  # a float may be no number
    elif kind == "VARCHAR" or column.dtype == "bool" or kind == "TIMESTAMP":
        quick = raw
        is_sure = not (column.has_gaps if kind == "VARCHAR" else column.nulls)
    return Cell(
        column=column, value=value, quick=quick, is_sure=is_sure, missing=f"{value} IS NULL"
    )


def _as_stored(
    engine: Engine,
    columns: Mapping[str, Column],
    kinds: Mapping[str, str],
    judged: Collection[str],
    free: str,
) -> Rows:
    """Return the rows of ``typed``, joined with what could not be read of ``raw``."""
    found = ident(f"{free}unread")
    cells = {}
    for i, (name, column) in enumerate(columns.items()):
        x = ident(name)
        unread = f"coalesce(list_contains({found}, {i}), FALSE)" if name in judged else None
        cells[name] = Cell(
            column=column, value=x, quick=x, is_sure=True, missing=f"{x} IS NULL", unread=unread
        )
    if not judged:
        return Rows(sql="typed AS seen", cells=cells)
    _store_unread(engine, columns, kinds, judged)
    values = ", ".join(f"v.{ident(name)}" for name in [ROW, *columns])
    joined = f"typed AS v LEFT JOIN {_UNREAD} AS u ON v.{ROW} = u.{ROW}"
    return Rows(sql=f"(SELECT {values}, u.unread AS {found} FROM {joined}) AS seen", cells=cells)


def _store_unread(
    engine: Engine,
    columns: Mapping[str, Column],
    kinds: Mapping[str, str],
    judged: Collection[str],
) -> None:
    """Store the rows with a cell that is neither missing nor a value, and its columns by number."""
    tests = {}
    for i, (name, column) in enumerate(columns.items()):
        if name in judged:
            x, kind = ident(name), kinds[name]
            value = typed_cell(column, kind)
            gap = is_gap(x, kind, column.nulls)
            tests[i] = f"({x} IS NOT NULL AND ({value}) IS NULL AND NOT {gap})"
    anything = " OR ".join(tests.values())
    engine.store(_UNREAD, f"SELECT {ROW}, {numbers(tests)} AS unread FROM raw WHERE {anything}")


def numbers(tests: Mapping[int, str]) -> str:
    """Return the SQL of the list of numbers whose test is true."""
    arms = [
        f"CASE WHEN {test} THEN [{i}] ELSE CAST([] AS INTEGER[]) END" for i, test in tests.items()
    ]
    return f"flatten([{', '.join(arms)}])" if arms else "CAST([] AS INTEGER[])"
