import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from dataaudit.output import clean_table, to_json, write_table


def test_json_has_no_nan_and_sorted_keys():
    text = to_json({"b": float("nan"), "a": np.float64(1.5), 3: (np.int64(2), {"z", "y"})})
    assert json.loads(text) == {"b": None, "a": 1.5, "3": [2, ["y", "z"]]}
    assert text.index('"a"') < text.index('"b"')


def test_clean_tables_mark_synthetic_rows_and_carry_the_fingerprint(tmp_path):
    X = pd.DataFrame({"x": [0.5, 1.5, 2.5]}, index=[7, 9, 7])
    y = pd.Series(["no", "yes", "yes"])
    table = clean_table(X, y, rows=np.array([7, 9, -1]), target="t", weight=np.array([1.0, 2, 2]))
    write_table(table, tmp_path / "t.parquet", "abc")
    back = pq.read_table(tmp_path / "t.parquet")
    assert back.schema.metadata[b"dataaudit.fingerprint"] == b"abc"
    assert back.to_pydict() == {
        "x": [0.5, 1.5, 2.5],
        "t": ["no", "yes", "yes"],
        "__row__": [7, 9, None],
        "__synthetic__": [False, False, True],
        "__weight__": [1.0, 2.0, 2.0],
    }


def test_the_same_table_gives_the_same_bytes(tmp_path):
    table = clean_table(pd.DataFrame({"x": [1.0, np.nan]}), None, rows=np.array([0, 1]))
    write_table(table, tmp_path / "a", "f")
    write_table(table, tmp_path / "b", "f")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
