"""Rows that may occur more than once: every one of them, and few others."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dataaudit import twins
from dataaudit.twins import repeating

CELLS = st.sampled_from([None, 0.0, 1.0, 2.5])


def found(table, names):
    sql = repeating(table, names)
    return set() if sql is None else set(table.query(f"SELECT __row__ FROM ({sql})")[0].to_pylist())


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(st.tuples(CELLS, CELLS, st.sampled_from(["a", "b", None])), min_size=2))
@pytest.mark.parametrize("sorted_at_most", [0, 1_000])
def test_no_twin_is_left_out(make_table, rows, sorted_at_most):
    frame = pd.DataFrame(rows, columns=["x", "y", 'a "name"'])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(twins, "_SORTED_AT_MOST", sorted_at_most)
        table = make_table(frame.astype({"x": float, "y": float, 'a "name"': "str"}))
        expected = set(frame.index[frame.duplicated(keep=False)])
        assert expected <= found(table, list(frame.columns))


def test_rows_that_differ_in_a_telling_column_are_no_candidates(make_table):
    frame = pd.DataFrame({"coarse": [1, 2] * 500, "fine": range(1000)})
    assert repeating(make_table(frame), ["coarse", "fine"]) is None


def test_only_the_rows_that_repeat_are_looked_at(make_table):
    frame = pd.DataFrame({"coarse": [1, 2] * 500, "fine": [*range(998), 0, 0]})
    assert found(make_table(frame), ["coarse", "fine"]) == {0, 998}
