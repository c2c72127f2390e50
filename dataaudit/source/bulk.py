"""Read a clean file of text with the engine, on every core, and check that nothing is missing.

DuckDB is told the dialect and guesses nothing. It fails at the first odd line; but it also drops a
surplus empty field at the end of a line without a word (which shifts the cells of a row with a
delimiter too many), and a ``skip`` over an odd quote may swallow the file. So the delimiters and
lines of the file are counted against those in the result.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from dataaudit.engine import Engine, one_row
from dataaudit.engine.sql import ident, literal
from dataaudit.errors import QueryError
from dataaudit.source.columns import ROW
from dataaudit.source.dialect import Dialect

_PIECE = 1 << 22  # bytes counted at once


def in_bulk(
    engine: Engine, path: Path, dialect: Dialect, target: Path, first_row: int
) -> tuple[int, int] | None:
    """Write the rows of a file to Parquet, in their order.

    Parameters
    ----------
    engine
        Reads and writes.
    path
        A file in UTF-8 with one kind of line end.
    dialect
        How it is written.
    target
        The Parquet file: ``__row__`` and the columns, as text.
    first_row
        The ``__row__`` of the first row.

    Returns
    -------
    tuple of int, or None
        Rows and blank lines; None where the file is not clean throughout.
    """
    with ThreadPoolExecutor(1) as pool:
        counting = pool.submit(_Held.below_header, path, dialect)
        try:
            engine.copy(_select(path, dialect, first_row), target)
            rows, delimiters, ends = _counted(engine, target, dialect)
        except QueryError:
            return None
        held = counting.result()
    blank = held.lines - rows - ends
    is_balanced = held.delimiters == rows * (dialect.width - 1) + delimiters
    return (rows, blank) if is_balanced and 0 <= blank <= held.blank else None


def _select(path: Path, dialect: Dialect, first_row: int) -> str:
    """Return the SELECT that reads the file; columns are named by position until they are read."""
    marks, names = dialect.marks, dialect.head.names
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(names)))
    shown = ", ".join(f"c{i} AS {ident(name)}" for i, name in enumerate(names))
    return (
        f"SELECT row_number() OVER () + {first_row - 1} AS {ROW}, {shown} "
        f"FROM read_csv({literal(glob_safe(path))}, auto_detect = false, header = false, "
        f"strict_mode = true, skip = {dialect.head.line}, delim = {literal(marks.delimiter)}, "
        f"quote = {literal(marks.quote)}, escape = {literal(marks.escape)}, "
        f"columns = {{{columns}}})"
    )


def glob_safe(path: Path) -> str:
    """Return a path in which signs that DuckDB takes for a pattern stand for themselves.

    Examples
    --------
    >>> glob_safe(Path("a[1]*.csv"))
    'a[[]1][*].csv'
    """
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path))


def _counted(engine: Engine, target: Path, dialect: Dialect) -> tuple[int, int, int]:
    """Count rows, and the delimiters and line ends inside cells."""
    delimiters = " + ".join(_inside(name, dialect.marks.delimiter) for name in dialect.head.names)
    ends = " + ".join(_inside(name, "\n") for name in dialect.head.names)
    row = one_row(
        engine,
        f"SELECT count(*), sum({delimiters}), sum({ends}) "
        f"FROM read_parquet({literal(glob_safe(target))})",
    )
    rows, inner, inner_ends = (int(cell or 0) for cell in row)
    return rows, inner, inner_ends


def _inside(name: str, sign: str) -> str:
    """Return the expression that counts a sign in a column."""
    x, sought = ident(name), literal(sign)
    times = f"(strlen({x}) - strlen(replace({x}, {sought}, ''))) // {len(sign.encode())}"
    return f"CASE WHEN contains({x}, {sought}) THEN {times} ELSE 0 END"


@dataclass(slots=True)
class _Held:
    """What a file holds below its header: delimiters, lines, and blank ones at most."""

    delimiters: int = 0
    lines: int = 0
    blank: int = 0

    @classmethod
    def below_header(cls, path: Path, dialect: Dialect) -> _Held:
        """Count over the whole file, in pieces."""
        held, sign = cls(), dialect.marks.delimiter.encode()
        with path.open("rb") as file:
            for _ in range(dialect.head.line):
                file.readline()
            while piece := file.read(_PIECE) + file.readline():  # whole lines
                held.delimiters += piece.count(sign)
                held.lines += piece.count(b"\n") + (not piece.endswith(b"\n"))
                held.blank += _blank_lines(piece)
        return held


def _blank_lines(piece: bytes) -> int:
    """Count the lines without a cell; most files have none, which is seen at once."""
    if piece[:1] not in b"\r\n" and b"\n\n" not in piece and b"\n\r" not in piece:
        return 0
    lines = piece.removesuffix(b"\n").split(b"\n")
    return sum(not line.strip(b"\r") for line in lines)
