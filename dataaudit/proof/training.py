"""The one door of training: many fits in, predictions and histories out.

How the fits are run behind it (many as one, see `stacked`; a user's own network by stock `fit`) is
nobody else's business.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dataaudit.proof import stacked, stock
from dataaudit.proof.fit import Fit, Trained


def train(fits: Sequence[Fit], tick: Callable[[], object] | None = None) -> list[Trained]:
    """Train every network, each as if it were alone.

    Parameters
    ----------
    fits
        In any mixture; they share as few compilations as can be.
    tick
        Called after each fit.

    Raises
    ------
    MissingExtraError
        Without TensorFlow.

    Examples
    --------
    >>> import numpy as np
    >>> from dataaudit.proof.fit import budget
    >>> from dataaudit.proof.spec import TrainSpec
    >>> X = np.linspace(-1, 1, 64, dtype="float32")[:, None]
    >>> y = (X[:, 0] > 0).astype("float32")
    >>> spec = TrainSpec(epochs=50, optimizer={"learning_rate": 0.05})
    >>> [trained] = train(
    ...     [Fit(X=X, y=y, spec=spec, budget=budget(spec, 64), kind="binary", inputs=(X,))]
    ... )
    >>> bool(np.mean((trained.predictions[0][:, 0] > 0) == y) > 0.9)
    True
    """
    own = [i for i, fit in enumerate(fits) if fit.build is not None]
    ours = [i for i, fit in enumerate(fits) if fit.build is None]
    trained: dict[int, Trained] = {}
    for i in own:
        trained[i] = stock.run(fits[i])
        if tick is not None:
            tick()
    for number, one in stacked.train([fits[i] for i in ours]):
        trained[ours[number]] = one
        if tick is not None:
            tick()
    return [trained[i] for i in range(len(fits))]
