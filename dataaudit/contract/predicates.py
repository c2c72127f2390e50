"""A check of one column as SQL that is true for the rows that break it.

Each function knows one check of pandera and the kinds of values for which SQL and pandera cannot
differ; for all else (bounds of another type, NaN, patterns that are not regular) it returns None
and pandera is asked itself.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from numbers import Integral, Real
from typing import Any

from dataaudit.contract.patterns import portable
from dataaudit.contract.terms import Condition
from dataaudit.engine.sql import literal
from dataaudit.source.columns import DType

Values = Mapping[str, Any]
Compile = Callable[[str, DType, Values], str | None]
_MOST_DIGITS = 37  # of a whole number that every engine reads exactly
_INT64 = range(-(2**63), 2**63)
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?")


def broken(condition: Condition, x: str, dtype: DType) -> str | None:
    """Return the SQL that is true where a value breaks a condition; None where it has none.

    Parameters
    ----------
    condition
        The check.
    x
        The SQL of the value; where it is NULL the result may be anything.
    dtype
        Its type.
    """
    compiled = _CHECKS.get(condition.kind)
    return None if compiled is None else compiled(x, dtype, condition.values)


def misfit(exact: Any, x: str, dtype: DType) -> str | None:
    """Return the SQL that is true where a whole number does not fit a narrower type.

    Parameters
    ----------
    exact
        The type, as pandera has it.
    x, dtype
        As for `broken`.
    """
    named = re.fullmatch(r"(u?)int(8|16|32|64)", str(exact).lower())
    if named is None or dtype != "int":
        return None
    bits = int(named[2])
    low, high = (0, 2**bits - 1) if named[1] else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    return f"({x} < {low} OR {x} > {high})"


def _compared(x: str, dtype: DType, operator: str, bound: Any) -> str | None:
    """Compare with a bound as pandas does: whole numbers among themselves, else as floats."""
    if dtype == "int" and not _is_whole(bound) and _is_number(bound):
        x = f"CAST({x} AS DOUBLE)"
        dtype = "float"
    value = _value(dtype, bound)
    return None if value is None else f"{x} {operator} {value}"


def _value(dtype: DType, value: Any) -> str | None:
    """Write a value of the column's own type."""
    if dtype == "int":
        is_exact = _is_whole(value) and abs(int(value)) < 10**_MOST_DIGITS
        return str(int(value)) if is_exact else None
    if dtype == "float":
        return _float(value)
    if dtype == "str":
        return literal(value) if isinstance(value, str) and _is_writable(value) else None
    if dtype == "date":
        return _time(value)
    return literal(value) if isinstance(value, bool) else None


def _is_whole(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _float(value: Any) -> str | None:
    """Write a number by its text, which is read exactly; a bare 0.1 would be a decimal."""
    if not _is_number(value):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    text = repr(number) if math.isfinite(number) else ("inf" if number > 0 else "-inf")
    return None if math.isnan(number) else f"CAST('{text}' AS DOUBLE)"


def _is_writable(text: str) -> bool:
    """Tell whether a text can stand in a statement."""
    return "\0" not in text and not re.search("[\ud800-\udfff]", text)


def _time(value: Any) -> str | None:
    """Write a point in time without a zone; a text only in the form that leaves no doubt."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime) or value != value or value.tzinfo is not None:  # noqa: PLR0124 - NaT
        return None
    if getattr(value, "nanosecond", 0):
        return None
    return f"TIMESTAMP '{value.strftime('%Y').zfill(4)}{value.strftime('-%m-%d %H:%M:%S.%f')}'"


def _bound(operator: str, key: str) -> Compile:
    """Return the function for a check with one bound."""

    def compiled(x: str, dtype: DType, values: Values) -> str | None:
        is_ordered = dtype != "bool" or operator in ("=", "<>")
        return _compared(x, dtype, operator, values[key]) if is_ordered else None

    return compiled


def _in_range(x: str, dtype: DType, values: Values) -> str | None:
    """Return what lies outside two bounds."""
    if dtype == "bool":
        return None
    under = "<" if values.get("include_min", True) else "<="
    over = ">" if values.get("include_max", True) else ">="
    below = _compared(x, dtype, under, values["min_value"])
    above = _compared(x, dtype, over, values["max_value"])
    return None if below is None or above is None else f"({below} OR {above})"


def _in_set(key: str, *, is_forbidden: bool) -> Compile:
    """Return the function for a set; sets of mixed types are left to pandas."""

    def compiled(x: str, dtype: DType, values: Values) -> str | None:
        given = values[key]
        if isinstance(given, str) or not hasattr(given, "__iter__"):
            return None
        members = list(given)
        if dtype == "date" and any(isinstance(member, str) for member in members):
            return None
        if dtype == "int" and any(_is_whole(m) and int(m) not in _INT64 for m in members):
            return None
        if dtype == "int" and not all(map(_is_whole, members)):
            x, dtype = f"CAST({x} AS DOUBLE)", "float"
        written = [_value(dtype, member) for member in members]
        if None in written:
            return None
        found = f"{x} IN ({', '.join(map(str, written))})" if written else "FALSE"
        return found if is_forbidden else f"NOT ({found})"

    return compiled


def _pattern(*, from_start: bool) -> Compile:
    """Return the function for a pattern."""

    def compiled(x: str, dtype: DType, values: Values) -> str | None:
        pattern = portable(values["pattern"], from_start=from_start) if dtype == "str" else None
        return None if pattern is None else f"NOT regexp_matches({x}, {literal(pattern)})"

    return compiled


def _affix(function: str) -> Compile:
    """Return the function for how a text starts or ends."""

    def compiled(x: str, dtype: DType, values: Values) -> str | None:
        text = _value(dtype, values["string"]) if dtype == "str" else None
        return None if text is None else f"NOT {function}({x}, {text})"

    return compiled


def _length(x: str, dtype: DType, values: Values) -> str | None:
    """Return texts of another length; pandas and SQL count code points alike."""
    exact = values.get("exact_value")
    bounds = {"<": values.get("min_value"), ">": values.get("max_value")}
    if exact is not None:
        bounds = {"<>": exact}
    given = {sign: bound for sign, bound in bounds.items() if bound is not None}
    if dtype != "str" or not given or not all(map(_is_whole, given.values())):
        return None
    return "(" + " OR ".join(f"length({x}) {sign} {int(b)}" for sign, b in given.items()) + ")"


_CHECKS: dict[str, Compile] = {
    "equal_to": _bound("<>", "value"),
    "not_equal_to": _bound("=", "value"),
    "greater_than": _bound("<=", "min_value"),
    "greater_than_or_equal_to": _bound("<", "min_value"),
    "less_than": _bound(">=", "max_value"),
    "less_than_or_equal_to": _bound(">", "max_value"),
    "in_range": _in_range,
    "isin": _in_set("allowed_values", is_forbidden=False),
    "notin": _in_set("forbidden_values", is_forbidden=True),
    "str_matches": _pattern(from_start=True),
    "str_contains": _pattern(from_start=False),
    "str_startswith": _affix("starts_with"),
    "str_endswith": _affix("ends_with"),
    "str_length": _length,
}
