import numpy as np
import pytest

from dataaudit.proof.judging import Judged, Judgement
from dataaudit.proof.metrics import auc, log_loss, mean_of
from dataaudit.proof.operating import describe
from dataaudit.proof.target import Answers, Target

TRUTH = np.array([0.0] * 8 + [1.0] * 2)
TARGET = Target.of(["no"] * 8 + ["yes"] * 2, "classification")
BASE = [0.4, *[0.05] * 7, 0.3, 0.1]  # of `yes`
CLEAN = [*[0.1] * 8, 0.3, 0.3]


def said(shares, uncorrected=None):
    """Answers by the larger probability, so that `yes` is never said."""
    both = [None if p is None else np.c_[1 - np.array(p), p] for p in (shares, uncorrected)]
    return Answers(labels=np.zeros(10), shares=both[0], uncorrected=both[1])


def found(**arms):
    judged = {arm: Judged(answers=list(answers)) for arm, answers in arms.items()}
    judgement = Judgement(
        arms=judged, rows=np.arange(10), truth=TRUTH, parts=np.zeros((1, 10)), digest=""
    )
    estimates = {
        arm: {
            "auc": mean_of([auc(a, TRUTH, TARGET) for a in one.answers]),
            "log_loss": mean_of([log_loss(a, TRUTH, TARGET) for a in one.answers]),
        }
        for arm, one in judged.items()
    }
    pairs = [("base", "clean")]
    return describe(judgement, estimates, TARGET, pairs=pairs, groups=np.arange(10))


def test_every_arm_is_decided_by_the_share_of_the_class():
    arms = found(base=[said(BASE)], clean=[said(CLEAN)])["arms"]
    # above the share of .2: one of two `yes`, and one of eight `no`
    assert arms["base"]["balanced_accuracy"]["value"] == pytest.approx((1 / 2 + 7 / 8) / 2)
    assert arms["clean"]["balanced_accuracy"]["value"] == 1


def test_differences_are_after_minus_before():
    (change,) = found(base=[said(BASE)], clean=[said(CLEAN)])["differences"]
    assert (change["before"], change["after"]) == ("base", "clean")
    assert change["balanced_accuracy"]["effect"] == pytest.approx(1 - 0.6875)
    # of 16 pairs the clean arm orders all; the base arm has .3 below .4, and .1 below .4
    assert change["auc"]["effect"] == pytest.approx(2 / 16)
    assert change["auc"]["low"] < 2 / 16 < change["auc"]["high"]
    clean = -(8 * np.log(0.9) + 2 * np.log(0.3)) / 10
    base = -(np.log(0.6) + 7 * np.log(0.95) + np.log(0.3) + np.log(0.1)) / 10
    assert change["log_loss"]["effect"] == pytest.approx(clean - base)


def test_probabilities_are_judged_as_training_left_them():
    arms = found(base=[said(BASE)], clean=[said(CLEAN, [0.5] * 10)])["arms"]
    assert "as_trained" not in arms["base"]
    assert arms["clean"]["as_trained"]["oe"] == pytest.approx(10 * 0.5 / 2)
    assert arms["clean"]["as_trained"]["log_loss"] == pytest.approx(np.log(2))


def test_what_was_not_corrected_is_not_judged_twice():
    arms = found(base=[said(BASE)], clean=[said(CLEAN, CLEAN)])["arms"]
    assert "as_trained" not in arms["clean"]


def test_a_number_has_no_operating_point():
    target = Target.of([1.0, 2.0], "regression")
    assert describe(None, {}, target, pairs=[], groups=np.arange(2)) == {}
