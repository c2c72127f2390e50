import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataaudit.proof.folds import (
    Fold,
    InvariantError,
    check_fold,
    check_prepared,
    check_trained,
    digest,
    folds,
    pick,
    twins,
)
from dataaudit.proof.target import Target

MANY = Target.of(["a"] * 80 + ["b"] * 20, "classification")
ALONE = np.arange(100)


@given(
    labels=st.lists(st.sampled_from("abc"), min_size=30, max_size=80).filter(
        lambda labels: len(set(labels)) > 1
    ),
    parts=st.integers(2, 5),
    seed=st.integers(0, 99),
    copies=st.integers(1, 3),
)
def test_every_row_judges_once_and_groups_stay_together(labels, parts, seed, copies):
    target = Target.of(labels, "classification")
    groups = np.arange(len(labels)) // copies
    judged = []
    for fold in folds(target, groups, parts=parts, seed=seed):
        together = [set(groups[rows]) for rows in (fold.fit, fold.stop, fold.judge)]
        assert sum(map(len, together)) == len(set(groups))
        assert sorted([*fold.fit, *fold.stop, *fold.judge]) == list(range(len(labels)))
        judged += fold.judge.tolist()
    assert sorted(judged) == list(range(len(labels)))


def test_folds_and_rows_to_stop_by_hold_each_class_in_its_share():
    for fold in folds(MANY, ALONE, parts=5, seed=3):
        assert np.bincount(MANY.strata[fold.judge]).tolist() == [16, 4]
        assert np.bincount(MANY.strata[fold.stop]).tolist() == [16, 4]  # a quarter of 80


def test_seed_alone_decides():
    first, again, other = (
        [fold.judge.tolist() for fold in folds(MANY, ALONE, parts=4, seed=seed)]
        for seed in (1, 1, 2)
    )
    assert first == again != other


def test_users_groups_stay_together_and_are_balanced():
    groups = np.repeat(np.arange(20), 5)
    for fold in folds(MANY, groups, parts=4, seed=0, is_grouped=True):
        assert not set(groups[fold.judge]) & set(groups[np.r_[fold.fit, fold.stop]])
        assert not set(groups[fold.stop]) & set(groups[fold.fit])
        assert (MANY.strata[fold.judge] == 1).sum() == 5


def test_time_judges_by_later_rows_alone():
    order = np.random.default_rng(0).permutation(100)
    for fold in folds(MANY, ALONE, parts=3, seed=0, order=order):
        assert order[np.r_[fold.fit, fold.stop]].max() < order[fold.judge].min()


def test_twins_share_a_number():
    X = pd.DataFrame({"a": [1.0, 2.0, 1.0, 3.0], "b": ["x", "y", "x", None]})
    groups, are_twins = twins(X)
    assert are_twins
    assert groups[0] == groups[2]
    assert len(set(groups)) == 3


def test_missing_cells_and_texts_are_told_apart():
    groups, _ = twins(pd.DataFrame({"a": [1.0, None, 2.0], "b": [None, "nan", "c"]}))
    assert len(set(groups)) == 3


def test_rows_of_a_table_that_repeats_itself_are_no_twins():
    groups, are_twins = twins(pd.DataFrame({"a": [0.0, 1.0] * 50}))
    assert not are_twins
    assert len(set(groups)) == 100


def test_a_pick_is_never_empty():
    assert pick(np.zeros(5, int), np.arange(5), 0.01, seed=0).sum() == 1


# Each of these mutations would make the comparison unfair.


def test_a_row_that_is_learnt_from_cannot_judge():
    with pytest.raises(InvariantError, match="learn from rows that judge"):
        check_fold(Fold(np.array([0, 1]), np.array([2]), np.array([1, 3])), np.arange(4))


def test_a_row_to_stop_by_cannot_judge():
    with pytest.raises(InvariantError, match="learn from rows that judge"):
        check_fold(Fold(np.array([0, 1]), np.array([3]), np.array([3])), np.arange(4))


def test_a_twin_of_a_judging_row_cannot_be_learnt_from():
    with pytest.raises(InvariantError, match="twins"):
        check_fold(Fold(np.array([0]), np.array([1]), np.array([2])), np.array([5, 6, 5]))


@pytest.mark.parametrize("change", [lambda X: X.iloc[1:], lambda X: X.iloc[::-1]])
def test_rows_to_judge_cannot_vanish_or_move(change):
    X = pd.DataFrame({"a": [1.0, 2.0, 3.0]})
    check_prepared("clean", X, X.copy())
    with pytest.raises(InvariantError, match="clean"):
        check_prepared("clean", X, change(X))


@pytest.mark.parametrize("row", [-1, 3])
def test_real_training_rows_come_from_the_training_part(row):
    with pytest.raises(InvariantError, match="outside the training part"):
        check_trained("clean", np.array([0, row]), np.array([False, False]), 3)


def test_made_up_rows_need_no_position():
    check_trained("clean", np.array([0, -1]), np.array([False, True]), 3)


def test_digest_tells_ids_labels_and_order_apart():
    same = digest([1, 2], ["a", "b"])
    assert same == digest([1, 2], ["a", "b"])
    assert (
        len({same, digest([2, 1], ["a", "b"]), digest([1, 2], ["b", "a"]), digest([1], ["a"])}) == 4
    )
