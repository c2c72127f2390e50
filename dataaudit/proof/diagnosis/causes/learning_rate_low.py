"""The learning rate is too low, or training ends too soon: there was more to be had.

The last epoch is the best, the loss falls without a jump and is still far from what it could be.
The signal is that; gradients that vanish slow it down as well (then that is asked instead), and a
table that gives little away looks the same (haberman: .79 of the prior's loss), so it is proven
only by a refit at ten times the rate, with the same number of steps, that wins.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.examined import Examined
from dataaudit.proof.diagnosis.setup import Change
from dataaudit.proof.diagnosis.trace import VANISHED, Trace

_JUMPS = 0.02  # science.md section 3: share of the epochs in which the loss goes up by 1 %
_FAR = 0.85  # the same: of the prior's loss, at the end of training
_SOME = 0.3  # science.md section 3, plateau: below this there is little left to learn
_STILL = 0.05  # of its loss training gained in the last fifth of its epochs
_LATE = 0.2
_IDLE = 1e-4  # of a kernel's length a step; healthy networks take some 1e-3 in the first epoch


class LearningRateLow(Cause):
    """See the file."""

    code, precedence = "T105", 41
    title = "The learning rate is too low, or training ends too soon"
    trial = "At a higher learning rate and with as many steps,"
    next = "Raise `train.optimizer.learning_rate` tenfold, or train longer (`train.max_steps`)."

    def signal(self, examined: Examined) -> Signal | str:
        """Look for a loss that is still falling at the end."""
        trace = examined.trace
        losses = trace.finite
        if len(losses) < 2:  # noqa: PLR2004 - a change needs two
            return "Fewer than two epochs were written down."
        share = trace.share(losses[-1])
        at = max(0, int((1 - _LATE) * len(losses)) - 1)
        falling = (losses[at] - losses[-1]) / abs(losses[at] or 1.0)
        is_far = share is not None and share > _FAR
        is_open = share is None or share > _SOME
        vanished = (trace.first_to_last or 1.0) < VANISHED
        slow = is_far or (falling > _STILL and is_open)
        slow &= trace.is_late_best and trace.rises <= _JUMPS and not trace.failed
        return Signal(
            is_present=not vanished and (slow or (is_far and _is_idle(trace))),
            strength=max(falling / _STILL, (share or 0.0) / _FAR),
            evidence={"share": share or 0.0, "falling": falling, "rises": trace.rises},
            sentence=(
                f"The loss still fell when training ended, by {falling:.0%} in its last fifth"
                + ("." if share is None else f", and stands at {share:.0%} of a constant answer's.")
            ),
        )

    def remedy(self, examined: Examined) -> Any | None:
        """Train at the usual rate, or at ten times the rate."""
        setup = examined.setup
        rate = setup.learning_rate or setup.usual_rate
        higher = setup.usual_rate if rate < setup.usual_rate else 10 * rate
        return examined.changed(Change(learning_rate=higher))


def _is_idle(trace: Trace) -> bool:
    """Tell whether steps were so short that the network stayed what it was."""
    if trace.updates is None or trace.failed:
        return False
    return bool(np.median(trace.updates[: trace.first]) < _IDLE)
