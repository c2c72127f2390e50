"""The network is too small for what the table holds.

Rows learnt from fare no better than others, and boosted trees or the nearest neighbours fare better
than both; or, plainer still, the network does worse on the very rows that it learns from than those
do on rows that they have not seen. There is more to be had, and the network does not get it. (A
linear network that does as well as this one is no proof: science.md section 3.) The proof is a
refit with layers four times as wide, and one more, that wins.
"""

from __future__ import annotations

from typing import Any

from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.examined import Examined
from dataaudit.proof.diagnosis.setup import Change
from dataaudit.proof.wording import spoken

_CLOSE = 0.05  # science.md section 3: of the prior's loss, between the two losses
_COUNTED = frozenset({"accuracy", "r2"})  # what a trace counts of the rows learnt from
_WIDER = 4
_LEAST_UNITS = 64  # what `train.network` has by default


class TooSmall(Cause):
    """See the file."""

    code, precedence = "T112", 80
    title = "The network is too small"
    trial = "With a wider and deeper network,"
    next = "Give `train.network.hidden` more units and one more layer, such as [256, 256]."

    def signal(self, examined: Examined) -> Signal | str:
        """Compare losses with each other, and the score with that of other learners."""
        trace = examined.trace
        if not trace.validation or trace.failed:
            return "No validation loss was written down."
        low = min(trace.validation)
        apart = (low - trace.train[trace.best]) / (trace.prior or 1.0)
        if not examined.is_table:
            share = trace.share(trace.train[trace.best])
            behind, other = (0.0 if share is None else share - 0.5), "nothing else was tried"
        else:
            behind, other = _behind(examined)
        return Signal(
            is_present=behind > 0 and (apart < _CLOSE or _falls_short(examined)),
            strength=max(behind, 0.0),
            evidence={"apart": apart, "behind": behind},
            sentence=(
                f"Rows learnt from and others have losses {apart:.2f} apart (of a constant "
                f"answer's), and {other}."
            ),
        )

    def remedy(self, examined: Examined) -> Any | None:
        """Give it more and wider layers."""
        hidden = examined.setup.hidden
        if hidden is None:
            return None
        widest = max(_WIDER * max(hidden, default=0), _LEAST_UNITS)
        return examined.changed(Change(hidden=(widest,) * (len(hidden) + 1), fresh=True))


def _falls_short(examined: Examined) -> bool:
    """Tell whether rows learnt from fare worse here than others do elsewhere."""
    right = examined.trace.right_train
    if not examined.is_table or right is None or examined.table.between_learners not in _COUNTED:
        return False
    best = max(examined.table.reference_scores.values())
    return best - right > examined.table.smallest_effect


def _behind(examined: Examined) -> tuple[float, str]:
    """Return how far the network is behind the better of other learners, beyond what matters."""
    table = examined.table
    metric, scores = table.between_learners, table.reference_scores
    name = max(scores, key=lambda key: scores[key])
    behind = scores[name] - table.estimate(table.judged, metric).value
    words = {"tree": "boosted trees", "neighbours": "nearest neighbours"}[name]
    sign = "ahead of" if behind > 0 else "behind"
    told = f"{words} are {abs(behind):.3f} {sign} the network ({spoken(metric)})"
    return behind - table.smallest_effect, told
