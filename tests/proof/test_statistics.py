import numpy as np
import pytest
from scipy import stats

from dataaudit.proof.metrics import Estimate, mean_of, row_mean
from dataaudit.proof.statistics import (
    between,
    interval,
    nadeau_bengio,
    p_value,
    standard_error,
    wilson,
)


def test_rows_of_a_group_count_together():
    influence = np.array([0.1, -0.1, 0.2, -0.2])
    estimate = Estimate(0.0, influence)
    assert standard_error(estimate, np.arange(4)) == pytest.approx(np.sqrt(0.1))
    assert standard_error(estimate, np.array([0, 0, 1, 1])) == 0
    # two groups, g / (g - 1) = 2, for rows, n / (n - 1) = 4 / 3, which is in the influences
    assert standard_error(estimate, np.array([0, 1, 0, 1])) == pytest.approx(np.sqrt(0.18 * 1.5))


def test_interval_is_that_of_a_paired_t_test():
    draw = np.random.default_rng(0)
    d = draw.normal(0.1, 1, 40)
    estimate = Estimate(d.mean(), (d - d.mean()) / 40 * np.sqrt(40 / 39))
    found = interval(estimate, np.arange(40))
    wanted = stats.ttest_1samp(d, 0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), abs=1e-12)


def test_agreement_in_a_few_rows_proves_nothing():
    found = interval(Estimate(0.0, np.zeros(50)), np.arange(50), least_error=0.02)
    assert found.high == pytest.approx(stats.t.ppf(0.975, 49) * 0.02)


@pytest.mark.parametrize(("hits", "rows"), [(0, 10), (3, 10), (50, 80), (80, 80)])
def test_wilsons_interval_is_scipys(hits, rows):
    wanted = stats.binomtest(hits, rows).proportion_ci(method="wilson")
    found = wilson(hits / rows, rows)
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), abs=1e-12)


def test_without_rows_a_share_is_anything():
    assert (wilson(0.0, 0).low, wilson(0.0, 0).high) == (0.0, 1.0)


def test_second_opinion_is_the_correlated_t_test():
    """Derived anew: t with variance s^2 (1/J + rho / (1 - rho)), rho = 1/K, as baycomp has it."""
    d = np.random.default_rng(1).normal(0.01, 0.02, 25)
    found = nadeau_bengio(d, parts=5, rope=0.01)
    rho = 1 / 5
    posterior = stats.t(24, d.mean(), np.sqrt(d.var(ddof=1) * (1 / 25 + rho / (1 - rho))))
    assert found.worse == pytest.approx(posterior.cdf(-0.01), abs=1e-12)
    assert found.better == pytest.approx(1 - posterior.cdf(0.01), abs=1e-12)
    assert found.same == pytest.approx(posterior.cdf(0.01) - posterior.cdf(-0.01), abs=1e-12)
    assert (found.low, found.high) == pytest.approx(posterior.interval(0.95), abs=1e-12)
    assert found.p == pytest.approx(2 * min(posterior.cdf(0), posterior.sf(0)), abs=1e-12)


def test_it_is_more_careful_than_a_plain_t_test():
    d = np.random.default_rng(1).normal(0.01, 0.02, 25)
    plain = stats.ttest_1samp(d, 0).confidence_interval(0.95)
    found = nadeau_bengio(d, parts=5, rope=0.01)
    assert found.low < plain.low < plain.high < found.high


@pytest.mark.parametrize(
    ("difference", "p", "same"), [(0.0, 1.0, 1.0), (0.005, 0.0, 1.0), (0.5, 0.0, 0.0)]
)
def test_folds_that_all_agree_are_told_without_a_distribution(difference, p, same):
    found = nadeau_bengio(np.full(5, difference), parts=5, rope=0.01)
    assert (found.p, found.same) == (p, same)


def judged(draw, *, rows, folds, repeats, luck):
    """Two equal arms: each row's difference is noise, and the luck of the network that judged it.

    Returns what each row contributes in each repeat, and the folds.
    """
    parts = np.array([draw.permutation(np.arange(rows) % folds) for _ in range(repeats)])
    networks = luck * draw.normal(size=(repeats, folds))
    return draw.normal(size=(repeats, rows)) + np.take_along_axis(networks, parts, axis=1), parts


def test_networks_vary_by_what_their_rows_leave_unexplained():
    said, parts = judged(np.random.default_rng(0), rows=60, folds=3, repeats=2, luck=1.0)
    means, explained = [], []
    for values, part in zip(said, parts, strict=True):
        for k in range(3):
            means.append(values[part == k].mean())
            explained.append(values[part == k].var(ddof=1) / 20)
    wanted = np.var(means, ddof=1) - np.mean(explained)
    assert wanted > 0
    assert between(said, parts) == pytest.approx(wanted)


def test_rows_of_a_group_explain_their_fold_together():
    said, parts = judged(np.random.default_rng(0), rows=60, folds=3, repeats=1, luck=1.0)
    pairs = np.empty(60, dtype=int)
    for k in range(3):  # two rows of a fold are one group: as if their mean were a row
        pairs[np.flatnonzero(parts[0] == k)] = 10 * k + np.arange(20) // 2
    means = np.bincount(pairs, said[0]) / 2
    wanted = between([means], [np.arange(30) // 10])
    assert between(said, parts, pairs) == pytest.approx(wanted)


def test_folds_that_differ_by_chance_alone_add_nothing():
    alike = np.tile([0.0, 1.0], 50)
    assert between([alike], [np.arange(100) // 20]) == 0.0


def test_a_single_fold_tells_nothing_of_training():
    assert between([np.arange(100.0)], [np.zeros(100, dtype=int)]) == 0.0


@pytest.mark.parametrize(("folds", "repeats"), [(3, 2), (5, 2), (5, 5)])
def test_equal_arms_are_told_apart_as_often_as_they_may_be(folds, repeats):
    draw, told, rows, draws = np.random.default_rng(1), [], 300, 1000
    for _ in range(draws):
        # The luck of a network adds as much to the variance of a repeat as rows do.
        luck = np.sqrt(folds / rows)
        said, parts = judged(draw, rows=rows, folds=folds, repeats=repeats, luck=luck)
        by_row = mean_of([row_mean(values) for values in said])
        with_networks = mean_of([row_mean(values) for values in said], list(parts))
        told.append([p_value(one, np.arange(rows)) < 0.05 for one in (by_row, with_networks)])
    by_row, with_networks = np.mean(told, axis=0)
    assert by_row > 0.12
    assert 0.02 <= with_networks <= 0.08
