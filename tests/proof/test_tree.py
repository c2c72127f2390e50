import numpy as np
import pandas as pd
import pytest

from dataaudit.proof.arms import Drop, Model, Preparation
from dataaudit.proof.comparing import available, remarks
from dataaudit.proof.fitting import Recipe, prepare
from dataaudit.proof.metrics import Estimate
from dataaudit.proof.spec import TrainSpec
from dataaudit.proof.statistics import nadeau_bengio
from dataaudit.proof.target import Target
from dataaudit.proof.tree import Tree
from dataaudit.proof.verdict import decide


def table(rows=400):
    """The class is whether a cell is missing, or the level of a text."""
    draw = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "n": np.where(draw.random(rows) < 0.3, np.nan, draw.normal(size=rows)),
            "t": draw.choice(["a", "b", "c"], rows),
            "when": pd.date_range("2024-01-01", periods=rows),
        }
    )
    return X, np.where(X["n"].isna() ^ (X["t"] == "b"), "yes", "no")


def answered(arm, X, y, kind):
    fit, stop, judge = np.split(np.arange(400), [240, 300])
    recipe = Recipe(target=Target.of(y, kind), train=TrainSpec(), metric="accuracy")
    return prepare("tree", arm, X, recipe, fit=fit, stop=stop, judged=X.iloc[judge], seed=0)


def test_gaps_and_levels_are_branches():
    X, y = table()
    before = X.copy(deep=True)
    said = answered(Tree(), X, y, "classification").answered
    right = said.labels == (y[300:] == "yes")
    assert right.mean() > 0.98
    assert said.shares.sum(axis=1) == pytest.approx(np.ones(100))
    pd.testing.assert_frame_equal(X, before)


def test_the_same_rows_give_the_same_answers():
    X, y = table()
    one, other = (answered(Tree(), X, y, "classification").answered for _ in range(2))
    np.testing.assert_array_equal(one.shares, other.shares)


def test_numbers_are_answered_in_their_unit():
    X, _ = table()
    y = 1000.0 + 50 * X["n"].fillna(3.0)
    said = answered(Tree(), X, y, "regression").answered
    assert np.abs(said.labels - y[300:]).mean() < 15


def test_a_level_or_a_class_never_learnt_is_no_error():
    X, y = table()
    y[240:250] = "rare"  # among the rows to stop by alone
    X.loc[300:, "t"] = "never seen"
    said = answered(Tree(), X, y, "classification").answered
    assert said.shares.shape == (100, 3)
    assert said.shares[:, 1].max() == 0


def test_it_is_told_which_rows_to_stop_by():
    seen = {}

    class Spy(Tree):
        def fit(self, X, y, stop):
            seen["stop"] = X.index[stop].tolist()
            return super().fit(X, y, stop)

    answered(Spy(), *table(), "classification")
    assert seen["stop"] == list(range(240, 300))


def test_it_is_a_model_and_has_no_network():
    assert isinstance(Tree(), Model)
    assert not isinstance(Tree(), Preparation)


# Deleting rows with gaps


def test_complete_rows_alone_are_learnt_from():
    X = pd.DataFrame({"a": [1.0, np.nan, 3.0, np.inf, 5.0], "b": ["x", "y", None, "x", "y"]})
    made = Drop().fit_resample(X, pd.Series(list("nynyn")))
    assert made.rows.tolist() == [0, 4]
    assert made.y.tolist() == ["n", "n"]


def test_rows_to_judge_stay_and_get_the_median_of_the_complete_rows():
    X = pd.DataFrame({"a": [1.0, 2.0, 9.0, np.nan], "b": [1.0, 1.0, np.nan, 1.0]})
    arm = Drop()
    arm.fit_resample(X, pd.Series(list("nyny")))
    told = arm.transform(X)
    assert len(told) == 4
    assert told["a"].iloc[3] == pytest.approx(0)  # (1.5 - mean) / deviation of 1 and 2


def lacking(X, y, parts):
    return available({"drop": Drop()}, X, Target.of(y, "classification"), parts)[1].get("drop")


def test_too_few_complete_rows_are_told():
    X, y = pd.DataFrame({"a": [1.0] * 100}), np.array(["n", "y"] * 50)
    whole = [np.arange(100)]
    assert lacking(X, y, whole) == "no row has a gap, so it would be `base` again"
    X["a"] = np.where(np.arange(100) < 94, np.nan, 1.0)
    assert lacking(X, y, whole) == "only 6 of 100 training rows have no gap"
    X["a"] = np.where(y == "n", np.nan, 1.0)
    assert lacking(X, y, whole) == "a class has no training row without a gap"
    X["a"] = np.where(np.arange(100) < 60, 1.0, np.nan)
    assert lacking(X, y, whole) is None
    assert lacking(X, y, [*whole, np.arange(45, 100)]).startswith("only 15 of 55")


def test_an_arm_that_is_left_out_is_told():
    assert remarks([], {"drop": "no row has a gap"}) == [
        "`drop` was not compared: no row has a gap."
    ]


def verdict(effect, before="clean", after="tree"):
    d = np.r_[np.ones(round(1000 * effect)), np.zeros(1000 - round(1000 * effect))]
    influence = (d - d.mean()) / 1000
    return decide(
        (before, Estimate(0.7, np.zeros(1000))),
        (after, Estimate(0.7 + d.mean(), influence)),
        metric="accuracy",
        groups=np.arange(1000),
        smallest_effect=0.01,
        family=4,
        least_error=0.0,
        second_opinion=nadeau_bengio(np.array([0.0, 0.01]), parts=2, rope=0.01),
    )


def test_the_kind_of_network_is_named_as_the_limit_with_an_interval():
    [told] = remarks([verdict(0.05)], {})
    assert told == (
        "The kind of network is the limit, not the data. Boosted trees on the raw columns raised "
        "accuracy by 5.0 points (95 % interval +3.3 to +6.7) against cleaning."
    )
    assert remarks([verdict(0.002)], {}) == []
    assert remarks([verdict(0.05, "base", "drop")], {}) == []
