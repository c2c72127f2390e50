"""The learning rate is too high: steps jump over what they should find.

The loss goes up as often as down, stays at that of a constant answer, or stops being a number;
units are pushed to where they never answer again. The signal is any of these. Raw inputs and a
network that overfits do the same (science.md section 3: up to .37 and .29 of the epochs), so it is
asked after `scale`, and proven only by a refit at the usual rate that wins.
"""

from __future__ import annotations

from typing import Any

from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.examined import Examined
from dataaudit.proof.diagnosis.setup import Change, Setup
from dataaudit.proof.diagnosis.trace import LEARNT, Trace

_RISES = 0.25  # science.md section 3: share of the epochs in which the loss goes up by 1 %
_SOME_RISES = 0.1  # the same: the most that was seen of healthy ones
_FAR = 3.0  # times the usual rate: then fewer signs will do
_DEAD = 0.4  # science.md section 3, of units
_EARLY = 0.2  # of the epochs


class LearningRateHigh(Cause):
    """See the file."""

    code, precedence = "T104", 40
    title = "The learning rate is too high"
    trial = "At a lower learning rate"
    next = "Lower `train.optimizer.learning_rate` to a tenth, then look again."

    def signal(self, examined: Examined) -> Signal | str:
        """Look for a loss that jumps, does not move or is no number, and for dead units."""
        trace, setup = examined.trace, examined.setup
        if not trace.epochs:
            return "No training loss was written down."
        rises, stuck = trace.rises, _stuck(trace)
        dead = float(trace.dead[-1].max()) if trace.dead is not None else 0.0
        is_far = (setup.learning_rate or 0.0) > _FAR * setup.usual_rate
        found = [rises > _RISES, trace.failed and not trace.has_unfinite]
        found += [is_far and sign for sign in (stuck, dead > _DEAD, rises > _SOME_RISES)]
        return Signal(
            is_present=any(found),
            strength=max(rises / _RISES, float(trace.failed), dead / _DEAD),
            evidence={"rises": rises, "failed": float(trace.failed), "dead": dead},
            sentence=_sentence(trace, setup),
        )

    def remedy(self, examined: Examined) -> Any | None:
        """Train at the usual rate, or at a tenth."""
        return examined.changed(Change(learning_rate=lower(examined.setup)))


def lower(setup: Setup) -> float:
    """Return the usual rate, or a tenth of one that is no higher."""
    rate = setup.learning_rate or setup.usual_rate
    return setup.usual_rate if rate > setup.usual_rate else rate / 10


def _stuck(trace: Trace) -> bool:
    """Tell whether a while of training learnt nothing."""
    shares = [trace.share(loss) for loss in trace.finite[int(_EARLY * trace.epochs) :]]
    known = [share for share in shares if share is not None]
    return bool(known) and min(known) > LEARNT


def _sentence(trace: Trace, setup: Setup) -> str:
    """Say what was seen."""
    rate = "" if setup.learning_rate is None else f" at a learning rate of {setup.learning_rate:g}"
    if trace.failed:
        return f"The loss stopped being a number in epoch {trace.epochs}{rate}."
    return f"The training loss went up in {trace.rises:.0%} of the epochs{rate}."
