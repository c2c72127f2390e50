"""The example on the two-worker cluster gives what DuckDB gives, and cleans as it cleans."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cluster import SETTINGS

import dataaudit
from dataaudit.compile import write
from dataaudit.config import load
from dataaudit.defects import configured
from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.pipeline import Cleaning
from dataaudit.source.columns import Column

ROOT = Path(__file__).parents[2]
CLOSE = 1e-12
MOMENTS = 1e-9


@pytest.fixture(scope="module")
def runs(cluster, classic, tmp_path_factory):  # noqa: ARG001 - the session is started before
    """Return the folders of two runs of pipelines/spark.yaml: on DuckDB and on the cluster."""
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setenv("SPARK_MASTER", cluster.master)
        path = ROOT / "pipelines" / "spark.yaml"
        config = load(path, {"output.dir": str(folder / "spark"), "prove.budget": "5s"})
        told = config.model_dump(mode="json")
        told["clean"] = [{name: params} for name, params in config.clean]
        told["engine"]["spark"]["config"] |= SETTINGS
        on_spark = dataaudit.run(told, run_id="r")
        told |= {"engine": {}, "prove": "off", "output": {"dir": str(folder / "duckdb")}}
        dataaudit.run(told, run_id="r")
    assert on_spark.exit_code == 0
    assert on_spark.evidence["verdicts"]
    return folder / "duckdb" / "r", folder / "spark" / "r"


def rows(path: Path) -> pd.DataFrame:
    """Return a file or a folder of files, by row."""
    return pq.read_table(path).to_pandas().sort_values("__row__", ignore_index=True)


def differences(ours, theirs, place=""):
    """Yield where two trees of plain values differ; floats may by `MOMENTS`."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in {**ours, **theirs}:
            yield from differences(ours.get(key), theirs.get(key), f"{place}.{key}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for i, pair in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(*pair, f"{place}[{i}]")
    elif isinstance(ours, float) and isinstance(theirs, float):
        if not np.isclose(ours, theirs, rtol=MOMENTS, atol=0):
            yield place, ours, theirs
    elif ours != theirs:
        yield place, ours, theirs


def test_the_findings_are_the_same(runs):
    ours, theirs = (json.loads((run / "findings.json").read_text("utf-8")) for run in runs)
    ours.pop("fingerprint"), theirs.pop("fingerprint")
    assert list(differences(ours, theirs)) == []


def test_the_quarantine_is_the_same(runs):
    ours, theirs = (pq.read_table(run / "quarantine.parquet").to_pylist() for run in runs)
    assert len(ours) > 5
    assert theirs == ours


@pytest.mark.parametrize("side", ["train", "validation", "test"])
def test_the_clean_rows_are_the_same(runs, side):
    ours, theirs = (rows(run / "clean" / f"{side}.parquet") for run in runs)
    pd.testing.assert_frame_equal(ours, theirs, rtol=CLOSE, atol=CLOSE)


STEPS = {
    "in SQL": ["outliers", {"missing": {"indicator": True}}, "scale", "encode"],
    "by Python on the workers": [{"missing": {"numeric": "knn"}}, "scale", "encode"],
}


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_a_fitted_cleaning_gives_the_same_rows_on_the_workers(classic, steps, tmp_path):
    rng = np.random.default_rng(3)
    n = 600
    X = pd.DataFrame(
        {
            "x": np.where(rng.random(n) < 0.1, np.nan, rng.lognormal(size=n)),
            'say "z"': rng.normal(size=n),
            "city": pd.Series(rng.choice(["Oslo", "Rome", "it's", "<b>"], n), dtype="str"),
        }
    )
    y = pd.Series(rng.choice(["no", "yes"], n), dtype="str")
    plan = [(s, {}) if isinstance(s, str) else next(iter(s.items())) for s in steps]
    params = {name: given for name, given in plan if name != "encode"}
    cleaning = Cleaning.build(plan, configured({}, params), kind="classification", seed=0)
    cleaning.fit(X, y)
    new = pa.Table.from_pandas(X.assign(__row__=np.arange(n)), preserve_index=False)
    dtypes = dict(zip(X.columns, ("float", "float", "str"), strict=True))
    columns = {name: Column(name=name, dtype=dtype) for name, dtype in dtypes.items()}
    with DuckDBEngine() as duck:
        for engine, path in ((duck, tmp_path / "duck.parquet"), (classic, tmp_path / "spark")):
            engine.register("new_rows", new.replace_schema_metadata())
            written = write(engine, "new_rows", columns, cleaning, path, keep=["__row__"])
            assert written == n
    ours, theirs = rows(tmp_path / "duck.parquet"), rows(tmp_path / "spark")
    pd.testing.assert_frame_equal(ours, theirs, rtol=CLOSE, atol=CLOSE)
    assert np.allclose(theirs.drop(columns="__row__"), cleaning.transform(X), rtol=0, atol=CLOSE)
