"""Clean Parquet is counted and dealt: every row once, at random, in parts of bounded size."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataaudit.proof import dealing
from dataaudit.proof.dealing import CleanFile, Parts
from dataaudit.proof.target import Target

NAMES = ["a", 'b"; drop table x']
TARGET = Target(kind="binary", classes=("no", "yes"), coded=np.empty(0))


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.setattr(dealing, "ROW_GROUP", 64)

    def write(rows, y=None, **known):
        frame = pd.DataFrame({NAMES[0]: np.arange(rows), NAMES[1]: np.arange(rows) * 2.0})
        frame["y"] = np.where(np.arange(rows) < rows // 4, "yes", "no") if y is None else y
        path = tmp_path / "train.parquet"
        frame.assign(**known).to_parquet(path)
        return CleanFile(path=path, columns=NAMES, target="y")

    return write


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 120), min_size=1, max_size=4), st.integers(0, 50), st.integers(0, 9))
def test_every_row_is_dealt_at_most_once(tmp_path_factory, sizes, others, seed):
    path = tmp_path_factory.mktemp("deal") / "rows.parquet"
    rows = sum(sizes) + others
    numbers = np.arange(rows, dtype="float64")
    pd.DataFrame({"a": numbers, "y": ["yes"] * rows}).to_parquet(path, row_group_size=50)
    file = CleanFile(path=path, columns=["a"], target="y")
    piles = [np.array([])] * len(sizes)
    for dealt in file.deal(sizes, TARGET, seed):
        piles = [np.r_[pile, X[:, 0]] for pile, (X, *_) in zip(piles, dealt, strict=True)]
    assert [len(pile) for pile in piles] == sizes
    together = np.concatenate(piles)
    assert len(np.unique(together)) == len(together)
    assert set(together) <= set(numbers)


def test_piles_are_random_samples_that_repeat(write):
    file = write(2_000)
    dealt = [list(file.deal([500, 500], TARGET, seed)) for seed in (1, 1, 2)]
    first = [np.concatenate([piles[0][0] for piles in batches]) for batches in dealt]
    np.testing.assert_array_equal(first[0], first[1])
    assert not np.array_equal(first[0], first[2])
    for pile in (0, 1):
        y = np.concatenate([piles[pile][1] for piles in dealt[0]])
        assert y.mean() == pytest.approx(0.25, abs=0.06)  # the file itself is sorted by target


def test_parts_hold_every_row_and_none_is_larger_than_the_first(write, tmp_path):
    file, parts = write(1_003), Parts(tmp_path, 2)
    dealt = ([share[:3] for share in piles] for piles in file.deal([335, 334, 334], TARGET, 0))
    first = parts.fill(dealt, 3)
    for _ in range(2):
        read = [first, *parts.further()]
        assert [len(part.X) for part in read] == [335, 334, 334]
        together = np.concatenate([part.X for part in read])
        assert sorted(together[:, 0]) == list(range(1_003))
        np.testing.assert_array_equal(together[:, 1], 2 * together[:, 0])
        y = np.concatenate([part.y for part in read])
        np.testing.assert_array_equal(y, together[:, 0] < 250)


def test_labels_weights_and_made_up_rows_are_counted(write):
    made = np.arange(200) >= 150
    census = write(
        200, __synthetic__=made, __weight__=np.where(np.arange(200) < 50, 2.0, 0.5)
    ).count(is_number=False)
    assert (census.rows, census.real, census.weight) == (200, 150, 175.0)
    assert census.counts == {"no": (100, 75.0), "yes": (50, 100.0)}


def test_a_number_is_standardised_by_its_real_rows(write):
    y = np.random.default_rng(0).normal(1e6, 3, 500)
    made = np.arange(500) >= 400
    census = write(500, y=np.where(made, 0.0, y), __synthetic__=made).count(is_number=True)
    assert census.middle == pytest.approx(y[:400].mean())
    assert census.spread == pytest.approx(y[:400].std())


def test_labels_that_training_does_not_know_are_told_apart(write):
    file = write(3, y=["yes", "perhaps", "no"])
    [[(X, y, weight, made)]] = file.deal([3], TARGET, 0)
    assert y[np.argsort(X[:, 0])].tolist() == [1, -1, 0]
    assert weight.tolist() == [1, 1, 1]
    assert not made.any()


@pytest.mark.parametrize("labels", [[True, False], [1, 0]])
def test_labels_are_written_as_the_target_writes_them(write, labels):
    census = write(4, y=labels * 2).count(is_number=False)
    assert tuple(census.counts) == Target.of(pd.Series(labels * 2), "classification").classes


def test_a_folder_of_files_is_one_table(write, tmp_path):
    frame = pd.read_parquet(write(300).path)
    (tmp_path / "spark").mkdir()
    for part in (0, 1):
        frame[part * 150 :][:150].to_parquet(tmp_path / "spark" / f"part-{part}.parquet")
    (tmp_path / "spark" / "_SUCCESS").touch()
    file = CleanFile(path=tmp_path / "spark", columns=NAMES, target="y")
    assert file.count(is_number=False).counts == {"no": (225, 225.0), "yes": (75, 75.0)}
    together = np.concatenate([X[:, 0] for [(X, *_)] in file.deal([300], TARGET, 0)])
    assert sorted(together) == list(range(300))


def test_an_empty_file_is_counted_and_dealt(write):
    file = write(0)
    assert file.count(is_number=False).rows == 0
    assert list(file.deal([0], TARGET, 0)) == []
