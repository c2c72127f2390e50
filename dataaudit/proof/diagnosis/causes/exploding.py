"""Gradients explode: single steps change the weights by much of what they are.

Large weights at the start, deep networks without normalisation, or inputs in the thousands do it.
The signal is a gradient a hundred times that of the first epoch or above 10, or steps longer than a
tenth of the weights in three epochs or more; healthy networks stay below .32 (science.md section
3). The proof is a refit with fresh weights, batch norm (in somebody's own network: gradients
clipped to length 1) and no more than the usual learning rate.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.examined import Examined
from dataaudit.proof.diagnosis.setup import Change
from dataaudit.proof.diagnosis.trace import Trace

_LARGE = 10.0  # science.md section 3
_TIMES = 100.0  # the same: of the first epoch's median
_STEP = 0.1  # the same: of the kernel's length
_EPOCHS = 3
_LEAST = 0.32  # the same: healthy networks have as much, whatever theirs was before


class Exploding(Cause):
    """See the file."""

    code, precedence = "T109", 51
    title = "Gradients explode"
    trial = "With fresh weights, normalised layers and no longer steps than usual,"
    next = "Lower the learning rate, clip gradients (`clipnorm=1`), or use `batch_norm: true`."

    def signal(self, examined: Examined) -> Signal | str:
        """Take the largest gradient and the longest steps."""
        trace = examined.trace
        if trace.gradients is None or not len(trace.gradients):
            return "The gradients were not watched."
        gradients = np.nan_to_num(trace.gradients, nan=np.inf)
        largest = float(gradients.max())
        median = float(np.median(gradients[: trace.first]))
        long = _long_epochs(trace)
        grown = largest > max(_TIMES * median, _LEAST)
        return Signal(
            is_present=largest > _LARGE or grown or long >= _EPOCHS,
            strength=max(largest / _LARGE, long / _EPOCHS),
            evidence={"largest": largest, "median": median, "long_epochs": long},
            sentence=(
                f"The largest gradient is {largest:.3g} (root mean square), {median:.3g} in the "
                f"first epoch; steps were longer than a tenth of the weights in {long} epochs."
            ),
        )

    def remedy(self, examined: Examined) -> Any | None:
        """Begin anew, in shorter steps."""
        rate = examined.setup.careful_rate
        norm = True if examined.is_table else None
        return examined.changed(Change(learning_rate=rate, batch_norm=norm, clip=1.0, fresh=True))


def _long_epochs(trace: Trace) -> int:
    """Return in how many epochs steps were long, by their median."""
    if trace.updates is None:
        return 0
    steps = np.nan_to_num(trace.updates, nan=np.inf).max(axis=1)
    per_epoch = [np.median(part) for part in np.array_split(steps, max(1, trace.epochs))]
    return int(np.sum(np.array(per_epoch) > _STEP))
