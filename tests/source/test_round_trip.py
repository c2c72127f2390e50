"""Any table of text that Python's csv module writes is read back, cell for cell."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.source import ReadOptions, read
from dataaudit.source.marks import Marks

# Not NUL, which is taken out; nor C1 controls, which are read as Windows-1252; nor a lone half.
CHARACTERS = st.characters(
    codec="utf-8", exclude_characters="\0\ufeff", exclude_categories=["Cc", "Cs"]
)
CELLS = st.one_of(
    st.text(st.one_of(CHARACTERS, st.sampled_from("\",;\t|\n\r \\'")), max_size=8),
    st.integers().map(str),
    st.sampled_from(["", "a", "?", "NA", "1,5", "2019-01-01", '"', '""', "\r\n", "#"]),
)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    width = draw(st.integers(1, 5))
    return draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=12))


def written(rows: list[list[str]], **options: object) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, **options).writerows(rows)
    return text.getvalue()


def raw_rows(source: object) -> list[list[str]]:
    rows = source.engine.query("SELECT * FROM raw ORDER BY __row__").to_pylist()
    assert [row.pop("__row__") for row in rows] == list(range(source.rows))
    return [[cell or "" for cell in row.values()] for row in rows]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


@pytest.mark.slow
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=tables(), delimiter=st.sampled_from(",;\t|"), end=st.sampled_from(["\n", "\r\n"]))
def test_what_csv_writes_is_read_back(
    folder: Path, rows: list[list[str]], delimiter: str, end: str
) -> None:
    if end == "\n":  # where a line ends in LF, Python 3.11 leaves CR without quotes
        rows = [[cell.replace("\r", "") for cell in row] for row in rows]
    names = [f"column {i}" for i in range(len(rows[0]))]
    path = folder / "table.csv"
    text = written([names, *rows], delimiter=delimiter, lineterminator=end)
    path.write_bytes(text.encode())
    options = ReadOptions(delimiter=delimiter, quote='"', header=True, skip=0, encoding="utf-8")
    with DuckDBEngine(threads=1) as engine:
        source = read(path, options=options, engine=engine)
        assert list(source.columns) == names
        assert raw_rows(source) == rows
        assert source.bad_lines.num_rows == 0


@settings(max_examples=300, deadline=None)
@given(rows=tables(), delimiter=st.sampled_from(",;\t|"))
def test_a_record_is_cut_as_csv_cuts_it(rows: list[list[str]], delimiter: str) -> None:
    marks = Marks(delimiter=delimiter)
    for row in rows:
        assume(row != [""])
        cut = None
        for line in io.StringIO(written([row], delimiter=delimiter), newline=""):
            cut = marks.cut(line, cut)
        assert cut is not None
        assert cut.is_whole
        assert cut.fields == row
