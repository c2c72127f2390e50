import numpy as np
import pyarrow as pa
import pytest

from dataaudit.profile.values import Counted


def counted(values) -> Counted:
    return Counted.of(pa.chunked_array([pa.array(values)]))


def test_values_come_most_frequent_first_and_ties_by_value():
    found = counted(["b", "a", "c", "b", None, "a"])
    assert found.frequent(2) == [("a", 2), ("b", 2)]
    assert found.frequent(9) == [("a", 2), ("b", 2), ("c", 1)]


def test_booleans_and_both_zeros_are_counted():
    assert counted([True, False, True]).frequent(2) == [(True, 2), (False, 1)]
    both = Counted.of_ordered(np.array([-0.0, 0.0, 1.0, np.inf]))
    assert both.frequent(3) == [(0.0, 2), (1.0, 1), (np.inf, 1)]
    assert str(both.frequent(1)) == "[(0.0, 2)]"


@pytest.mark.parametrize("distinct", [3_000, 40_000, 1_000_000])
def test_the_estimate_of_distinct_values_is_near_where_they_are_equally_frequent(distinct):
    rng = np.random.default_rng(2)
    cells = np.repeat(np.arange(distinct), 1_000_000 // distinct).astype(float)
    sample = cells[rng.choice(len(cells), 50_000, replace=False)]
    assert counted(sample).estimate(len(cells)) == pytest.approx(distinct, rel=0.1)


def test_the_estimate_is_exact_where_all_cells_are_seen_or_all_differ():
    assert counted([1.0, 2.0, 2.0]).estimate(3) == 2
    assert counted(np.arange(100.0)).estimate(5000) == 5000
    assert counted([4.0] * 100).estimate(5000) == 1
