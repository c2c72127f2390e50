from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from imblearn.pipeline import Pipeline
from sklearn.dummy import DummyClassifier

from dataaudit.defects.duplicates import DropDuplicateRows, Duplicates
from dataaudit.finding import Severity, Status


def by_kind(outcome):
    return {finding.kind: finding for finding in outcome.findings}


def varied(rows: int = 60, seed: int = 0) -> pd.DataFrame:
    made = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "x": made.normal(size=rows),
            "z": made.normal(size=rows),
            "y": np.where(np.arange(rows) % 2, "yes", "no"),
        }
    )


def test_copies_are_counted_beyond_the_first(make_table):
    frame = pd.concat([varied(), varied().iloc[[3, 3, 8]]])
    finding = by_kind(Duplicates().run(make_table(frame, "y")))["rows"]
    assert finding.rows == 3
    assert finding.share == pytest.approx(3 / 63)
    assert finding.evidence["most"] == 3
    assert finding.examples == (61, 62)
    assert finding.severity is Severity.WARNING
    assert finding.rows == frame.duplicated().sum()


def test_missing_cells_equal_missing_cells(make_table):
    frame = pd.DataFrame({"a": [1.0, None, None, 2.0], "b": ["u", "v", "v", None]})
    assert by_kind(Duplicates().run(make_table(frame)))["rows"].rows == 1


def test_copies_below_the_share_are_information_and_an_id_removes_the_doubt(make_table):
    frame = pd.concat([varied(), varied().iloc[[3]]]).assign(id=[*range(60), 3])
    finding = by_kind(Duplicates(warn=0.1).run(make_table(frame, "y", id="id")))["rows"]
    assert finding.severity is Severity.INFO
    assert "real repeats" not in finding.message


def test_contradictions_say_what_no_model_can_get_right(make_table):
    frame = varied()
    frame.loc[[0, 1, 2], ["x", "z"]] = 5.0  # labels no, yes, no
    finding = by_kind(Duplicates().run(make_table(frame, "y")))["conflict"]
    assert (finding.rows, finding.evidence["vectors"], finding.evidence["lost"]) == (3, 1, 1)
    assert finding.evidence["ceiling"] == pytest.approx(59 / 60, abs=1e-6)


def test_columns_that_map_one_to_one_are_one_finding(make_table):
    frame = varied().assign(
        level=lambda f: f.index % 5, word=list("abcde") * 12, other=lambda f: f.index % 7
    )
    findings = Duplicates().run(make_table(frame, "y")).findings
    assert [finding.columns for finding in findings] == [("level", "word")]


def test_one_row_breaks_a_mapping(make_table):
    frame = varied().assign(level=lambda f: f.index % 5, word=list("abcde") * 12)
    frame.loc[0, "word"] = "b"
    assert Duplicates().run(make_table(frame, "y")).status is Status.PASSED


def test_linear_copies_are_found_and_an_outlier_makes_none(make_table):
    frame = varied().assign(miles=lambda f: 3 - 0.62 * f["x"])
    frame = frame.assign(u=np.arange(60.0) % 7, v=np.arange(60.0) % 11)
    frame.loc[59, ["u", "v"]] = 1e9
    findings = Duplicates().run(make_table(frame, "y")).findings
    assert [finding.columns for finding in findings] == [("x", "miles")]


@pytest.mark.parametrize("name", ["n", "first", "copies", 'a"; drop table x; --', "last", "y"])
def test_columns_named_like_our_own_do_no_harm(make_table, name):
    frame = pd.DataFrame({name: [1.0, 1.0, 2.0], "label": ["p", "q", "p"]})
    outcome = Duplicates().run(make_table(frame, "label"))
    assert by_kind(outcome)["conflict"].rows == 2


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_tiny_tables_end_in_an_outcome(make_table, rows):
    frame = varied().head(rows).assign(gap=float("nan"))
    assert Duplicates().run(make_table(frame, "y")).status in (Status.PASSED, Status.NOT_APPLICABLE)


def test_sampler_keeps_the_first_copy_and_contradictions():
    X = pd.DataFrame({"a": [1.0, 1.0, 1.0, None, None], "b": list("uuuvv")})
    y = pd.Series(["n", "n", "y", "n", "n"])
    sampler = DropDuplicateRows()
    kept_X, kept_y = sampler.fit_resample(X, y)
    assert sampler.sample_indices_.tolist() == [0, 2, 3]
    assert kept_X["b"].tolist() == ["u", "u", "v"]
    assert kept_y.tolist() == ["n", "y", "n"]
    array, _ = sampler.fit_resample(np.array([[1.0], [1.0], [2.0]]), np.array([0.5, 0.5, 0.5]))
    assert array.tolist() == [[1.0], [2.0]]


def test_sampler_drops_nothing_when_predicting():
    X, y = np.array([[1.0], [1.0], [2.0]]), np.array(["n", "n", "y"])
    pipeline = Pipeline([("once", DropDuplicateRows()), ("model", DummyClassifier())]).fit(X, y)
    assert len(pipeline.predict(X)) == 3
    assert pipeline["model"].class_prior_.tolist() == [0.5, 0.5]
