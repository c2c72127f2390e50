"""Rows of any number: a cleaning learnt from a sample does the same to every row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import dataaudit
from dataaudit.compile import training
from dataaudit.errors import DataError

pytestmark = pytest.mark.slow  # whole runs

ROWS = 6_000
FIT_ROWS = 1_500


@pytest.fixture
def config(tmp_path: Path) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=ROWS)
    frame = pd.DataFrame(
        {
            "x": np.where(rng.random(ROWS) < 0.05, np.nan, x),
            "far": np.where(rng.random(ROWS) < 0.01, 1e6, rng.normal(size=ROWS)),
            "city": rng.choice(["Oslo", "Rome", "Bern"], ROWS),
            "y": np.where(x + rng.normal(size=ROWS) > 2, "yes", "no"),
        }
    )
    frame.iloc[5_000:5_100] = frame.iloc[0:100].to_numpy()  # copies
    frame.to_parquet(tmp_path / "t.parquet")
    return {
        "source": {"path": str(tmp_path / "t.parquet")},
        "task": {"target": "y"},
        "fit_rows": FIT_ROWS,
        "prove": "off",
        "gate": {"fail_on": "never"},
        "output": {"dir": str(tmp_path / "out")},
    }


def cleaned(config: dict[str, Any], *steps: Any) -> tuple[Any, dict[str, pd.DataFrame]]:
    result = dataaudit.run({**config, "clean": list(steps)})
    sides = ("train", "validation", "test")
    return result, {s: pq.read_table(result.path / f"clean/{s}.parquet").to_pandas() for s in sides}


def features(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.drop(columns=["y", "__row__", "__synthetic__", "__weight__"])


def test_every_row_is_cleaned_by_what_a_sample_taught(config: dict[str, Any]) -> None:
    result, sides = cleaned(config, "missing", "scale", "encode")
    source = pd.read_parquet(config["source"]["path"])
    cleaning = dataaudit.load(result.path)
    assert sorted(pd.concat(sides.values())["__row__"]) == list(range(ROWS))
    for frame in sides.values():
        rows = frame["__row__"].to_numpy()
        assert (np.diff(rows) > 0).all()
        expected = cleaning.transform(source.drop(columns="y").iloc[rows])
        np.testing.assert_array_equal(features(frame), expected)
        assert frame["y"].tolist() == source["y"].iloc[rows].tolist()
    entry = next(line for line in result.account if line["stage"] == "clean")
    assert "1,500 training rows" in entry["note"]


def test_the_sample_is_a_part_of_the_training_rows_and_repeats(config: dict[str, Any]) -> None:
    first = cleaned(config, "missing", "scale", "encode")[1]["train"]
    again = cleaned(config, "missing", "scale", "encode")[1]["train"]
    whole = cleaned({**config, "fit_rows": 10_000}, "missing", "scale", "encode")[1]["train"]
    pd.testing.assert_frame_equal(first, again)
    assert not np.array_equal(features(first)["far"], features(whole)["far"])


@pytest.mark.parametrize("method", ["smote", "undersample"])
def test_classes_are_balanced_over_all_training_rows(config: dict[str, Any], method: str) -> None:
    steps = ("missing", "scale", {"imbalance": {"method": method}}, "encode")
    result, sides = cleaned(config, *steps)
    train = sides["train"]
    shares = train["y"].value_counts(normalize=True)
    assert shares["yes"] == pytest.approx(0.5, abs=0.0 if method == "smote" else 0.05)
    made = train["__synthetic__"].to_numpy()
    assert made.any() == (method == "smote")
    assert (np.diff(made.astype(int)) >= 0).all()  # those made up stand last
    assert train.loc[made, "__row__"].isna().all()
    assert set(train.loc[made, "y"]) <= {"yes"}
    assert np.isfinite(features(train)).all().all()
    entry = next(line for line in result.account if line["stage"] == "clean")
    assert entry["added"] == made.sum()
    for side in ("validation", "test"):
        assert not sides[side]["__synthetic__"].any()


def test_synthetic_rows_lie_between_rows_of_their_class(config: dict[str, Any]) -> None:
    steps = ("missing", "scale", {"imbalance": {"method": "smote"}}, "encode")
    train = cleaned(config, *steps)[1]["train"]
    made = train["__synthetic__"].to_numpy()
    rare = train[~made & (train["y"] == "yes")]
    for name in ("x", "far"):
        assert train.loc[made, name].between(rare[name].min(), rare[name].max()).all()


def test_weights_are_those_of_all_training_rows(config: dict[str, Any]) -> None:
    steps = ("missing", "scale", {"imbalance": {"method": "class_weight"}}, "encode")
    train = cleaned(config, *steps)[1]["train"]
    counts = train["y"].value_counts()
    expected = len(train) / (2 * train["y"].map(counts))
    np.testing.assert_allclose(train["__weight__"], expected)


def test_copies_are_dropped_among_all_training_rows(config: dict[str, Any]) -> None:
    train = cleaned(config, "duplicates", "missing", "scale", "encode")[1]["train"]
    source = pd.read_parquet(config["source"]["path"])
    assert not source.iloc[train["__row__"].astype(int)].duplicated().any()
    kept = cleaned(config, "missing", "scale", "encode")[1]["train"]
    rows = source.iloc[kept["__row__"]]
    assert train["__row__"].tolist() == rows[~rows.duplicated()].index.tolist()


def test_rows_with_far_cells_are_dropped_among_all_training_rows(config: dict[str, Any]) -> None:
    dropping = ({"outliers": {"action": "drop"}}, "missing", "scale", "encode")
    train = cleaned(config, *dropping)[1]["train"]
    source = pd.read_parquet(config["source"]["path"])
    assert source["far"].iloc[train["__row__"]].max() < 1e6
    assert len(train) > 0.9 * 0.7 * ROWS


def test_a_sampler_without_an_sql_form_is_refused_with_the_way_out() -> None:
    before = training.Before(relation="r", target="y", features={}, counts={"a": 1}, seed=0)
    with pytest.raises(DataError, match="fit_rows"):
        training.gone(object(), before)


def test_a_hostile_label_is_a_value(config: dict[str, Any], tmp_path: Path) -> None:
    frame = pd.read_parquet(config["source"]["path"])
    rare = "it's <b>\"; drop table x; --"
    frame["y"] = np.where(frame["y"] == "yes", rare, "no")
    frame.to_parquet(tmp_path / "t.parquet")
    steps = ("missing", "scale", {"imbalance": {"method": "smote"}}, "encode")
    train = cleaned(config, *steps)[1]["train"]
    assert train["y"].value_counts().to_dict().keys() == {rare, "no"}
