r"""Python's regular expressions as ones that mean the same to RE2 (DuckDB) and to Java (Spark).

The pattern is taken apart by Python's own parser and put together again from parts that every
engine reads alike: no class but spelled-out ranges (``\d`` is every decimal digit that Python
knows), no anchor but ``\A`` and ``\z``, no flag. What is not regular (look-around, references,
atomic groups) or would need a flag has no such form.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from re import _constants as sre  # type: ignore[attr-defined] # the only parser of these patterns
from re import _parser  # type: ignore[attr-defined]
from typing import Any

Ranges = list[tuple[int, int]]

_MOST_REPEATS = 1000  # of one group, in RE2
_LARGEST = 5000  # ranges and characters once repeats are written out: RE2 has 8 MB for a pattern
_SURROGATES = (0xD800, 0xDFFF)  # no text holds them
_FLAGS = re.IGNORECASE | re.MULTILINE | re.LOCALE


class _NoFormError(Exception):
    """The pattern has no form that every engine reads alike."""


def portable(pattern: Any, *, from_start: bool) -> str | None:
    r"""Return a pattern that finds the same texts on every engine; None where there is none.

    Parameters
    ----------
    pattern
        Text or a compiled pattern, as ``re.search`` takes it.
    from_start
        Whether the match must begin where the text does, as with ``re.match``.

    Examples
    --------
    >>> print(portable("[A-C]x?$", from_start=True))
    \A(?:[A-C](?:x){0,1}(?:\x{a})?\z)
    >>> portable("(?=look)", from_start=True) is None
    True
    """
    text, flags = getattr(pattern, "pattern", pattern), getattr(pattern, "flags", 0)
    if not isinstance(text, str):
        return None
    try:
        tree = _parser.parse(text, flags & ~re.DEBUG)
        if tree.state.flags & _FLAGS:
            return None
        writer = _Writer(tree.state.flags)
        body = writer.sequence(tree.data, is_last=True, times=1)
    except (re.error, _NoFormError, RecursionError, OverflowError):
        return None
    if not writer.size:  # DuckDB 2.0 takes an empty pattern behind an anchor for an empty text
        return None
    return f"\\A(?:{body})" if from_start else body


class _Writer:
    """Writes the parts of a pattern."""

    def __init__(self, flags: int) -> None:
        self._flags = flags
        self.size = 0

    def sequence(self, parts: Sequence[Any], *, is_last: bool, times: int) -> str:
        """Write parts that follow each other.

        Parameters
        ----------
        parts
            Of the parser.
        is_last
            Whether nothing follows them, so that ``$`` may take the line end that it looks at.
        times
            How often they are written out by the repeats around them.
        """
        end = len(parts) - 1
        return "".join(
            self._part(kind, value, is_last=is_last and i == end, times=times)
            for i, (kind, value) in enumerate(parts)
        )

    def _part(self, kind: Any, value: Any, *, is_last: bool, times: int) -> str:
        """Write one part."""
        if kind is sre.AT:
            return _anchor(value, is_last=is_last)
        if kind is sre.BRANCH:
            arms = [self.sequence(arm, is_last=is_last, times=times) for arm in value[1]]
            if not all(arms):
                raise _NoFormError  # as an empty group: DuckDB 2.0 does not skip it
            return f"(?:{'|'.join(arms)})"
        if kind is sre.SUBPATTERN:
            _, added, removed, inner = value
            if added or removed:
                raise _NoFormError
            body = self.sequence(inner, is_last=is_last, times=times)
            if not body:
                raise _NoFormError  # DuckDB 2.0 looks for the signs of an empty group before a text
            return f"(?:{body})"
        if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            return self._repeat(*value, times=times)
        return self._one_of(kind, value, times)

    def _repeat(self, low: int, high: Any, inner: Sequence[Any], *, times: int) -> str:
        """Write a repeat; greedy or not, the same texts match."""
        is_open = high is sre.MAXREPEAT
        most = low if is_open else high
        if most > _MOST_REPEATS or (not most and not is_open):
            raise _NoFormError
        body = self.sequence(inner, is_last=False, times=times * max(most, 1))
        return f"(?:{body}){{{low},{'' if is_open else high}}}"

    def _one_of(self, kind: Any, value: Any, times: int) -> str:
        """Write one character or one of a class."""
        if kind is sre.LITERAL:
            self._grow(times)
            return _character(value)
        if kind is sre.NOT_LITERAL:
            ranges = _others([(value, value)])
        elif kind is sre.ANY:
            is_all = self._flags & re.DOTALL
            ranges = _others([] if is_all else [(10, 10)])
        elif kind is sre.IN:
            ranges = self._class(value)
        else:
            raise _NoFormError
        self._grow(times * len(ranges))
        if not ranges:
            raise _NoFormError  # matches nothing; engines disagree on an empty class
        inside = [_character(a) + (f"-{_character(b)}" if b > a else "") for a, b in ranges]
        return f"[{''.join(inside)}]"

    def _class(self, members: Sequence[Any]) -> Ranges:
        """Return the characters of a class as ranges."""
        ranges: Ranges = []
        is_negated = False
        for kind, value in members:
            if kind is sre.NEGATE:
                is_negated = True
            elif kind is sre.LITERAL:
                ranges.append((value, value))
            elif kind is sre.RANGE:
                ranges.append(value)
            elif kind is sre.CATEGORY:
                ranges += _category(str(value), bool(self._flags & re.ASCII))
            else:
                raise _NoFormError
        outside = _others(ranges)
        return outside if is_negated else _others(outside)

    def _grow(self, size: int) -> None:
        self.size += size
        if self.size > _LARGEST:
            raise _NoFormError


def _anchor(value: Any, *, is_last: bool) -> str:
    """Write a place; ``$`` also stands before a line end that ends the text."""
    if value in (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING):
        return r"\A"
    if value is sre.AT_END_STRING:
        return r"\z"
    if value is sre.AT_END and is_last:
        return r"(?:\x{a})?\z"
    raise _NoFormError


def _character(code: int) -> str:
    """Write a character so that no engine takes it for a sign."""
    if _SURROGATES[0] <= code <= _SURROGATES[1]:
        raise _NoFormError
    return chr(code) if code < 128 and chr(code).isalnum() else f"\\x{{{code:x}}}"  # noqa: PLR2004 - the end of ASCII


def _others(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Return every character that is in none of the ranges, as sorted ranges."""
    result, start = [], 0
    for low, high in sorted([*ranges, _SURROGATES]):
        if low > start:
            result.append((start, low - 1))
        start = max(start, high + 1)
    if start <= sys.maxunicode:
        result.append((start, sys.maxunicode))
    return result


_IS: dict[str, Callable[[str], bool]] = {
    "DIGIT": str.isdecimal,
    "SPACE": str.isspace,
    "WORD": lambda sign: sign.isalnum() or sign == "_",
}
_ASCII_END = 127


@cache
def _category(name: str, is_ascii: bool) -> Ranges:  # noqa: FBT001 - a key of the cache
    r"""Return the characters of ``\d``, ``\s``, ``\w`` or their opposites."""
    words = name.split("_")
    is_member = _IS.get(words[-1])
    if is_member is None:
        raise _NoFormError
    last = _ASCII_END if is_ascii else sys.maxunicode
    ranges: Ranges = []
    for code in range(last + 1):
        if is_member(chr(code)):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1] = (ranges[-1][0], code)
            else:
                ranges.append((code, code))
    return _others(ranges) if "NOT" in words else ranges
