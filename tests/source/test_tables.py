"""Tables with types of their own: Parquet, Arrow, JSON lines, pandas, polars."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.source import Source, read


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine(threads=2) as engine:
        yield engine


def typed(source: Source) -> dict[str, list[Any]]:
    return source.engine.query("SELECT * FROM typed ORDER BY __row__").to_pydict()


def dtypes(source: Source) -> dict[str, str]:
    return {name: column.dtype for name, column in source.columns.items()}


def test_native_types_of_pandas_are_kept(engine: DuckDBEngine) -> None:
    frame = pd.DataFrame(
        {
            "int": [1, 2, 3],
            "nullable": pd.array([1, None, 3], dtype="Int64"),
            "float": [1.5, np.nan, np.inf],
            "bool": [True, False, True],
            "maybe": [True, None, False],
            "category": pd.Categorical(["a", "?", "a"]),
            "text": ["12", " x", "N/A"],
            "day": pd.to_datetime(["2019-01-01 00:00:00", None, "2019-01-03 04:05:06"]),
            "zone": pd.to_datetime(["2019-01-01 01:00+01:00"] * 3, utc=True),
            "money": [decimal.Decimal("1.10")] * 3,
            "mixed": [1, "a", 2.5],
            "list": [[1], [2, 3], None],
        },
        index=[7, 7, 7],
    )
    before = frame.copy(deep=True)
    source = read(frame, engine=engine)
    pd.testing.assert_frame_equal(frame, before)
    assert dtypes(source) == {
        "int": "int",
        "nullable": "int",
        "float": "float",
        "bool": "bool",
        "maybe": "bool",
        "category": "str",
        "text": "str",
        "day": "date",
        "zone": "date",
        "money": "float",
        "mixed": "str",
        "list": "str",
    }
    rows = typed(source)
    assert rows["__row__"] == [0, 1, 2]
    assert rows["nullable"] == [1, None, 3]
    assert rows["float"] == [1.5, None, np.inf]
    assert rows["category"] == ["a", None, "a"]
    assert rows["text"] == ["12", " x", None]
    assert rows["day"] == [dt.datetime(2019, 1, 1), None, dt.datetime(2019, 1, 3, 4, 5, 6)]  # noqa: DTZ001 - typed dates have no zone
    assert rows["zone"][0] == dt.datetime(2019, 1, 1)  # noqa: DTZ001 - typed dates have no zone
    assert rows["mixed"] == ["1", "a", "2.5"]
    assert rows["list"] == ["[1]", "[2, 3]", None]
    assert "`mixed` holds values of several types" in source.description["notes"][0]
    assert not source.columns["text"].is_text


def test_names_of_a_frame_may_be_anything(engine: DuckDBEngine) -> None:
    frame = pd.DataFrame([[1, 2, 3, 4]], columns=[0, "a", "A", ("b", 1)])
    assert list(read(frame, engine=engine).columns) == ["0", "a", "A_2", "b 1"]


def test_a_polars_frame_and_an_arrow_table_are_read_alike(engine: DuckDBEngine) -> None:
    data = {"n": [1, None], "t": ["a", None], "c": ["x", "y"]}
    frame = pl.DataFrame(data).with_columns(pl.col("c").cast(pl.Categorical))
    expected = {"__row__": [0, 1], **data}
    assert typed(read(frame, engine=engine)) == expected
    assert typed(read(frame.lazy(), engine=engine)) == expected
    assert typed(read(pa.table(data), engine=engine)) == expected


def test_parquet_files_are_numbered_across_files(engine: DuckDBEngine, tmp_path: Path) -> None:
    folder = tmp_path / "it's=[x]"
    folder.mkdir()
    for number in range(3):
        table = pa.table({"x": pa.array([number * 10 + i for i in range(3)], pa.int32())})
        pq.write_table(table, folder / f"p{number}.parquet", row_group_size=2)
    source = read(folder, engine=engine)
    rows = typed(source)
    assert rows == {"__row__": list(range(9)), "x": [0, 1, 2, 10, 11, 12, 20, 21, 22]}
    assert source.rows == 9
    assert source.files == [str(folder / f"p{number}.parquet") for number in range(3)]


def test_a_parquet_column_may_bear_a_name_of_the_engine(
    engine: DuckDBEngine, tmp_path: Path
) -> None:
    table = pa.table({"file_row_number": [5, 6], "file_index": [7, 8], "__row__": [9, 9]})
    pq.write_table(table, tmp_path / "t.parquet")
    rows = typed(read(tmp_path / "t.parquet", engine=engine))
    assert rows == {
        "__row__": [0, 1],
        "file_row_number": [5, 6],
        "file_index": [7, 8],
        "__row___2": [9, 9],
    }


def test_feather_is_read(engine: DuckDBEngine, tmp_path: Path) -> None:
    table = pa.table({"n": [1, 2], "t": ["a", "?"]})
    feather.write_feather(table, str(tmp_path / "t.feather"))
    rows = typed(read(tmp_path / "t.feather", engine=engine))
    assert rows == {"__row__": [0, 1], "n": [1, 2], "t": ["a", None]}


def test_large_unsigned_numbers_and_small_floats_are_read(engine: DuckDBEngine) -> None:
    table = pa.table(
        {
            "u": pa.array([2**64 - 1, 1], pa.uint64()),
            "h": pa.array(np.array([1, 2], dtype="float16")),
            "ns": pa.array([10**9, None], pa.timestamp("ns", "Europe/Berlin")),
        }
    )
    source = read(table, engine=engine)
    assert dtypes(source) == {"u": "float", "h": "float", "ns": "date"}
    assert typed(source)["ns"] == [dt.datetime(1970, 1, 1, 0, 0, 1), None]  # noqa: DTZ001 - typed dates have no zone


def test_json_lines_keep_types_and_bad_lines_go_aside(engine: DuckDBEngine, tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    lines = ['{"n": 1, "t": "a", "m": 1}', '{"n": 2.5', "[1]", "", '{"n": 3, "t": null, "m": "?"}']
    path.write_text("\n".join(lines))
    source = read(path, engine=engine)
    assert dtypes(source) == {"n": "int", "t": "str", "m": "int"}
    assert typed(source)["m"] == [1, None]
    assert source.bad_lines.column("__line__").to_pylist() == [2, 3]
    assert source.bad_lines.column("__raw__").to_pylist() == ['{"n": 2.5', "[1]"]


def test_an_array_of_objects_is_read(engine: DuckDBEngine, tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text('[{"a": 1}, {"a": 2, "b": "x"}]')
    assert typed(read(path, engine=engine)) == {"__row__": [0, 1], "a": [1, 2], "b": [None, "x"]}


def test_a_test_frame_follows(engine: DuckDBEngine) -> None:
    train = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    test = pd.DataFrame({"b": ["z"], "a": [3]})
    source = read(train, test=test, engine=engine)
    assert source.test_from == 2
    assert typed(source) == {"__row__": [0, 1, 2], "a": [1, 2, 3], "b": ["x", "y", "z"]}
    assert source.files == []
