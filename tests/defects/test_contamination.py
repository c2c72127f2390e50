from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from dataaudit.defects.contamination import Contamination
from dataaudit.defects.contamination.shift import ks_distance
from dataaudit.finding import Severity, Status

ROWS = 1000
TEST = 200


def frame(seed: int = 0) -> pd.DataFrame:
    made = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "x": made.normal(size=ROWS),
            "level": made.choice(list("abcd"), ROWS),
            "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(made.permutation(ROWS), unit="h"),
            "gap": np.where(made.random(ROWS) < 0.2, np.nan, made.random(ROWS)),
            "y": made.choice(["no", "yes"], ROWS),
        }
    )


def sides() -> np.ndarray:
    """The first 800 rows are learnt from, 100 of them for early stopping."""
    return np.repeat(["train", "validation", "test"], [700, 100, TEST])


def by_kind(outcome):
    return {finding.kind: finding for finding in outcome.findings}


@pytest.mark.parametrize("seed", range(5))
def test_chance_split_passes(make_table, seed):
    assert Contamination().run(make_table(frame(seed), "y", sides=sides())).status is Status.PASSED


def test_rows_carried_into_the_test_are_an_error(make_table):
    rows = frame()
    rows.loc[range(900, 960), rows.columns[:4]] = rows.loc[range(60), rows.columns[:4]].to_numpy()
    finding = by_kind(Contamination().run(make_table(rows, "y", sides=sides())))["twins"]
    assert (finding.rows, finding.share, finding.severity) == (60, 0.3, Severity.ERROR)
    assert finding.evidence == {"test_rows": TEST, "natural": 0.0}
    assert finding.examples == (900, 901, 902, 903, 904)


def test_twins_by_nature_are_no_error(make_table):
    rows = frame()[["level", "y"]]
    finding = by_kind(Contamination().run(make_table(rows, "y", sides=sides())))["twins"]
    assert (finding.rows, finding.severity) == (TEST, Severity.WARNING)
    assert finding.evidence["natural"] == 1.0


def test_group_on_both_sides_is_an_error_and_an_id_a_warning(make_table):
    rows = frame().assign(who=np.arange(ROWS))
    rows.loc[[900, 901, 902], "who"] = [5, 5, 6]
    as_group = by_kind(Contamination().run(make_table(rows, "y", sides=sides(), group="who")))
    as_id = by_kind(Contamination().run(make_table(rows, "y", sides=sides(), id="who")))
    assert (as_group["group"].rows, as_group["group"].evidence["values"]) == (3, 2)
    assert as_group["group"].severity is Severity.ERROR
    assert as_id["group"].severity is Severity.WARNING


def test_learning_from_the_future_is_found(make_table):
    rows = frame(1).sort_values("when", ignore_index=True)
    in_order = make_table(rows, "y", sides=sides(), time="when")
    assert Contamination().run(in_order).status is Status.PASSED
    backwards = make_table(rows, "y", sides=sides()[::-1], time="when")
    finding = by_kind(Contamination().run(backwards))["time"]
    assert (finding.rows, finding.share, finding.severity) == (800, 1.0, Severity.ERROR)


def test_class_that_no_training_row_has_is_an_error(make_table):
    rows = frame()
    rows.loc[850:, "y"] = rows.loc[850:, "y"] + "."
    findings = [
        finding
        for finding in Contamination().run(make_table(rows, "y", sides=sides())).findings
        if finding.kind == "labels"
    ]
    assert [finding.severity for finding in findings] == [Severity.ERROR]
    assert "`no.`, `yes.`" in findings[0].message
    assert findings[0].rows == 150


def test_class_that_no_test_row_has_is_a_warning_or_information(make_table):
    rows = frame()
    rows.loc[:4, "y"] = "rare"
    few = by_kind(Contamination().run(make_table(rows, "y", sides=sides())))["labels"]
    rows.loc[:40, "y"] = "rare"
    more = by_kind(Contamination().run(make_table(rows, "y", sides=sides())))["labels"]
    assert (few.severity, more.severity) == (Severity.INFO, Severity.WARNING)


@pytest.mark.parametrize("column", ["x", "level", "when", "gap"])
def test_shifted_column_is_found(make_table, column):
    rows = frame()
    test = rows.index >= ROWS - TEST
    moved = {
        "x": rows["x"] + np.where(test, 1.0, 0.0),
        "level": rows["level"].where(~test | (rows["level"] != "a"), "b"),
        "when": rows["when"] + pd.to_timedelta(np.where(test, 400, 0), unit="h"),
        "gap": rows["gap"].where(~(test & (rows["gap"] > 0.5))),
    }
    rows[column] = moved[column]
    finding = by_kind(Contamination().run(make_table(rows, "y", sides=sides())))["shift"]
    assert finding.columns == (column,)
    assert finding.severity is Severity.WARNING


def test_effect_is_the_share_of_rows_that_changed_level(make_table):
    rows = frame().assign(level=["a", "b"] * (ROWS // 2))
    rows.loc[ROWS - TEST :, "level"] = "b"
    finding = by_kind(Contamination().run(make_table(rows, "y", sides=sides())))["shift"]
    assert finding.evidence["effects"] == {"level": 0.5}


def test_shift_made_by_twins_held_together_is_information(make_table):
    rows = frame()
    rows.loc[:299, rows.columns[:4]] = rows.loc[0, rows.columns[:4]].to_numpy()
    finding = by_kind(Contamination().run(make_table(rows, "y", sides=sides())))["shift"]
    assert finding.severity is Severity.INFO
    assert "Rows that repeat" in finding.message


def test_before_the_split_and_without_a_test_side_it_does_not_apply(make_table):
    assert Contamination().run(make_table(frame(), "y")).status is Status.NOT_APPLICABLE
    alone = make_table(frame(), "y", sides=np.repeat("train", ROWS))
    assert Contamination().run(alone).status is Status.NOT_APPLICABLE


def test_sensitive_labels_are_not_shown(make_table):
    rows = frame()
    rows.loc[990:, "y"] = "secret"
    table = make_table(rows, "y", sides=sides(), sensitive=frozenset({"y"}))
    assert "secret" not in str(Contamination().run(table).findings)


def test_hostile_tables_end_in_an_outcome(make_table):
    names = {"x": 'a"; drop table x; --', "gap": "side", "level": "id"}
    rows = frame().rename(columns=names).assign(empty=np.nan, endless=np.inf)
    assert Contamination().run(make_table(rows, "y", sides=sides())).status is Status.PASSED
    two = make_table(frame().head(2), "y", sides=np.array(["train", "test"]))
    assert Contamination().run(two).status in (Status.PASSED, Status.FOUND)


@given(
    st.lists(st.integers(-4, 4), min_size=2, max_size=30),
    st.lists(st.integers(-4, 4), min_size=2, max_size=30),
)
def test_distance_of_two_sides_is_that_of_scipy(first, second):
    first, second = np.sort(np.array(first, float)), np.sort(np.array(second, float))
    expected = ks_2samp(first, second, method="asymp").statistic
    assert ks_distance(first, second) == pytest.approx(expected)
