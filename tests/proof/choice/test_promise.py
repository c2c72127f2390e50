"""The gain that is promised for rows not seen, and how far off it may be."""

import numpy as np
import pytest

from dataaudit.proof.choice.promise import predict

FOLDS = np.arange(100) % 5
FLAT = np.tile([0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0], 10)  # each fold has both


def test_the_variance_is_that_of_the_gain_and_of_the_hold_out():
    found = predict(0.05, 0.02, [FLAT], [FOLDS], rows=50)
    spread = np.sqrt(0.02**2 + np.var(FLAT, ddof=1) / 50)
    assert found.value == 0.05
    assert found.high - 0.05 == pytest.approx(1.959964 * spread, rel=1e-6)
    assert 0.05 - found.low == pytest.approx(found.high - 0.05)


def test_more_rows_promise_more_narrowly():
    few, many = (predict(0.0, 0.01, [FLAT], [FOLDS], rows=rows) for rows in (20, 2_000))
    assert many.high < few.high


def test_what_differs_between_trainings_widens_the_promise():
    shifted = FOLDS * 0.1  # a fold's rows all gain the same, so no row explains the difference
    wide = predict(0.0, 0.0, [shifted], [FOLDS], rows=10**9)
    assert wide.high == pytest.approx(1.959964 * np.std([0, 0.1, 0.2, 0.3, 0.4], ddof=1), rel=1e-4)
