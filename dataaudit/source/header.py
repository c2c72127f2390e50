"""Find where a table of text starts: the lines above it, its header, the names of its columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from dataaudit.source.names import readable, unique_names
from dataaudit.source.options import ReadOptions
from dataaudit.source.propose import is_token
from dataaudit.source.shapes import BLANKS, Kind, kind_of

_ROWS = 200  # rows compared with the header
_TYPED = 0.8  # share of cells of one kind that makes a column typed
_HEADER_ROWS = 3  # at most
_VOTES, _BELOW = 2, 3  # columns and rows that must speak for a header of several lines
_LONGEST_PREAMBLE = 100


@dataclass(frozen=True, slots=True)
class Record:
    """A record of the sample: its fields, None where it cannot be cut, and its physical lines."""

    fields: list[str] | None
    lines: int = 1

    @property
    def filled(self) -> int:
        """The number of fields that are not blank."""
        return sum(bool(cell.strip(BLANKS)) for cell in self.fields or ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where a table starts.

    Parameters
    ----------
    names
        Of the columns, each once.
    header_lines
        How many rows of the file they come from; 0 where it has no header.
    preamble
        The lines above the header.
    record, line
        The first row: as a record of the sample, and as a physical line, counted from 0.
    notes
        Sentences for the report.
    """

    names: tuple[str, ...]
    header_lines: int
    preamble: tuple[str, ...]
    record: int
    line: int
    notes: tuple[str, ...] = ()


def find_head(records: Sequence[Record], lines: Sequence[str], options: ReadOptions) -> Head:
    """Find the first row and the names of the columns.

    Parameters
    ----------
    records
        The beginning of the file, cut; the first of them starts at line `options.skip`.
    lines
        The physical lines of the file.
    options
        `skip` and `header` win over what the records look like.
    """
    width = usual_width(records)
    start = 0 if options.skip is not None else _first(records, width)
    start, wide = _with_names(records, start, width)
    columns = _Columns([r.fields for r in records[start:] if r.fields and len(r.fields) == width])
    first = records[start].fields or [] if start < len(records) else []
    has_header = options.header
    if has_header is None:
        has_header = wide != width or columns.is_header(first)
    is_open = has_header and wide == width and options.header is None
    rows = columns.header_rows() if is_open else int(has_header)
    above = sum(record.lines for record in records[:start]) + (options.skip or 0)
    below = sum(record.lines for record in records[start : start + rows])
    given = _joined([record.fields or [] for record in records[start : start + rows]])
    if rows and wide == width - 1:
        given = ["", *given]
    names, notes = unique_names(given if rows else [""] * width)
    if not rows:
        notes = [f"There is no header; the columns are called `{names[0]}` to `{names[-1]}`."]
    if rows > 1:
        notes = [f"The names stand in {rows} lines and were joined.", *notes]
    return Head(
        names=tuple(names),
        header_lines=rows,
        preamble=tuple(readable(line.rstrip("\r\n")) for line in lines[:above] if line.strip()),
        record=start + rows,
        line=above + below,
        notes=tuple(notes),
    )


def usual_width(records: Sequence[Record]) -> int:
    """Return the most frequent number of fields, the larger one of two."""
    widths = Counter(len(record.fields) for record in records if record.fields)
    return max(widths, key=lambda width: (widths[width], width)) if widths else 1


def _first(records: Sequence[Record], width: int) -> int:
    """Return the first record that is no title, remark or blank line."""
    for position, record in enumerate(records[:_LONGEST_PREAMBLE]):
        fields = record.fields
        if not fields or not record.filled:
            continue
        behind = records[position + 1].fields if position + 1 < len(records) else None
        is_remark = fields[0].startswith("#") and (
            len(fields) != width or bool(behind and behind[0].startswith("#"))
        )
        is_title = width > 2 and record.filled == 1 and _kind(fields[0]) == "text"  # noqa: PLR2004 - a row of two may well be half empty
        is_wide = len(fields) > width and _are_names(fields)
        if not is_remark and not is_title and (len(fields) == width or is_wide):
            return position
    return 0


def _with_names(records: Sequence[Record], start: int, width: int) -> tuple[int, int]:
    """Step back to a header with one name too few; return the start and the number of names."""
    here = records[start].fields if start < len(records) else None
    if here and len(here) > width:
        return start, len(here)
    above = records[start - 1].fields if start else None
    if above and len(above) == width - 1 and width > 2 and _are_names(above):  # noqa: PLR2004 - one name alone is a title
        return start - 1, width - 1
    return start, width


def _are_names(cells: Sequence[str]) -> bool:
    """Whether cells could be names by themselves: filled, different, no values."""
    kinds = {_kind(cell) for cell in cells}
    return kinds == {"text"} and len({cell.strip().casefold() for cell in cells}) == len(cells)


def _kind(cell: str) -> Kind:
    """Say what a cell looks like; a null token is empty."""
    text = cell.strip(BLANKS)
    return "empty" if is_token(text) else kind_of(text)


def _joined(rows: Sequence[Sequence[str]]) -> list[str]:
    """Join the header lines of each column; what stands there twice is said once."""
    wide = max((len(row) for row in rows), default=0)
    padded = [[*row, *[""] * (wide - len(row))] for row in rows]
    return [
        " ".join(dict.fromkeys(cell.strip() for cell in cells if cell.strip()))
        for cells in zip(*padded, strict=True)
    ]


class _Columns:
    """The rows of the sample by column, against which a header is held."""

    def __init__(self, rows: Sequence[Sequence[str]]) -> None:
        self.rows = rows[: _ROWS + _HEADER_ROWS]

    def is_header(self, cells: Sequence[str]) -> bool:
        """Whether the first row has names."""
        votes = self._votes(cells, 1)
        if any(votes):
            return sum(votes) > 0
        recurs = any(cells[i] == row[i] for row in self.rows[1:] for i in range(len(row)))
        return _are_names(cells) and not recurs

    def header_rows(self) -> int:
        """Return how many rows the header has."""
        rows = 1
        while rows < _HEADER_ROWS and len(self.rows) > rows and self._is_more_header(rows):
            rows += 1
        return rows

    def _is_more_header(self, position: int) -> bool:
        """Whether a row below the header repeats it, or has a word in every typed column."""
        row = self.rows[position]
        if row == self.rows[0]:
            return True
        votes = self._votes(row, position + 1)
        typed = [v for i, v in enumerate(votes) if self._column(i, position + 1) is not None]
        is_sure = len(self.rows) - position > _BELOW and len(typed) >= _VOTES
        return is_sure and min(typed) > 0

    def _votes(self, cells: Sequence[str], start: int) -> list[int]:
        """Return for each column: the row has a name (1), a value (-1), or cannot tell (0)."""
        years = _are_counted(cells)
        return [
            self._vote(cell, self._column(i, start), is_counted=i in years)
            for i, cell in enumerate(cells)
        ]

    @staticmethod
    def _vote(cell: str, column: Kind | None, *, is_counted: bool) -> int:
        kind = _kind(cell)
        if column is None or kind == "empty":
            return 0
        if kind == column:
            return 1 if is_counted else -1
        return int(kind == "text")

    def _column(self, i: int, start: int) -> Kind | None:
        """Return the kind of nearly all cells of a column, None for text."""
        kinds = Counter(_kind(row[i]) for row in self.rows[start:])
        kinds.pop("empty", None)
        if not kinds:
            return None
        kind, count = kinds.most_common(1)[0]
        return kind if kind != "text" and count >= _TYPED * kinds.total() else None


def _are_counted(cells: Sequence[str]) -> set[int]:
    """Return the cells that count up by one, like the years 1990, 1991, ... behind a text cell."""
    whole = {i: int(cell) for i, cell in enumerate(cells) if cell.strip().isdecimal()}
    values = list(whole.values())
    steps = {b - a for a, b in pairwise(values)}
    has_name = any(_kind(cell) == "text" for cell in cells)
    return set(whole) if has_name and len(values) > 2 and steps == {1} else set()  # noqa: PLR2004 - two in a row are chance
