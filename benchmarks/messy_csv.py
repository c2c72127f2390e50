"""How well messy CSV files are read: dataaudit, DuckDB's sniffer and CleverCSV side by side.

``python benchmarks/messy_csv.py FOLDER`` reads every ``*.csv`` below FOLDER. Where a file
``NAME.clean.csv`` lies beside ``NAME.csv``, it is the truth, and the table shows the F1 of cells,
records and names as defined by Pollock: by content, not by position. Where there is none, it shows
how many rows and columns each reader found. Without FOLDER, a made-up table is spoilt in the ways
that Pollock lists, one at a time.

Every reader is used as its documentation says for a file of which nothing is known. A reader that
fails scores 0. Lines that dataaudit puts aside count as not read, although they are kept.

References
----------
G. Vitagliano et al., "Pollock: A data loading benchmark", PVLDB 16 (2023).
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import clevercsv
import duckdb

from dataaudit.errors import DataAuditError
from dataaudit.source import read


class Read(NamedTuple):
    """What a reader made of a file."""

    names: Sequence[str]
    rows: Sequence[Sequence[str]]
    remark: str = ""


def by_dataaudit(path: Path) -> Read:
    """Read with our own source."""
    source = read(path)
    table = source.engine.query("SELECT * EXCLUDE (__row__) FROM raw ORDER BY __row__")
    remark = f"{source.bad_lines.num_rows} aside" if source.bad_lines.num_rows else ""
    source.engine.close()
    return Read(table.column_names, _rows(table), remark)


def by_duckdb(path: Path) -> Read:
    """Read with DuckDB, which works out everything."""
    with duckdb.connect() as connection:
        table = connection.sql(
            "SELECT * FROM read_csv(?, all_varchar = true)", params=[str(path)]
        ).to_arrow_table()
    return Read(table.column_names, _rows(table))


def by_clevercsv(path: Path) -> Read:
    """Read with CleverCSV, which works out the dialect and whether there is a header."""
    rows = clevercsv.read_table(str(path))
    text = path.read_bytes().decode("utf-8", "replace")
    try:
        has_header = clevercsv.Sniffer().has_header(text)
    except (clevercsv.Error, ValueError, TypeError):
        has_header = True
    return Read(rows[0], rows[1:]) if has_header else Read([], rows)


READERS: dict[str, Callable[[Path], Read]] = {
    "dataaudit": by_dataaudit,
    "DuckDB": by_duckdb,
    "CleverCSV": by_clevercsv,
}


def _rows(table: object) -> list[list[str]]:
    columns = [column.to_pylist() for column in table.columns]
    return [[cell or "" for cell in row] for row in zip(*columns, strict=True)]


def f1(truth: Iterable[object], found: Iterable[object]) -> float:
    """Return the F1 of two collections in which order does not matter but number does."""
    truth, found = Counter(truth), Counter(found)
    if not truth:
        return 1.0
    return 2 * (truth & found).total() / (truth.total() + found.total())


def scores(truth: Read, found: Read) -> tuple[float, float, float]:
    """Return the F1 of cells, records and names."""
    return (
        f1(_cells(truth.rows), _cells(found.rows)),
        f1(_records(truth.rows), _records(found.rows)),
        f1(map(_plain, truth.names), map(_plain, found.names)),
    )


def _plain(cell: str) -> str:
    return " ".join(cell.split())


def _cells(rows: Sequence[Sequence[str]]) -> list[str]:
    return [_plain(cell) for row in rows for cell in row]


def _records(rows: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    return [tuple(_plain(cell) for cell in row) for row in rows]


def attempt(reader: Callable[[Path], Read], path: Path) -> Read | str:
    """Read a file, or say why it failed."""
    try:
        return reader(path)
    except DataAuditError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - a peer may fail in any way
        return f"{type(error).__name__}: {str(error).splitlines()[0][:60]}"


def truth_of(path: Path) -> Read | None:
    """Read the clean file beside a messy one."""
    clean = path.with_name(f"{path.stem}.clean.csv")
    if not clean.exists():
        return None
    with clean.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    return Read(rows[0], rows[1:])


def compare(folder: Path) -> bool:
    """Print a line per file; return whether no peer reads the cells of any file better."""
    print(f"{'file':38}", *(f"{name:>24}" for name in READERS))
    print(f"{'':38}", *(f"{'cells  records  names':>24}" for _ in READERS))
    is_best = True
    for path in sorted(folder.rglob("*.csv")):
        if path.name.endswith(".clean.csv"):
            continue
        truth = truth_of(path)
        found = {name: attempt(reader, path) for name, reader in READERS.items()}
        print(f"{path.name[:38]:38}", *(f"{_shown(truth, each):>24}" for each in found.values()))
        if truth is not None:
            cells = [0.0 if isinstance(f, str) else scores(truth, f)[0] for f in found.values()]
            is_best = is_best and cells[0] >= max(cells)
    return is_best


def _shown(truth: Read | None, found: Read | str) -> str:
    if isinstance(found, str):
        return f"({found.partition(':')[0][:18]})"
    if truth is None:
        width = max(map(len, found.rows), default=0)
        return f"{len(found.rows)} x {width} {found.remark}".strip()
    return "   ".join(f"{score:.3f}" for score in scores(truth, found))


NAMES = ["DATE", "TIME", "Qty", "PRODUCTID", "Price", "ProductType", "Description", "URL", "Note"]


def made_up() -> list[list[str]]:
    """Return a table with dates, times, amounts, codes and texts with delimiters and quotes."""
    kinds = ["Hiking Boots", 'Table, Round 48"', "Women's Jersey, Short", "Rod 8 Wt.", "Shirt"]
    rows = []
    for i in range(80):
        code = f"{'ABCDEFGH'[i % 8]}{'XYZ'[i % 3]}-{1000 + i * 37 % 9000}"
        text = f"Item {i}, made {'with care' if i % 3 else 'to last'}. Works, always."
        url = f"https://www.example.com/product/{code.replace('-', '_')}.html"
        day = f"{i % 28 + 1:02d}/{i % 12 + 1:02d}/2018"
        price = f"${(i * 7.31) % 99:.2f}"
        cells = [day, f"{i % 24:02d}:{i % 4 * 15:02d}", str(i % 10), code, price]
        rows.append([*cells, kinds[i % 5], text, url, ""])
    return rows


def spoil(folder: Path) -> None:
    """Write the made-up table spoilt in many ways, each with its clean file."""
    rows = made_up()
    plain = _written([NAMES, *rows])
    lines = plain.splitlines(keepends=True)
    line = lines[20]
    parts = line.split(",", 5)
    files = {
        "preamble": "PREAMBLE,,,,,,,,\r\n,,,,,,,,\r\n" + plain,
        "title_lines": "Monthly sales\r\nAll shops\r\n\r\n" + plain,
        "remarks": "# made by hand\r\n# do not edit\r\n" + plain,
        "no_trailing_newline": plain.rstrip("\r\n"),
        "double_trailing_newline": plain + "\r\n",
        "line_feed": plain.replace("\r\n", "\n"),
        "carriage_return": plain.replace("\r\n", "\r"),
        "byte_order_mark": "\ufeff" + plain,
        "two_headers": lines[0] + plain,
        "units_below_header": lines[0] + "day,h,pcs,no,usd,,,," + "\r\n" + "".join(lines[1:]),
        "semicolon": _written([NAMES, *rows], delimiter=";"),
        "tab": _written([NAMES, *rows], delimiter="\t"),
        "pipe": _written([NAMES, *rows], delimiter="|"),
        "space": _written([NAMES, *rows], delimiter=" "),
        "comma_and_space": _written([NAMES, *rows], quoting=csv.QUOTE_ALL).replace('","', '", "'),
        "apostrophe_quotes": _written([NAMES, *rows], quotechar="'"),
        "all_quoted": _written([NAMES, *rows], quoting=csv.QUOTE_ALL),
        "backslash": _written([NAMES, *rows], escapechar="\\", doublequote=False),
        "footnote": plain + "Source: our own counts\r\n",
        "short_rows": plain.replace(",\r\n", "\r\n"),
        "delimiter_too_many": plain.replace(line, ",".join([*parts[:3], "", *parts[3:]])),
        "delimiter_too_few": plain.replace(
            line, ",".join([*parts[:3], "".join(parts[3:5]), parts[5]])
        ),
        "delimiter_missing_at_end": plain.replace(line, line.rstrip(",\r\n") + "\r\n"),
        "quote_too_many": plain.replace(line, ",".join([*parts[:2], '"' + parts[2], *parts[3:]])),
        "quote_never_closed": plain.replace(line, line.replace("https", '"https')),
        "one_row": "".join(lines[:2]),
    }
    for name, text in files.items():
        (folder / f"{name}.csv").write_bytes(text.encode())
        truth = [rows[0]] if name == "one_row" else [list(row) for row in rows]
        if name == "quote_too_many":
            truth[19][2] = '"' + truth[19][2]
        (folder / f"{name}.clean.csv").write_text(_written([NAMES, *truth]), newline="")


def _written(rows: list[list[str]], **options: object) -> str:
    with tempfile.TemporaryFile("w+", newline="", encoding="utf-8") as file:
        csv.writer(file, **options).writerows(rows)
        file.seek(0)
        return file.read()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        is_best = compare(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as made:
            spoil(Path(made))
            is_best = compare(Path(made))
    sys.exit(0 if is_best else 1)
