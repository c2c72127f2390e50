import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import StandardScaler

from dataaudit.pipeline import Cleaning
from dataaudit.proof.arms import Base, Const, Naive, Preparation, describe, standard_arms

Y = pd.Series(["no", "yes", "no", "yes"])


@pytest.fixture
def mixed():
    return pd.DataFrame(
        {
            "n": [3.0, np.nan, np.inf, 1.0],
            "t": ["b", "a", None, "b"],
            "d": pd.to_datetime(["1970-01-01", "1970-01-02", None, "1970-01-01"]),
        },
        index=[10, 11, 12, 13],
    )


def test_naive_does_what_a_first_script_does(mixed):
    arm = Naive()
    made = arm.fit_resample(mixed, Y)
    assert made.X["n"].tolist() == [3.0, 0.0, 0.0, 1.0]
    assert made.X["t"].tolist() == [0.0, 1.0, -1.0, 0.0]
    assert made.X["d"].tolist() == [0.0, 86400.0, 0.0, 0.0]
    assert made.X.index.tolist() == [10, 11, 12, 13]
    assert arm.transform(mixed.assign(t="c"))["t"].tolist() == [-1.0] * 4


def test_base_learns_from_training_rows_alone():
    X = pd.DataFrame({"n": [1.0, 2.0, 3.0, np.nan], "t": list("xxxx")})
    arm = Base()
    made = arm.fit_resample(X, Y).X
    filled = np.array([1.0, 2.0, 3.0, 2.0])
    np.testing.assert_allclose(made["n"], StandardScaler().fit_transform(filled[:, None])[:, 0])
    assert made.shape[1] == 3  # the number, its missing flag, one level
    other = arm.transform(pd.DataFrame({"n": [100.0], "t": ["never seen"]}))
    assert other["n"].item() == pytest.approx((100 - filled.mean()) / filled.std())


def test_base_keeps_its_width_where_a_column_is_missing_throughout():
    X = pd.DataFrame({"n": [np.nan] * 4, "m": [1.0, 2.0, 3.0, 4.0]})
    arm = Base()
    assert arm.fit_resample(X, Y).X.shape[1] == arm.transform(X.fillna(1.0)).shape[1] == 3


def test_base_pools_levels_of_few_rows():
    X = pd.DataFrame({"t": ["a"] * 6 + ["b"] * 5 + ["c"] * 2 + ["d"]})
    made = Base().fit_resample(X, pd.Series(["no", "yes"] * 7)).X
    assert made.shape[1] == 3  # a, b, the rest
    assert made.iloc[-1].tolist() == [0.0, 0.0, 1.0]


def test_no_cell_is_left_that_a_network_cannot_take(mixed):
    for arm in (Naive(), Base()):
        values = arm.fit_resample(mixed, Y).X.to_numpy("float64")
        assert np.isfinite(values).all()


def test_users_types_are_taken():
    X = pd.DataFrame(
        {
            "int": [1, 2, 3, 4],
            "bool": [True, False, True, False],
            "category": pd.Categorical(["a", "b", None, "a"]),
            "object": ["x", 1, None, "y"],
            "zone": pd.to_datetime(["2024-01-01"] * 4).tz_localize("Europe/Oslo"),
        }
    )
    for arm in (Naive(), Base()):
        before = X.copy(deep=True)
        assert np.isfinite(arm.fit_resample(X, Y).X.to_numpy("float64")).all()
        pd.testing.assert_frame_equal(X, before)


def test_cleaning_is_a_preparation_and_const_is_none():
    assert isinstance(Cleaning(), Preparation)
    assert isinstance(Base(), Preparation)
    assert not isinstance(Const(), Preparation)


def test_arms_of_a_report_have_a_sentence_each():
    arms = standard_arms(Cleaning())
    assert list(arms) == ["const", "naive", "drop", "base", "clean", "tree"]
    assert all(text.endswith(".") for text in describe(arms).values())
