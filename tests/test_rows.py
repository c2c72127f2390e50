import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from dataaudit.rows import key_bound, lowest, row_key, smallest
from dataaudit.source.columns import ROW


@pytest.mark.parametrize("rows", [1, 99, 100, 101, 5000])
@pytest.mark.parametrize("seed", [0, 7, 2**40])
def test_a_sample_is_exactly_the_rows_with_the_smallest_keys(make_table, rows, seed):
    table = make_table(pd.DataFrame({"a": np.arange(rows)}), sample_rows=100)
    table.seed = seed
    ids = np.arange(rows)
    expected = np.sort(ids[np.argsort(row_key(ids, seed))[:100]])
    assert table.sample.index.tolist() == expected.tolist()
    assert (table.sample["a"] == table.sample.index).all()


def test_rows_that_a_bound_lets_through_too_few_of_are_fetched_again(make_table):
    table = make_table(pd.DataFrame({"a": np.arange(1000)}))
    ids = np.arange(1000)
    keys = row_key(ids, 0)
    large = ids[keys > np.median(keys)]  # where every key is large, the first bound finds none
    where = f"{ROW} IN ({', '.join(map(str, large))})"
    found = lowest(
        table.engine, "typed", table.columns, rows=len(large), limit=50, seed=0, where=where
    )
    expected = np.sort(large[np.argsort(keys[large])[:50]])
    assert found.column(ROW).to_pylist() == expected.tolist()


def test_the_smallest_keys_come_in_the_order_of_rows():
    ids = np.random.default_rng(0).permutation(500)
    kept = smallest(pa.table({ROW: ids}), 20, seed=3).column(ROW).to_numpy()
    assert (np.diff(kept) > 0).all()
    assert set(kept) == set(ids[np.argsort(row_key(ids, 3))[:20]])


def test_a_bound_lets_hardly_more_rows_through_than_are_wanted():
    ids = np.arange(1_000_000)
    below = (row_key(ids, 11) < key_bound(1_000_000, 10_000)).sum()
    assert 10_000 <= below <= 11_500


def test_a_side_may_be_limited_to_the_rows_with_the_smallest_keys(make_table):
    frame = pd.DataFrame({"x": np.arange(600.0), "y": np.tile(["a", "b"], 300)})
    sides = np.where(np.arange(600) % 3 == 0, "test", "train")
    table = make_table(frame, "y", sides=sides)
    ids = np.flatnonzero(sides == "train")
    expected = np.sort(ids[np.argsort(row_key(ids, 0))[:40]])
    X, y = table.side("train", limit=40)
    assert X.index.tolist() == y.index.tolist() == expected.tolist()
    assert len(table.side("train", limit=10_000)[0]) == 400
