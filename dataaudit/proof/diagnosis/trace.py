"""One fit, watched: losses, gradients, steps, dead units, and what is said of each class.

Whatever watched it, our own loop or a callback in somebody's ``fit``, fills the same record; what
could not be watched is None.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
VANISHED = 0.01
"""Of the last kernel's gradient, in the first epoch: less has vanished (science.md section 3)."""
LEARNT = 0.97
"""Of the prior's loss: above this share nothing was learnt (science.md section 3)."""


@dataclass(slots=True, kw_only=True)
class Trace:
    """What was watched, epoch by epoch; of a very small table an epoch is several passes.

    Parameters
    ----------
    train, validation
        Losses over whole sets in inference mode. ``is_running`` where the training loss is Keras'
        running mean over an epoch instead, with dropout on.
    prior
        The loss of one that knows the classes' shares (or the mean) alone.
    rates
        The learning rate of each epoch.
    gradients : array of shape (steps watched, layers), optional
        Root mean square of the loss's gradient in each kernel, from the input on.
    updates : array of shape (steps watched, layers), optional
        Length of the step divided by that of the kernel.
    first
        Of those steps, how many fell into the first epoch.
    dead : array of shape (epochs, hidden layers), optional
        Share of ReLU units that are 0 for every row looked at; None for other activations.
    said, true
        Share of each class among the answers of the best epoch on the validation rows, and as it
        is.
    least_found
        The lowest recall among classes with enough rows.
    right_train, right_validation
        Share of rows that are right at the best epoch (R2 of a regression).
    claimed
        The validation accuracy that a metric of somebody's own training says at that epoch.
    best
        The epoch with the lowest validation loss.
    rows, rows_validation, columns
        What was learnt from and looked at.
    spread, furthest
        The largest standard deviation of a prepared column over the smallest, columns of two
        values left out; and the largest distance from the mean in standard deviations.
    largest
        The largest absolute value in a prepared column.
    has_unfinite
        Whether a cell of the inputs is not a finite number.
    failed
        Whether a loss stopped being a number.
    """

    train: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)
    is_running: bool = False
    prior: float | None = None
    rates: list[float] = field(default_factory=list)
    gradients: Floats | None = None
    updates: Floats | None = None
    first: int = 1
    dead: Floats | None = None
    said: Floats | None = None
    true: Floats | None = None
    least_found: float = 1.0
    right_train: float | None = None
    right_validation: float | None = None
    claimed: float | None = None
    best: int = 0
    rows: int | None = None
    rows_validation: int | None = None
    columns: int | None = None
    spread: float | None = None
    furthest: float | None = None
    largest: float | None = None
    has_unfinite: bool = False
    failed: bool = False

    @property
    def epochs(self) -> int:
        """How many were watched."""
        return len(self.train)

    @property
    def finite(self) -> list[float]:
        """The training losses up to the first that is no number."""
        return finite_start(self.train)

    @property
    def is_late_best(self) -> bool:
        """Whether the loss that counts was lowest in the last twentieth of training."""
        return self.best >= int(_MOST * (self.epochs - 1))

    def share(self, loss: float) -> float | None:
        """Return a loss as a share of the prior's: 1 is nothing learnt, 0 is everything."""
        return None if not self.prior else loss / self.prior

    @property
    def rises(self) -> float:
        """Share of the epochs in which the training loss went up by more than a hundredth."""
        losses = np.array(self.finite)
        if len(losses) < 2:  # noqa: PLR2004 - a change needs two
            return 0.0
        return float(np.mean(losses[1:] > losses[:-1] * (1 + _UP)))

    @property
    def first_to_last(self) -> float | None:
        """The gradient of the first kernel over that of the last, in the first epoch."""
        if self.gradients is None or self.gradients.shape[1] < 2:  # noqa: PLR2004 - first, last
            return None
        early = self.gradients[: self.first]
        last = np.where(early[:, -1] > 0, early[:, -1], np.nan)
        if not np.isfinite(early).all() or np.isnan(last).all():
            return None
        return float(np.nanmedian(early[:, 0] / last))

    @property
    def rise(self) -> float:
        """How much the validation loss rose from its lowest to the end, as a share of it."""
        losses = finite_start(self.validation)
        if not losses or min(losses) <= 0:
            return 0.0
        return float(losses[-1] / min(losses) - 1)


_UP = 0.01  # science.md section 3
_MOST = 0.95


def finite_start(losses: Sequence[float]) -> list[float]:
    """Return losses up to the first that is no number.

    Examples
    --------
    >>> finite_start([2.0, 1.0, float("nan"), 1.0])
    [2.0, 1.0]
    """
    found = []
    for loss in losses:
        if not np.isfinite(loss):
            break
        found.append(float(loss))
    return found


def prior_loss(y: Any, kind: str) -> float:
    """Return the loss of the classes' shares, or of the mean of a target.

    Examples
    --------
    >>> round(prior_loss([0, 0, 1, 1], "binary"), 4)
    0.6931
    """
    values = np.asarray(y, dtype="float64").ravel()
    if kind == "regression":
        return float(values.var())
    shares = np.unique(values, return_counts=True)[1] / len(values)
    return float(-np.sum(shares * np.log(shares)))


def columns_seen(X: Any) -> dict[str, Any]:
    """Return what a trace says of the prepared columns.

    Examples
    --------
    >>> seen = columns_seen(np.array([[1.0, 1000.0], [2.0, 3000.0], [3.0, 5000.0]]))
    >>> round(seen["spread"], 6), seen["has_unfinite"]
    (2000.0, False)
    """
    values = np.asarray(X, dtype="float64")
    finite = np.isfinite(values)
    values = np.where(finite, values, 0.0)
    with np.errstate(over="ignore"):
        deviation, middle = values.std(axis=0), values.mean(axis=0)
        varied = deviation > 0
        far = np.abs(values - middle)[:, varied] / deviation[varied]
    many = np.array([_has_three(column) for column in values.T], dtype=bool)
    wide = deviation[varied & many]
    return {
        "columns": values.shape[1],
        "has_unfinite": not finite.all(),
        "spread": float(wide.max() / wide.min()) if len(wide) else 1.0,
        "furthest": float(far.max(initial=0.0)),
        "largest": float(np.abs(values).max(initial=0.0)),
    }


def _has_three(column: Floats) -> bool:
    """Tell whether a column has more than two values: a flag's spread says how often it is set."""
    low, high = column.min(initial=np.inf), column.max(initial=-np.inf)
    return bool(((column != low) & (column != high)).any())


def dead_share(activations: Any) -> float:
    """Return the share of units that are 0 or less for every row, of shape (rows, units).

    Examples
    --------
    >>> dead_share([[0.0, 1.0], [0.0, 0.0]])
    0.5
    """
    return float(np.mean(np.max(np.asarray(activations), axis=0) <= 0))


def rms(values: Any) -> float:
    """Return the root mean square."""
    flat = np.asarray(values, dtype="float64").ravel()
    return float(np.sqrt(np.mean(flat**2))) if flat.size else 0.0
