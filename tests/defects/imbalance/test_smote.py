"""Synthetic rows are those of imbalanced-learn, in batches of any size."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.over_sampling import SMOTENC
from scipy.stats import chi2_contingency, ks_2samp

from dataaudit.defects.imbalance.samplers import Oversample
from dataaudit.defects.imbalance.smote import SyntheticRows
from dataaudit.pipeline import Cleaning

NUMBERS = ["a", "b", "c", "d", "e"]
CATEGORIES = ["two", "six", "fifty"]


def table(rows=3_000, rare=400, seed=0):
    """Numbers that hang together, and categories that lean on them."""
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=rows)
    frame = pd.DataFrame({name: rng.normal(size=rows) + hidden for name in NUMBERS})
    frame["a"] = np.exp(frame["a"])
    for name, levels in zip(CATEGORIES, (2, 6, 50), strict=True):
        codes = np.clip((hidden + 3) / 6 * levels + rng.normal(size=rows), 0, levels - 1)
        frame[name] = pd.Series(codes.astype(int)).map("level {}".format)
    return frame, np.repeat(["usual", "rare"], [rows - rare, rare])


def theirs(frame, y, seed):
    """What imbalanced-learn makes of it; SMOTENC wants an array of objects or categories."""
    smote = SMOTENC([5, 6, 7], random_state=seed)
    rows, _ = smote.fit_resample(frame.astype(dict.fromkeys(CATEGORIES, "category")), y)
    return rows.iloc[len(frame) :].reset_index(drop=True)


def test_rows_equal_smotenc_but_where_levels_tie():
    frame, y = table()
    made = Oversample(random_state=5).fit_resample(frame, y)[0].iloc[len(frame) :]
    made, expected = made.reset_index(drop=True), theirs(frame, y, 5)
    np.testing.assert_allclose(made[NUMBERS], expected[NUMBERS], rtol=1e-9)
    drawn = SyntheticRows(frame[y == "rare"], neighbours=5, seed=5)
    rare = frame[y == "rare"].reset_index(drop=True)
    asked = np.random.RandomState(5).randint(0, drawn.neighbours.size, len(made)) // 5
    tied = 0
    for name in CATEGORIES:
        around = rare[name].to_numpy()[drawn.neighbours[asked]]
        counts = (around[:, :, None] == around[:, None, :]).sum(axis=2)
        modes = [set(row[n == n.max()]) for row, n in zip(around, counts, strict=True)]
        pairs = zip(made[name], expected[name].astype(str), modes, strict=True)
        for ours, imblearns, levels in pairs:
            assert {ours, imblearns} <= levels
        tied += sum(len(levels) > 1 for levels in modes)
    assert 0 < tied < len(made)


@pytest.mark.parametrize("seed", [1, 2])
def test_rows_have_the_distribution_of_smotenc(seed):
    frame, y = table()
    made = Oversample(random_state=seed).fit_resample(frame, y)[0].iloc[len(frame) :]
    expected = theirs(frame, y, seed + 100)
    for name in NUMBERS:
        assert ks_2samp(made[name], expected[name]).pvalue > 0.001
        error = expected[name].std() / np.sqrt(len(expected) / 2)
        assert abs(made[name].mean() - expected[name].mean()) < 4 * error
    for name in CATEGORIES:
        both = pd.concat([made[name], expected[name].astype(str)], keys=[0, 1])
        counts = pd.crosstab(both.index.get_level_values(0), both.to_numpy())
        counts = counts.loc[:, counts.sum() >= 20]
        assert chi2_contingency(counts).pvalue > 0.001


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 400), st.integers(0, 300), st.integers(0, 2**32 - 1))
def test_rows_are_the_same_whatever_the_batch(size, rows, seed):
    frame, y = table(60, 20)
    drawn = SyntheticRows(frame[y == "rare"], neighbours=3, seed=seed)
    parts = list(drawn.batches(rows, size=size))
    assert all(len(part) == size for part in parts[:-1])
    whole = pd.concat(drawn.batches(rows, size=10_000)) if rows else frame.iloc[:0]
    assert sum(map(len, parts)) == len(whole) == rows
    if rows:
        pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole)


def test_a_stream_yields_what_resampling_appends():
    frame, y = table(300, 40)
    y = y.astype(object)
    y[-10:] = "rarest"
    sampler = Oversample(random_state=3)
    rows, labels = sampler.fit_resample(frame, y)
    missing = sampler.missing(dict(pd.Series(y).value_counts().sort_index()))
    assert missing == {"rare": 230, "rarest": 250}
    classes = {label: frame[y == label] for label in missing}
    parts = list(sampler.stream(classes, missing, size=100))
    assert [len(part) for part, _ in parts] == [100, 100, 30, 100, 100, 50]
    appended = rows.iloc[300:].reset_index(drop=True)
    streamed = pd.concat([part for part, _ in parts], ignore_index=True)
    pd.testing.assert_frame_equal(streamed, appended)
    assert np.repeat([label for _, label in parts], [len(p) for p, _ in parts]).tolist() == list(
        labels[300:]
    )


def test_a_large_class_is_drawn_from_in_part():
    frame, _ = table(500, 100)
    drawn = SyntheticRows(frame, neighbours=5, seed=0, most=50)
    assert drawn.rows == 50
    assert drawn.neighbours.shape == (50, 5)
    again = SyntheticRows(frame, neighbours=5, seed=0, most=50)
    np.testing.assert_array_equal(drawn.neighbours, again.neighbours)


def test_a_part_of_a_class_is_said_in_the_ledger(monkeypatch):
    monkeypatch.setattr("dataaudit.defects.imbalance.samplers.MOST_ROWS", 50)
    frame, y = table(300, 100)
    cleaning = Cleaning([("imbalance", Oversample(random_state=0))])
    cleaning.fit_resample(frame[NUMBERS], y)
    assert cleaning.describe()[0]["sentence"] == (
        "Made 100 synthetic rows; drawn between 50 of the 100 rows of a class."
    )


def test_levels_of_any_number_are_drawn_between():
    rows = 30_000
    frame = pd.DataFrame({"x": np.arange(float(rows)), "name": np.arange(rows).astype(str)})
    y = np.r_[np.zeros(rows - 6), np.ones(6)]
    made, labels = Oversample(random_state=0).fit_resample(frame, y)
    assert labels.sum() == rows - 6
    assert set(made["name"].iloc[rows:]) <= set(frame["name"].iloc[-6:])


def test_tied_levels_are_drawn_alike():
    frame = pd.DataFrame({"x": [0.0, 1.0, 2.0], "job": ["a", "b", "c"]})
    made = next(SyntheticRows(frame, neighbours=2, seed=0).batches(3_000))
    shares = made["job"].value_counts(normalize=True)
    np.testing.assert_allclose(shares, 1 / 3, atol=0.04)


def test_a_stream_refuses_what_resampling_refuses():
    frame, _ = table(60, 20)
    with pytest.raises(Exception, match="missing cells"):
        next(Oversample().stream({"rare": frame.assign(a=np.nan)}, {"rare": 5}))
    with pytest.raises(Exception, match="5 training rows"):
        next(Oversample().stream({"rare": frame.iloc[:5]}, {"rare": 5}))
