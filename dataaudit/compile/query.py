"""What a step becomes: cells as SQL, and the statement around them while it grows.

`sql_of` has one function per estimator type. It gets the cells before the step and returns those
behind it. What several cells share (a level's number, a scaled value) it hands to `Query.let`,
which puts it into a SELECT of its own, so that it is computed once and the text stays short.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import singledispatch
from typing import Any, Literal

from dataaudit.engine.sql import ident, literal
from dataaudit.errors import NoSqlFormError

Kind = Literal["number", "date", "text"]
LARGEST = 1.7976931348623157e308
_FEW = 200  # levels up to which a CASE is looked through
_MANY = 100_000  # levels above which the statement would be no text for a person or a parser


@dataclass(frozen=True, slots=True)
class Cell:
    """One column between two steps.

    Parameters
    ----------
    name
        As the estimators call it.
    sql
        The expression of its value; a missing value is NULL, never NaN.
    kind
        number (DOUBLE), date (TIMESTAMP) or text (VARCHAR).
    """

    name: str
    sql: str
    kind: Kind


@dataclass
class Query:
    """The SELECTs of one step, and what all steps share.

    Parameters
    ----------
    training
        Whether rows are written as `fit_resample` gives them, target encodings cross-fitted.
    is_duckdb
        Whether forms that DuckDB alone has may be used; they look long lists of levels up faster.
    row
        The column that bears ``__row__``.
    prefix
        Begins every name that is made up here; no column's name begins with it.
    whole
        Columns of whole numbers and booleans, which cannot be infinite.
    is_filled_next
        Whether the step that follows fills every gap, and may thus test for infinity on its way.
    unbounded
        The SQL of columns that may be infinite, before that step, where infinite means missing.
    """

    training: bool
    is_duckdb: bool
    row: str
    prefix: str
    whole: frozenset[str] = frozenset()
    is_filled_next: bool = False
    unbounded: frozenset[str] = frozenset()
    step: str = ""
    lets: list[tuple[int, str, str]] = field(default_factory=list)
    joins: list[tuple[int, str, str]] = field(default_factory=list)
    tables: list[tuple[str, str]] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def begin(self, step: str) -> None:
        """Start a step."""
        self.step, self.lets, self.joins, self.tables = step, [], [], []

    def refuse(self, reason: str) -> NoSqlFormError:
        """Return the error that says that the step has no SQL form."""
        return NoSqlFormError(self.step, reason)

    def gap(self, cell: Cell) -> str:
        """Return whether a cell is missing."""
        test = f"isfinite({cell.sql}) IS NOT TRUE"
        return test if cell.sql in self.unbounded else f"{cell.sql} IS NULL"

    def fill(self, cell: Cell, value: str) -> str:
        """Return a cell, and a value where it is missing."""
        if cell.sql in self.unbounded:
            return f"CASE WHEN isfinite({cell.sql}) THEN {cell.sql} ELSE {value} END"
        return f"coalesce({cell.sql}, {value})"

    def let(self, sql: str) -> str:
        """Compute an expression once; return the name under which it stands."""
        if sql.startswith('"') and sql.endswith('"') and '"' not in sql[1:-1]:
            return sql
        name = ident(f"{self.prefix}{next(self._numbers)}")
        self.lets.append((self._level(sql), name, sql))
        return name

    def _level(self, sql: str) -> int:
        """Return which SELECT of the step an expression stands in: behind all that it uses."""
        return 1 + max((level for level, name, _ in self.lets if name in sql), default=0)

    def look_up(self, x: Cell, levels: Sequence[Any], values: Sequence[Sequence[str]]) -> list[str]:
        """Return the expressions of what stands beside a level; NULL where it is not among them.

        Parameters
        ----------
        x
            The cell.
        levels
            None missing, none twice.
        values
            For each expression the SQL of one value per level.
        """
        if len(levels) > _MANY:
            raise self.refuse(f"`{x.name}` has {len(levels):,} levels")
        if not len(levels):
            return ["NULL"] * len(values)
        cell = self.let(x.sql)
        keys = [value_sql(level, x.kind) for level in levels]
        if len(levels) <= _FEW:
            return self._cases(cell, keys, values)
        if self.is_duckdb and x.kind == "text":
            code = self.let(f"1 + enum_code(TRY_CAST({cell} AS ENUM ({', '.join(keys)})))")
            return [f"([{', '.join(column)}])[{code}]" for column in values]
        return self._joined(cell, keys, values)

    def _cases(self, cell: str, keys: Sequence[str], values: Sequence[Sequence[str]]) -> list[str]:
        """Look through the levels one by one; for several values, number the levels first."""
        if len(values) > 1:
            numbers = [str(i) for i in range(len(keys))]
            cell, keys = self.let(case(cell, keys, numbers)), numbers
        return [case(cell, keys, column) for column in values]

    def _joined(self, cell: str, keys: Sequence[str], values: Sequence[Sequence[str]]) -> list[str]:
        """Join the levels as a table."""
        number, p = next(self._numbers), self.prefix
        name, level = ident(f"{p}levels_{number}"), self._level(cell)
        rows = ", ".join(f"({', '.join(row)})" for row in zip(keys, *values, strict=True))
        heads = [f"{p}value_{i}" for i in range(len(values))]
        self.tables.append(
            (name, f"SELECT * FROM (VALUES {rows}) AS t({p}key, {', '.join(heads)})")
        )
        self.joins.append((level, name, f"{cell} = {name}.{p}key"))
        found = [ident(f"{p}{next(self._numbers)}") for _ in heads]
        pairs = zip(found, heads, strict=True)
        self.lets += [(level, alias, f"{name}.{head}") for alias, head in pairs]
        return found


@singledispatch
def sql_of(step: Any, cells: Sequence[Cell], query: Query) -> list[Cell]:  # noqa: ARG001 - for those below
    """Return the cells behind a fitted step.

    Parameters
    ----------
    step
        A fitted transformer.
    cells
        The columns that it was fitted on, in that order.
    query
        Takes what has to be computed before, see `Query.let`.

    Raises
    ------
    NoSqlFormError
        For a type that has no function here, or parameters that SQL cannot follow.
    """
    raise query.refuse(f"{type(step).__name__} has none")


def case(x: str, keys: Sequence[str], values: Sequence[str]) -> str:
    """Return the CASE that gives each key its value."""
    arms = " ".join(f"WHEN {key} THEN {value}" for key, value in zip(keys, values, strict=True))
    return f"CASE {x} {arms} END"


def number(value: float) -> str:
    """Return a double as every dialect reads it: with an exponent, else it is a decimal.

    Examples
    --------
    >>> number(0.1), number(-2), number(1e300)
    ('0.1e0', '-2.0e0', '1e+300')
    """
    value = float(value)
    if not math.isfinite(value):
        return f"CAST({literal(str(value))} AS DOUBLE)"
    text = repr(value)
    return text if "e" in text else f"{text}e0"


def value_sql(value: Any, kind: Kind) -> str:
    """Return a value of a column as a literal of its kind."""
    if kind == "number":
        return number(value)
    if kind == "date":
        return f"TIMESTAMP {literal(str(value).replace('T', ' '))}"
    return literal(str(value))


def flag(condition: str) -> str:
    """Return 1 where a condition holds, else 0."""
    return f"CASE WHEN {condition} THEN {number(1)} ELSE {number(0)} END"


def finite(x: str, query: Query) -> str:
    """Return a number, NULL where it is infinite or NaN, which sorts above all in every engine."""
    is_finite = f"{x} BETWEEN {number(-LARGEST)} AND {number(LARGEST)}"
    if query.is_duckdb:
        is_finite = f"isfinite({x})"  # in half the time
    return f"CASE WHEN {is_finite} THEN {x} END"


def renamed(step: Any, before: Sequence[Cell], cells: Sequence[Cell]) -> list[Cell]:
    """Return cells under the names that a fitted step gives to what it makes of those before.

    A step within a pipeline has mostly seen arrays, so that it has to be told the names.
    """
    given = None if hasattr(step, "feature_names_in_") else [cell.name for cell in before]
    names = [str(name) for name in step.get_feature_names_out(given)]
    return [replace(cell, name=name) for cell, name in zip(cells, names, strict=True)]
