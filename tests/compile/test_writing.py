"""Whole cleanings: by the engine and batch by batch, the same rows in the same order."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dataaudit.compile import batches, projection, write
from dataaudit.compile.statement import DIALECTS
from dataaudit.defects import configured
from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.errors import ConfigError, DataError, NoSqlFormError
from dataaudit.pipeline import Cleaning
from dataaudit.source.columns import ROW
from tests.compile.conftest import HOSTILE, assert_same, by_sql, columns_of, frames, register

pytestmark = pytest.mark.slow

USUAL = ["disguised", "types", "categories", "outliers", "missing", "scale", "encode"]


def built(X, y, *steps):
    steps = [step if isinstance(step, tuple) else (step, {}) for step in steps or USUAL]
    return Cleaning.build(steps, configured(), kind="classification", seed=3).fit(X, y)


def people(rows=300, seed=0):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "age": rng.normal(40, 10, rows),
            "city": pd.Series(rng.choice(["Oslo", " rome", *HOSTILE], rows), dtype="str"),
            "since": pd.Timestamp("2020-01-01")
            + pd.to_timedelta(rng.integers(0, 10**8, rows), "s"),
        }
    )
    X.loc[::7, "age"] = np.nan
    X.loc[::5, "city"] = None
    X.loc[3, "age"] = np.inf
    return X, np.where(np.arange(rows) % 6 == 0, "late", "paid")


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    tables=frames(),
    method=st.sampled_from(["onehot", "ordinal", "target"]),
    scaler=st.sampled_from(["robust", "standard", "none"]),
    action=st.sampled_from(["clip", "blank"]),
)
def test_the_statement_equals_transform_and_fit_resample(tables, method, scaler, action):
    X, new = tables
    y = np.arange(len(X)) % 2
    X, new = (
        frame.assign(**{name: frame[name].clip(-1e100, 1e100) for name in "nm"}) for frame in tables
    )  # their squares are doubles, as scikit-learn's scaler asks
    steps = [("outliers", {"action": action}), "missing", ("scale", {"method": scaler})]
    cleaning = built(X, y, *steps, ("encode", {"method": method, "levels": 3}))
    assert_same(by_sql(cleaning, new), cleaning.transform(new), rtol=1e-12)
    trained = cleaning.fit_resample(X, y).X.set_axis(X.index, axis=0)
    assert_same(by_sql(cleaning, X, training=True), trained, rtol=1e-12)
    assert_same(cleaning.transform_training(X), trained, rtol=1e-12)


def test_noise_of_200_levels_says_nothing_of_training_rows_by_sql():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"noise": pd.Series(rng.integers(0, 200, 4_000).astype(str), dtype="str")})
    y = rng.integers(0, 2, 4_000)
    cleaning = built(X, y, ("encode", {"method": "target"}))
    table = by_sql(cleaning, X, training=True)["noise__target"].to_numpy()
    skill = np.corrcoef(table, y)[0, 1] if table.std() else 0.0
    assert abs(skill) < 0.05  # three standard errors
    assert_same(by_sql(cleaning, X, training=True), cleaning.transform_training(X))


@pytest.fixture
def engine():
    with DuckDBEngine(threads=2) as made:
        yield made


@pytest.mark.parametrize("is_sql", [True, False])
def test_rows_keep_their_order_and_what_stands_beside_them(engine, tmp_path, monkeypatch, is_sql):
    monkeypatch.setattr(batches, "BATCH", 64)
    X, y = people()
    numeric = {} if is_sql else {"numeric": "knn"}
    cleaning = built(X, y, ("missing", numeric), "scale", "encode")
    register(engine, X.assign(pays=pd.Series(y, dtype="str")))
    seen = []
    columns = columns_of(X)
    rows = write(
        engine, "rows", columns, cleaning, tmp_path / "c.parquet", keep=["pays", ROW],
        where=f"{ROW} >= 10", metadata={"mark": "1"}, progress=lambda *at: seen.append(at),
    )  # fmt: skip
    out = pq.read_table(tmp_path / "c.parquet")
    assert rows == out.num_rows == 290
    assert seen[-1] == (290, 290)
    assert out.schema.metadata[b"mark"] == b"1"
    assert out.column_names == [*cleaning.feature_names, "pays", ROW]
    assert out[ROW].to_pylist() == list(range(10, 300))
    assert out["pays"].to_pylist() == y[10:].tolist()
    clean = out.to_pandas()[cleaning.feature_names]
    assert_same(clean, cleaning.transform(X).iloc[10:].reset_index(drop=True), rtol=1e-12)


@pytest.mark.parametrize("numeric", ["median", "knn"])
def test_rows_from_memory_follow(engine, tmp_path, numeric):
    X, y = people()
    cleaning = built(X, y, ("missing", {"numeric": numeric}), "encode")
    register(engine, X)
    made = cleaning.transform(X.head(3)).assign(**{ROW: pd.array([None] * 3, dtype="Int64")})
    engine.register("more", pa.Table.from_pandas(made, preserve_index=False))
    place, more = tmp_path / "c.parquet", {"append": "more", "keep": [ROW]}
    assert write(engine, "rows", columns_of(X), cleaning, place, **more) == 303
    assert pq.read_table(tmp_path / "c.parquet")[ROW].to_pylist()[-4:] == [299, None, None, None]


@pytest.mark.parametrize("numeric", ["median", "knn"])
def test_no_rows_give_a_file_with_the_columns(engine, tmp_path, numeric):
    X, y = people()
    cleaning = built(X, y, ("missing", {"numeric": numeric}), "encode")
    register(engine, X.head(0))
    assert write(engine, "rows", columns_of(X), cleaning, tmp_path / "c.parquet") == 0
    schema = pq.read_schema(tmp_path / "c.parquet")
    assert schema.names == cleaning.feature_names
    assert set(schema.types) == {pa.float64()}


@pytest.mark.slow
@pytest.mark.parametrize("numeric", ["median", "knn"])
def test_worker_processes_write_the_same_bytes(engine, tmp_path, monkeypatch, numeric):
    X, y = people()
    cleaning = built(X, y, ("missing", {"numeric": numeric}), "encode")
    register(engine, X)
    plan = batches.Plan(
        engine=engine, relation="rows", columns=columns_of(X), cleaning=cleaning, training=False,
        keep=[ROW], where=None,
    )  # fmt: skip
    monkeypatch.setattr(batches, "BATCH", 40)
    for name, few in (("workers", 2), ("here", 100)):
        monkeypatch.setattr(batches, "_FEW", few)
        assert batches.write_batches(plan, tmp_path / name) == 300
    assert (tmp_path / "workers").read_bytes() == (tmp_path / "here").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "words"), [("die", "ended by signal 9"), ("raise", "no such thing")]
)
def test_a_worker_that_fails_ends_it_with_one_error(engine, tmp_path, monkeypatch, how, words):
    monkeypatch.setattr(batches, "BATCH", 40)
    monkeypatch.syspath_prepend(Path(__file__).parent)  # a worker must find the step by its name
    dies = importlib.import_module("a_step_that_dies").Dies
    X, y = people()
    X = X[["age"]].fillna(0.0).replace(np.inf, 1.0)
    cleaning = Cleaning([("own", dies(how))]).fit(X, y)
    register(engine, X)
    with pytest.raises(DataError, match=words):
        write(engine, "rows", columns_of(X), cleaning, tmp_path / "c.parquet")


@pytest.mark.parametrize("is_sql", [True, False])
def test_what_is_left_missing_is_refused_in_the_same_words(engine, tmp_path, monkeypatch, is_sql):
    X, y = people()
    X = X[["age"]]
    cleaning = built(X.fillna(1.0).clip(0, 99), y, "scale")
    register(engine, X)
    if not is_sql:
        monkeypatch.setattr("dataaudit.compile.writing.compiled", _refused)
    with pytest.raises(DataError, match=r"cells are missing in `age`\. Add `missing`"):
        write(engine, "rows", columns_of(X), cleaning, tmp_path / "c.parquet")


def _refused(*_: object, **__: object) -> None:
    raise NoSqlFormError("step", "of this test")


def test_a_number_beyond_the_doubles_is_refused(engine, tmp_path):
    X = pd.DataFrame({"n": [1.0, 2.0, 3.0, 4.0] * 10})
    cleaning = built(X, np.arange(40) % 2, ("scale", {"method": "standard"}))
    scaler = cleaning.fitted_[1][1]
    getattr(scaler, "transformers_", [(None, scaler)])[0][1].scale_[0] = 1e-300
    register(engine, pd.DataFrame({"n": [1e300]}))
    with pytest.raises(DataError, match="cells are missing in `n`"):
        write(engine, "rows", columns_of(X), cleaning, tmp_path / "c.parquet")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_names_the_steps_in_comments(dialect):
    X, y = people()
    sql = projection(built(X, y), columns_of(X), 'a"b', dialect=dialect)
    for step in ("1_unify - UnifyTypes", "6_missing - ColumnTransformer", "7_scale - Smooth"):
        assert f"/* {step}" in sql


def test_a_dialect_that_is_not_known_is_refused():
    X, y = people()
    with pytest.raises(ConfigError, match="spark, postgres"):
        projection(built(X, y), columns_of(X), "rows", dialect="cobol")


@pytest.mark.parametrize("name", [*HOSTILE, "__keep_0__", "step_0_read", "k", "t"])
def test_names_cannot_leave_their_quotes(name):
    X, y = people()
    X = X.rename(columns={"city": name})
    cleaning = built(X, y, "missing", "scale", ("encode", {"method": "target"}))
    assert_same(by_sql(cleaning, X), cleaning.transform(X), rtol=1e-12)
    step = Cleaning([(f"{name}*/ drop", cleaning.steps[0][1])]).fit(X[["age"]].fillna(1.0), y)
    assert_same(by_sql(step, X[["age"]]), step.transform(X[["age"]]))
