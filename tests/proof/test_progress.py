import pytest

from dataaudit.proof.fit import Budget
from dataaudit.proof.progress import Rate, Stopping
from dataaudit.proof.spec import TrainSpec

STEPS = Budget(batch=4, epoch=10, period=10, total=100)


def rates(schedule, losses=(), steps=STEPS):
    rate = Rate(TrainSpec(schedule=schedule, optimizer={"learning_rate": 1.0}), steps)
    found = []
    for i in range(6):
        found.append(rate.at(i * steps.period))
        rate.look(losses[i] if losses else 1.0, steps.period)
    return found


def test_constant_stays():
    assert rates({"name": "constant"}) == [1.0] * 6


def test_exponential_falls_once_the_epochs_are_done():
    found = rates({"name": "exponential", "factor": 0.5, "after": 3})
    assert found == [1, 1, 1, 0.5, 0.25, 0.125]


def test_exponential_begins_at_the_learning_rate():
    assert rates({"name": "exponential", "factor": 0.5})[:3] == [1, 0.5, 0.25]


def test_cosine_falls_to_zero_at_the_last_step():
    found = rates({"name": "cosine"})
    assert found[0] == 1
    assert found[5] == pytest.approx(0.5)
    rate = Rate(TrainSpec(schedule={"name": "cosine"}), STEPS)
    assert rate.at(100) == pytest.approx(0)


def test_plateau_waits_its_patience_and_waits_again():
    schedule = {"name": "reduce_on_plateau", "factor": 0.1, "patience": 2}
    found = rates(schedule, [1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    assert found == pytest.approx([1, 1, 1, 0.1, 0.1, 0.01])


def test_a_fall_ends_the_plateau():
    schedule = {"name": "reduce_on_plateau", "factor": 0.1, "patience": 2}
    assert rates(schedule, [1.0, 1.0, 0.5, 0.5, 0.4, 0.4]) == [1.0] * 6


def test_stopping_keeps_the_best_and_ends_after_patience():
    stopping = Stopping(TrainSpec(early_stopping={"patience": 2}), STEPS, is_watched=True)
    looks = [stopping.is_better(i, loss, 10) for i, loss in enumerate([3.0, 2.0, 2.5])]
    assert (looks, stopping.best, stopping.is_over) == ([True, True, False], 1, False)
    stopping.is_better(3, 2.1, 10)
    assert stopping.is_over


def test_without_restoring_the_last_weights_stay():
    spec = TrainSpec(early_stopping={"patience": 2, "restore_best": False})
    stopping = Stopping(spec, STEPS, is_watched=True)
    assert [stopping.is_better(i, loss, 10) for i, loss in enumerate([1.0, 2.0])] == [True, True]


def test_off_never_ends():
    stopping = Stopping(TrainSpec(early_stopping="off"), STEPS, is_watched=True)
    assert all(stopping.is_better(i, float(i), 1000) for i in range(5))
    assert not stopping.is_over
