import numpy as np
import pytest

from dataaudit.proof.diagnosis.refitting import _restarted
from dataaudit.proof.network import load_keras


@pytest.mark.slow
def test_a_restarted_network_trains_as_a_fresh_one():
    keras = load_keras()
    X = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
    y = X[:, 0]

    def fresh():
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
        model.compile("adam", "mse", jit_compile=False)
        return model

    def answers(model):
        model.fit(X, y, epochs=2, verbose=0)
        return model.predict(X, verbose=0)

    used = fresh()
    used.fit(X, -y, epochs=2, verbose=0)
    keras.utils.set_random_seed(1)
    assert np.array_equal(answers(_restarted(used, fresh())), answers(fresh()))
