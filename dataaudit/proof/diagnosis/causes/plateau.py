"""The loss stands still while there is more to learn, and the learning rate never falls.

Steps that are too long to settle move around what they look for. A schedule that lowers the rate
where the loss stands still would help, but early stopping may be less patient than it: with equal
patience training ends before the rate has ever fallen. The signal is a loss that stands still above
three tenths of the prior's, with no such schedule or one that comes too late; the proof is a refit
in which the rate falls after a third of the patience. A loss around which steps are too long goes
up and down as well, so this is asked before the rate itself, which is all that is left to blame
where nothing was learnt.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.examined import Examined
from dataaudit.proof.diagnosis.setup import Change, Setup
from dataaudit.proof.diagnosis.trace import LEARNT

_STILL = 0.005
"""science.md section 3: relative fall of the loss over the last fifth of the epochs. Held against
the fifth before, medians both, and against its jitter: a loss that jumps is lower by chance.
"""
_MEDIAN = 1.2533  # standard error of a median over that of a mean, of normal values
_SOME = 0.3  # the same: of the prior's loss; below it there is little left to learn
_LATE = 0.2
_LEAST_EPOCHS = 5  # a last fifth needs as many


class Plateau(Cause):
    """See the file."""

    code, precedence = "T106", 39
    title = "The loss stands still and the learning rate does not fall"
    trial = "With a learning rate that falls where the loss stands still,"
    next = "Give `reduce_on_plateau` less than half of the patience of early stopping."

    def signal(self, examined: Examined) -> Signal | str:
        """Look for a loss that stands still, and for a schedule that would move it."""
        trace, setup = examined.trace, examined.setup
        losses = trace.finite
        if len(losses) < _LEAST_EPOCHS:
            return "Fewer than five epochs were written down."
        share = trace.share(losses[-1])
        fifth = max(1, round(_LATE * len(losses)))
        fall, jitter = _fall(losses[-2 * fifth : -fifth], losses[-fifth:])
        is_open = share is None or _SOME < share <= LEARNT
        is_late = _is_late(setup) and not any(b < a for a, b in pairwise(trace.rates))
        is_still = fall < max(_STILL, 2 * jitter) and not trace.is_late_best and is_open
        return Signal(
            is_present=is_still and is_late,
            strength=_STILL / max(fall, _STILL / 10),
            evidence={"fall": fall, "share": share or 0.0},
            sentence=(
                f"The loss fell by {max(fall, 0.0):.1%} in the last fifth of training"
                + (", and nothing lowers the learning rate then." if is_late else ".")
            ),
        )

    def remedy(self, examined: Examined) -> Any | None:
        """Lower the rate after a third of the patience."""
        patience = examined.setup.stops_after or 3 * _LEAST_EPOCHS
        return examined.changed(Change(plateau_after=max(1, patience // 3)))


def _fall(before: Sequence[float], after: Sequence[float]) -> tuple[float, float]:
    """Return by which share the median fell, and the standard error of that."""
    level, now = float(np.median(before)), float(np.median(after))
    spread = np.sqrt((np.var(before) + np.var(after)) / len(after))
    return (level - now) / abs(level or 1.0), float(_MEDIAN * spread / abs(level or 1.0))


def _is_late(setup: Setup) -> bool:
    """Tell whether the rate would fall too late or never."""
    if setup.plateau_after is None:
        return True
    return setup.stops_after is not None and setup.plateau_after > setup.stops_after / 2
