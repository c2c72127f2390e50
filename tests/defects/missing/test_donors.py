"""Filling from donors equals scikit-learn's KNNImputer, and errs no more on hidden cells."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.impute import KNNImputer

from dataaudit.defects.missing.donors import filled
from dataaudit.defects.missing.impute import ImputeFromDonors


def gappy(rows, columns, share, seed):
    draw = np.random.default_rng(seed)
    values = draw.normal(size=(rows, columns))
    values[draw.random(values.shape) < share] = np.nan
    return values


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 900), st.integers(2, 6), st.floats(0, 0.4), st.integers(1, 7))
def test_gaps_are_filled_as_scikit_learn_fills_them(rows, columns, share, count):
    donors, values = gappy(40, columns, share, 1), gappy(rows, columns, share, 2)
    donors[0] = 0.0  # no column is empty, and each has a donor that shares every cell
    values[np.isnan(values).all(axis=1)] = 0.0
    expected = KNNImputer(n_neighbors=count).fit(donors).transform(values)
    shared = ~np.isnan(values).all(axis=1)
    near = filled(values, donors, count=count)
    # scikit-learn falls back on column means where one of the nearest shares no cell.
    np.testing.assert_allclose(near[shared], expected[shared], rtol=1e-6, atol=1e-9)


def test_a_cell_without_a_donor_is_the_middle():
    values = np.array([[np.nan, np.nan], [1.0, np.nan]])
    donors = np.array([[1.0, np.nan], [2.0, np.nan]])
    np.testing.assert_array_equal(filled(values, donors, count=2), [[0, 0], [1, 0]])


def test_given_cells_stay_and_the_input_does_too():
    values, donors = gappy(50, 3, 0.3, 0), gappy(20, 3, 0.1, 1)
    before, known = values.copy(), ~np.isnan(values)
    made = filled(values, donors, count=3)
    np.testing.assert_array_equal(values, before)
    np.testing.assert_array_equal(made[known], values[known])
    assert np.isfinite(made).all()


@pytest.mark.parametrize("load", [load_breast_cancer, load_wine, load_diabetes])
def test_hidden_cells_are_told_no_worse_than_by_scikit_learn(load):
    table = load(as_frame=True).data
    draw = np.random.default_rng(0)
    hidden = draw.random(table.shape) < 0.1
    spread = table.std().to_numpy()
    errors = []
    for imputer in (ImputeFromDonors(add_indicator=False), KNNImputer()):
        made = np.asarray(imputer.fit_transform(table.mask(hidden)))
        errors.append((np.abs(made - table.to_numpy()) / spread)[hidden].mean())
    assert errors[0] <= errors[1]


def test_few_donors_err_little_more_than_all():
    table = load_breast_cancer(as_frame=True).data
    hidden = np.random.default_rng(1).random(table.shape) < 0.1
    spread = table.std().to_numpy()
    few, all_rows = (
        np.asarray(
            ImputeFromDonors(donors=n, add_indicator=False).fit_transform(table.mask(hidden))
        )
        for n in (200, 569)
    )
    errors = [(np.abs(made - table.to_numpy()) / spread)[hidden].mean() for made in (few, all_rows)]
    assert errors[0] < 1.15 * errors[1]


def test_types_and_index_of_a_frame_are_kept():
    frame = pd.DataFrame({"a": [1, 2, None], "b": [True, None, False]}, index=[5, 3, 9])
    frame = frame.astype({"a": "Int64", "b": "boolean"})
    made = ImputeFromDonors(n_neighbors=1).fit_transform(frame)
    assert made.index.tolist() == [5, 3, 9]
    assert (made.dtypes == "float64").all()
