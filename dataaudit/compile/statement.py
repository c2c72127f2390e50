"""A fitted cleaning as one SELECT: a chain of WITH parts, one for each step, for people to read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dataaudit.compile import encoding, ours  # noqa: F401 - they register the functions
from dataaudit.compile.query import Cell, Kind, Query, sql_of
from dataaudit.compile.theirs import fills
from dataaudit.engine.sql import ident
from dataaudit.errors import ConfigError, NoSqlFormError
from dataaudit.pipeline import Cleaning
from dataaudit.source.columns import ROW, Column

DIALECTS = ("duckdb", "spark", "postgres", "snowflake", "bigquery")
_KINDS: Mapping[str, Kind] = {
    "int": "number", "float": "number", "bool": "number", "date": "date", "str": "text",
}  # fmt: skip
_PLAIN = re.compile(r"[^\w .,()=<>+-]")  # else a name could end a comment, or be a parameter


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What `compiled` gives.

    Parameters
    ----------
    sql
        The SELECT.
    cells
        The features that it gives, in order, with their kinds.
    """

    sql: str
    cells: list[Cell]


def projection(
    cleaning: Cleaning,
    columns: Mapping[str, Column],
    relation: str,
    *,
    training: bool = False,
    dialect: str = "duckdb",
    keep: Sequence[str] = (),
    where: str | None = None,
    typing: Mapping[str, str] | None = None,
) -> str:
    """Return the SELECT that cleans rows as a fitted cleaning does.

    Parameters
    ----------
    cleaning
        Fitted.
    columns
        How each column is typed, at least those that it was fitted on.
    relation
        The name of a relation of typed rows; target encodings of training rows need ``__row__``.
    training
        False gives `Cleaning.transform`. True gives the real rows of `Cleaning.fit_resample`, none
        of them dropped, with ``__row__`` for the index.
    dialect
        What the statement is written in, one of `DIALECTS`.
    keep
        Columns of the relation that follow the features, as they are.
    where
        Which rows; SQL of DuckDB.
    typing
        Where the relation holds rows as read: the SQL that types each column.

    Raises
    ------
    NoSqlFormError
        Naming the step that SQL cannot follow.
    ConfigError
        For a dialect that is not known.
    """
    if dialect not in DIALECTS:
        raise ConfigError("--dialect", expected=f"one of {', '.join(DIALECTS)}", found=dialect)
    made = compiled(
        cleaning,
        columns,
        relation,
        training=training,
        is_duckdb=dialect == "duckdb",
        keep=keep,
        where=where,
        typing=typing,
    )
    return made.sql if dialect == "duckdb" else translated(made.sql, dialect)


def translated(sql: str, dialect: str) -> str:
    """Translate a statement of DuckDB's dialect, comments included."""
    import sqlglot

    level = sqlglot.ErrorLevel.IGNORE
    [statement] = sqlglot.transpile(
        sql, read="duckdb", write=dialect, pretty=True, unsupported_level=level
    )
    return str(statement)


def compiled(
    cleaning: Cleaning,
    columns: Mapping[str, Column],
    relation: str,
    *,
    training: bool = False,
    is_duckdb: bool = True,
    keep: Sequence[str] = (),
    where: str | None = None,
    typing: Mapping[str, str] | None = None,
) -> Statement:
    """Return the statement with what it gives; see `projection`.

    ``is_duckdb`` says whether forms may be used that other engines lack.
    """
    prefix = _free_prefix([*cleaning.columns_, *keep])
    query = Query(training=training, is_duckdb=is_duckdb, row=ident(f"{prefix}row"), prefix=prefix)
    query.whole = frozenset(name for name, c in columns.items() if c.dtype in ("int", "bool"))
    cells = [_entry(name, columns, query) for name in cleaning.columns_]
    passed = [(ident(f"{prefix}keep_{i}"), ident(name)) for i, name in enumerate(keep)]
    row = [(query.row, ident(ROW))] if training else []
    parts = _Parts(keep=[alias for alias, _ in [*row, *passed]])
    parts.read(cells, [*row, *passed], parts.typed(cells, typing, ident(relation)), where)
    cells = [Cell(cell.name, ident(cell.name), cell.kind) for cell in cells]
    following = [step for _, step in cleaning.fitted_[1:]] + [None]
    for number, (name, step) in enumerate(cleaning.fitted_, start=1):
        query.begin(name)
        query.is_filled_next = is_duckdb and fills(following[number - 1])
        before, cells = cells, _after(step, cells, query)
        parts.step(f"{number}_{name}", type(step).__name__, before, cells, query)
        if not query.is_filled_next:
            query.unbounded = frozenset()
        cells = [Cell(cell.name, ident(cell.name), cell.kind) for cell in cells]
    last = [cell.sql for cell in cells] + [f"{alias} AS {name}" for alias, name in passed]
    return Statement(sql=parts.statement(last), cells=cells)


def _free_prefix(names: Sequence[str]) -> str:
    """Return what no name begins with."""
    prefix = "x_"
    while any(name.casefold().startswith(prefix) for name in names):
        prefix = f"x{prefix}"
    return prefix


def _entry(name: str, columns: Mapping[str, Column], query: Query) -> Cell:
    """Return a column as it is read: every number as DOUBLE."""
    query.begin("read")
    if name not in columns:
        raise query.refuse(f"the rows lack `{name}`")
    column, x = columns[name], ident(name)
    if column.dtype == "bool":
        x = f"CASE WHEN {x} THEN 1.0e0 WHEN NOT {x} THEN 0.0e0 END"
    elif column.dtype in ("int", "float"):
        x = f"CAST({x} AS DOUBLE)"
    return Cell(name, x, _KINDS[column.dtype])


def _after(step: Any, cells: list[Cell], query: Query) -> list[Cell]:
    """Return the cells behind a step, whose names no engine may confuse."""
    after = sql_of(step, cells, query)
    names = [cell.name.casefold() for cell in after]
    if len(set(names)) < len(names):
        raise query.refuse("two of its columns have names that differ in case alone")
    if any(name.startswith(query.prefix) for name in names):
        raise query.refuse(f"a column's name begins with {query.prefix}")
    return after


class _Parts:
    """The parts of the WITH clause as they are written one by one."""

    def __init__(self, keep: Sequence[str]) -> None:
        self._keep, self._last = list(keep), ""
        self._parts: list[str] = []

    def typed(self, cells: Sequence[Cell], typing: Mapping[str, str] | None, relation: str) -> str:
        """Write the part that types rows as read, if they are; return where typed rows stand."""
        if typing is None:
            return relation
        columns = [f"{typing[cell.name]} AS {ident(cell.name)}" for cell in cells]
        self._add(
            "0_type", "text as numbers, dates and words, null tokens as NULL", columns, relation
        )
        return self._last

    def read(
        self,
        cells: Sequence[Cell],
        kept: Sequence[tuple[str, str]],
        relation: str,
        where: str | None,
    ) -> None:
        """Write the part that reads the relation."""
        columns = [_column(cell.sql, cell.name) for cell in cells]
        columns += [f"{name} AS {alias}" for alias, name in kept]
        suffix = f"\n  WHERE {where}" if where else ""
        self._add("0_read", "every number as a double", columns, relation + suffix)

    def step(
        self, name: str, estimator: str, before: Sequence[Cell], after: Sequence[Cell], query: Query
    ) -> None:
        """Write the parts of a step, or nothing where it changes nothing."""
        if [(cell.name, cell.sql) for cell in after] == [(c.name, ident(c.name)) for c in before]:
            return
        for table, select in query.tables:
            self._parts.append(f"{table} AS (\n  {select}\n)")
        columns = [ident(cell.name) for cell in before]
        for level in range(1, 1 + max((level for level, _, _ in query.lets), default=0)):
            new = [(alias, sql) for at, alias, sql in query.lets if at == level]
            joins = [(table, on) for at, table, on in query.joins if at == level]
            self._let(f"{name}_{level}", columns, new, joins)
            columns = [*columns, *(alias for alias, _ in new)]
        said = f"{estimator}{_change(before, after)}"
        self._add(
            name, said, [_column(cell.sql, cell.name) for cell in after] + self._keep, self._last
        )

    def _let(
        self,
        name: str,
        columns: Sequence[str],
        new: Sequence[tuple[str, str]],
        joins: Sequence[tuple[str, str]],
    ) -> None:
        """Write a part that adds what several columns of the step share."""
        source = self._last + "".join(f"\n  LEFT JOIN {table} ON {on}" for table, on in joins)
        select = [*columns, *self._keep, *(f"{sql} AS {alias}" for alias, sql in new)]
        self._add(name, "what the columns of this step share", select, source)

    def _add(self, name: str, said: str, columns: Sequence[str], source: str) -> None:
        alias = ident(re.sub(r"\W", "_", f"step_{name}", flags=re.ASCII).lower())
        comment = _PLAIN.sub("_", f"{name} - {said}")
        body = ",\n    ".join(columns) if columns else "1"
        self._parts.append(
            f"{alias} AS (\n  /* {comment} */\n  SELECT\n    {body}\n  FROM {source}\n)"
        )
        self._last = alias

    def statement(self, columns: Sequence[str]) -> str:
        """Return the whole SELECT."""
        parts = ",\n".join(self._parts)
        body = ",\n  ".join(columns)
        return f"WITH {parts}\nSELECT\n  {body}\nFROM {self._last}"


def _column(sql: str, name: str) -> str:
    return sql if sql == ident(name) else f"{sql} AS {ident(name)}"


def _change(before: Sequence[Cell], after: Sequence[Cell]) -> str:
    """Say how many columns a step changes and adds."""
    had = {cell.name for cell in before}
    new = sum(cell.name not in had for cell in after)
    changed = sum(cell.name in had and cell.sql != ident(cell.name) for cell in after)
    gone = len(had - {cell.name for cell in after})
    counts = [(changed, "changes"), (new, "adds"), (gone, "takes away")]
    said = [f"{verb} {count} column{'s' * (count != 1)}" for count, verb in counts if count]
    return f", {', '.join(said)}" if said else ""


__all__ = ["DIALECTS", "NoSqlFormError", "Statement", "compiled", "projection", "translated"]
