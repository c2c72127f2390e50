"""Quote names and values: every piece of SQL that holds somebody's text is built here."""

from __future__ import annotations

import math
from collections.abc import Iterable


def ident(name: str) -> str:
    """Quote a column or relation name.

    Examples
    --------
    >>> print(ident('a"; drop table x; --'))
    "a""; drop table x; --"
    """
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | float | bool | None) -> str:  # noqa: FBT001 - a value, no flag
    """Quote a value.

    Examples
    --------
    >>> literal("it's"), literal(1.5), literal(None), literal(True)
    ("'it''s'", '1.5', 'NULL', 'TRUE')
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else f"'{value}'::DOUBLE"
    return "'" + value.replace("'", "''") + "'"


def literals(values: Iterable[str]) -> str:
    """Quote a list for ``IN (...)``; an empty list matches nothing."""
    return ", ".join(literal(value) for value in values) or "NULL"
