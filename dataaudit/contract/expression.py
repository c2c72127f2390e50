"""SQL expressions in rules: parsed, held to a list of harmless parts, and quoted anew.

An expression may use the columns of one row, literals, operators, ``CASE``, ``IN``, ``BETWEEN``,
``LIKE``, ``IS NULL``, casts to plain types and the functions in `FUNCTIONS`. Whatever could look
beyond the row - a subquery, a table function, a file, the clock, a random number - is refused, so
that a contract is data and never code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dataaudit.errors import ConfigError, UnknownNameError

_FUNCTIONS: tuple[type[exp.Expression], ...] = (
    exp.Abs, exp.Ceil, exp.Floor, exp.Round, exp.Sqrt, exp.Ln, exp.Log, exp.Exp, exp.Sign,
    exp.Pow, exp.Length, exp.Lower, exp.Upper, exp.Trim, exp.Substring, exp.Left, exp.Right,
    exp.Replace, exp.StartsWith, exp.EndsWith, exp.Contains, exp.RegexpLike, exp.Coalesce,
    exp.Nullif, exp.Greatest, exp.Least, exp.IsNan, exp.IsInf, exp.Year, exp.Month, exp.Day,
    exp.Extract, exp.DateDiff,
)  # fmt: skip

FUNCTIONS = (
    "abs", "ceil", "coalesce", "contains", "date_diff", "day", "ends_with", "exp", "extract",
    "floor", "greatest", "isinf", "isnan", "least", "left", "length", "ln", "log", "lower", "month",
    "nullif", "power", "regexp_matches", "replace", "right", "round", "sign", "sqrt", "starts_with",
    "substring", "trim", "upper", "year",
)  # fmt: skip
"""The functions that an expression may call, by their DuckDB names."""

_PARTS: tuple[type[exp.Expression], ...] = (
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Not, exp.And,
    exp.Or, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ,
    exp.Is, exp.In, exp.Between, exp.Like, exp.ILike, exp.Escape, exp.Case, exp.If, exp.Add,
    exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Neg, exp.DPipe, exp.Cast, exp.TryCast,
    exp.DataType, exp.Var,
)  # fmt: skip
_TYPES = frozenset(
    getattr(exp.DataType.Type, name)
    for name in (
        "INT",
        "BIGINT",
        "DOUBLE",
        "FLOAT",
        "BOOLEAN",
        "DATE",
        "TIMESTAMP",
        "VARCHAR",
        "TEXT",
    )
)
_ALLOWED = (
    "an expression of column names, literals, operators, CASE, IN, BETWEEN, LIKE, IS NULL and the "
    f"functions {', '.join(FUNCTIONS)}"
)


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression that is safe to run.

    Parameters
    ----------
    text
        As the contract has it.
    sql
        DuckDB SQL with every column name quoted.
    columns
        The columns it looks at, sorted.

    Examples
    --------
    >>> parse("debt = 0 or lender is not null").columns
    ('debt', 'lender')
    """

    text: str
    sql: str
    columns: tuple[str, ...]


def parse(text: str, *, where: str = "expect", columns: Iterable[str] | None = None) -> Expression:
    """Parse an expression and refuse what is not on the list.

    Parameters
    ----------
    text
        A SQL expression in DuckDB's dialect, over the columns of one row.
    where
        The dotted key for error messages, ``contract.rules.debt.expect``.
    columns
        The columns that exist; None takes any name. Names are compared as SQL does: exactly, and
        where that finds nothing, without regard to case.

    Raises
    ------
    ConfigError
        Naming the piece that is not allowed, or where the text is no expression.
    UnknownNameError
        For a column that does not exist, with the nearest known one.
    """
    tree = _tree(text, where)
    for node in tree.walk():
        _refuse(node, where)
    names = None if columns is None else _by_folded_name(columns)
    for identifier in list(tree.find_all(exp.Identifier)):
        known = identifier.name if names is None else _known(identifier.name, names, where)
        identifier.replace(exp.to_identifier(known, quoted=True))
    return Expression(
        text=text,
        sql=tree.sql("duckdb", comments=False),
        columns=tuple(sorted({column.name for column in tree.find_all(exp.Column)})),
    )


def _tree(text: str, where: str) -> exp.Expression:
    """Parse one expression; a second statement or a syntax error is refused."""
    try:
        # The parentheses keep reserved words at the start (`default = 'yes'`) from being commands.
        found = sqlglot.parse(f"({text}\n)", dialect="duckdb")
    except (SqlglotError, RecursionError) as error:
        raise ConfigError(where, expected="one SQL expression that parses", found=text) from error
    if len(found) != 1 or not isinstance(found[0], exp.Paren):
        raise ConfigError(where, expected=_ALLOWED, found=text)
    return found[0]


def _refuse(node: exp.Expression, where: str) -> None:
    """Raise for the first piece that is not on the list."""
    if not isinstance(node, _PARTS + _FUNCTIONS) or _looks_further(node):
        raise ConfigError(where, expected=_ALLOWED, found=node.sql("duckdb", comments=False))


def _looks_further(node: exp.Expression) -> bool:
    """Tell whether a part of an allowed kind reaches for more than the cells of a row."""
    if isinstance(node, exp.Column):
        return bool(node.table) or isinstance(node.this, exp.Star)
    if isinstance(node, exp.In):
        return not node.expressions
    if isinstance(node, exp.DataType):
        return node.this not in _TYPES or bool(node.expressions)
    return isinstance(node, exp.Var) and not isinstance(node.parent, exp.Extract | exp.DateDiff)


def _by_folded_name(columns: Iterable[str]) -> Mapping[str, list[str]]:
    """Group column names that differ only in case."""
    names: dict[str, list[str]] = {}
    for name in columns:
        names.setdefault(name.casefold(), []).append(name)
    return names


def _known(name: str, names: Mapping[str, list[str]], where: str) -> str:
    """Return the true spelling of a column."""
    found = names.get(name.casefold(), [])
    if name in found:
        return name
    if len(found) == 1:
        return found[0]
    known = [each for group in names.values() for each in group]
    raise UnknownNameError(name, kind=f"column in `{where}`", known=known)
