"""Chances, held to SciPy's."""

import numpy as np
import pytest
from scipy import stats

from dataaudit import chance


@pytest.mark.parametrize("corrected", [False, True])
@pytest.mark.parametrize("shape", [(2, 2), (2, 5), (3, 4)])
def test_a_table_of_counts_has_the_p_value_of_chi2_contingency(shape, corrected):
    counts = np.random.default_rng(1).integers(1, 60, shape)
    expected = stats.chi2_contingency(counts, correction=corrected).pvalue
    assert chance.of_counts(counts, corrected=corrected) == pytest.approx(expected, rel=1e-9)


def test_one_column_of_counts_says_nothing():
    assert chance.of_counts(np.array([[3], [4]])) == 1.0


@pytest.mark.parametrize("sizes", [(20, 20), (30, 50), (100, 1000), (20, 5000)])
@pytest.mark.parametrize("moved", [0.0, 0.3, 0.6, 0.9])
def test_a_distance_has_nearly_the_exact_p_value(sizes, moved):
    random = np.random.default_rng(2)
    a, b = random.normal(size=sizes[0]), random.normal(size=sizes[1]) + moved
    exact = stats.ks_2samp(a, b, method="exact")
    assert chance.of_distance(exact.statistic, *sizes) == pytest.approx(
        exact.pvalue, rel=0.4, abs=0.02
    )


def test_no_distance_is_certain():
    assert chance.of_distance(0.0, 20, 20) == 1.0


@pytest.mark.parametrize("digits", [0, 1, 8])
def test_ranks_have_the_p_value_of_mannwhitneyu(digits):
    random = np.random.default_rng(3)
    a, b = random.normal(size=40).round(digits), (random.normal(size=90) + 0.4).round(digits)
    expected = stats.mannwhitneyu(a, b, method="asymptotic")
    area = expected.statistic / (len(a) * len(b))
    assert chance.of_ranks(area, a, b) == pytest.approx(expected.pvalue, rel=1e-9)


def test_ranks_that_are_all_tied_say_nothing():
    assert chance.of_ranks(0.5, np.ones(20), np.ones(30)) == 1.0
