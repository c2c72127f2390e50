"""A stand-in for networks that answers in a millisecond: what is tested here is the choice."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge

from dataaudit.proof import judging
from dataaudit.proof.choice import choosing
from dataaudit.proof.fit import History, Trained


def by_regression(fits, tick=None):
    """Answer each fit by a logistic or a ridge regression on the same columns and weights."""
    found = []
    for fit in fits:
        is_number = fit.kind == "regression"
        model = Ridge() if is_number else LogisticRegression(max_iter=500)
        model.fit(fit.X, fit.y, fit.weight)
        ask = model.predict if is_number else model.decision_function
        said = [np.asarray(ask(given), dtype="float32") for given in fit.inputs]
        found.append(
            Trained(
                predictions=tuple(one.reshape(len(one), fit.outputs) for one in said),
                history=History(train=[0.1], validation=[0.1], steps=[1]),
                best=0,
                failed=False,
                weights=[],
                model=lambda: None,
            )
        )
        if tick is not None:
            tick()
    return found


@pytest.fixture(scope="session")
def patched():
    """Return what trains nothing but regressions, and loads no TensorFlow, by a monkeypatch."""

    def patch(monkeypatch):
        monkeypatch.setattr(judging, "train", by_regression)
        monkeypatch.setattr(choosing, "load_keras", lambda: None)

    return patch


@pytest.fixture
def regressions(monkeypatch, patched):
    """Train nothing but regressions in this test."""
    patched(monkeypatch)
