"""A network in a stack equals the network alone, and stock Keras."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from dataaudit.proof import network, stock
from dataaudit.proof.fit import Part
from dataaudit.proof.spec import NetworkSpec, OptimizerSpec
from dataaudit.proof.stacked import grouping, program, train
from dataaudit.proof.stacked.grouping import grouped

pytestmark = pytest.mark.slow  # trains networks


def stacked(fits):
    found = dict(train(fits))
    assert sorted(found) == list(range(len(fits)))
    return [found[i] for i in range(len(fits))]


def assert_close(one, other):
    np.testing.assert_allclose(one.predictions[0], other.predictions[0], atol=1e-4)
    assert one.best == other.best
    assert one.history.steps == other.history.steps


MIXED = {
    "rates and schedules": [
        {"optimizer": {"learning_rate": 0.1}, "early_stopping": {"patience": 1}, "epochs": 40},
        {"schedule": {"name": "cosine"}, "epochs": 20},
        {"schedule": {"name": "exponential", "factor": 0.5, "after": 2}, "epochs": 12},
        {"schedule": {"patience": 1}, "optimizer": {"learning_rate": 0.05}, "epochs": 40},
        {"early_stopping": "off", "epochs": 7},
    ],
    "batch norm": [{"network": {"hidden": [8, 8], "batch_norm": True}}] * 3,
    "penalties": [{"network": {"hidden": [8], "l1": 0.01, "l2": 0.02}}] * 3,
    "sgd": [{"optimizer": {"name": "sgd", "momentum": 0.9, "learning_rate": 0.05}}] * 3,
    "rmsprop": [{"optimizer": {"name": "rmsprop", "learning_rate": 0.01}}] * 3,
    "adamw": [{"optimizer": {"name": "adamw", "weight_decay": 0.1}}] * 3,
}


@pytest.mark.parametrize("name", MIXED)
def test_each_of_many_equals_stock_fit(fit, name):
    fits = [
        fit(rows=70 + 13 * i, columns=3 + 2 * i, seed=i, **keys)
        for i, keys in enumerate(MIXED[name])
    ]
    for given, one in zip(fits, stacked(fits), strict=True):
        assert_close(one, stock.run(given))


def test_after_fifty_epochs_only_rounding_tells_a_stack_from_stock_fit(fit):
    # In single precision the least rounding grows to hundredths by then, in stock `fit` as well.
    config = network.load_keras().config
    config.set_dtype_policy("float64")
    try:
        rows = {"rows": 400, "columns": 12, "epochs": 50, "early_stopping": "off"}
        fits = [fit(seed=seed, network={"hidden": [64, 64]}, **rows) for seed in range(2)]
        pairs = [(one, stock.run(given)) for given, one in zip(fits, stacked(fits), strict=True)]
    finally:
        config.set_dtype_policy("float32")
    for one, other in pairs:
        np.testing.assert_allclose(one.predictions[0], other.predictions[0], atol=1e-6, rtol=1e-6)


def test_dropout_masks_are_each_ones_own(fit, monkeypatch):
    # XLA draws other masks than Keras' own `fit`; without it they are the same.
    monkeypatch.setattr(program, "_USES_XLA", False)
    program.program.cache_clear()
    masked = {"hidden": [16, 8], "dropout": 0.4, "batch_norm": True}
    fits = [fit(seed=seed, network=masked) for seed in (1, 2, 1)]
    first, _, again = found = stacked(fits)
    program.program.cache_clear()
    assert first.predictions[0].tobytes() == again.predictions[0].tobytes()
    for given, one in zip(fits, found, strict=True):
        assert_close(one, stock.run(given))


def test_a_failure_leaves_the_others_as_they_are(fit):
    healthy = [fit(seed=seed) for seed in range(2)]
    nothing = np.full((70, 3), np.nan, dtype="float32")
    found = stacked([healthy[0], fit(X=nothing), healthy[1]])
    assert [one.failed for one in found] == [False, True, False]
    for one, alone in zip(found[::2], healthy, strict=True):
        assert_close(one, stacked([alone])[0])


def test_results_do_not_depend_on_the_size_of_the_stack(fit, monkeypatch):
    fits = [fit(seed=seed, rows=60 + seed) for seed in range(5)]
    many = stacked(fits)
    monkeypatch.setattr(grouping, "_MOST_CELLS", 1)
    assert {group.models for group in grouped(fits)} == {1}
    for one, alone in zip(many, stacked(fits), strict=True):
        assert_close(one, alone)


def test_parts_of_a_stream_are_swapped_in_their_slot(fit):
    whole = fit(rows=140, batch_size=10, epochs=4)
    halves = replace(
        whole,
        X=whole.X[:70],
        y=whole.y[:70],
        further=lambda: iter([Part(whole.X[70:], whole.y[70:])]),
    )
    found = stacked([halves, fit(batch_size=10, epochs=4)])
    assert_close(found[0], stock.run(halves))


def test_no_fits_give_nothing():
    assert stacked([]) == []


def test_a_narrow_table_has_its_own_stack_where_that_is_cheaper(fit):
    assert len(list(grouped([fit(columns=3), fit(columns=11)]))) == 1
    spec = {"network": {"hidden": [512]}, "epochs": 1000, "max_steps": 3000, "batch_size": 64}
    wide, narrow = fit(columns=3000, **spec), fit(columns=3, **spec)
    assert len(list(grouped([wide, *[narrow] * 10]))) == 2


def test_another_number_of_steps_is_not_compiled_anew():
    made = program.Program(
        NetworkSpec(hidden=(4,)), OptimizerSpec(), "binary", 1, columns=3, models=2, dtype="float32"
    )
    rows = [tf.Variable(np.zeros(shape, "float32")) for shape in ((2, 16, 3), (2, 16), (2, 16))]
    drawn = tf.zeros((4, 2, 8), "int32")
    lowered = made._steps.experimental_get_compiler_ir
    one, other = (lowered(*rows, drawn, tf.constant(n))(stage="hlo") for n in (2, 3))
    assert one == other
