import itertools
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

import dataaudit
from dataaudit.errors import ExitCode, UnknownNameError
from dataaudit.finding import Outcome, Severity, Status
from dataaudit.result import gate


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    x = rng.normal(size=300)
    return pd.DataFrame(
        {
            "x": x,
            "z": rng.normal(size=300),
            "city": rng.choice(["Oslo", "Rome", "Bern"], 300),
            "same": 1,
            "y": np.where(x + rng.normal(size=300) > 0, "yes", "no"),
        }
    )


@pytest.fixture
def config(frame, tmp_path):
    frame.to_csv(tmp_path / "t.csv", index=False)
    return {
        "source": {"path": str(tmp_path / "t.csv")},
        "task": {"target": "y"},
        "clean": ["constant", "missing", "scale", "encode"],
        "prove": "off",
        "output": {"dir": str(tmp_path / "out")},
    }


def test_an_audit_of_a_frame_has_findings_profile_and_views(frame):
    before = frame.copy()
    result = dataaudit.audit(frame, target="y")
    assert [f.id for f in result.findings if f.severity is not Severity.INFO] == ["DA402.constant"]
    assert result.profile["x"].rows == 300
    assert result.profile["x"].mean == pytest.approx(frame["x"].mean())
    assert list(result.to_frame()["columns"][:1]) == [("same",)]
    told = json.loads(result.to_json())
    assert {check["status"] for check in told["checks"]} <= {str(status) for status in Status}
    assert len(told["checks"]) == len(dataaudit.audit(frame).outcomes)
    assert "same" in result._repr_html_()
    assert result.to_html().startswith("<!doctype html>")
    pd.testing.assert_frame_equal(frame, before)


def test_an_audit_without_a_target_says_which_checks_need_one(frame):
    result = dataaudit.audit(frame.drop(columns="y"))
    status = {outcome.check: outcome.status for outcome in result.outcomes}
    assert status["imbalance"] is Status.NOT_APPLICABLE
    assert status["constant"] is Status.FOUND


def test_pandas_polars_arrow_and_a_file_give_the_same_findings(frame, tmp_path):
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_parquet(tmp_path / "t.parquet")
    tables = [
        frame,
        pl.from_pandas(frame),
        pl.from_pandas(frame).to_arrow(),
        tmp_path / "t.csv",
        str(tmp_path / "t.parquet"),
    ]
    found = [[f.id for f in dataaudit.audit(t, target="y").findings] for t in tables]
    assert found[1:] == found[:-1]


def test_a_wrong_target_suggests_the_nearest_column(frame):
    with pytest.raises(UnknownNameError, match="Did you mean 'city'"):
        dataaudit.audit(frame, target="ctiy")


def test_checks_take_the_parameters_of_the_yaml(frame):
    frame.loc[:20, "x"] = np.nan
    loose = dataaudit.audit(frame, target="y", checks={"missing": {"warn": "50%"}})
    strict = dataaudit.audit(frame, target="y", checks={"missing": {"warn": "1%"}})
    worst = [
        [f.severity for f in result.findings if f.id == "DA101.cells"] for result in (loose, strict)
    ]
    assert Severity.WARNING not in worst[0]
    assert worst[1] == [Severity.WARNING]


def test_a_run_publishes_every_file_and_balances_its_rows(config):
    result = dataaudit.run(config)
    assert result.exit_code == ExitCode.PASSED
    assert set(result.paths) == {
        "clean/test.parquet",
        "clean/train.parquet",
        "clean/validation.parquet",
        "evidence.json",
        "findings.json",
        "manifest.json",
        "pipeline.skops",
        "quarantine.parquet",
        "report.html",
    }
    for entry in result.account:
        assert entry["rows_in"] + entry["added"] == (
            entry["rows_out"] + entry["quarantined"] + entry["dropped"]
        )
    rows = [
        pq.read_table(result.paths[f"clean/{side}.parquet"], columns=["__row__"])
        .column(0)
        .to_pylist()
        for side in ("train", "validation", "test")
    ]
    assert sorted(itertools.chain(*rows)) == list(range(300))


def test_clean_files_are_what_the_loaded_cleaning_gives(config, frame):
    result = dataaudit.run(config)
    test = pq.read_table(result.paths["clean/test.parquet"]).to_pandas().set_index("__row__")
    cleaning = dataaudit.load(result.path)
    X = frame.drop(columns="y").astype({"same": "float64"})
    expected = cleaning.transform(X.loc[test.index])
    pd.testing.assert_frame_equal(
        test[cleaning.feature_names], expected, check_names=False, check_exact=True
    )


def test_apply_keeps_every_row_in_order_without_the_target(config, frame, tmp_path):
    result = dataaudit.run(config)
    new = frame.drop(columns="y").sample(frac=1, random_state=1)
    applied = dataaudit.apply(result.path, new, output=tmp_path / "new.parquet")
    got = pq.read_table(applied.output).to_pandas()
    assert list(got["__row__"]) == list(range(300))
    again = dataaudit.load(result.path).transform(new.astype({"same": "float64"}))
    np.testing.assert_array_equal(got[again.columns].to_numpy(), again.to_numpy())
    assert applied.quarantine is None


def test_rows_without_a_target_go_to_quarantine_and_count_in_no_limit(config, frame, tmp_path):
    frame.loc[:9, "y"] = None
    frame.to_csv(tmp_path / "t.csv", index=False)
    result = dataaudit.run({**config, "contract": {"limits": {"warn": 0, "error": 0}}})
    assert result.exit_code == ExitCode.PASSED
    quarantine = pq.read_table(result.paths["quarantine.parquet"]).to_pylist()
    assert [row["__row__"] for row in quarantine] == list(range(10))
    assert {row["__errors__"][0]["rule"] for row in quarantine} == {"target missing"}


def test_a_failed_gate_still_leaves_its_evidence_and_not_latest(config, tmp_path):
    first = dataaudit.run(config)
    strict = {**config, "contract": {"columns": {"x": {"dtype": "float", "max": 0}}}}
    failed = dataaudit.run(strict)
    assert failed.exit_code == ExitCode.GATE_FAILED
    assert "contract" in failed.gate
    assert failed.paths["report.html"].exists()
    assert (tmp_path / "out" / "latest").resolve() == first.path.resolve()


@pytest.mark.slow
def test_without_tensorflow_prove_says_how_to_get_it(config):
    del config["prove"]
    script = (
        "import sys; sys.modules['tensorflow'] = None\n"
        f"import dataaudit; result = dataaudit.run({config!r})\n"
        "print(result.evidence, result.verdict)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("None ")
    assert "pip install 'dataaudit[keras]'" in done.stdout


@pytest.mark.parametrize(
    ("fail_on", "severity", "code"),
    [
        ("error", Severity.WARNING, ExitCode.PASSED),
        ("error", Severity.ERROR, ExitCode.GATE_FAILED),
        ("warn", Severity.WARNING, ExitCode.GATE_FAILED),
        ("never", Severity.ERROR, ExitCode.PASSED),
    ],
)
def test_the_gate_fails_from_its_severity_on(fail_on, severity, code):
    assert gate([], severity, fail_on)[0] == code


def test_a_check_that_failed_to_run_fails_the_gate():
    broken = Outcome(code="DA1", check="x", status=Status.FAILED, reason="KeyError: 'a'")
    assert gate([broken], None, "error") == (ExitCode.GATE_FAILED, "x: KeyError: 'a'")
