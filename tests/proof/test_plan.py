import numpy as np
import pytest

from dataaudit.errors import DataError
from dataaudit.proof.plan import MOST_ROWS, plan
from dataaudit.proof.spec import ProveSpec, TrainSpec
from dataaudit.proof.target import Target


def planned(
    rows,
    *,
    rare=None,
    columns=10,
    train=None,
    groups=None,
    is_ordered=False,
    rows_given=None,
    **prove,
):
    rare = rows // 2 if rare is None else rare
    target = Target.of(np.r_[np.zeros(rows - rare), np.ones(rare)], "classification")
    return plan(
        target,
        columns,
        networks=3,
        groups=groups or rows,
        train=train or TrainSpec(),
        prove=ProveSpec(**prove),
        is_ordered=is_ordered,
        rows_given=rows_given,
    )


@pytest.mark.parametrize(
    ("rows", "folds", "repeats"), [(150, 5, 10), (700, 5, 5), (19_999, 5, 5), (20_000, 3, 2)]
)
def test_folds_and_repeats_follow_the_rows(rows, folds, repeats):
    made = planned(rows, budget="1h")
    assert (made.folds, made.repeats, made.rows) == (folds, repeats, rows)


def test_a_rare_class_lowers_the_folds():
    assert planned(200, rare=7).folds == 3


def test_few_groups_lower_the_folds():
    assert planned(200, groups=4).folds == 4


def test_time_leaves_two_repeats():
    assert planned(700, is_ordered=True).repeats == 2


def test_the_users_folds_and_repeats_stay_whatever_the_budget():
    made = planned(50_000, folds=4, repeats=3, budget="1s")
    assert (made.folds, made.repeats) == (4, 3)
    assert made.rows == 1000


def test_a_smaller_budget_never_gives_more():
    sizes = [planned(100_000, columns=50, budget=s) for s in (3600, 300, 120, 30, 5)]
    work = [made.rows * made.folds * made.repeats for made in sizes]
    assert work == sorted(work, reverse=True)
    assert work[0] > work[-1]


def test_more_rows_than_tell_the_smallest_effect_come_first_to_go():
    # 0.1 * (2.80 / 0.005)^2 = 31,360: enough for half a point, and still within this budget
    made = planned(500_000, columns=5, smallest_effect=0.005, budget="30s")
    assert 31_000 < made.rows < 32_000
    assert planned(500_000, columns=5, smallest_effect=0.005, budget="1h").rows == MOST_ROWS


def test_the_rows_that_a_sample_stands_for_are_told():
    made = planned(50_000, budget="1s", rows_given=8_000_000)
    assert "on 1,000 of 8,000,000 rows" in made.sentence
    assert made.to_dict()["rows_given"] == 8_000_000


def test_budget_is_kept_by_the_formula_where_it_can_be():
    assert planned(15_000, budget="20s").seconds <= 20


def test_a_wider_network_costs_more():
    wide = planned(700, train=TrainSpec(network={"hidden": [512, 512]}), budget="1h")
    assert wide.seconds > 2 * planned(700, budget="1h").seconds


def test_the_plan_is_told_in_a_sentence():
    made = planned(700)
    assert made.fits == 75
    assert made.sentence.startswith(
        "5 folds, 5 times over, on 700 rows: 75 fits of at most 900 steps, about "
    )
    assert made.to_dict()["sentence"] == made.sentence


def test_what_was_left_out_is_told():
    assert "on 1,000 of 90,000 rows" in planned(90_000, budget="1s").sentence


@pytest.mark.parametrize(("rows", "rare", "text"), [(19, 9, "19 rows are too few")])
def test_too_little_is_refused(rows, rare, text):
    with pytest.raises(DataError, match=text):
        planned(rows, rare=rare)


def test_a_target_without_a_class_of_four_is_refused():
    target = Target.of(np.arange(30) // 3, "classification")
    with pytest.raises(DataError, match="no class has 4 rows"):
        plan(target, 2, networks=1, groups=30, train=TrainSpec(), prove=ProveSpec())
