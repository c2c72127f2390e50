"""What remedies for the data do to rows, columns and cells, without training anything."""

import numpy as np
import pandas as pd
import pytest

from dataaudit.defects.disguised.blank import BlankSentinels
from dataaudit.defects.missing.impute import imputer
from dataaudit.defects.outliers.remedies import ClipOutliers
from dataaudit.pipeline import Cleaning
from dataaudit.proof.arms import Base
from dataaudit.proof.careless import Unscaled, ZeroFilled
from dataaudit.proof.diagnosis.cause import registry
from dataaudit.proof.diagnosis.filling import Filled
from dataaudit.proof.diagnosis.mending import (
    Balanced,
    Before,
    Believing,
    Without,
    ahead,
    filled,
    held,
)
from dataaudit.proof.diagnosis.suspects import belief, doubtful, suspects


def numbers(rows: int = 60) -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=rows), "b": rng.normal(size=rows)})
    return X, pd.Series(np.where(X["a"] > 0, "yes", "no"))


def test_steps_before_learn_from_training_rows_alone():
    X, y = numbers()
    X.loc[[1, 3, 5, 7], "a"] = -999.0
    arm = Before([BlankSentinels(), imputer()], Base()).clone()
    made = arm.fit_resample(X, y)
    assert set(made.X) == {"a", "b", "missingindicator_a"}
    other = arm.transform(pd.DataFrame({"a": [-999.0, 0.5], "b": [0.0, 0.0]}))
    assert other["missingindicator_a"].iloc[0] > 0 > other["missingindicator_a"].iloc[1]
    assert abs(other["a"].iloc[0]) < 1


def test_remedies_that_stay_fill_and_flag_once():
    X, y = numbers()
    X.loc[[1, 3, 5, 7], "a"] = -999.0
    X.loc[[2, 4], "a"] = 1e6
    first = ahead([BlankSentinels(), Filled()], ZeroFilled())
    both = ahead([ClipOutliers(action="blank"), Filled()], first)
    made = both.fit_resample(X, y).X
    assert sorted(made) == ["a", "b"]  # six flags that go with no label
    assert made["a"].abs().max() < 4  # neither code nor far cell is left


def test_gaps_that_an_arm_fills_by_itself_are_left_to_it():
    X, _ = numbers()
    X.loc[[1, 3], "a"] = None
    arms = [Base(), Unscaled(), Without(["b"], Base()), Before([], Base()), Believing(Base())]
    assert [filled(arm, X).left for arm in arms] == [["a"]] * len(arms)
    assert filled(ZeroFilled(), X).left == []
    assert filled(Before([], ZeroFilled()), X).left == []


def test_gaps_in_sight_are_put_right_before_those_in_disguise():
    # The remedy of the latter fills both, and would be credited with both.
    order = list(registry())
    assert order.index("missing") < order.index("disguised")


def test_columns_left_out_are_left_out_of_every_row():
    X, y = numbers()
    arm = Without(["b"], Base())
    assert list(arm.fit_resample(X, y).X) == ["a"]
    assert list(arm.clone().columns) == ["b"]
    assert list(arm.transform(X)) == ["a"]


def test_balanced_asks_for_a_threshold_and_changes_no_row():
    X, y = numbers()
    arm = Balanced(Base()).clone()
    assert arm.balance == "threshold"
    pd.testing.assert_frame_equal(arm.fit_resample(X, y).X, Base().fit_resample(X, y).X)


@pytest.mark.slow
def test_rows_in_doubt_count_less_in_training_and_none_is_left_out():
    X, y = numbers(200)
    wrong = list(X.index[X["a"].abs() > 0.5][:6])
    y.loc[wrong] = np.where(y.loc[wrong] == "yes", "no", "yes")
    arm = Believing(Base()).clone()
    made = arm.fit_resample(X, y)
    assert len(made.weight) == 200
    assert np.median(made.weight[wrong]) < np.median(made.weight)
    assert made.weight.min() > 0
    assert suspects(made.X, y)[wrong].mean() > 0.8
    pd.testing.assert_frame_equal(arm.transform(X), made.X)


@pytest.mark.slow
def test_labels_wrong_in_one_direction_have_no_say():
    X, y = numbers(400)
    wrong = list(X.index[X["a"] > 0][::3])  # of the "yes" alone
    y.loc[wrong] = "no"
    doubted = belief(X, y) < 1
    assert doubted[wrong].mean() > 0.8
    assert np.delete(doubted, wrong).mean() < 0.1
    assert not suspects(X, y)[np.delete(np.arange(400), wrong)].any()


def test_confident_learning_names_rows_off_the_diagonal():
    # t_0 = (.9 + .8 + .2) / 3 = .633, t_1 = (.7 + .9) / 2 = .8
    shares = np.array([[0.9, 0.1], [0.8, 0.2], [0.2, 0.8], [0.3, 0.7], [0.1, 0.9]])
    assert doubtful(shares, [0, 0, 0, 1, 1]).tolist() == [False, False, True, False, False]


def test_a_class_of_few_rows_is_not_judged():
    X, y = numbers(30)
    y[:] = ["rare"] * 3 + ["usual"] * 27
    assert not suspects(X, y).any()
    assert (belief(X, y) == 1).all()


def test_a_cleaning_holds_its_steps():
    cleaning = Cleaning([("outliers", "passthrough")])
    assert "already" in held(cleaning, "outliers")
    assert not held(cleaning, "missing")
    assert not held(Base(), "missing")


@pytest.mark.parametrize(("arm", "expected"), [(Unscaled(), 100.0), (ZeroFilled(), None)])
def test_the_careless_arms_leave_one_thing_out(arm, expected):
    X = pd.DataFrame({"a": [0.0, 100.0, np.nan, 50.0], "t": ["x", "y", "x", "y"]})
    made = arm.clone().fit_resample(X, pd.Series(["n", "y", "n", "y"])).X
    if expected is None:
        assert "missingindicator_a" not in made
        assert np.isclose(made["a"].iloc[2], made["a"].iloc[0])
    else:
        assert made["a"].max() == expected
        assert made["a"].iloc[2] == 50.0
