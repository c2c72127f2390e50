"""The engine inside the process."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.engine.sql import ident, literal, literals
from dataaudit.errors import QueryError

HOSTILE = ['"; drop table x; --', "it's", "<script>alert(1)</script>", "a\nb", 'a""b', "ü", "%s {}"]


def test_the_folder_goes_with_the_engine() -> None:
    with DuckDBEngine() as engine:
        folder = engine.folder
        (folder / "x").write_text("y")
    assert not folder.exists()


def test_a_copy_keeps_the_order_of_rows(tmp_path: Path) -> None:
    path = tmp_path / "it's.parquet"
    with DuckDBEngine(threads=2) as engine:
        engine.copy("SELECT range AS x FROM range(300_000)", path)
    assert pq.read_table(path).column("x").to_pylist() == list(range(300_000))


def test_a_wrong_statement_is_our_own_error(tmp_path: Path) -> None:
    with DuckDBEngine() as engine:
        with pytest.raises(QueryError):
            engine.query("SELECT nothing FROM nowhere")
        with pytest.raises(QueryError):
            engine.copy("SELECT nothing FROM nowhere", tmp_path / "t.parquet")


def test_a_view_replaces_the_one_before() -> None:
    with DuckDBEngine() as engine:
        engine.view("v", "SELECT 1 AS a")
        engine.view("v", "SELECT 2 AS b")
        assert engine.query("SELECT * FROM v").to_pylist() == [{"b": 2}]


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_and_value_is_quoted(name: str) -> None:
    with DuckDBEngine() as engine:
        engine.register(name, pa.table({name: [name, "other"]}))
        sql = (
            f"SELECT {ident(name)} FROM {ident(name)} WHERE {ident(name)} IN ({literals((name,))})"
        )
        assert engine.query(sql).to_pylist() == [{name: name}]
        assert engine.query(f"SELECT {literal(name)} AS x").column(0).to_pylist() == [name]


@pytest.mark.parametrize("value", [None, True, False, -7, 1.5, 1e300, float("inf"), "x"])
def test_a_value_is_itself_again(value: object) -> None:
    with DuckDBEngine() as engine:
        found = engine.query(f"SELECT {literal(value)} AS x").column(0)[0].as_py()
    assert found == value
    assert type(found) is type(value) or isinstance(value, float)


def test_dates_are_in_utc() -> None:
    with DuckDBEngine() as engine:
        sql = "SELECT '2020-01-01 00:00:00+02:00'::TIMESTAMPTZ::TIMESTAMP::VARCHAR AS x"
        assert engine.query(sql).to_pylist() == [{"x": "2019-12-31 22:00:00"}]


def test_batches_stream_while_other_statements_run() -> None:
    with DuckDBEngine() as engine:
        engine.register("few", pa.table({"x": [1, 2]}))
        engine.view("named", "SELECT x FROM few")
        assert [batch.num_rows for batch in engine.batches("SELECT * FROM named")] == [2]
        stream = engine.batches("SELECT range AS x FROM range(300_000)", 100_000)
        first = next(stream)
        assert engine.query("SELECT 1 AS y").num_rows == 1
        rows = first.column(0).to_pylist() + [x for b in stream for x in b.column(0).to_pylist()]
    assert rows == list(range(300_000))


def test_stored_rows_are_computed_once() -> None:
    with DuckDBEngine() as engine:
        engine.view("source", "SELECT 1 AS x")
        engine.store("kept", "SELECT x + 1 AS x FROM source")
        engine.view("source", "SELECT 5 AS x")
        assert engine.query("SELECT * FROM kept").to_pylist() == [{"x": 2}]


def test_a_copy_counts_its_rows_and_carries_metadata(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    with DuckDBEngine() as engine:
        assert engine.copy("SELECT range FROM range(7)", path, metadata={"k": "it's"}) == 7
    assert pq.read_metadata(path).metadata[b"k"] == b"it's"


def test_a_long_query_shows_no_progress_on_stdout():
    with DuckDBEngine() as engine:
        found = engine.query("SELECT current_setting('enable_progress_bar')")
    assert found.column(0)[0].as_py() is False


def test_a_file_that_cannot_be_written_is_an_error_of_the_system(tmp_path: Path) -> None:
    with DuckDBEngine() as engine:
        with pytest.raises(FileNotFoundError):
            engine.copy("SELECT 1 AS x", tmp_path / "no" / "x.parquet")
        (tmp_path / "file").write_text("")
        with pytest.raises(NotADirectoryError):
            engine.copy("SELECT 1 AS x", tmp_path / "file" / "x.parquet")
        with pytest.raises(QueryError):
            engine.copy("SELECT * FROM read_parquet('none.parquet')", tmp_path / "x.parquet")


def test_wide_rows_are_written_in_order_in_small_row_groups(tmp_path: Path) -> None:
    path = tmp_path / "wide.parquet"
    columns = ", ".join(f"range + {i} AS c{i}" for i in range(150))
    with DuckDBEngine(threads=2) as engine:
        engine.copy(f"SELECT {columns} FROM range(60_000)", path)
        assert engine.query("SELECT current_setting('threads') AS n").to_pylist() == [{"n": 2}]
    metadata = pq.read_metadata(path)
    assert 20_000 < metadata.row_group(0).num_rows < 30_000
    assert pq.read_table(path, columns=["c3"]).column(0).to_pylist() == list(range(3, 60_003))
