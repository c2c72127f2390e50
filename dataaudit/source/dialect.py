"""Work out how a file of text is written, from its first megabyte: its signs, then where it starts.

Every pair of delimiter and quote is tried. The score is the one of van den Burg, Nazabal and Sutton
(2019) with one change: rows count as consistent where they have the most frequent number of fields,
so that title lines above the table and a few broken rows do not hide it.

References
----------
G. J. J. van den Burg, A. Nazabal, C. Sutton, "Wrangling messy CSV files by detecting row and type
patterns", Data Mining and Knowledge Discovery 33 (2019).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from dataaudit.source.align import Outlines
from dataaudit.source.header import Head, Record, find_head, usual_width
from dataaudit.source.marks import Cut, Marks
from dataaudit.source.options import ReadOptions
from dataaudit.source.shapes import Kind, kind_of

_RECORDS = 1_000  # looked at
_CELLS = 3_000
_LONGEST_JOIN = 200  # lines in one field, while guessing
_ONE_COLUMN = 0.2  # the score of one column: two need two rows in three to agree (2/3^2 x 1/2)
_TITLED = 0.9  # for lines above the table that do not fit
_VALUES = 0.1  # share of numbers, dates ... where blanks and colons are delimiters and no text
_FEW_ROWS, _HABIT = 3, 0.2  # short rows, and their share, that are a habit and no accident

# How often a sign is used for the purpose: times and texts are full of colons and blanks.
_DELIMITERS = {",": 1.0, ";": 1.0, "\t": 1.0, "|": 1.0, "||": 1.0, "^": 0.9, "~": 0.9, "§": 0.9}
_DELIMITERS |= {"\x1f": 1.0, "\x01": 1.0, " ": 0.7, ":": 0.5}
_WEAK = (" ", ":")
NO_DELIMITER = "\x1e"  # of a table of one column: a control character that no text has
_CLEAN = re.compile("[\\w\\s.,:'\u2019\u00b4`&()/%+#@!?*\u00b0\u2013\u2014=-]*")
_FRAYED = re.compile(r"^\s*[,;|\t:]|[,;|\t:]\s*$|[\"|\t;]")


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How a file of text is written.

    Parameters
    ----------
    marks
        Delimiter, quote, escape.
    head
        Where the table starts, and the names of its columns.
    is_padded
        Whether rows habitually leave out empty fields at their end, which are then filled in.
    outlines
        What the cells of each column look like, to mend rows that were cut wrongly.
    """

    marks: Marks
    head: Head
    is_padded: bool = False
    outlines: Outlines = field(default_factory=lambda: Outlines(()))

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.head.names)


def work_out(text: str, options: ReadOptions) -> Dialect:
    r"""Work out how a text is written.

    Parameters
    ----------
    text
        The beginning of the file, whole lines.
    options
        What the user said wins.

    Examples
    --------
    >>> dialect = work_out("Sales 2024\na;b\n1,5;x\n2,5;y\n", ReadOptions())
    >>> dialect.marks.delimiter, dialect.head.names, dialect.head.preamble
    (';', ('a', 'b'), ('Sales 2024',))
    """
    lines = list(io.StringIO(text, newline=""))
    body = lines[options.skip or 0 :]
    tried = {marks: _records(body, marks) for marks in _candidates(text, options)}
    marks = max(tried, key=lambda marks: _score(tried[marks], marks))
    records = tried[marks]
    head = find_head(records, lines, options)
    rows = [r.fields for r in records[head.record :] if r.fields]
    width = len(head.names)
    short = sum(len(row) < width for row in rows)
    return Dialect(
        marks=marks,
        head=head,
        is_padded=short >= _FEW_ROWS and short > _HABIT * len(rows),
        outlines=Outlines.of([row for row in rows if len(row) == width], width),
    )


def _candidates(text: str, options: ReadOptions) -> Iterator[Marks]:
    """Yield every combination of signs that the text has."""
    known = [mark for mark in _DELIMITERS if mark in text]
    delimiters = [*known, NO_DELIMITER] if options.delimiter is None else [options.delimiter]
    for delimiter in delimiters:
        if options.quote is not None:
            quotes = [options.quote]
        else:
            quotes = ["'", '"'] if _is_quoted(text, "'", delimiter) else ['"']
        for quote in quotes:
            yield Marks(delimiter=delimiter, quote=quote, escape=quote)
            if quote and "\\" + quote in text:
                yield Marks(delimiter=delimiter, quote=quote, escape="\\")


def _is_quoted(text: str, quote: str, delimiter: str) -> bool:
    """Whether a sign that may be an apostrophe is a quote: the first line has it, or it is needed.

    It is needed where a delimiter stands between two of them. Values that merely bear such signs
    (``'-1'`` in one column) are left alone.
    """
    edge = re.escape(delimiter)
    field = f"{quote}[^{quote}\n]*{quote}"
    first = text.lstrip().split("\n", 1)[0].rstrip("\r")
    if re.search(f"(?:^|{edge}) *{field} *(?:{edge}|$)", first):
        return True
    needed = f"(?:^|{edge}) *{quote}[^{quote}\n]*{edge}[^{quote}\n]*{quote} *(?:{edge}|\r?$)"
    return re.search(needed, text, re.MULTILINE) is not None


def _records(lines: Sequence[str], marks: Marks) -> list[Record]:
    """Cut lines into records, each at its own line where a quote leads nowhere."""
    records: list[Record] = []
    position = 0
    while position < len(lines) and len(records) < _RECORDS:
        record = _record(lines, position, marks)
        records.append(record)
        position += record.lines
    return records


def _record(lines: Sequence[str], position: int, marks: Marks) -> Record:
    """Cut one record; a quote that is not closed soon makes its line one without fields."""
    if not lines[position].strip():
        return Record([])
    cut: Cut | None = None
    for count, line in enumerate(lines[position : position + _LONGEST_JOIN], start=1):
        cut = marks.cut(line, cut)
        if cut.broken is not None:
            break
        if cut.is_whole:
            return Record(cut.fields, count)
    return Record(None)


def _score(records: Sequence[Record], marks: Marks) -> float:
    """Say how well a combination of signs explains the sample, in 0..1."""
    cut = [record for record in records if record.fields is None or record.fields]
    width = usual_width(cut)
    if not cut or width == 1:
        return _ONE_COLUMN * sum(record.fields is not None for record in cut) / max(len(cut), 1)
    fits = [record.fields is not None and len(record.fields) == width for record in cut]
    above = fits.index(True)  # title lines
    cells = [c for record, fit in zip(cut, fits, strict=True) if fit for c in record.fields or ()]
    kinds = [kind_of(cell) for cell in cells[:_CELLS]]
    clean = [_is_clean(*pair, marks) for pair in zip(cells, kinds, strict=False)]
    values = sum(kind not in ("text", "empty") for kind in kinds) / len(kinds)
    if marks.delimiter in _WEAK and values < (_VALUES if width > 2 else 0.5):  # noqa: PLR2004 - two words are a text
        return 0.0
    short = sum(record.fields is not None and 1 < len(record.fields) < width for record in cut)
    consistent = (sum(fits) + short / 2) / (len(fits) - above) * (_TITLED if above else 1.0)
    good = sum(clean) / len(clean)
    return consistent**2 * good * (width - 1) / width * _DELIMITERS.get(marks.delimiter, 1.0)


def _is_clean(cell: str, kind: Kind, marks: Marks) -> bool:
    """Whether a cell looks like a value or a text, and not like a piece of one."""
    if kind != "text":
        return True
    text = cell.replace(marks.delimiter, " ").replace("\n", " ")
    return _CLEAN.fullmatch(text) is not None and _FRAYED.search(text) is None
