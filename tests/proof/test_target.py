import numpy as np
import pandas as pd
import pytest

from dataaudit.errors import DataError
from dataaudit.proof.target import Target, answers, as_outputs, shift_of


def test_labels_are_numbered_in_sorted_order():
    target = Target.of(pd.Series(["yes", "no", "yes"]), "classification")
    assert (target.kind, target.classes, target.outputs) == ("binary", ("no", "yes"), 1)
    assert target.coded.tolist() == [1, 0, 1]
    assert target.codes(["no", "other"]).tolist() == [0, -1]


def test_three_classes_have_an_output_each():
    assert Target.of([1, 2, 3], "classification").outputs == 3


def test_numbers_are_balanced_by_decile():
    target = Target.of(np.arange(100.0)[::-1], "regression")
    assert np.bincount(target.strata).tolist() == [10] * 10
    assert target.strata[0] == 9


@pytest.mark.parametrize(
    ("y", "kind", "text"),
    [
        (["a", None], "classification", "no target"),
        (["a", "a"], "classification", "two are needed"),
        ([1.0, 1.0], "regression", "must vary"),
        ([1.0, np.inf], "regression", "must be finite"),
    ],
)
def test_a_target_that_cannot_be_learnt_is_refused(y, kind, text):
    with pytest.raises(DataError, match=text):
        Target.of(pd.Series(y), kind)


def test_resampling_is_undone_by_the_shift():
    # 10 % in truth, trained on half and half: odds of 1 become odds of 1/9.
    shift = shift_of(np.array([0.9, 0.1]), np.array([0.5, 0.5]))
    said = answers([[0.0]], shift=shift, cut=np.zeros(2))
    assert said.shares[0].tolist() == pytest.approx([0.9, 0.1])
    assert as_outputs(shift, "binary") == pytest.approx([np.log(1 / 9)])


def test_classes_are_decided_before_the_correction():
    shift = shift_of(np.array([0.9, 0.1]), np.array([0.5, 0.5]))
    said = answers([[0.5]], shift=shift, cut=np.zeros(2))
    assert said.labels.tolist() == [1.0]
    assert said.shares[0, 1] < 0.5


def test_a_cut_moves_the_decision_and_no_probability():
    said = answers([[np.log(0.2 / 0.8)]], shift=np.zeros(2), cut=np.log([0.9, 0.1]))
    assert said.labels.tolist() == [1.0]
    assert said.shares[0, 1] == pytest.approx(0.2)


def test_a_class_that_training_lacks_is_not_shifted():
    assert shift_of(np.array([0.5, 0.5]), np.array([1.0, 0.0]))[1] == 0
