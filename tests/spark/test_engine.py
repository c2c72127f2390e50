"""What the engine of a cluster promises; test_via_connect.py asks the same of the other way."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.engine.spark import SparkEngine
from dataaudit.errors import ConfigError, MissingExtraError, QueryError, SourceError
from dataaudit.source import read


@pytest.fixture
def engine(classic):
    return classic


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder of Parquet files with hostile names, one of them without rows."""
    folder = tmp_path_factory.mktemp("a [1] 100%")
    rng = np.random.default_rng(0)
    for name, rows in (
        ("b.parquet", 70),
        ("a b.parquet", 40),
        ("a[b].parquet", 0),
        ("c/d.parquet", 9),
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        columns = {"x": rng.normal(size=rows), 'say "x"; drop': rng.choice(["a", "b'"], rows)}
        pq.write_table(pa.table(columns), folder / name, row_group_size=16)
    return folder


def test_rows_are_numbered_as_duckdb_numbers_them(engine, folder):
    with DuckDBEngine() as duck:
        expected = read(folder, engine=duck)
        rows = duck.query("SELECT * FROM typed ORDER BY __row__")
    found = read(folder, engine=engine)
    assert found.rows == expected.rows == 119
    assert found.columns == expected.columns
    assert engine.query("SELECT * FROM typed ORDER BY __row__").to_pylist() == rows.to_pylist()


def test_an_address_is_read_as_the_folder_is(classic, folder):
    pattern = "file://" + str(folder).replace("[", "?").replace("]", "?")
    source = read(pattern, engine=classic)
    assert source.rows == 119
    assert [file["rows"] for file in source.description["listing"]] == [40, 70, 9]


def test_a_table_of_the_catalog_is_read_by_its_name(classic, tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"x": [1, 2, 3]}), path)
    classic.session.sql(f"CREATE TABLE IF NOT EXISTS named USING parquet LOCATION 'file://{path}'")
    assert read("named", engine=classic).rows == 3
    classic.session.sql("DROP TABLE named")


@pytest.mark.parametrize("data", ["file:///no/such/folder", "no_such_table"])
def test_what_is_not_there_is_said_in_one_line(classic, data):
    with pytest.raises(SourceError, match="Cannot read"):
        read(data, engine=classic)


def test_text_is_read_here_and_handed_over(engine, tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n1,x\n?,y\n3,z,too much\n4,\n" * 30, encoding="utf-8")
    with DuckDBEngine() as duck:
        expected = read(tmp_path / "t.csv", engine=duck)
        rows = duck.query("SELECT * FROM typed ORDER BY __row__").to_pylist()
    found = read(tmp_path / "t.csv", engine=engine)
    assert found.columns == expected.columns
    assert found.bad_lines.to_pylist() == expected.bad_lines.to_pylist()
    assert engine.query("SELECT * FROM typed ORDER BY __row__").to_pylist() == rows


def test_what_is_stored_copied_and_streamed_keeps_rows_and_order(engine, tmp_path):
    engine.register(
        "numbers", pa.table({"__row__": range(1000), "x": [i % 7 for i in range(1000)]})
    )
    engine.store("kept", "SELECT __row__, x * 2 AS x FROM numbers WHERE x > 0")
    rows = engine.copy("SELECT * FROM kept", tmp_path / "out")
    written = pq.read_table(tmp_path / "out")
    expected = [i for i in range(1000) if i % 7]
    assert rows == len(expected)
    assert written["__row__"].to_pylist() == expected
    assert all(file.name.startswith("part-") for file in (tmp_path / "out").iterdir())
    batches = list(engine.batches("SELECT * FROM kept ORDER BY __row__ DESC", 100))
    assert pa.Table.from_batches(batches)["__row__"].to_pylist() == expected[::-1]
    assert max(batch.num_rows for batch in batches) <= 100


def test_an_empty_result_keeps_its_columns(engine, tmp_path):
    assert engine.copy("SELECT 1 AS a, 'x' AS b WHERE FALSE", tmp_path / "none") == 0
    assert pq.read_table(tmp_path / "none").column_names == ["a", "b"]


def test_python_runs_on_the_workers_batch_by_batch(engine, tmp_path):
    engine.register("numbers", pa.table({"x": range(100)}))

    def doubled(batch):
        return pa.RecordBatch.from_arrays([pc.multiply(batch.column(0), 2)], ["y"])

    schema = pa.schema([("y", pa.int64())])
    engine.map_batches("doubled", "SELECT x FROM numbers", doubled, schema)
    assert engine.copy("SELECT * FROM doubled", tmp_path / "y") == 100
    assert sorted(pq.read_table(tmp_path / "y")["y"].to_pylist()) == list(range(0, 200, 2))


@pytest.mark.parametrize(
    "sql", ["SELECT nothing FROM nowhere", "SELECT 'x'::INTEGER", "SELEC 1 (("]
)
def test_a_statement_that_fails_is_an_error_of_ours(engine, sql):
    with pytest.raises(QueryError, match="The engine cannot compute this") as raised:
        engine.query(sql)
    assert "\n" not in str(raised.value)


def test_a_worker_that_dies_changes_nothing(cluster, classic, tmp_path):
    rows = 2_000_000
    for part in range(4):
        first = part * rows // 4
        pq.write_table(
            pa.table({"x": range(first, first + rows // 4)}), tmp_path / f"{part}.parquet"
        )
    hashed = "SELECT x::VARCHAR AS h FROM typed"
    for _ in range(30):
        hashed = f"SELECT md5(h) AS h FROM ({hashed}) AS inner_one"
    sql = f"SELECT count(*), min(h), max(h), sum(length(h))::BIGINT FROM ({hashed}) AS hashed"
    with DuckDBEngine() as duck:
        read(tmp_path, engine=duck)
        expected = [column[0].as_py() for column in duck.query(sql).columns]
    read(tmp_path, engine=classic)
    classic.store("typed", "SELECT * FROM raw")
    found = []
    job = threading.Thread(target=lambda: found.append(classic.query(sql)))
    job.start()
    time.sleep(3)
    is_running = job.is_alive()
    cluster.kill("worker-2")
    job.join()
    cluster.start_worker("worker-2")
    assert is_running
    assert [column[0].as_py() for column in found[0].columns] == expected


@pytest.mark.parametrize(
    "address", [{"remote": "sc://127.0.0.1:9"}, {"master": "spark://127.0.0.1:9"}]
)
def test_a_cluster_that_is_not_there_is_said_in_one_line(address):
    with pytest.raises(ConfigError, match=r"engine\.spark\.(remote|master).*a Spark that answers"):
        SparkEngine(**address)


def test_a_machine_without_java_is_told_what_it_needs(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(ConfigError, match="Java 17 or 21"):
        SparkEngine(master="local[1]")


def test_without_pyspark_the_error_has_the_line_that_installs_it(monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyspark"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(MissingExtraError, match=r"dataaudit\[spark\]"):
        SparkEngine(master="local[1]")


def test_the_rest_of_the_program_does_not_load_pyspark():
    code = "import dataaudit.config, dataaudit.source, sys; print('pyspark' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
