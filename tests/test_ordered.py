"""Cells in order, held to numpy."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dataaudit.ordered import counted, quantiles


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40), st.floats(0, 1))
def test_quantiles_of_ordered_cells_are_those_of_numpy(cells, share):
    assert quantiles(np.sort(cells), [share])[0] == np.quantile(cells, share)


@given(st.lists(st.integers(-3, 3).map(float)))
def test_distinct_values_and_counts_are_those_of_numpy(cells):
    values, counts = counted(np.sort(cells))
    expected = np.unique(cells, return_counts=True)
    assert values.tolist() == expected[0].tolist()
    assert counts.tolist() == expected[1].tolist()
