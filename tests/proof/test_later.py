"""Arms judged by rows that come later, and what a planted defect costs on honest rows."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dataaudit.injecting import configured, registry
from dataaudit.proof import injected
from dataaudit.proof.arms import Base
from dataaudit.proof.fitting import Recipe
from dataaudit.proof.injected import Cost, Planted, Trial, price
from dataaudit.proof.judging import Judged, case_of, judge
from dataaudit.proof.later import Shuffled, World, judge_later, judged_rows
from dataaudit.proof.statistics import Interval
from dataaudit.proof.target import Answers, Target


@pytest.fixture
def case(blobs, quick):
    X, y = blobs
    recipe = Recipe(target=Target.of(y, "classification"), train=quick["train"], metric="accuracy")
    return case_of(X, recipe, quick["prove"], 1, seed=3, groups=None, order=None)[0]


@pytest.mark.parametrize("name", sorted(set(registry()) - {"respelled_text"}))
def test_a_lesson_never_holds_a_row_that_judges(case, name):
    fold = case.parted(0)[0]
    world = Planted(configured(name)[name])
    lesson = world.lesson(case, fold, 5)
    assert not set(lesson.fit) & set(lesson.stop)
    assert len(lesson.fit) + len(lesson.stop) == len(lesson.X)
    asked = world.asked(case, fold, 5)
    assert list(asked.index) == list(case.X.index[fold.judge])
    assert list(asked.columns) == list(lesson.X.columns)
    assert "__target__" not in lesson.X


def test_copies_stay_on_the_side_of_the_row_they_repeat(case):
    fold = case.parted(0)[0]
    lesson = Planted(configured("duplicated_rows")["duplicated_rows"]).lesson(case, fold, 5)
    fit, stop = (
        {tuple(row) for row in lesson.X.iloc[rows].to_numpy()} for rows in (lesson.fit, lesson.stop)
    )
    assert not fit & stop
    assert len(lesson.X) > len(fold.fit) + len(fold.stop)


def test_wrong_labels_are_learnt_and_never_judged_by(case):
    fold = case.parted(0)[0]
    world = Planted(configured({"flipped_labels": {"share": 0.5}})["flipped_labels"])
    lesson = world.lesson(case, fold, 5)
    learnt = np.sort(np.concatenate([fold.fit, fold.stop]))
    wrong = lesson.target.coded != case.recipe.target.coded[learnt]
    assert wrong.sum() == round(0.5 * len(learnt))
    pd.testing.assert_frame_equal(world.asked(case, fold, 5), case.X.iloc[fold.judge])


def test_shuffled_columns_keep_their_values_and_the_others_their_rows(case):
    fold = case.parted(0)[0]
    asked, given = Shuffled(["a"]).asked(case, fold, 5), case.X.iloc[fold.judge]
    assert sorted(asked["a"]) == sorted(given["a"])
    assert (asked["a"] != given["a"]).any()
    pd.testing.assert_frame_equal(asked[["b", "wide"]], given[["b", "wide"]])


def test_every_row_judges_once_a_repeat(case):
    assert judged_rows(case).tolist() == list(range(len(case.X)))


def test_recovered_is_a_share_of_the_loss():
    lost = Interval(0.2, 0.1, 0.3)
    cost = Cost(before=0.9, after=0.7, lost=lost, mended=0.85)
    assert cost.recovered == pytest.approx(0.75)
    assert replace(cost, mended=None).recovered is None
    assert replace(cost, lost=Interval(0.0, -0.1, 0.1)).recovered is None


@pytest.mark.slow
def test_an_unchanged_world_is_that_of_judge(case):
    arm = Base()
    plain = judge({"base": arm}, case).arms["base"].answers
    later = judge_later({"base": (arm, World())}, case)["base"].answers
    for one, other in zip(plain, later, strict=True):
        np.testing.assert_allclose(one.shares, other.shares, atol=1e-6)


def test_what_befalls_one_class_is_counted_with_classes_alike(case, monkeypatch):
    truth = case.recipe.target.coded
    rare = Answers(labels=np.zeros(len(truth)), shares=np.tile([1.0, 0.0], (len(truth), 1)))
    right = Answers(labels=truth, shares=np.eye(2)[truth.astype(int)])
    said = {"as it is": right, "with": rare}
    monkeypatch.setattr(
        injected,
        "judge_later",
        lambda arms, _: {key: Judged(answers=[said[key[0]]]) for key in arms},
    )
    one, all_ = (Trial(injector=configured(n)[n], arm=Base()) for n in ("rare_class", "units"))
    costs = price({"one": one, "all": all_}, case)
    assert (costs["one"].metric, costs["all"].metric) == ("balanced_accuracy", "accuracy")
    assert costs["one"].lost.value == pytest.approx(0.5)
    assert costs["all"].lost.value == pytest.approx(truth.mean())


@pytest.mark.slow
def test_a_copy_of_the_target_costs_nearly_all(case):
    leak = configured("target_copy")["target_copy"]
    costs = price({"leak": Trial(injector=leak, arm=Base())}, case)
    lost = costs["leak"].lost
    assert lost.low > 0
    assert lost.value > 0.05
    assert costs["leak"].recovered is None
