import numpy as np
import pytest
from scipy import stats

from dataaudit.proof.metrics import Estimate, row_mean
from dataaudit.proof.plan import Plan
from dataaudit.proof.statistics import Interval, nadeau_bengio
from dataaudit.proof.verdict import (
    HARMS,
    HELPS,
    SAME,
    UNDECIDED,
    corrected,
    decide,
    judge,
    least_error,
    rows_needed,
    smallest,
    weigh,
)
from dataaudit.proof.wording import sample_sentence


def comparison(d, *, family=2, before="base", metric="accuracy", effect=0.01, floor=None):
    d = np.asarray(d, dtype=float)
    n = len(d)
    after = Estimate(d.mean() + 0.5, (d - d.mean()) / n * np.sqrt(n / (n - 1)))
    return decide(
        (before, Estimate(0.5, np.zeros(n))),
        ("clean", after),
        metric=metric,
        groups=np.arange(n),
        smallest_effect=effect,
        family=family,
        least_error=least_error(metric, np.zeros(n)),
        second_opinion=nadeau_bengio(np.array([0.0, 0.01]), parts=2, rope=effect),
        floor=None if floor is None else Estimate(floor, np.zeros(n)),
    )


def rows(gained, lost, same):
    return np.r_[np.ones(gained), -np.ones(lost), np.zeros(same)]


def test_the_four_verdicts():
    assert comparison(rows(80, 20, 900)).verdict == HELPS == "helps"
    assert comparison(rows(20, 80, 900)).verdict == HARMS == "harms"
    assert comparison(rows(10, 10, 9000)).verdict == SAME == "no practical difference"
    assert comparison(rows(12, 10, 200)).verdict == UNDECIDED == "undecided"


@pytest.mark.parametrize(
    ("wide", "narrow", "verdict"),
    [
        ((0.005, 0.002, 0.008), (0.005, 0.003, 0.007), SAME),  # sure, but too small to matter
        ((0.02, -0.001, 0.041), (0.02, 0.002, 0.038), UNDECIDED),
        ((-0.003, -0.005, -0.001), (-0.003, -0.004, -0.002), HARMS),  # a small harm is a harm
        ((0.008, 0.001, 0.015), (0.008, 0.002, 0.014), UNDECIDED),
    ],
)
def test_borders_between_the_verdicts(wide, narrow, verdict):
    assert judge(Interval(*wide), Interval(*narrow), 0.01) == verdict


def test_intervals_of_a_report_hold_together():
    d = rows(60, 40, 900)
    alone, one_of_four = (comparison(d, family=n).found for n in (1, 4))
    ratio = (one_of_four.high - one_of_four.value) / (alone.high - alone.value)
    assert ratio == pytest.approx(stats.t.ppf(1 - 0.05 / 8, 999) / stats.t.ppf(0.975, 999))


def test_any_difference_row_by_row_is_weighed_by_the_same_rule():
    d = rows(80, 20, 900)
    weighed = weigh(row_mean(d), np.arange(1000), smallest_effect=0.01, family=2)
    decided = comparison(d, metric="auc")
    for name in ("verdict", "rows", "rows_needed"):
        assert getattr(weighed, name) == getattr(decided, name)
    assert weighed.told_apart == pytest.approx(decided.told_apart)
    assert weighed.found.low == pytest.approx(decided.found.low)
    assert weighed.p == pytest.approx(stats.ttest_1samp(d, 0).pvalue)


def test_p_values_of_a_report_hold_together_and_never_contradict_an_interval():
    given = [comparison(rows(60 + n, 40, 900), family=3) for n in (30, 5, 12)]
    found = corrected(given)
    p = [verdict.p for verdict in given]
    assert [verdict.p for verdict in found] == pytest.approx(
        [3 * p[0], max(p[1], 2 * p[2]), 2 * p[2]]
    )
    for verdict in found:
        assert verdict.p < 0.05 or verdict.found.low < 0


def test_what_matters_of_a_loss_is_two_percent_of_it():
    assert smallest("log_loss", 0.01, 0.4) == pytest.approx(0.008)
    assert smallest("balanced_accuracy", 0.01, 0.4) == 0.01


def test_rows_needed_is_the_formula_of_the_power_analysis():
    # 2.80 = z.975 + z.8; science: q = .1 gives 7,840 rows on one split for one point
    assert rows_needed(1000, 0.0, np.sqrt(0.1 / 1000), 0.01) == pytest.approx(7849, abs=1)


ENOUGH = " on that many, and the smallest that matters is 3.0 points."
TOO_FEW = " on that many. To see the smallest that matters, 1.0 point, raise `prove.budget`."


@pytest.mark.parametrize(("smallest", "ending"), [(0.03, ENOUGH), (0.01, TOO_FEW)])
def test_a_sample_says_what_it_can_show(smallest, ending):
    # a tenth of 1,000 rows differ: the standard error is 1 point, and 2.80 of them are told apart
    plan = Plan(rows=1_000, rows_given=5_000_000, folds=3, repeats=1, networks=2)
    found = sample_sentence(plan, [comparison(rows(50, 50, 900), effect=smallest)])
    start = "The arms were compared on 1,000 of 5,000,000 rows, a fixed sample; "
    assert found == f"{start}differences of 2.8 points can be told apart{ending}"
    assert "differences" not in sample_sentence(plan, [])


def test_all_rows_need_no_word():
    plan = Plan(rows=1_000, rows_given=1_000, folds=3, repeats=1, networks=2)
    assert sample_sentence(plan, [comparison(rows(50, 50, 900))]) == ""


def test_rows_needed_is_more_than_there_are_or_nothing():
    assert rows_needed(1000, 0.005, 0.002, 0.01) > 1000
    assert rows_needed(1000, 0.0099, 0.002, 0.01) is None
    assert rows_needed(1000, 0.0, 0.002, 0.0) is None


def test_agreement_on_a_hundred_rows_is_no_proof_of_equality():
    assert comparison(np.zeros(100)).verdict == UNDECIDED
    assert comparison(np.zeros(2000)).verdict == SAME


def test_least_error_of_balanced_accuracy_follows_the_classes():
    truth = np.r_[np.zeros(98), np.ones(8)]
    assert least_error("accuracy", truth) == pytest.approx(1 / 108)
    assert least_error("balanced_accuracy", truth) == pytest.approx(np.hypot(1 / 100, 1 / 10) / 2)
    assert least_error("r2", truth) == 0


def test_sentences_can_be_pasted():
    assert comparison(rows(80, 20, 900), before="naive").sentence.startswith(
        "Cleaning raised accuracy by 6.0 points (95 % interval +3.8 to +8.2) against a first script"
    )
    assert comparison(rows(20, 80, 900)).sentence.startswith("Cleaning lowered accuracy by 6.0")
    same = comparison(rows(10, 10, 9000)).sentence
    assert same == (
        "Cleaning made no practical difference to accuracy against a competent baseline "
        "(+0.0, 95 % interval -0.1 to +0.1)."
    )
    undecided = comparison(rows(12, 10, 200))
    assert "222 rows do not decide" in undecided.sentence
    assert undecided.rows_needed == pytest.approx(222 * (2.8016 * 0.0211 / 0.01) ** 2, rel=0.01)
    assert undecided.sentence.endswith("about 7,900 rows would.")


def test_less_of_an_error_is_better():
    assert comparison(-rows(80, 20, 900), metric="log_loss").verdict == HELPS


def test_to_climb_to_what_learns_nothing_is_no_help():
    d = rows(80, 20, 900)
    at_the_floor = comparison(d, before="naive", floor=0.56)
    above_it = comparison(d, before="naive", floor=0.4)
    assert (at_the_floor.verdict, above_it.verdict) == (UNDECIDED, HELPS)
    assert "does not count as help" in at_the_floor.sentence
    assert at_the_floor.rows_needed is None


def test_where_neither_arm_has_learnt_the_interval_allows_for_chance_that_comes_back():
    d = rows(120, 80, 800)
    learnt, neither = (comparison(d, family=1, floor=floor) for floor in (0.3, 0.6))
    reach = [found.found.high - found.found.value for found in (learnt, neither)]
    assert reach[1] == pytest.approx(np.sqrt(2) * reach[0])
    assert (learnt.verdict, neither.verdict) == (HELPS, UNDECIDED)
