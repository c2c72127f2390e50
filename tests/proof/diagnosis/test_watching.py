from dataclasses import replace

import numpy as np
import pytest

from dataaudit.proof.diagnosis.watching import watch
from dataaudit.proof.fit import Fit, budget
from dataaudit.proof.spec import TrainSpec


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_fit_knows_nothing_of_those_watched_before_it(optimizer):
    draw = np.random.default_rng(0)
    spec = TrainSpec(
        max_steps=40,
        network={"hidden": [8], "dropout": 0.2, "batch_norm": True},
        optimizer={"name": optimizer, "momentum": 0.9},
    )
    X = draw.normal(size=(90, 3)).astype("float32")
    y = (X[:, 0] > 0).astype("float32")
    one = Fit(X=X[:60], y=y[:60], spec=spec, budget=budget(spec, 60), kind="binary", seed=1)
    wild = spec.model_copy(
        update={"optimizer": spec.optimizer.model_copy(update={"learning_rate": 1.0})}
    )
    other = replace(one, X=X[:50], y=y[:50], spec=wild, budget=budget(wild, 50), seed=2)
    first, between, again = watch(one), watch(other), watch(one)
    assert first.train == again.train != between.train
    np.testing.assert_array_equal(first.gradients, again.gradients)
    np.testing.assert_array_equal(first.updates, again.updates)
