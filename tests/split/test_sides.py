from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dataaudit.errors import DataError
from dataaudit.split import SplitSpec, TaskSpec, deal
from dataaudit.split.sides import mix, quotas, stratified

ROWS = 1000


def table(rows: int = ROWS, seed: int = 0) -> pd.DataFrame:
    made = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "x": made.normal(size=rows),
            "level": made.choice(list("abcd"), rows),
            "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(made.permutation(rows), unit="h"),
            "who": made.integers(0, rows // 5, rows),
            "y": made.choice(["no", "yes", "rare"], rows, p=[0.6, 0.39, 0.01]),
        }
    )


def sides(engine) -> np.ndarray:
    found = engine.query('SELECT side FROM sides ORDER BY "__row__"')
    return np.array(found.column(0).to_pylist())


def test_each_class_has_its_shares_to_within_a_row(split_frame):
    frame = table()
    engine, found = split_frame(frame, target="y")
    for label, count in frame["y"].value_counts().items():
        of_class = sides(engine)[(frame["y"] == label).to_numpy()]
        for side, share in (("test", 0.2), ("validation", 0.1), ("train", 0.7)):
            assert abs((of_class == side).sum() - share * count) <= 1
    assert sum(found.counts.values()) == ROWS


def test_numbers_are_dealt_by_tenths(split_frame):
    frame = table().assign(y=lambda f: f["x"] ** 3)
    engine, _ = split_frame(frame, target="y")
    tenth = pd.qcut(frame["y"], 10, labels=False).to_numpy()
    for part in range(10):
        assert (sides(engine)[tenth == part] == "test").sum() == 20


def test_the_same_rows_whatever_the_order_and_threads(split_frame):
    first = sides(split_frame(table(), target="y")[0])
    shuffled = np.random.default_rng(1).permutation(ROWS)
    again = sides(split_frame(table(), target="y", order=shuffled, threads=1)[0])
    other = sides(split_frame(table(), target="y", seed=8)[0])
    assert (first == again).all()
    assert 0.2 < (first != other).mean() < 0.7


def test_exact_twins_share_a_side_also_where_labels_differ(split_frame):
    frame = table()
    frame.loc[100:299, ["x", "level", "when", "who"]] = (
        frame.loc[0:99, ["x", "level", "when", "who"]]
        .sample(200, replace=True, random_state=0)
        .to_numpy()
    )
    frame["x"] = frame["x"].astype(float)
    engine, found = split_frame(frame, target="y")
    per_twin = pd.Series(sides(engine)).groupby([frame[c] for c in ("x", "level", "who")]).nunique()
    assert per_twin.max() == 1
    assert abs(found.counts["test"] - 200) <= 3
    assert any("share all features with another" in note for note in found.notes)


def test_zero_has_no_sign_and_missing_equals_missing(split_frame):
    pairs = pd.DataFrame({"x": [0.0, -0.0] * 10 + [np.nan] * 20, "z": [0, 0] * 10 + [1] * 20})
    frame = pd.concat([pairs, pd.DataFrame({"x": np.arange(1.0, 400), "z": 2})])
    frame["y"] = ["a", "b"] * 219 + ["a"]
    engine, _ = split_frame(frame, target="y")
    assert len(set(sides(engine)[:20])) == 1
    assert len(set(sides(engine)[20:40])) == 1


def test_features_that_hardly_differ_are_not_held_together(split_frame):
    frame = pd.DataFrame({"flag": [0, 1] * 100, "y": ["a", "a", "b", "b"] * 50})
    _, found = split_frame(frame, target="y")
    assert found.counts == {"train": 140, "validation": 20, "test": 40}
    assert any("not held on one side" in note for note in found.notes)


@pytest.mark.parametrize("role", ["group", "id"])
def test_rows_that_share_a_group_or_id_share_a_side(split_frame, role):
    frame = table()
    engine, found = split_frame(frame, target="y", **{role: "who"})
    assert pd.Series(sides(engine)).groupby(frame["who"]).nunique().max() == 1
    assert abs(found.counts["test"] - 200) <= 5
    assert any("`who`" in note for note in found.notes)


def test_few_groups_fill_every_side_and_too_few_are_refused(split_frame):
    frame = table(90).assign(who=np.arange(90) // 30)
    _, found = split_frame(frame, target="y", group="who")
    assert found.counts == {"train": 30, "validation": 30, "test": 30}
    with pytest.raises(DataError, match="no row is left for"):
        split_frame(frame.assign(who=np.arange(90) // 45), target="y", group="who")


def test_latest_rows_are_the_test_and_missing_times_are_learnt_from(split_frame):
    frame = table()
    frame.loc[:9, "when"] = pd.NaT
    engine, found = split_frame(frame, target="y", time="when")
    moments = {
        side: frame["when"][sides(engine) == side] for side in ("train", "validation", "test")
    }
    assert moments["train"].max() < moments["validation"].min()
    assert moments["validation"].max() < moments["test"].min()
    assert moments["train"].isna().sum() == 10
    assert found.counts == {"train": 700, "validation": 100, "test": 200}


def test_rows_of_one_moment_stay_together(split_frame):
    frame = table().assign(when=np.arange(ROWS) // 90)
    engine, _ = split_frame(frame, target="y", time="when")
    assert pd.Series(sides(engine)).groupby(frame["when"]).nunique().max() == 1
    with pytest.raises(DataError, match="too few moments"):
        split_frame(frame.assign(when=3), target="y", time="when")


def test_group_and_time_put_a_group_where_its_latest_row_is(split_frame):
    frame = table()
    engine, _ = split_frame(frame, target="y", time="when", group="who")
    assert pd.Series(sides(engine)).groupby(frame["who"]).nunique().max() == 1
    latest = frame.groupby("who")["when"].transform("max").to_numpy()
    assert latest[sides(engine) == "train"].max() < latest[sides(engine) == "test"].min()


def test_table_of_its_own_is_the_test(split_frame):
    engine, found = split_frame(table(), target="y", test_from=600)
    assert (sides(engine)[600:] == "test").all()
    assert found.counts == {"train": 540, "validation": 60, "test": 400}
    frame = table()
    frame.loc[600:, "y"] = None
    with pytest.raises(DataError, match="no row of the test table"):
        split_frame(frame, target="y", test_from=600)


def test_class_of_three_is_on_every_side_and_one_of_two_is_named(split_frame):
    frame = table().assign(y="no")
    frame.loc[:499, "y"] = "yes"
    frame.loc[[1, 2, 3], "y"] = "three"
    frame.loc[[5, 6], "y"] = "two"
    engine, found = split_frame(frame, target="y")
    assert set(sides(engine)[[1, 2, 3]]) == {"train", "validation", "test"}
    assert any("No row of `two`" in note for note in found.notes)


def test_no_validation_side_where_none_is_wanted(split_frame):
    _, found = split_frame(table(), target="y", shares=SplitSpec(test="50%", validation=0))
    assert found.counts["validation"] == 0
    assert abs(found.counts["test"] - 500) <= 3


def test_above_the_limit_a_key_decides_and_twins_still_share_a_side(split_frame, monkeypatch):
    monkeypatch.setattr(deal, "STRATIFIED_ROWS", 500)
    frame = pd.concat([table(), table()])
    engine, found = split_frame(frame, target="y")
    assert (sides(engine)[:ROWS] == sides(engine)[ROWS:]).all()
    assert abs(found.counts["test"] / 2000 - 0.2) < 0.05
    engine, _ = split_frame(frame, target="y", test_from=1500)
    assert (sides(engine)[1500:] == "test").all()
    assert (sides(engine)[:1500] != "test").all()


@given(st.integers(0, 5000), st.floats(0, 0.45), st.floats(0, 0.45))
def test_quotas_add_up_and_are_within_a_row(count, test, validation):
    found = quotas(count, (test, validation))
    assert sum(found) == count
    for rows, share in zip(found, (test, validation), strict=False):
        assert abs(rows - share * count) <= 1


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2)), min_size=1, max_size=80),
    st.integers(0, 3),
)
def test_units_are_whole_and_every_row_has_a_side(rows, seed):
    unit = pd.factorize(np.array([row[0] for row in rows]))[0]
    strata = pd.factorize(np.array([row[1] for row in rows]))[0]
    side = stratified(unit, strata, (0.2, 0.1), seed, first=np.arange(len(rows)))
    assert set(side.tolist()) <= {0, 1, 2}
    assert pd.Series(side).groupby(unit).nunique().max() == 1


def test_keys_are_spread_evenly_and_differ_by_seed():
    key = mix(np.arange(100_000), 0) / 2.0**64
    counts = np.bincount((key * 10).astype(int))
    assert abs(counts - 10_000).max() < 400  # four standard deviations
    assert not np.array_equal(mix(np.arange(9), 1), mix(np.arange(9), 2))


def test_specs_take_shares_lists_and_reasons_and_refuse_the_rest():
    assert SplitSpec(test="20%").test == 0.2
    assert TaskSpec(target="y", ignore={"a": "leaks"}).ignore == {"a": "leaks"}
    assert TaskSpec(target="y", ignore=["a"]).ignore == {"a": "listed under task.ignore"}
    assert TaskSpec(target="y", labels={1: True}).labels == {"1": "true"}
    for wrong in ({"tset": 0.1}, {"test": 0.9, "validation": 0.1}, {"test": 2}):
        with pytest.raises(ValidationError):
            SplitSpec(**wrong)
    with pytest.raises(ValidationError):
        TaskSpec(target="y", typo=1)
