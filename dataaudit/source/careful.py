"""Read a file of text line by line, and lose none: every line is a row, or blank, or put aside.

This is the reader for files that are not clean throughout. A line at fault costs that line: reading
goes on with the next one, even where a stray quote would have swallowed the rest of the file.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dataaudit.source.dialect import Dialect
from dataaudit.source.marks import Cut, Fault
from dataaudit.source.names import readable

_LONGEST_JOIN = 1 << 26  # characters in one record; a quote open for longer is a stray one
_SURROGATES = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Row:
    """A record that has every field.

    ``how`` says what was done where it was mended, else it is empty.
    """

    fields: list[str]
    line: int
    lines: int = 1
    how: str = ""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is put aside: its number counted from 1, its text, and why."""

    line: int
    raw: str
    errors: tuple[str, ...]
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Blank:
    """A line without anything."""

    line: int
    lines: int = 1


def read_records(path: Path, dialect: Dialect) -> Iterator[Row | BadLine | Blank]:
    """Yield every record of a UTF-8 file below its header.

    Parameters
    ----------
    path
        The file; bytes that are no UTF-8 make their line a bad one.
    dialect
        How it is written.
    """
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        lines = _Lines(file)
        for _ in range(dialect.head.line):
            lines.next()
        while (line := lines.next()) is not None:
            yield _record(line, lines, dialect)


class _Lines:
    """The physical lines of a file, of which some may be given back."""

    def __init__(self, file: Iterator[str]) -> None:
        self._file = file
        self._returned: deque[str] = deque()
        self.number = 0

    def next(self) -> str | None:
        """Return the next line with its end; None behind the last."""
        line = self._returned.popleft() if self._returned else next(self._file, None)
        self.number += line is not None
        return line

    def give_back(self, lines: list[str]) -> None:
        """Put lines back in front of those to come."""
        self._returned.extendleft(reversed(lines))
        self.number -= len(lines)


def _record(line: str, lines: _Lines, dialect: Dialect) -> Row | BadLine | Blank:
    """Read the record that starts with this line."""
    number = lines.number
    cut = dialect.marks.cut(line)
    if not line.strip("\r\n") or (dialect.width > 1 and line.isspace() and len(cut.fields) == 1):
        return Blank(number)
    if _is_right(cut, dialect) and line.isascii():
        return Row(cut.fields, number)
    joined, followers = _joined(cut, lines, dialect) if cut.inside is not None else (cut, [])
    raw = "".join([line, *followers]).rstrip("\r\n")
    if joined.is_whole and not _SURROGATES.search(raw):
        row = _padded(joined.fields, dialect)
        if row is not None:
            return Row(row, number, 1 + len(followers))
        if followers and not _is_swallowed(followers, dialect):
            return _bad(number, raw, joined, dialect, 1 + len(followers))
    lines.give_back(followers)
    return _mended(line.rstrip("\r\n"), number, joined, dialect)


def _joined(cut: Cut, lines: _Lines, dialect: Dialect) -> tuple[Cut, list[str]]:
    """Go on reading a quoted field over further lines, until it closes or cannot."""
    followers: list[str] = []
    size = 0
    while cut.inside is not None and cut.broken is None and size < _LONGEST_JOIN:
        line = lines.next()
        if line is None:
            break
        followers.append(line)
        size += len(line)
        cut = dialect.marks.cut(line, cut)
    return cut, followers


def _is_swallowed(followers: list[str], dialect: Dialect) -> bool:
    """Whether a line inside the record is a whole row by itself: then the quote was a stray one."""
    cuts = (dialect.marks.cut(line) for line in followers if dialect.marks.quote not in line)
    return any(cut.is_whole and len(cut.fields) == dialect.width for cut in cuts)


def _padded(fields: list[str], dialect: Dialect) -> list[str] | None:
    """Return the fields, filled up where rows habitually leave out the last ones; None if unfit."""
    missing = dialect.width - len(fields)
    if missing == 0:
        return fields
    return [*fields, *[""] * missing] if missing > 0 and dialect.is_padded else None


def _mended(raw: str, number: int, cut: Cut, dialect: Dialect) -> Row | BadLine:
    """Read a line at fault in the only way that fits, or put it aside."""
    if not _SURROGATES.search(raw):
        fields = dialect.outlines.mend(raw, dialect.marks)
        if fields is not None:
            return Row(fields, number, how=_fault(cut, dialect))
    return _bad(number, raw, cut, dialect)


def _bad(number: int, raw: str, cut: Cut, dialect: Dialect, lines: int = 1) -> BadLine:
    """Put a line aside with every reason."""
    errors = [_fault(cut, dialect)] if not _is_right(cut, dialect) else []
    if _SURROGATES.search(raw):
        errors.append(str(Fault.NOT_TEXT))
    return BadLine(number, readable(raw), tuple(errors), lines)


def _is_right(cut: Cut, dialect: Dialect) -> bool:
    """Whether a record has every field."""
    return cut.is_whole and len(cut.fields) == dialect.width


def _fault(cut: Cut, dialect: Dialect) -> str:
    """Say what is wrong with a record."""
    if cut.broken is not None:
        return str(cut.broken)
    if cut.inside is not None:
        return str(Fault.OPEN_QUOTE)
    return f"expected {dialect.width} fields, found {len(cut.fields)}"
