"""How often values occur, by the profile where it counted all rows."""

import numpy as np
import pandas as pd

from dataaudit.levels import levels_of


def test_few_levels_are_counted_in_all_rows(make_table):
    frame = pd.DataFrame({"kind": ["b", "a", "b", None, "a", "c"] * 100})
    levels = levels_of(make_table(frame, sample_rows=60), "kind")
    assert list(levels.counts.items()) == [("a", 200), ("b", 200), ("c", 100)]
    assert levels.rows == 600


def test_many_levels_are_counted_in_the_sample_and_that_is_said(make_table):
    frame = pd.DataFrame({"name": [f"n{row % 3000}" for row in range(6000)]})
    table = make_table(frame, sample_rows=2_000)
    levels = levels_of(table, "name")
    assert levels.counts == table.sample["name"].value_counts().to_dict()
    assert list(levels.counts.values()) == sorted(levels.counts.values(), reverse=True)
    assert levels.of(table) == " of 2,000 rows looked at"


def test_no_row_has_no_level(make_table):
    frame = pd.DataFrame({"x": np.array([], dtype=float)})
    assert not levels_of(make_table(frame), "x").counts
