"""Nearest rows equal those that scikit-learn finds on SMOTENC's one-hot encoding."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import OneHotEncoder

from dataaudit.defects.imbalance.neighbours import nearest


def distances(numbers, codes, mismatch):
    """Squared distances of all pairs, by differences; infinite from a row to itself."""
    gaps = numbers[:, None] - numbers[None]
    squared = (gaps**2).sum(axis=2) + mismatch * (codes[:, None] != codes[None]).sum(axis=2)
    np.fill_diagonal(squared, np.inf)
    return squared


def test_neighbours_equal_a_search_over_one_hot_columns():
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(9_000, 4)) + 1e4  # three blocks, far from the origin
    codes = np.column_stack([rng.integers(0, levels, 9_000) for levels in (2, 7, 300)])
    found = nearest(numbers, codes, mismatch=0.8, count=5)
    onehot = OneHotEncoder(sparse_output=False).fit_transform(codes) * np.sqrt(0.4)
    search = NearestNeighbors(n_neighbors=6).fit(np.hstack([numbers, onehot]))
    expected = search.kneighbors(search._fit_X[:500], return_distance=False)
    np.testing.assert_array_equal(expected[:, 0], np.arange(500))
    np.testing.assert_array_equal(found[:500], expected[:, 1:])


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(2, 40), st.floats(0.25, 4.0) | st.just(0.0))
def test_no_other_row_is_nearer(data, rows, mismatch):
    rng = np.random.default_rng(data.draw(st.integers(0, 2**20)))
    numbers = rng.integers(-3, 4, (rows, data.draw(st.integers(0, 3)))).astype("float64")
    codes = rng.integers(0, 3, (rows, data.draw(st.integers(0, 3))))
    count = data.draw(st.integers(1, rows - 1))
    found = nearest(numbers, codes, mismatch=mismatch, count=count)
    assert all(len(set(row)) == count for row in found.tolist())
    squared = distances(numbers, codes, mismatch)
    got = np.take_along_axis(squared, found, axis=1)
    np.testing.assert_allclose(got, np.sort(squared, axis=1)[:, :count], atol=1e-12)


@pytest.mark.parametrize("levels", [1, 300, 9_000])
def test_equal_rows_and_many_levels_take_no_more_memory(levels):
    codes = (np.arange(9_000) % levels)[:, None]
    found = nearest(np.empty((9_000, 0)), codes, mismatch=1.0, count=3)
    assert found.shape == (9_000, 3)
    assert not (found == np.arange(9_000)[:, None]).any()
    if levels < 9_000:
        assert (codes[found, 0] == codes).all()


def test_a_far_cell_leaves_the_others_apart():
    numbers = np.random.default_rng(0).normal(size=(200, 2))
    numbers[0, 0] = 1e9
    found = nearest(numbers, np.empty((200, 0), dtype=int), mismatch=0.0, count=2)
    expected = np.argsort(distances(numbers, np.empty((200, 0)), 0.0), axis=1, kind="stable")
    np.testing.assert_array_equal(found[1:], expected[1:, :2])
