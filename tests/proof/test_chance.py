import numpy as np
import pytest

from dataaudit.proof.chance import by_chance, has_learnt
from dataaudit.proof.metrics import row_mean


def test_chance_doubles_the_variance_and_keeps_the_value():
    change = row_mean(np.array([1.0, 0.0, 0.0, 1.0]))
    wider = by_chance(change)
    assert wider.value == change.value
    assert np.sum(wider.influence**2) == pytest.approx(2 * np.sum(change.influence**2))


@pytest.mark.parametrize(("ahead", "expected"), [(62, False), (66, True)])
def test_ten_points_above_the_floor_are_chance_on_a_hundred_rows(ahead, expected):
    # t.975 of 99 rows times sqrt(2) times 9.7 and 9.5 points: 27.2 and 26.7 of 24 and 32 points
    above = row_mean(np.repeat([1.0, -1.0], [ahead, 100 - ahead]))
    assert has_learnt(above, np.arange(100)) is expected
