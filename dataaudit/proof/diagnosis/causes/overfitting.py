"""The network learns its rows by heart: the loss of other rows rises while its own falls.

The signal is a validation loss that rises by a fifth from its lowest in the first half of training,
or rows learnt from that are right more often than others, beyond chance. A gap alone is legitimate
on a few hundred rows (sonar: .15), and dropout makes the training loss that Keras shows higher than
that of other rows, which is no fault; so it is proven only by a refit with early stopping, dropout
and a penalty that wins.
"""

from __future__ import annotations

import math
from typing import Any

from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.examined import Examined
from dataaudit.proof.diagnosis.setup import Change
from dataaudit.proof.diagnosis.trace import Trace

_RISE = 0.2  # science.md section 3: healthy networks up to .14
_EARLY = 0.5  # the same: the best epoch lies in the first half
_GAP = 0.05  # the same, beyond two standard errors
_DROPOUT, _L2, _PATIENCE = 0.3, 1e-4, 10


class Overfitting(Cause):
    """See the file."""

    code, precedence = "T111", 79
    title = "The network learns its rows by heart"
    trial = "With early stopping, dropout and a penalty,"
    next = "Turn `early_stopping` on, then `dropout: 0.3` or `l2: 0.0001`; more rows help most."

    def signal(self, examined: Examined) -> Signal | str:
        """Look for a validation loss that rises, and for a gap."""
        trace = examined.trace
        if not trace.validation:
            return "No validation loss was written down."
        is_early = trace.best + 1 < _EARLY * trace.epochs
        gap, chance = gap_of(trace)
        rises = trace.rise > _RISE and is_early
        return Signal(
            is_present=rises or gap > _GAP + chance,
            strength=max(trace.rise / _RISE, gap / (_GAP + chance)),
            evidence={"rise": trace.rise, "best": trace.best + 1, "gap": gap},
            sentence=_sentence(trace, gap),
        )

    def remedy(self, examined: Examined) -> Any | None:
        """Stop early and learn less by heart."""
        setup = examined.setup
        return examined.changed(
            Change(
                stops_after=setup.stops_after or _PATIENCE,
                dropout=max(setup.dropout, _DROPOUT),
                l2=_L2,
            )
        )


def gap_of(trace: Trace) -> tuple[float, float]:
    """Return how much more often rows learnt from are right, and two standard errors of it."""
    if trace.right_train is None or trace.right_validation is None:
        return 0.0, 0.0
    share = min(max(trace.right_validation, 0.0), 1.0)
    chance = 2 * math.sqrt(share * (1 - share) / max(trace.rows_validation or 1, 1))
    return trace.right_train - trace.right_validation, chance


def _sentence(trace: Trace, gap: float) -> str:
    """Say what was seen."""
    told = (
        f"The validation loss was lowest in epoch {trace.best + 1} of {trace.epochs} and "
        f"{trace.rise:.0%} higher at the end"
    )
    if trace.right_train is None:
        return f"{told}."
    return f"{told}; rows learnt from are right {100 * gap:.1f} points more often than others."
