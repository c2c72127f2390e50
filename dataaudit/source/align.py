"""Mend a line that was cut into too many or too few fields, where exactly one way to cut it fits.

A line with a delimiter too many, one too few, or a stray quote would lose a whole row. Most often
only one reading agrees with what the other rows have in those columns: then nothing is guessed.
Where no reading fits, or two do, the line is put aside. No character is ever made up; what a
delimiter too many leaves out is an empty field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from dataaudit.source.marks import Cut, Marks
from dataaudit.source.shapes import outline

_ENOUGH = 20  # cells that show what a column looks like
_KINDS = 10  # outlines of a column that still is regular
_SURPLUS = 2  # fields too many that are looked into
_LONGEST = 20_000  # characters of a line that is looked into


@dataclass(frozen=True, slots=True)
class ColumnOutline:
    """What the cells of a column look like.

    Parameters
    ----------
    outlines
        All that occur; None for a column of free text, where anything fits.
    has_empty
        Whether some cells are empty.
    """

    outlines: frozenset[str] | None
    has_empty: bool

    def fits(self, cell: str) -> bool:
        """Whether a cell looks like the others."""
        if not cell.strip():
            return self.has_empty
        return self.outlines is None or outline(cell) in self.outlines


@dataclass(frozen=True, slots=True)
class Outlines:
    """What the cells of each column look like, and how a line is mended by it."""

    columns: tuple[ColumnOutline, ...]

    @classmethod
    def of(cls, rows: Sequence[Sequence[str]], width: int) -> Outlines:
        """Learn from rows of the right width; nothing is mended where there are too few."""
        if len(rows) < _ENOUGH:
            return cls(())
        return cls(tuple(_learn([row[i] for row in rows]) for i in range(width)))

    def mend(self, line: str, marks: Marks) -> list[str] | None:
        """Return the one row of fields that fits a line, or None.

        Parameters
        ----------
        line
            One physical line without its end, which has the wrong number of fields or a quote that
            leads nowhere.
        marks
            The signs of the file.
        """
        if not self.columns or len(line) > _LONGEST:
            return None
        cut = marks.cut(line)
        width = len(self.columns)
        if not cut.is_whole:
            found = [c.fields for c in _requoted(line, marks) if len(c.fields) == width]
            fitting = [row for row in found if self._fits(row, marks.quote)]
        elif len(cut.fields) > width:
            fitting = [row for row in _narrowed(cut.fields, width) if self._fits(row)]
        else:
            fitting = list(self._widened(cut.fields)) if len(cut.fields) == width - 1 else []
        distinct = {tuple(row) for row in fitting}
        return list(distinct.pop()) if len(distinct) == 1 else None

    def _fits(self, row: Sequence[str], quote: str = "") -> bool:
        """Whether every cell looks like its column; the one with the stray quote need not."""
        return all(
            (quote and quote in cell) or column.fits(cell)
            for column, cell in zip(self.columns, row, strict=True)
        )

    def _widened(self, fields: list[str]) -> Iterator[list[str]]:
        """Yield the rows that one more delimiter makes and that fit."""
        columns = self.columns
        for i, cell in enumerate(fields):
            before = all(columns[k].fits(fields[k]) for k in range(i))
            behind = all(columns[k + 1].fits(fields[k]) for k in range(i + 1, len(fields)))
            for position in range(len(cell) + 1) if before and behind else ():
                left, right = cell[:position], cell[position:]
                if columns[i].fits(left) and columns[i + 1].fits(right):
                    yield [*fields[:i], left, right, *fields[i + 1 :]]


def _learn(cells: list[str]) -> ColumnOutline:
    """Collect the outlines of a column."""
    filled = [cell for cell in cells if cell.strip()]
    found = frozenset(outline(cell) for cell in filled)
    is_regular = len(filled) >= _ENOUGH and len(found) <= _KINDS
    is_empty = not filled
    return ColumnOutline(
        frozenset() if is_empty else found if is_regular else None, len(filled) < len(cells)
    )


def _narrowed(fields: list[str], width: int) -> Iterator[list[str]]:
    """Yield the rows that are left when surplus fields, empty ones, are taken out."""
    surplus = len(fields) - width
    empty = [i for i, cell in enumerate(fields) if not cell.strip()]
    for gone in combinations(empty, surplus) if surplus <= _SURPLUS else ():
        yield [cell for i, cell in enumerate(fields) if i not in gone]


def _requoted(line: str, marks: Marks) -> Iterator[Cut]:
    """Yield other readings of a line with a stray quote: inside its field, or at its start."""
    quote, delimiter = re.escape(marks.quote), re.escape(marks.delimiter)
    inner = re.compile(f"(?<!{delimiter}){quote}(?! *(?:{delimiter}|$))")
    yield from _whole(marks, line, [match.start() for match in inner.finditer(line, 1)])
    starts = re.finditer(f"(?:^|{delimiter}) *({quote})", line)
    for match in starts:
        yield from _whole(marks, line, [match.start(1)])


_STAND_IN = "\ue000"  # of Unicode's private use area: no file has it


def _whole(marks: Marks, line: str, literal: Sequence[int]) -> Iterator[Cut]:
    """Cut a line in which the quotes at some places are plain characters."""
    if not literal or _STAND_IN in line:
        return
    characters = list(line)
    for position in literal:
        characters[position] = _STAND_IN
    cut = marks.cut("".join(characters))
    if cut.is_whole:
        cut.fields = [cell.replace(_STAND_IN, marks.quote) for cell in cut.fields]
        yield cut
