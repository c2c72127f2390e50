"""Tables small enough to train on in a moment."""

import numpy as np
import pandas as pd
import pytest

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
