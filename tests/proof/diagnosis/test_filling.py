"""Gaps filled from rows that are alike, flagged where that says something of the target."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from dataaudit.proof.diagnosis.filling import Filled, telling


def gappy(rows: int = 200) -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(0)
    y = pd.Series(np.where(rng.random(rows) < 0.5, "ill", "well"))
    X = pd.DataFrame({name: rng.normal(size=rows) for name in "abc"})
    X.loc[rng.random(rows) < 0.3, "a"] = None
    X.loc[(y == "ill") & (rng.random(rows) < 0.5), "b"] = None
    return X, y


def test_a_flag_stays_where_it_goes_with_the_target():
    X, y = gappy()
    made = Filled().fit(X, y).transform(X)
    assert sorted(made) == ["a", "b", "c", "missingindicator_b"]
    assert not made.isna().any().any()


def test_gaps_that_are_left_stay_gaps_without_a_flag():
    X, y = gappy()
    made = Filled(left=["b"]).fit(X, y).transform(X)
    assert sorted(made) == ["a", "b", "c"]
    pd.testing.assert_series_equal(made["b"], X["b"])


def test_what_is_judged_decides_no_flag():
    X, y = gappy()
    step = Filled().fit(X, y)
    other = X.assign(a=np.nan)
    assert list(step.transform(other)) == list(step.transform(X))


def test_without_labels_every_flag_stays():
    X, _ = gappy()
    assert Filled().fit(X).silent_ == []


def test_classes_are_tested_as_in_a_table_of_counts():
    X, y = gappy()
    flags = X[["a", "b"]].isna().astype(float)
    for name in flags:
        counts = pd.crosstab(flags[name], y)
        chance = stats.chi2_contingency(counts, correction=False).pvalue
        assert telling(flags[[name]], y).tolist() == [chance < 0.05]


def test_numbers_are_tested_by_their_correlation():
    rng = np.random.default_rng(1)
    flags = pd.DataFrame({"a": (rng.random(300) < 0.3).astype(float), "never": 0.0})
    assert telling(flags, flags["a"] + rng.normal(size=300)).tolist() == [True, False]
    assert telling(flags, pd.Series(rng.normal(size=300))).tolist() == [False, False]


@pytest.mark.parametrize("y", [pd.Series(["one"] * 6), pd.Series([1.0] * 6)])
def test_a_target_that_never_changes_goes_with_nothing(y):
    flags = pd.DataFrame({"a": [0.0, 1.0] * 3})
    assert telling(flags, y).tolist() == [False]


def test_an_empty_column_and_text_are_filled():
    X = pd.DataFrame({"none": [np.nan] * 6, "town": ["x", None] * 3, "a": range(6)})
    made = Filled().fit(X, ["ill", "well"] * 3).transform(X)
    assert not made.isna().any().any()
