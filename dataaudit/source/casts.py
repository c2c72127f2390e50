"""Text to values, in SQL: the expression that reads a number, a date or a boolean from a cell.

Each expression is NULL where the cell is a null token or does not parse. DuckDB's own casts take
more than we want (``1_000``, ``0x1F``, ``1.6`` as 2, ``19`` as a year), so a form guards each.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import product

from dataaudit.engine.sql import ident, literal, literals
from dataaudit.source.shapes import BLANKS, BOOLEANS, DATE_FORMS, ISO_LOCAL, NUMBER_FORMS, WHOLE

# What a contract that says `dtype: bool` may mean; undeclared, only true and false are booleans.
_TRUE = ("true", "t", "yes", "y", "1", "1.0")
_FALSE = ("false", "f", "no", "n", "0", "0.0")

_WHOLE_TYPES = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_LARGE_TYPES = ("UBIGINT", "HUGEINT", "UHUGEINT")  # beyond 64 bits: read as DOUBLE
_FLOAT_TYPES = ("FLOAT", "DOUBLE")
_TEXT_TYPES = ("VARCHAR", "ENUM", "UUID")


def native_dtype(kind: str) -> str | None:
    """Return our type for a type of the engine; None where only its text can be used."""
    if kind in _WHOLE_TYPES:
        return "int"
    if kind in (*_LARGE_TYPES, *_FLOAT_TYPES) or kind.startswith("DECIMAL"):
        return "float"
    if kind == "BOOLEAN":
        return "bool"
    if kind.startswith(("DATE", "TIMESTAMP")) and not kind.endswith("[]"):
        return "date"
    return "str" if kind.startswith(_TEXT_TYPES) and not kind.endswith("[]") else None


def stripped(x: str) -> str:
    """Return the expression of a cell without white space at either end.

    Few cells have any, and DuckDB's trim of several characters is slow: 9 to 1 measured.
    """
    blank = "[" + "".join(rf"\x{{{ord(sign):x}}}" for sign in BLANKS) + "]"
    has_blank = f"regexp_matches({x}, {literal(f'^{blank}|{blank}$')})"
    return f"CASE WHEN {has_blank} THEN trim({x}, {literal(BLANKS)}) ELSE {x} END"


def unless_plain(text: str, tokens: Iterable[str], sql: str, plain: str) -> str:
    """Return an expression of a text, computed only where it may be blank, padded or a token.

    Most cells start with a sign that is no white space and that no token starts with, or go on
    otherwise than a token; that is seen 5 times faster than whether a text is one of several.

    Parameters
    ----------
    text
        The SQL of the text.
    tokens
        Trimmed, as spelled.
    sql
        The expression.
    plain
        What it is for all other cells: those that start otherwise, and those that are NULL.
    """
    begins = dict.fromkeys("".join(map(_either_case, token[:2])) for token in tokens if token)
    starts = "|".join(["$", "[^!-~]", *begins])
    is_odd = f"regexp_matches({text}, {literal(f'^(?:{starts})')})"
    if not begins:  # blank or padded alone: a comparison costs nothing
        is_odd = f"({text} < {literal(_FIRST_PLAIN)} OR {text} >= {literal(_AFTER_PLAIN)})"
    return f"CASE WHEN {is_odd} THEN {sql} ELSE {plain} END"


def may_lie_between(low: str, high: str, tokens: Iterable[str]) -> bool:
    """Return whether a text between two others may be blank, padded in front or a token.

    Examples
    --------
    >>> may_lie_between("Ancona", "Zagreb", ["?", "n/a"])
    True
    >>> may_lie_between("note 1", "note 9", ["?", "n/a"])
    False
    """
    if low < _FIRST_PLAIN or high >= _AFTER_PLAIN:
        return True
    starts = {"".join(signs) for token in tokens for signs in product(*map(_cases, token[:2]))}
    return any(start <= high and low < start[:-1] + chr(ord(start[-1]) + 1) for start in starts)


_FIRST_PLAIN, _AFTER_PLAIN = "!", "\x7f"  # a text that starts in between starts with no white space


def _cases(sign: str) -> set[str]:
    return {sign, *sign.lower(), *sign.upper()}


def _either_case(sign: str) -> str:
    """Return the pattern of a sign, whatever its case."""
    forms = sorted(_cases(sign))
    return "[" + "".join(rf"\x{{{ord(form):x}}}" for form in forms) + "]"


def any_case(words: Iterable[str]) -> str:
    """Return the pattern of several words, whatever their case."""
    return f"(?i:{'|'.join(map(_spelled, words))})"


def _spelled(word: str) -> str:
    return "".join(sign if sign.isalnum() else rf"\x{{{ord(sign):x}}}" for sign in word)


def one_of(text: str, words: Iterable[str]) -> str:
    """Return whether a text is one of several; DuckDB is 5 times slower with a long IN."""
    words = tuple(words)
    return f"list_contains([{literals(words)}], {text})" if words else "FALSE"


def plain_number(text: str) -> str:
    """Return the expression that reads a number from a text that is quickly seen to be one.

    NULL for other texts and for numbers that take a closer look: with white space in front, a plus
    sign or a word. What DuckDB casts beyond the pattern of numbers has an underscore (``1_000``) or
    an n (``-nan``) or begins with a plus sign (``+-1``). White space at the end stays.
    """
    is_plain = f"{text} >= '-' AND {text} < ':'"
    signs = " AND ".join(f"NOT contains({text}, '{sign}')" for sign in "_nN")
    return f"CASE WHEN {is_plain} AND {signs} THEN TRY_CAST({text} AS DOUBLE) END"


def plain_whole(text: str, number: str) -> str:
    """Return the expression that reads digits alone; `number` is the `plain_number` of the text."""
    signs = " AND ".join(f"NOT contains({text}, '{sign}')" for sign in ".eE")
    return f"CASE WHEN {number} IS NOT NULL AND {signs} THEN TRY_CAST({text} AS BIGINT) END"


def parsed(text: str, dtype: str, form: str | None) -> str:
    """Return the expression that reads a trimmed text as a type; NULL where it does not parse.

    Parameters
    ----------
    text
        The SQL of the trimmed text.
    dtype
        int, float, bool, date or str.
    form
        A key of `NUMBER_FORMS` or `DATE_FORMS`.
    """
    if dtype == "str":
        return text
    if dtype == "bool":
        word = f"lower({text})"
        return f"CASE WHEN {word} IN ({literals(_TRUE)}) THEN TRUE WHEN {word} IN ({literals(_FALSE)}) THEN FALSE END"  # noqa: E501 - one statement
    if dtype == "date":
        return _date(text, form)
    return _number(text, dtype, form)


def strict_bool(text: str) -> str:
    """Return whether a text is true or false, the only words that make a boolean unasked."""
    return f"lower({text}) IN ({literals(tuple(BOOLEANS))})"


def _number(text: str, dtype: str, form: str | None) -> str:
    """Bring a number to SQL's own form and cast it."""
    plain = text
    if form is not None:
        group, mark = form[1], form[5]
        plain = f"replace({text}, {literal(group)}, '')"
        if group == " ":
            plain = (
                f"replace(replace({plain}, {literal(chr(0xA0))}, ''), {literal(chr(0x202F))}, '')"
            )
        if mark == ",":
            plain = f"replace({plain}, ',', '.')"
    guard = f"regexp_full_match({text}, {literal(NUMBER_FORMS[form])})"
    if dtype == "int":
        whole = f"regexp_full_match({plain}, {literal(WHOLE)})"
        return f"CASE WHEN {guard} AND {whole} THEN TRY_CAST({plain} AS BIGINT) END"
    return f"CASE WHEN {guard} THEN TRY_CAST({plain} AS DOUBLE) END"


def _date(text: str, form: str | None) -> str:
    """Read a date; a time zone is brought to UTC."""
    guard = f"regexp_full_match({text}, {literal(DATE_FORMS[form])})"
    if form is not None:
        return f"CASE WHEN {guard} THEN try_strptime({text}, {literal(form)}) END"
    local = f"regexp_full_match({text}, {literal(ISO_LOCAL)})"  # six times faster than with a zone
    return (
        f"CASE WHEN {local} THEN TRY_CAST({text} AS TIMESTAMP) "
        f"WHEN {guard} THEN TRY_CAST({text} AS TIMESTAMPTZ)::TIMESTAMP END"
    )


def typed(name: str, kind: str, dtype: str, nulls: Sequence[str], form: str | None) -> str:
    """Return the expression of a typed column, for a column of any type of the engine.

    Parameters
    ----------
    name
        The column.
    kind
        Its type on the engine: VARCHAR, DOUBLE, ...
    dtype, nulls, form
        As in `Column`.
    """
    x = ident(name)
    native = native_dtype(kind)
    if native == dtype and dtype != "str":
        return _native(x, kind, dtype, nulls)
    text = x if kind == "VARCHAR" else f"CAST({x} AS VARCHAR)"
    value = text if dtype == "str" else parsed(stripped(text), dtype, form)
    closer = f"CASE WHEN {is_gap(x, kind, nulls)} THEN NULL ELSE {value} END"
    if form is not None or dtype not in ("float", "int") or any(map(is_finite, nulls)):
        return closer
    plain = plain_number(text)
    return f"coalesce({plain if dtype == 'float' else plain_whole(text, plain)}, {closer})"


def is_gap(x: str, kind: str, nulls: Sequence[str]) -> str:
    """Return whether a cell as read means missing: blank, a null token, or not a number (NaN).

    Parameters
    ----------
    x
        The SQL of the cell.
    kind
        Its type on the engine.
    nulls
        As in `Column`; -999 means the number too, however the engine writes it.
    """
    text = x if kind == "VARCHAR" else f"CAST({x} AS VARCHAR)"
    found = [unless_plain(text, nulls, one_of(stripped(text), ("", *nulls)), "FALSE")]
    if native_dtype(kind) == "float":
        found.append(is_nan(f"{x}::DOUBLE"))
    if native_dtype(kind) in ("int", "float"):
        found += [f"{x}::DOUBLE = {literal(token)}::DOUBLE" for token in nulls if _is_number(token)]
    return f"({' OR '.join(found)})"


def is_nan(x: str) -> str:
    """Return whether a double is no number (NaN).

    DuckDB 2.0 takes ``isnan`` for false where a Parquet file names a smallest and a largest cell;
    these say nothing of NaN.
    """
    return f"(NOT isfinite({x}) AND NOT isinf({x}))"


def _native(x: str, kind: str, dtype: str, nulls: Sequence[str]) -> str:
    """Return a column that is typed already, with declared numbers (-999) as missing."""
    if dtype == "int":
        value = f"{x}::BIGINT"
    elif dtype == "float":
        value = f"CASE WHEN {is_nan(f'{x}::DOUBLE')} THEN NULL ELSE {x}::DOUBLE END"
    elif dtype == "date":
        zoned = "TIME ZONE" in kind or kind.startswith("TIMESTAMPTZ")
        value = f"{x}::TIMESTAMPTZ::TIMESTAMP" if zoned else f"{x}::TIMESTAMP"
    else:
        value = x
    numbers = [token for token in nulls if _is_number(token)]
    if not numbers or dtype == "date":
        return value
    tokens = ", ".join(f"{literal(token)}::DOUBLE" for token in numbers)
    return f"CASE WHEN {x}::DOUBLE IN ({tokens}) THEN NULL ELSE {value} END"


def is_finite(token: str) -> bool:
    """Tell whether a null token is written as a number is."""
    return _is_number(token) and math.isfinite(float(token))


def _is_number(token: str) -> bool:
    """Tell whether a null token can be compared with numbers."""
    try:
        float(token)
    except ValueError:
        return False
    return True
