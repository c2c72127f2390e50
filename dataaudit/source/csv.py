"""Land a file of text as Parquet: the way of CSV and friends into the engine.

A clean file is read in bulk, on every core (`bulk`). Where that fails anywhere, the file is read
again, line by line (`careful`): then only the lines at fault are put aside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from dataaudit.engine import Engine
from dataaudit.errors import SourceError
from dataaudit.parquet import write
from dataaudit.source.bulk import in_bulk
from dataaudit.source.careful import BadLine, Blank, Row, read_records
from dataaudit.source.columns import ROW
from dataaudit.source.dialect import NO_DELIMITER, Dialect, work_out
from dataaudit.source.encoding import Survey, survey, transcode
from dataaudit.source.options import ReadOptions

_GUESS_CHARACTERS = 1 << 20
_FEW_LINES = 2  # a header and one row
_LONGEST_GUESS = 1 << 26  # where one line is longer than a megabyte
_BATCH_ROWS, _BATCH_CHARACTERS = 50_000, 1 << 25
_SHOWN = 5  # line numbers in a note


@dataclass(kw_only=True)
class Landed:
    """A file of text in the engine's folder.

    Parameters
    ----------
    path
        The Parquet file: ``__row__`` and the columns, as text.
    names
        Of the columns.
    rows, blank
        Its number of rows, and of blank lines that were passed over.
    bad, mended
        The lines put aside, and those that were read in the only way that fits.
    description
        What was worked out, JSON-able.
    notes
        The same in sentences, and what else was odd.
    """

    path: Path
    names: tuple[str, ...]
    rows: int = 0
    blank: int = 0
    bad: list[BadLine] = field(default_factory=list)
    mended: list[Row] = field(default_factory=list)
    description: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def land(
    engine: Engine,
    path: Path,
    *,
    name: str,
    target: Path,
    first_row: int,
    options: ReadOptions,
) -> Landed:
    """Read a file of text into a Parquet file.

    Parameters
    ----------
    engine
        Reads clean files.
    path
        The file, not compressed.
    name
        What the user called it.
    target
        The Parquet file to write; a neighbour of it holds the text in UTF-8 where that is needed.
    first_row
        The ``__row__`` of the first row.
    options
        What the user said of it.

    Raises
    ------
    SourceError
        Where there is no table in it.
    """
    seen = survey(path, name, options.encoding)
    original = seen
    if not seen.is_plain:
        path = _transcoded(path, seen, target.with_suffix(".text"), name)
        seen = survey(path, name, "utf-8")
    dialect = work_out(_beginning(path, name), options)
    landed = Landed(path=target, names=dialect.head.names)
    account = None
    if seen.is_plain and dialect.width > 1 and not dialect.is_padded:
        account = in_bulk(engine, path, dialect, target, first_row)
    if account is not None:
        landed.rows, landed.blank = account
    else:
        _by_line(path, dialect, first_row, landed)
    if not original.is_plain:
        path.unlink()
    _refuse_empty(landed, name)
    landed.description = _description(original, dialect)
    landed.notes = [*original.notes, *_notes(dialect, options), *_line_notes(landed)]
    return landed


def _transcoded(path: Path, seen: Survey, target: Path, name: str) -> Path:
    """Write the file anew in UTF-8."""
    transcode(path, seen, target, name)
    return target


def _beginning(path: Path, name: str) -> str:
    """Read the first megabyte, in whole lines; more where one line is longer."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        text = file.read(_GUESS_CHARACTERS)
        while (
            len(text) < _LONGEST_GUESS
            and text.count("\n") < _FEW_LINES
            and (more := file.read(len(text)))
        ):
            text += more
        has_more = bool(file.read(1))
    if not text.strip():
        raise SourceError(name, "the file is empty")
    return text[: text.rfind("\n") + 1] or text if has_more else text


def _by_line(path: Path, dialect: Dialect, first_row: int, landed: Landed) -> None:
    """Read the file line by line, in batches of rows."""
    fields = [pa.field(ROW, pa.int64()), *(pa.field(name, pa.string()) for name in landed.names)]
    schema = pa.schema(fields)
    lines = 0

    def tables() -> Iterator[pa.Table]:
        nonlocal lines
        for batch, seen in _batches(read_records(path, dialect), landed):
            lines += seen
            if batch:
                yield _table(batch, first_row + landed.rows, schema)
                landed.rows += len(batch)

    write(tables(), schema, landed.path)
    _balance(path, dialect, lines)


def _batches(
    records: Iterator[Row | BadLine | Blank], landed: Landed
) -> Iterator[tuple[list[list[str]], int]]:
    """Yield rows in batches with the lines they took; what is no row goes where it belongs."""
    batch: list[list[str]] = []
    size = lines = 0
    for record in records:
        lines += record.lines
        if isinstance(record, Row):
            batch.append(record.fields)
            size += sum(map(len, record.fields))
            if record.how:
                landed.mended.append(record)
        elif isinstance(record, BadLine):
            landed.bad.append(record)
        else:
            landed.blank += 1
        if len(batch) >= _BATCH_ROWS or size > _BATCH_CHARACTERS:
            yield batch, lines
            batch, size, lines = [], 0, 0
    yield batch, lines


def _table(rows: Sequence[Sequence[str]], first: int, schema: pa.Schema) -> pa.Table:
    """Turn rows into columns; an empty field is a missing value."""
    numbers = pa.array(range(first, first + len(rows)), pa.int64())
    columns = [
        pa.array([cell or None for cell in cells], pa.string()) for cells in zip(*rows, strict=True)
    ]
    return pa.table([numbers, *columns], schema=schema)


def _balance(path: Path, dialect: Dialect, lines: int) -> None:
    """Hold the account: every physical line is part of a row, blank, or put aside."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        held = sum(1 for _ in file)
    if held < dialect.head.line:
        raise SourceError(path.name, f"`skip` passes over {dialect.head.line:,} of {held:,} lines")
    if held != lines + dialect.head.line:
        msg = f"{path}: {held} lines, of which {lines + dialect.head.line} were accounted for"
        raise AssertionError(msg)


def _refuse_empty(landed: Landed, name: str) -> None:
    """Refuse a file without a single row."""
    if landed.rows:
        return
    if not landed.bad:
        raise SourceError(name, "it has a header and no rows")
    first = landed.bad[0]
    raise SourceError(
        name,
        f"none of its {len(landed.bad):,} lines can be cut into {len(landed.names)} fields; "
        f"line {first.line}: {first.errors[0]}",
        remedy="Give `delimiter` and `quote`, or `skip` for lines above the header.",
    )


def _description(seen: Survey, dialect: Dialect) -> dict[str, Any]:
    """Say what was worked out, for machines."""
    return {
        "encoding": seen.encoding,
        "delimiter": None if dialect.width == 1 else dialect.marks.delimiter,
        "quote": dialect.marks.quote,
        "escape": dialect.marks.escape,
        "header": dialect.head.header_lines > 0,
        "header_lines": dialect.head.header_lines,
        "preamble": list(dialect.head.preamble),
    }


def _notes(dialect: Dialect, options: ReadOptions) -> Iterator[str]:
    """Say what was worked out and is not what everybody expects."""
    marks, head = dialect.marks, dialect.head
    if marks.delimiter not in (",", NO_DELIMITER) and options.delimiter is None:
        yield f"The delimiter is {marks.delimiter!r}."
    if marks.quote != '"' and options.quote is None:
        yield f"The quote is {marks.quote!r}."
    if marks.escape != marks.quote:
        yield "A quote inside a field has a backslash before it."
    if head.preamble and options.skip is None:
        count = len(head.preamble)
        yield f"Lines above the header that are no data: {count}."
    if dialect.is_padded:
        yield "Many rows leave out empty fields at their end; those were filled in as missing."
    yield from head.notes


def _line_notes(landed: Landed) -> Iterator[str]:
    """Say how many lines were passed over, mended or put aside."""
    if landed.blank:
        yield f"{landed.blank:,} blank line{'s were' if landed.blank > 1 else ' was'} passed over."
    if landed.mended:
        shown = ", ".join(f"{row.line:,}" for row in landed.mended[:_SHOWN])
        more = " ..." if len(landed.mended) > _SHOWN else ""
        yield (
            f"{len(landed.mended):,} lines with a delimiter or quote too many or too few were read "
            f"in the only way that fits their columns (line {shown}{more}: {landed.mended[0].how})."
        )
    if landed.bad:
        yield f"{len(landed.bad):,} lines could not be read and were put aside."
