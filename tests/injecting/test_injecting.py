"""Every injector plants what it says, keeps the truth, and leaves the table given as it is."""

import numpy as np
import pandas as pd
import pytest

from dataaudit.defects import registry as checks
from dataaudit.errors import ConfigError, DataError, UnknownNameError
from dataaudit.injecting import configured, generator, given_of, inject, registry

NAMES = sorted(registry())
OF_TEXT = {"respelled_text"}
OF_CLASSES = {"flipped_labels", "one_sided_labels", "rare_class"}


def table(rows: int = 120) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "height": rng.normal(170, 10, rows),
            "steps": rng.integers(0, 9000, rows),
            'na"me; drop table': rng.normal(size=rows),
            "city": rng.choice(["Bergen", "Tromso", "Trondheim"], rows),
            "seen": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 90, rows), "D"),
            "smokes": rng.integers(0, 2, rows).astype(bool),
            "<script>": pd.Series(rng.integers(0, 50, rows), dtype="Int64"),
            "ill": rng.choice(["no", "yes"], rows, p=[0.7, 0.3]),
        }
    )


def test_there_are_twelve():
    assert len(NAMES) == 12


@pytest.mark.parametrize("name", NAMES)
def test_the_truth_is_the_difference(name):
    frame = table()
    injected = inject(frame, "ill", defects=name, seed=1)
    assert name in injected.planted
    shared = [column for column in injected.frame.columns if column in frame.columns]
    before = frame.iloc[injected.truth.rows][shared].reset_index(drop=True)
    after = injected.frame[shared].reset_index(drop=True)
    marked = injected.truth.cells[shared].to_numpy()
    for place, column in enumerate(shared):
        equal = (before[column] == after[column]).fillna(False).to_numpy(dtype=bool)
        same = equal | (before[column].isna() & after[column].isna()).to_numpy()
        assert (marked[:, place] == ~same).all(), column
    extra = injected.frame.shape[1] - len(shared)
    assert extra + injected.truth.changed + (len(frame) != len(injected.frame)) > 0


@pytest.mark.parametrize("name", NAMES)
def test_the_frame_given_stays_and_the_seed_decides(name):
    frame, kept = table(), table()
    first, again = (inject(frame, "ill", defects=name, seed=5) for _ in range(2))
    other = inject(frame, "ill", defects=name, seed=6)
    pd.testing.assert_frame_equal(frame, kept)
    pd.testing.assert_frame_equal(first.frame, again.frame)
    is_drawn = name != "magnitude"
    assert first.frame.equals(other.frame) != is_drawn


@pytest.mark.parametrize("name", NAMES)
def test_a_defect_that_cannot_be_planted_says_why(name):
    frame = pd.DataFrame({"seen": pd.date_range("2024", periods=30), "price": np.arange(30) / 7})
    injected = inject(frame, "price", defects=name)
    if name in injected.refused:
        assert injected.refused[name]
        pd.testing.assert_frame_equal(injected.frame, frame)
    is_of_rows = name in {"duplicated_rows", "missing_at_random", "target_copy"}
    assert (name in injected.planted) == is_of_rows


@pytest.mark.parametrize("name", sorted(set(NAMES) - OF_TEXT - OF_CLASSES))
def test_a_number_is_a_target_as_well(name):
    injected = inject(table(), "height", defects=name)
    assert name in injected.planted


@pytest.mark.parametrize("name", NAMES)
def test_its_checks_are_checks_and_it_has_a_cause(name):
    assert set(registry()[name].checks) <= set(checks())
    assert registry()[name].cause


@pytest.mark.parametrize("name", NAMES)
def test_one_row_is_no_crash(name):
    injected = inject(table().head(1), "ill", defects=name, kind="classification")
    assert name in {**injected.planted, **injected.refused}


def test_missing_at_random_blanks_the_share_it_says():
    injected = inject(table(), "ill", defects={"missing_at_random": {"share": 0.25}})
    assert (injected.frame.drop(columns="ill").isna().sum() == 30).all()
    assert injected.frame["ill"].notna().all()


def test_missing_not_at_random_blanks_high_cells_alone():
    frame = table()
    injected = inject(frame, "ill", defects={"missing_not_at_random": {"columns": ["height"]}})
    lost = frame["height"][injected.frame["height"].isna()]
    assert len(lost) == 36
    assert lost.min() > frame["height"].median()


def test_whole_numbers_stay_whole():
    injected = inject(table(), "ill", defects=["sentinels", "units"])
    assert pd.api.types.is_integer_dtype(injected.frame["steps"])
    assert (injected.frame["steps"] == -999).sum() >= 11


def test_units_change_the_same_rows_everywhere():
    frame = table()
    injected = inject(frame, "ill", defects={"units": {"share": 0.1, "factor": 2.54}})
    rows = injected.truth.cells[["height", 'na"me; drop table']].to_numpy()
    assert rows.all(axis=1).sum() == 12
    assert rows.any(axis=1).sum() == 12
    changed = rows.all(axis=1)
    ratio = injected.frame["height"][changed] / frame["height"][changed]
    assert np.allclose(ratio, 2.54)


def test_outlier_cells_lie_ten_spans_off():
    frame = table()
    injected = inject(frame, "ill", defects={"outlier_cells": {"columns": ["height"]}})
    away = (injected.frame["height"] - frame["height"]).abs() / np.ptp(frame["height"])
    moved = away[away > 0]
    assert len(moved) == 2
    assert moved.between(10, 100).all()


def test_flipped_labels_are_others_and_evenly_spread():
    frame = table(400)
    injected = inject(frame, "ill", defects={"flipped_labels": {"share": 0.2}})
    wrong = injected.frame["ill"] != frame["ill"]
    assert wrong.sum() == 80
    assert set(frame["ill"][wrong]) == {"no", "yes"}


def test_one_sided_labels_hide_the_rare_class_alone():
    frame = table()
    injected = inject(frame, "ill", defects="one_sided_labels")
    wrong = injected.frame["ill"] != frame["ill"]
    assert set(frame["ill"][wrong]) == {"yes"}
    assert wrong.sum() == round(0.4 * (frame["ill"] == "yes").sum())


def test_copies_are_named_by_the_row_they_repeat():
    frame = table()
    injected = inject(frame, "ill", defects="duplicated_rows")
    assert len(injected.frame) == 156
    assert injected.truth.copies.sum() == 36
    assert injected.frame.duplicated().sum() == 36


def test_a_rare_class_keeps_ten_rows():
    frame = table()
    injected = inject(frame, "ill", defects="rare_class")
    assert (injected.frame["ill"] == "yes").sum() == 10
    assert (injected.frame["ill"] == "no").sum() == (frame["ill"] == "no").sum()


def test_a_target_copy_takes_a_free_name_and_is_worth_nothing_later():
    frame = table(600).assign(outcome_code=1)
    copy = configured("target_copy")["target_copy"]
    given = given_of(frame, "ill")
    now = copy.plant(given, generator(0, "target_copy")).frame["outcome_code_2"]
    later = copy.later(given, generator(0, "target_copy", is_later=True))["outcome_code_2"]
    is_ill = frame["ill"] == "yes"
    assert np.corrcoef(now, is_ill)[0, 1] > 0.95
    assert abs(np.corrcoef(later, is_ill)[0, 1]) < 0.15


def test_respelled_text_can_be_read():
    frame = table()
    injected = inject(frame, "ill", defects={"respelled_text": {"columns": ["city"]}})
    assert injected.truth.cells["city"].sum() == 60
    trimmed = injected.frame["city"].str.strip().str.casefold().value_counts()
    assert trimmed.head(3).sum() > 90


def test_later_rows_have_lasting_defects_in_other_cells():
    frame = table()
    given = given_of(frame, "ill")
    for name, injector in configured(NAMES).items():
        later = injector.later(given, generator(0, name, is_later=True))
        assert len(later) == len(frame)
        if not injector.is_lasting:
            pd.testing.assert_frame_equal(later, frame)


def test_defects_are_planted_one_after_the_other():
    injected = inject(table(), "ill", defects=["duplicated_rows", "sentinels", "target_copy"])
    assert list(injected.planted) == ["duplicated_rows", "sentinels", "target_copy"]
    assert len(injected.truth.rows) == len(injected.frame) == 156
    assert injected.truth.cells["outcome_code"].all()


@pytest.mark.parametrize(
    ("frame", "target", "defects", "error"),
    [
        (table(), "nothing", "units", UnknownNameError),
        (table(), "ill", "unit", UnknownNameError),
        (table(), "ill", {"units": {"share": 2}}, ConfigError),
        (table(), "ill", {"units": {"shares": 0.1}}, UnknownNameError),
        (table(), "ill", {"units": {"columns": ["city"]}}, UnknownNameError),
        (table().head(0), "ill", "units", DataError),
        ([1, 2], "ill", "units", ConfigError),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "a", "units", DataError),
    ],
)
def test_what_cannot_be_is_refused(frame, target, defects, error):
    with pytest.raises(error):
        inject(frame, target, defects=defects)
