from __future__ import annotations

import numpy as np
import pandas as pd

from dataaudit.defects.constant import Constant, DropConstant
from dataaudit.finding import Severity, Status


def kinds(outcome):
    return {(finding.kind, *finding.columns): finding for finding in outcome.findings}


def test_constant_and_nearly_constant_columns_are_told_apart(make_table):
    frame = pd.DataFrame(
        {"one": 7.0, "nearly": [0.0] * 1999 + [1.0], "varied": np.arange(2000.0)}, index=range(2000)
    )
    found = kinds(Constant().run(make_table(frame)))
    assert set(found) == {("constant", "one"), ("nearly", "nearly")}
    assert found["constant", "one"].severity is Severity.WARNING
    assert found["nearly", "nearly"].rows == 1999
    assert found["nearly", "nearly"].share == 0.9995


def test_constant_but_for_missing_cells_is_information(make_table):
    frame = pd.DataFrame({"flag": ["yes", None, "yes", "yes"]})
    (finding,) = Constant().run(make_table(frame)).findings
    assert finding.severity is Severity.INFO
    assert "25.0%" in finding.message


def test_varied_columns_pass(make_table):
    assert Constant().run(make_table(pd.DataFrame({"a": [1, 2, 3]}))).status is Status.PASSED


def test_one_row_is_not_applicable(make_table):
    assert Constant().run(make_table(pd.DataFrame({"a": [1]}))).status is Status.NOT_APPLICABLE


def test_sensitive_values_are_not_shown(make_table):
    frame = pd.DataFrame({"who": ["secret"] * 1999 + ["other"]})
    table = make_table(frame, sensitive=frozenset({"who"}))
    (finding,) = Constant().run(table).findings
    assert "secret" not in finding.message


def test_dropping_removes_only_columns_constant_in_training_rows():
    train = pd.DataFrame({"a": [1, 1], "b": [1, 2], "gap": [1, None]})
    other = pd.DataFrame({"a": [5, 6], "b": [3, 3], "gap": [2, 2]})
    step = DropConstant().fit(train)
    assert list(step.transform(other).columns) == ["b", "gap"]
    assert step.get_feature_names_out().tolist() == ["b", "gap"]
