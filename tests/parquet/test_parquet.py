"""One Parquet file, its row groups encoded side by side and its footers joined."""

from __future__ import annotations

import itertools
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataaudit import parquet
from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.errors import QueryError
from dataaudit.parquet import ROW_GROUP, footer

WIDE = 400  # columns: more than fit into row groups of the usual size


def lists(rows: int) -> pa.Array:
    """Return lists of one struct each."""
    inner = {"a": pa.array(["x"] * rows, pa.string()), "b": pa.array(np.arange(rows))}
    structs = pa.StructArray.from_arrays(list(inner.values()), list(inner))
    return pa.ListArray.from_arrays(np.arange(rows + 1, dtype="int32"), structs)


@cache
def made_up(rows: int) -> pa.Table:
    """Return a table of each type that cleaning and landing write, gaps included."""
    draw = np.random.default_rng(rows)
    gaps = draw.random(rows) < 0.1
    return pa.table(
        {
            "float": pa.array(draw.normal(size=rows), mask=gaps),
            'a "name"; drop': pa.array(draw.integers(-(2**62), 2**62, rows), mask=gaps),
            "few": pa.array(draw.choice(["a", "ü", ""], rows), mask=gaps),
            "many": pa.array([f"{i}<script>" for i in range(rows)], pa.string(), mask=gaps),
            "flag": pa.array(draw.random(rows) < 0.5, mask=gaps),
            "when": pa.array(draw.integers(0, 2**50, rows), pa.timestamp("us", "UTC"), mask=gaps),
            "day": pa.array(draw.integers(0, 2**15, rows), pa.int32()).cast(pa.date32()),
            "lists": lists(rows),
            "empty": pa.nulls(rows, pa.float64()),
        }
    )


def write(table: pa.Table, path: Path, size: int = 50_000, **options: object) -> int:
    return parquet.write(table.to_batches(size), table.schema, path, **options)


@pytest.mark.parametrize("rows", [0, 1, ROW_GROUP - 1, ROW_GROUP, 2 * ROW_GROUP + 7])
def test_every_reader_reads_what_was_written(tmp_path, rows):
    table, path = made_up(rows), tmp_path / "it's.parquet"
    assert write(table, path, metadata={"mark": "ü'"}) == rows
    assert pq.read_table(path).replace_schema_metadata().equals(table)
    engine = duckdb.from_parquet(str(path)).to_arrow_table().cast(table.schema)
    assert engine.equals(table)
    said = pq.read_metadata(path)
    assert said.metadata == {b"mark": "ü'".encode()}
    assert said.num_rows == rows


def test_each_row_group_says_where_it_is(tmp_path):
    table, path = made_up(2 * ROW_GROUP + 7), tmp_path / "t.parquet"
    write(table, path)
    file, at = pq.ParquetFile(path), 4
    assert [file.metadata.row_group(i).num_rows for i in range(3)] == [ROW_GROUP, ROW_GROUP, 7]
    for group in (2, 0, 1):
        expected = table.slice(group * ROW_GROUP, ROW_GROUP)
        assert file.read_row_group(group).replace_schema_metadata().equals(expected)
    for group, column in itertools.product(range(3), range(file.metadata.num_columns)):
        said = file.metadata.row_group(group).column(column)
        first = said.dictionary_page_offset or said.data_page_offset
        assert first == at
        at += said.total_compressed_size


def test_the_bytes_depend_on_the_rows_alone(tmp_path):
    table = made_up(ROW_GROUP + 5)
    kept = []
    for place, (size, threads) in enumerate([(50_000, 1), (7_001, 2), (ROW_GROUP * 2, 3)]):
        path = tmp_path / str(place)
        write(table, path, size, threads=threads)
        kept.append(path.read_bytes())
    assert kept[0] == kept[1] == kept[2]


def test_wide_rows_go_into_short_row_groups(tmp_path):
    rows, path = 30_000, tmp_path / "wide.parquet"
    table = pa.table({f"c{i}": np.arange(rows) % (i + 2) for i in range(WIDE)})
    write(table, path)
    assert pq.read_metadata(path).row_group(0).num_rows == parquet.STEP  # not ROW_GROUP
    assert pq.read_table(path).equals(table)


def test_long_texts_go_into_short_row_groups(tmp_path):
    rows, path = 4 * parquet.STEP + 1, tmp_path / "long.parquet"
    long = "x" * 10_000
    table = pa.table({"x": np.arange(rows), "t": pa.array([long] * rows, pa.large_string())})
    write(table, path)
    file = pq.ParquetFile(path)
    sizes = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
    assert sizes == [2 * parquet.STEP, 2 * parquet.STEP, 1]
    assert file.read(["x"]).equals(table.select(["x"]))
    assert pc.all(pc.equal(file.read(["t"])["t"], long)).as_py()


def test_of_columns_with_nan_no_ends_are_said(tmp_path):
    far, nan = float("inf"), float("nan")
    cells = {"x": [1.0, nan, 3.0], "y": [1.0, None, 3.0], "z": [-far, None, far]}
    table, path = pa.table(cells), tmp_path / "t"
    write(table, path)
    said = [pq.read_metadata(path).row_group(0).column(i).statistics for i in range(3)]
    assert said[0] is None
    assert [(one.min, one.max) for one in said[1:]] == [(1.0, 3.0), (-far, far)]


def test_filled_columns_are_required_and_read_the_same(tmp_path):
    table = pa.table({"x": np.arange(20.0) % 2, "y": pa.array([1.0, None] * 10)})
    write(table, tmp_path / "t", filled=["x"])
    file = pq.ParquetFile(tmp_path / "t")
    assert [file.schema.column(i).max_definition_level for i in range(2)] == [0, 1]
    assert file.read().cast(table.schema).equals(table)
    assert duckdb.from_parquet(str(tmp_path / "t")).to_arrow_table().cast(table.schema) == table


@pytest.mark.parametrize("gap", [3, ROW_GROUP + 1])
def test_a_gap_where_none_was_said_to_be_is_an_error_with_its_column(tmp_path, gap):
    cells = np.arange(ROW_GROUP + 2.0)
    table = pa.table({"x": pa.array(cells, mask=cells == gap), "y": cells})
    with pytest.raises(parquet.GapError, match="missing in x") as caught:
        write(table, tmp_path / "t", filled=["x", "y"])
    assert caught.value.names == ["x"]


def test_doubles_that_repeat_get_no_dictionary_and_texts_do(tmp_path):
    table = pa.table({"x": [0.0, 1.0] * 10, "t": ["a", "b"] * 10, "n": [1, 2] * 10})
    write(table, tmp_path / "t")
    group = pq.read_metadata(tmp_path / "t").row_group(0)
    has = [group.column(i).has_dictionary_page for i in range(3)]
    assert has == [False, True, True]


def test_progress_is_told_up_to_the_last_row(tmp_path):
    told: list[int] = []
    write(made_up(2 * ROW_GROUP + 7), tmp_path / "t", progress=told.append)
    assert told == [ROW_GROUP, 2 * ROW_GROUP, 2 * ROW_GROUP + 7]


def test_a_place_that_cannot_be_written_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        write(made_up(1), tmp_path / "no" / "t")
    with pytest.raises(OSError, match="No space left"):
        write(made_up(ROW_GROUP + 1), Path("/dev/full"))


def test_a_statement_that_fails_late_is_our_own_error(tmp_path):
    sql = "SELECT CAST(CASE WHEN range = 200_000 THEN 'x' ELSE '1' END AS INT) AS a FROM range(3e5)"
    with DuckDBEngine() as engine:
        with pytest.raises(QueryError, match="x"):
            engine.copy(sql.replace("3e5", "300_000"), tmp_path / "t")
        with pytest.raises(QueryError, match="x"):
            list(engine.batches(sql.replace("3e5", "300_000"), 1_000))


@given(st.lists(st.integers(0, 40), min_size=1, max_size=30))
def test_joined_footers_say_what_each_said(counts):
    tables = [
        pa.table({"x": np.arange(n), "t": pa.array(map(str, range(n)), pa.string())})
        for n in counts
    ]
    pieces = []
    for table in tables:
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, row_group_size=10)  # several row groups a file
        pieces.append(footer.piece(memoryview(sink.getvalue())))
    end = footer.joined([p.footer for p in pieces], [len(p.body) for p in pieces])
    whole = footer.MAGIC + b"".join(bytes(p.body) for p in pieces) + end
    assert pq.read_table(pa.BufferReader(whole)).equals(pa.concat_tables(tables))


def test_what_is_no_parquet_is_refused():
    with pytest.raises(ValueError, match="Parquet"):
        footer.piece(memoryview(b"PAR1 and no end"))
