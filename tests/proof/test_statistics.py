import numpy as np
import pytest
from scipy import stats

from dataaudit.proof.metrics import Estimate
from dataaudit.proof.statistics import interval, nadeau_bengio, standard_error, wilson


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
