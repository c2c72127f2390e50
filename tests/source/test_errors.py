"""Bad input ends in one clear line, never in a traceback and never in silence."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dataaudit.errors import ConfigError, ExitCode, SourceError
from dataaudit.source import ReadOptions, read


def write(name: str, content: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def two_files(folder: Path) -> Path:
    (folder / "a.csv").write_text("n,t\n1,x\n")
    (folder / "b.csv").write_text("n,u\n1,x\n")
    return folder


def near_miss(folder: Path) -> Path:
    (folder / "adult.csv").write_text("n,t\n1,x\n")
    return folder / "adlut.csv"


CASES = {
    "missing": (lambda folder: folder / "none.csv", "there is no such file"),
    "near miss": (near_miss, "Did you mean"),
    "empty": (write("e.csv", b""), "the file is empty"),
    "blanks": (write("e.csv", b"\n  \n"), "the file is empty"),
    "mark only": (write("e.csv", b"\xef\xbb\xbf"), "the file is empty"),
    "header only": (write("h.csv", b"a,b,c\n"), "it has a header and no rows"),
    "empty folder": (lambda folder: folder, "the folder has no CSV, JSON, Parquet or Arrow file"),
    "no match": (lambda folder: folder / "*.csv", "no file matches this pattern"),
    "binary": (write("b.csv", bytes(range(256)) * 40), "it is a binary file"),
    "workbook": (write("b.csv", b"PK\x03\x04" + b"x" * 99), "it is an Excel workbook"),
    "damaged parquet": (write("p.parquet", b"PAR1" + b"x" * 99), "it is damaged, or no Parquet"),
    "no parquet": (write("p.parquet", b"a,b\n1,2\n"), "it is damaged, or no Parquet file"),
    "damaged arrow": (write("p.arrow", b"ARROW1" + b"x" * 99), "it is damaged, or no Arrow file"),
    "damaged gzip": (write("t.csv.gz", b"\x1f\x8bxxxxxxxxxxxx"), "the gzip archive is damaged"),
    "no json": (write("t.jsonl", b"a,b\n1,2\n"), "it holds no JSON object; line 1: no JSON"),
    "columns differ": (two_files, "it lacks the columns `t` and has the unknown columns `u`"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_source_is_one_clear_line(tmp_path: Path, case: str) -> None:
    make, text = CASES[case]
    with pytest.raises(SourceError) as caught:
        read(make(tmp_path))
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code is ExitCode.SOURCE


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_permission_denied(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n")
    path.chmod(0)
    with pytest.raises(SourceError, match="permission denied"):
        read(path)


def test_an_unknown_encoding_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="encoding"):
        read(write("t.csv", b"a,b\n1,2\n")(tmp_path), options=ReadOptions(encoding="utf-9"))


def test_a_wrong_encoding_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="its bytes are not utf-32"):
        read(write("t.csv", b"a,b\n1,2\n3,4\n")(tmp_path), options=ReadOptions(encoding="utf-32"))


def test_a_wrong_delimiter_is_said(tmp_path: Path) -> None:
    path = write("t.csv", b"a;b\n1;2\n3;4;5\n")(tmp_path)
    with pytest.raises(SourceError, match="no rows"):
        read(path, options=ReadOptions(delimiter="|", skip=3))


def test_something_else_than_a_table_is_said() -> None:
    with pytest.raises(SourceError, match="a pandas, polars or pyarrow table, is expected"):
        read({"a": [1]})


def test_a_test_table_with_other_columns_is_said() -> None:
    with pytest.raises(SourceError, match="lacks the columns `b`"):
        read(pa.table({"a": [1], "b": [2]}), test=pa.table({"a": [1]}))


def test_a_table_without_rows_is_said(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": pa.array([], pa.int64())}), tmp_path / "t.parquet")
    with pytest.raises(SourceError, match="no rows"):
        read(tmp_path / "t.parquet")
