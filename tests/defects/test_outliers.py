"""Outliers: gross cells are named, skew alone is not, and the remedies follow the same rule."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import IsolationForest

from dataaudit.defects.outliers import Outliers
from dataaudit.defects.outliers.bounds import bounds
from dataaudit.defects.outliers.drop import DropOutliers
from dataaudit.defects.outliers.forest import grow, scores
from dataaudit.defects.outliers.remedies import ClipOutliers
from dataaudit.defects.outliers.repeats import repeat
from dataaudit.defects.outliers.rows import apart, isolation
from dataaudit.errors import ConfigError, DataError
from dataaudit.finding import Severity, Status


def draw(seed=0):
    return np.random.default_rng(seed)


SHAPES = {
    "normal": lambda n: draw().normal(50, 9, n),
    "uniform": lambda n: draw().random(n),
    "exponential": lambda n: draw().exponential(30, n),
    "lognormal": lambda n: draw().lognormal(10, 1, n),
    "negative_lognormal": lambda n: -draw().lognormal(0, 1, n),
    "gamma": lambda n: draw().gamma(0.5, size=n),
    "counts": lambda n: draw().poisson(12, n).astype(float),
    "laplace": lambda n: draw().laplace(size=n),
    "mostly_zero": lambda n: np.where(draw().random(n) < 0.9, 0, draw(1).lognormal(8, 1, n)),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("rows", [1_000, 20_000])
def test_the_shape_of_a_column_alone_is_no_finding(make_table, shape, rows):
    table = make_table(pd.DataFrame({"x": SHAPES[shape](rows)}))
    assert Outliers().run(table).status is Status.PASSED


@pytest.mark.parametrize("shape", SHAPES)
def test_gross_cells_are_found_in_every_shape(make_table, shape):
    cells = SHAPES[shape](2_000)
    largest = np.abs(cells).max()
    gross = largest * np.linspace(200, 300, 8)
    frame = pd.DataFrame({"x": np.append(cells, gross)})
    finding = Outliers(rows=False).run(make_table(frame)).findings[0]
    assert finding.id == "DA201.cells"
    assert finding.severity is Severity.WARNING
    assert finding.rows == 8
    assert finding.examples == (2007, 2006, 2005, 2004, 2003)


def test_message_names_share_count_column_and_bounds(make_table):
    frame = pd.DataFrame({"income": np.append(np.linspace(-1, 1, 957), np.full(43, 500.0))})
    finding = next(f for f in Outliers().run(make_table(frame)).findings if f.kind == "cells")
    assert finding.message.startswith("4.3% of `income` (43 cells) lies outside -")
    assert finding.message.endswith("the farthest is 500.")


def test_a_sensitive_column_shows_no_value(make_table):
    frame = pd.DataFrame({"income": np.append(draw().normal(size=500), np.full(20, 777.0))})
    outcome = Outliers().run(make_table(frame, sensitive=frozenset({"income"})))
    assert {finding.kind for finding in outcome.findings} == {"cells", "repeat"}
    for finding in outcome.findings:
        assert "777" not in finding.message
        assert "777" not in str(finding.evidence)


def test_infinite_cells_are_an_error(make_table):
    frame = pd.DataFrame({"x": [1.0, np.inf, 2.0, -np.inf, 3.0]})
    finding = Outliers().run(make_table(frame)).findings[0]
    assert (finding.kind, finding.severity, finding.rows) == ("infinite", Severity.ERROR, 2)
    assert finding.examples == (1, 3)


def test_a_cap_among_zeros_is_named(make_table):
    gains = np.append(draw().lognormal(8, 0.8, 300).round(), np.full(40, 99_999.0))
    frame = pd.DataFrame({"gain": np.append(np.zeros(5_000), gains)})
    finding = next(f for f in Outliers().run(make_table(frame)).findings if f.kind == "repeat")
    assert finding.severity is Severity.WARNING
    assert finding.rows == 40
    assert "99,999" in finding.message


@pytest.mark.parametrize(
    "cells",
    [
        np.append(np.zeros(500), np.arange(1.0, 60)),  # zero is where counting begins
        np.repeat(np.arange(30.0), 20),  # every value repeats
        np.repeat([1.0, 2.0, 3.0], 50),  # a list of choices
        draw().exponential(size=1_000),  # nothing repeats
    ],
)
def test_ends_that_repeat_for_a_good_reason_are_left_alone(cells):
    assert repeat(np.sort(cells)) is None


def test_a_ceiling_without_a_gap_is_worth_knowing():
    found = repeat(np.append(np.arange(0.0, 50.0, 0.1), np.full(30, 50.0)))
    assert (found.value, found.end, found.is_far) == (50.0, "largest", False)


def test_counts_speak_of_the_sample_and_ends_of_all_rows(make_table):
    cells = np.append(draw().normal(size=5_000), np.full(60, 90.0) + np.arange(60))
    table = make_table(pd.DataFrame({"x": cells}), sample_rows=2_000)
    finding = next(f for f in Outliers(rows=False).run(table).findings if f.kind == "cells")
    assert finding.rows == (table.sample["x"] > 80).sum()
    assert "of 2,000 looked at" in finding.message
    assert "the farthest is 149" in finding.message


def test_a_far_cell_that_is_not_in_the_sample_is_named_all_the_same(make_table):
    cells = draw().normal(size=5_000)
    table = make_table(pd.DataFrame({"x": cells}), sample_rows=2_000)
    absent = next(row for row in range(5_000) if row not in table.sample.index)
    cells[absent] = 1e6
    table = make_table(pd.DataFrame({"x": cells}), sample_rows=2_000)
    finding = next(f for f in Outliers(rows=False).run(table).findings if f.kind == "cells")
    assert finding.rows == 0
    assert "the farthest is 1,000,000" in finding.message


def test_rows_that_are_the_rare_class_are_not_to_be_deleted(make_table):
    X = np.vstack([draw().normal(size=(600, 4)), draw(1).normal(5, 1, size=(30, 4))])
    frame = pd.DataFrame(X, columns=list("abcd")).assign(y=["no"] * 600 + ["yes"] * 30)
    finding = next(f for f in Outliers().run(make_table(frame, "y")).findings if f.kind == "rows")
    assert finding.severity is Severity.WARNING
    assert "`yes`, which is 4.8% of all rows" in finding.message
    assert all(row >= 600 for row in finding.examples)
    assert finding.remedy.step == ""


def test_rows_apart_are_the_planted_ones_whatever_is_missing():
    frame = pd.DataFrame(draw().normal(size=(500, 3)), columns=list("abc"))
    frame.iloc[7] = [9.0, -9.0, 9.0]
    frame.iloc[1, 0], frame.iloc[2, 1] = np.nan, np.inf
    scores = isolation(frame, 0)
    assert scores.index.equals(frame.index)
    assert apart(scores).index[0] == 7
    pd.testing.assert_series_equal(scores, isolation(frame, 0))


def test_bounds_need_cells_values_and_a_middle():
    assert bounds(np.arange(29.0), 5.0) is None
    assert bounds(np.repeat(np.arange(9.0), 50), 5.0) is None
    assert bounds(np.append(np.zeros(95), np.arange(1.0, 16)), 5.0) is None


def test_bounds_of_a_normal_column_are_reach_standard_deviations():
    found = bounds(draw().normal(10, 2, 200_000), 5.0)
    assert found.low == pytest.approx(0, abs=0.5)
    assert found.middle == pytest.approx(10, abs=0.05)
    assert found.high == pytest.approx(20, abs=0.5)


def test_bounds_of_a_lognormal_column_follow_its_tail():
    found = bounds(draw().lognormal(0, 1, 200_000), 5.0)
    assert found.high == pytest.approx(np.exp(5), rel=0.15)


@settings(max_examples=50)
@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=80), st.floats(1, 10))
def test_clipping_is_idempotent_keeps_order_and_rows(values, reach):
    frame = pd.DataFrame({"x": values})
    step = ClipOutliers(reach=reach).fit(frame)
    once = step.transform(frame)
    pd.testing.assert_frame_equal(step.transform(once), once)
    assert len(once) == len(values)
    assert (np.diff(once["x"].to_numpy()[np.argsort(values, kind="stable")]) >= 0).all()


@pytest.mark.parametrize("action", ["clip", "blank"])
def test_remedy_changes_the_cells_that_the_report_counts(make_table, action):
    frame = pd.DataFrame({"x": np.append(draw().normal(size=400), [60.0, -70.0, 80.0])})
    frame.loc[5, "x"] = np.nan
    counted = Outliers(rows=False).run(make_table(frame)).findings[0].rows
    repaired = Outliers(action=action).remedy().fit_transform(frame)
    changed = (repaired["x"] != frame["x"]) & frame["x"].notna()
    assert changed.sum() == counted == 3
    assert changed.to_numpy()[-3:].all()
    assert repaired["x"].isna().sum() == (1 if action == "clip" else 4)


@pytest.mark.parametrize("sign", [1, -1])
def test_cells_in_another_unit_are_no_tail_of_a_skewed_column(sign):
    cells = sign * draw().lognormal(2, 0.6, 400)
    cells[:20] *= 1000  # without regard to the gap the bound would lie beyond them
    low, _, high = bounds(cells, 5)
    assert ((cells < low) | (cells > high))[:20].all()
    assert ((cells < low) | (cells > high))[20:].mean() < 0.01


def test_the_end_of_a_long_tail_is_no_other_unit():
    cells = np.append(draw().lognormal(2, 1.2, 400), [3e4, 4e5])  # two cells are no cluster
    assert bounds(cells, 5)[2] > bounds(cells[:400], 5)[2]


def test_bounds_come_from_training_rows():
    train = pd.DataFrame({"x": draw().normal(size=300)})
    step = ClipOutliers().fit(train)
    assert step.transform(pd.DataFrame({"x": [1e6]}))["x"].item() == step.high_[0]


def test_few_values_and_other_columns_are_not_touched():
    frame = pd.DataFrame(
        {"stars": [1, 2, 3, 4, 5] * 40, "flag": [True] + [False] * 199, "text": ["a"] * 200}
    )
    pd.testing.assert_frame_equal(ClipOutliers().fit_transform(frame), frame)


def test_infinite_cells_go_to_the_bound_or_to_missing():
    frame = pd.DataFrame(
        {"x": np.append(draw().normal(size=99), np.inf), "few": [0.0, np.inf] * 50}
    )
    step = ClipOutliers().fit(frame)
    clipped = step.transform(frame)
    assert clipped["x"].iloc[-1] == step.high_[0]
    assert clipped["few"].isna().sum() == 50
    assert np.isnan(ClipOutliers(action="blank").fit_transform(frame)["x"].iloc[-1])


def test_dropping_leaves_out_training_rows_in_order():
    X = pd.DataFrame({"x": np.append(draw().normal(size=100), 50.0), "t": ["a"] * 101})
    X = X.iloc[::-1]
    y = pd.Series(np.arange(101.0), name="y")
    step = Outliers(action="drop").remedy()
    rows, labels = step.fit_resample(X, y)
    assert isinstance(step, DropOutliers)
    np.testing.assert_array_equal(step.sample_indices_, np.arange(1, 101))
    np.testing.assert_array_equal(rows["x"], X["x"].iloc[1:])
    np.testing.assert_array_equal(labels, y.iloc[1:])
    assert rows.dtypes.equals(X.dtypes)


def test_dropping_every_row_is_refused():
    with pytest.raises(DataError, match="every row"):
        DropOutliers().fit_resample(pd.DataFrame({"x": [np.inf, np.inf]}), [0, 1])


@pytest.mark.parametrize("params", [{"reach": 0}, {"reach": -1}, {"action": "drop"}])
def test_wrong_parameters_are_refused_when_fitted(params):
    with pytest.raises(ConfigError, match="outliers"):
        ClipOutliers(**params).fit(pd.DataFrame({"x": [1.0, 2.0]}))


@pytest.mark.parametrize("columns", [2, 6, 20])
def test_rows_score_as_in_an_isolation_forest_of_scikit_learn(columns):
    cells = draw().normal(size=(2_000, columns))
    cells[:15] += 5
    cells[:, -1] = cells[:, -1].round()  # ties, and nodes that are one value
    ours = scores(grow(cells, 3), cells)
    theirs = -IsolationForest(random_state=3).fit(cells).score_samples(cells)
    assert np.corrcoef(ours, theirs)[0, 1] > 0.9
    assert ours.mean() == pytest.approx(theirs.mean(), abs=0.02)
    assert ours[:15].mean() == pytest.approx(theirs[:15].mean(), abs=0.03)


def test_rows_that_are_all_one_cannot_be_split():
    cells = np.ones((300, 3))
    assert scores(grow(cells, 0), cells).tolist() == pytest.approx([0.5] * 300)
