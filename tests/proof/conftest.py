"""Tables small enough to train on in a moment."""

import numpy as np
import pandas as pd
import pytest

from dataaudit.proof.fit import Fit, budget
from dataaudit.proof.spec import ProveSpec, TrainSpec


@pytest.fixture
def quick():
    """A recipe and a plan that take a second."""
    train = TrainSpec(
        network={"hidden": [8]}, epochs=20, batch_size=16, optimizer={"learning_rate": 0.02}
    )
    return {"train": train, "prove": ProveSpec(folds=2, repeats=2)}


@pytest.fixture
def blobs():
    """120 rows that two columns tell apart; a third is far wider and tells nothing."""
    draw = np.random.default_rng(0)
    y = pd.Series(np.where(np.arange(120) % 3 == 0, "yes", "no"))
    X = pd.DataFrame(draw.normal(size=(120, 3)), columns=["a", "b", "wide"])
    X[["a", "b"]] += 3 * (y == "yes").to_numpy()[:, None]
    X["wide"] *= 100_000
    return X, y


def small_fit(*, kind="binary", rows=70, columns=3, seed=0, stop=True, **keys):
    """A small fit; the remaining rows are for stopping and predicting."""
    fields = {name: keys.pop(name) for name in set(keys) & set(Fit.__dataclass_fields__)}
    draw = np.random.default_rng(seed)
    X = draw.normal(size=(rows + 30, columns)).astype("float32")
    signal = X[:, 0] + X[:, 1] * X[:, 2] + draw.normal(size=rows + 30)
    y = {
        "binary": (signal > 0).astype("float32"),
        "multiclass": np.digitize(signal, [-1, 1]).astype("float32"),
        "regression": signal.astype("float32"),
    }[kind]
    spec = TrainSpec.model_validate({"network": {"hidden": [8, 8]}, "epochs": 8, **keys})
    held = {"X_validation": X[rows:], "y_validation": y[rows:]} if stop else {}
    made = {
        "X": X[:rows],
        "y": y[:rows],
        "budget": budget(spec, rows),
        "outputs": 3 if kind == "multiclass" else 1,
        "inputs": (X[rows:],),
    }
    return Fit(**{**made, **held, **fields}, spec=spec, kind=kind, seed=seed)


@pytest.fixture
def fit():
    """What makes small fits."""
    return small_fit
