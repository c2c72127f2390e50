from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataaudit.errors import ConfigError, DataError, UnknownNameError
from dataaudit.split.target import merge_spellings, near_spellings

ROWS = 40


def labels(*values: object) -> pd.DataFrame:
    return pd.DataFrame({"x": np.arange(ROWS) * 1.5, "y": pd.Series(list(values) * ROWS)[:ROWS]})


def targets(engine) -> list[object]:
    return engine.query('SELECT y FROM labelled ORDER BY "__row__"').column(0).to_pylist()


def test_quotes_and_blanks_are_stripped(split_frame):
    engine, found = split_frame(labels("'-1'", " '1' "), target="y")
    assert set(found.task.classes) == {"-1", "1"}
    assert targets(engine)[:2] == ["-1", "1"]
    assert found.task.spellings == {"'-1'": "-1", " '1' ": "1"}


def test_case_is_merged_to_the_most_frequent_spelling_and_reported(split_frame):
    _, found = split_frame(labels("Yes", "YES", "Yes", "no"), target="y")
    assert found.task.classes == ("Yes", "no")
    assert any("`YES` as `Yes`" in note for note in found.notes)


def test_declared_labels_are_merged_and_kept_apart():
    counts = {"A": 5, "a": 3, ">50K.": 2, ">50K": 4}
    read = merge_spellings(counts, {"A": "A", "a": "a", ">50K.": ">50K"})
    assert read == {"A": "A", "a": "a", ">50K.": ">50K", ">50K": ">50K"}


def test_labels_that_end_in_a_full_stop_are_suggested_not_merged(split_frame):
    _, found = split_frame(labels("in", "in", "out", "in.", "out."), target="y")
    assert found.suggested == {"in.": "in", "out.": "out"}
    assert len(found.task.classes) == 4
    assert any("`task.labels`" in note for note in found.notes)
    assert near_spellings(["a", "b"]) == {}


@given(st.dictionaries(st.text(min_size=1, max_size=6), st.integers(1, 9), max_size=8))
def test_every_spelling_gets_one_label_that_maps_to_itself(counts):
    read = merge_spellings(counts, {})
    stripped = dict.fromkeys(read.values(), 1)
    assert set(merge_spellings(stripped, {}).values()) == set(read.values())
    assert len({label.casefold() for label in read.values()}) == len(set(read.values()))


def test_rows_without_a_target_are_set_aside(split_frame):
    frame = labels("a", "b")
    frame.loc[[3, 7], "y"] = None
    frame.loc[9, "y"] = " "
    engine, found = split_frame(frame, target="y")
    assert found.set_aside.tolist() == [3, 7, 9]
    assert len(targets(engine)) == ROWS - 3
    assert "3 of 40 rows have no target and are set aside." in found.notes
    assert sum(found.counts.values()) == ROWS - 3


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["a", "b"], "classification"),
        ([True, False], "classification"),
        ([0, 1, 2], "classification"),
        ([0.0, 1.0], "classification"),
        ([0.5, 1.0], "regression"),
        (list(range(20)), "classification"),
        (list(range(21)), "regression"),
    ],
)
def test_kind_follows_the_values(split_frame, values, kind):
    _, found = split_frame(labels(*values), target="y")
    assert found.task.kind == kind
    assert found.columns["y"].dtype == ("str" if kind == "classification" else "float")


def test_whole_numbers_and_booleans_are_labels_without_decimals(split_frame):
    engine, _ = split_frame(labels(0.0, 1.0), target="y")
    assert set(targets(engine)) == {"0", "1"}
    engine, _ = split_frame(labels(True, False), target="y")
    assert set(targets(engine)) == {"true", "false"}


def test_declared_kind_wins(split_frame):
    engine, found = split_frame(labels(1, 2, 3), target="y", type="regression")
    assert found.task.kind == "regression"
    assert targets(engine)[:3] == [1.0, 2.0, 3.0]


def test_numbers_that_are_not_finite_are_no_target(split_frame):
    _, found = split_frame(labels(0.5, np.inf, 1.5, 2.5), target="y")
    assert found.set_aside.tolist() == list(range(1, ROWS, 4))


def test_positive_is_the_rarer_class_or_the_declared_one(split_frame):
    frame = labels("no", "no", "yes")
    assert split_frame(frame, target="y")[1].task.positive == "yes"
    assert split_frame(frame, target="y", positive="NO")[1].task.positive == "no"
    assert split_frame(labels("a", "b", "c"), target="y")[1].task.positive is None
    assert split_frame(labels(True, False), target="y", positive=True)[1].task.positive == "true"
    with pytest.raises(UnknownNameError, match="yes"):
        split_frame(frame, target="y", positive="yess")


@pytest.mark.parametrize(
    ("frame", "problem"),
    [
        (labels("a"), "same label"),
        (labels(None), "missing in all 40 rows"),
        (labels(*(f"row {place}" for place in range(ROWS))), "40 different labels"),
        (labels("a", "b").head(9), "9 rows have a target"),
        (labels("a", "b").head(0), "0 rows have a target"),
        (labels(pd.Timestamp("2024-01-01"), pd.Timestamp("2024-01-02")), "is a date"),
    ],
)
def test_unusable_targets_are_refused_with_what_to_do(split_frame, frame, problem):
    with pytest.raises(DataError, match=problem) as caught:
        split_frame(frame, target="y")
    assert str(caught.value).count(". ") == 1


def test_text_cannot_be_regressed_and_one_value_cannot_be_predicted(split_frame):
    with pytest.raises(DataError, match="dtype: float"):
        split_frame(labels("a", "b"), target="y", type="regression")
    with pytest.raises(DataError, match="one value"):
        split_frame(labels(0.5), target="y")


@pytest.mark.parametrize("name", ["label", "spelling", "side", 'y"; drop table kept; --', "read"])
def test_target_may_have_any_name(split_frame, name):
    frame = labels("a ", "b").rename(columns={"y": name})
    _, found = split_frame(frame, target=name)
    assert set(found.task.classes) == {"a", "b"}


def test_wrong_names_are_refused(split_frame):
    with pytest.raises(UnknownNameError, match="Did you mean 'x'"):
        split_frame(labels("a", "b"), target="y", ignore=["xx"])
    with pytest.raises(ConfigError, match=r"task\.group"):
        split_frame(labels("a", "b"), target="y", group="y")
    with pytest.raises(ConfigError, match=r"task\.time"):
        split_frame(labels("a", "b").assign(t="noon"), target="y", time="t")
