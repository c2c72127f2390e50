"""Each cause of our own training, injected on one small table: found, and proven by its refit."""

import numpy as np
import pandas as pd
import pytest

from dataaudit.errors import DataError, UnknownNameError
from dataaudit.proof import compare, diagnose
from dataaudit.proof.arms import Base, Const, Naive
from dataaudit.proof.diagnosis.wrapping import Then
from dataaudit.proof.spec import ProveSpec, TrainSpec

pytestmark = pytest.mark.slow  # trains networks

RECIPE = {
    "network": {"hidden": [16]},
    "epochs": 100,
    "batch_size": 16,
    "max_steps": 1000,
}


class Gaps(Then):
    """Leaves cells missing."""

    def __init__(self, preparation=None):
        super().__init__(preparation or Base())

    def _learn(self, X):
        """Learn nothing."""

    def _then(self, X):
        return X.mask(np.random.default_rng(0).random(X.shape) < 1 / 20)


def table(*, wide=1.0):
    draw = np.random.default_rng(0)
    X = pd.DataFrame(draw.normal(size=(480, 3)), columns=["a", "b", "wide"])
    y = pd.Series(np.where(X["a"] ** 2 + X["b"] ** 2 > 1.4, "out", "in"))
    X["wide"] *= wide
    return X, y


def found(arm=Base, *, wide=1.0, most=6, **recipe):
    X, y = table(wide=wide)
    evidence = compare(
        {"const": Const(), "arm": arm()},
        X,
        y,
        kind="classification",
        train=TrainSpec.model_validate({**RECIPE, **recipe}),
        prove=ProveSpec(folds=3, repeats=2),
        pairs=[("const", "arm")],
    )
    return diagnose(evidence, "arm", most_proofs=most)


INJECTED = {
    "scale": {"arm": Naive, "wide": 1e5},
    "non_finite": {"arm": Gaps},
    "learning_rate_high": {
        "optimizer": {"learning_rate": 3.0},
        "schedule": {"name": "constant"},
        "early_stopping": "off",  # going back to the best epoch hides most of the harm
    },
    "learning_rate_low": {"optimizer": {"learning_rate": 1e-6}},
    "vanishing": {"network": {"hidden": [16] * 8, "activation": "sigmoid"}},
    "too_small": {"network": {"hidden": [1]}},
}


@pytest.mark.parametrize("cause", INJECTED)
def test_an_injected_cause_is_found_and_proven(cause):
    told = found(**INJECTED[cause])
    assert cause in told.named("proven"), repr(told)
    first = told.to_dict()["causes"][0]
    assert first["status"] == "proven"
    assert first["low"] > 0


def test_nothing_is_proven_of_a_healthy_training():
    told = found(network={"hidden": [32]}, optimizer={"learning_rate": 0.01})
    assert set(told.named("proven")) <= {"irreducible", "too_few_rows"}, repr(told)
    assert {one["status"] for one in told.to_dict()["causes"]} <= {
        "proven",
        "suspected",
        "absent",
        "not applicable",
    }


def test_an_arm_without_a_network_is_refused():
    X, y = table()
    evidence = compare(
        {"const": Const()}, X, y, kind="classification", prove=ProveSpec(folds=2, repeats=1)
    )
    with pytest.raises(DataError, match="no network"):
        diagnose(evidence, "const")
    with pytest.raises(UnknownNameError, match="clean"):
        diagnose(evidence, "clean")
