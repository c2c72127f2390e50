"""A clean file is read in bulk; one that is not clean throughout is left to the careful reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.source.bulk import in_bulk
from dataaudit.source.careful import Row, read_records
from dataaudit.source.dialect import work_out
from dataaudit.source.options import ReadOptions

CLEAN = b'a,b,c\n1,x,\n2,"y, ""z""\nu",v\n3,,w\n'


def bulk(text: bytes, folder: Path) -> tuple[tuple[int, int] | None, list[list[str | None]]]:
    path, target = folder / "t.csv", folder / "t.parquet"
    path.write_bytes(text)
    dialect = work_out(CLEAN.decode(), ReadOptions())
    with DuckDBEngine(threads=2) as engine:
        account = in_bulk(engine, path, dialect, target, 10)
        rows = []
        if account:
            table = engine.query(f"SELECT * FROM read_parquet('{target}') ORDER BY __row__")
            rows = [list(row.values()) for row in table.to_pylist()]
    return account, rows


def test_a_clean_file_is_read_like_the_careful_reader_does(tmp_path: Path) -> None:
    account, rows = bulk(CLEAN, tmp_path)
    assert account == (3, 0)
    records = list(read_records(tmp_path / "t.csv", work_out(CLEAN.decode(), ReadOptions())))
    careful = [[cell or None for cell in r.fields] for r in records if isinstance(r, Row)]
    assert [row[1:] for row in rows] == careful
    assert [row[0] for row in rows] == [10, 11, 12]


def test_blank_lines_are_counted(tmp_path: Path) -> None:
    assert bulk(CLEAN + b"\n\n4,5,6\n\n", tmp_path)[0] == (4, 3)


@pytest.mark.parametrize(
    "line",
    ["1,2", "1,2,3,4", "1,2,3,", "1,,2,", '1,"x"y,2', '1,"2,3', "1,\xff,2", "1,2\r,3", "  "],
)
def test_one_odd_line_leaves_the_file_to_the_careful_reader(tmp_path: Path, line: str) -> None:
    # DuckDB itself reads `1,2,3,` and `1,,2,` without a word and drops the last field.
    assert bulk(CLEAN + line.encode("latin-1") + b"\n4,5,6\n", tmp_path)[0] is None
