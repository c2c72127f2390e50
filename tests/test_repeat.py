"""The same input gives the same bytes: another process, other hashes, other threads."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import dataaudit
from dataaudit.engine.duckdb import DuckDBEngine

pytestmark = pytest.mark.slow  # whole runs in processes of their own

FILES = [
    "clean/test.parquet",
    "clean/train.parquet",
    "clean/validation.parquet",
    "evidence.json",
    "findings.json",
    "quarantine.parquet",
    "report.html",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with a table that has something for every check, and a broken line."""
    rng = np.random.default_rng(1)
    n = 3000
    x = rng.normal(size=n)
    frame = pd.DataFrame(
        {
            "x": np.where(rng.random(n) < 0.1, np.nan, x.round(6)),
            "far": np.where(rng.random(n) < 0.01, 1e6, rng.normal(size=n).round(6)),
            "text": rng.choice(["1", "2", "?", " 3"], n),
            "city": rng.choice(["Oslo", "oslo", "Rome ", "Bern", None], n),
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 400, n), "D"),
            "same": 1,
            "y": np.where(x + rng.normal(size=n) > 2.2, "yes", "no"),
        }
    )
    frame = pd.concat([frame, frame.head(20)])
    folder = tmp_path_factory.mktemp("repeat")
    broken = "1,2,3,4,5,6,7,8,9,10,11,12\n"
    (folder / "t.csv").write_text(frame.to_csv(index=False) + broken)
    return folder


def config(folder, name):
    return {
        "source": {"path": str(folder / "t.csv")},
        "task": {"target": "y"},
        "contract": {
            "columns": {"x": {"dtype": "float", "nullable": True, "max": 3.2}},
            "limits": {"error": 1},
        },
        "clean": [
            "disguised",
            "types",
            "categories",
            {"outliers": {"action": "clip"}},
            "missing",
            "scale",
            {"imbalance": {"method": "smote"}},
            "encode",
        ],
        "prove": "off",
        "output": {"dir": str(folder / name)},
        "gate": {"fail_on": "never"},
    }


def contents(path):
    return {name: (path / name).read_bytes() for name in FILES}


@pytest.fixture(scope="module")
def first(folder):
    return dataaudit.run(config(folder, "first"))


def test_the_row_account_balances_and_counts_every_row(first, folder):
    for entry in first.account:
        lost = entry["quarantined"] + entry["dropped"] - entry["added"]
        assert entry["rows_in"] == entry["rows_out"] + lost
    for before, after in zip(first.account, first.account[1:], strict=False):
        assert before["rows_out"] == after["rows_in"]
    lines = (folder / "t.csv").read_text().count("\n") - 1
    assert first.account[0]["rows_in"] == lines
    clean = pd.concat(pd.read_parquet(first.paths[name]) for name in FILES[:3])
    kept = set(clean["__row__"].dropna().astype(int))
    aside = pq.read_table(first.paths["quarantine.parquet"]).to_pandas()["__row__"]
    dropped = sum(entry["dropped"] for entry in first.account)
    assert not kept & set(aside.dropna().astype(int))
    assert len(kept) + len(aside) + dropped == lines
    assert (clean["__row__"].isna() == clean["__synthetic__"]).all()
    assert clean["__synthetic__"].sum() == first.account[-1]["added"]


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_of_the_engine_change_no_byte(first, folder, monkeypatch, threads):
    def with_threads(_):
        return DuckDBEngine(threads=threads)

    monkeypatch.setattr("dataaudit.chain.open_engine", with_threads)
    again = dataaudit.run(config(folder, f"threads {threads}"))
    assert contents(again.path) == contents(first.path)


def test_another_process_with_other_hashes_changes_no_byte(first, folder):
    settings = json.dumps(config(folder, "process"))
    script = "import dataaudit, json, sys; print(dataaudit.run(json.loads(sys.argv[1])).path)"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, settings],
        env={**os.environ, "PYTHONHASHSEED": "12345"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert contents(Path(done.stdout.strip())) == contents(first.path)


def test_every_file_that_repeats_carries_the_fingerprint_and_no_clock(first):
    mark = json.loads(first.paths["manifest.json"].read_text())["fingerprint"]
    for name, data in contents(first.path).items():
        assert mark.encode() in data, name
        assert first.run_id.encode() not in data, name
