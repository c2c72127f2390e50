"""Nothing is wrong: other learners get no further on these columns and labels.

Boosted trees and nearest neighbours, which share none of the network's habits, stop where it stops;
labels are not noisy and more rows would not help. Then better columns or better labels are what is
missing, and no cleaning will do instead. It is proven only where the rows suffice to say that the
best of the others is within the smallest effect that matters, or behind.
"""

from __future__ import annotations

from dataclasses import replace

from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.examined import Examined, Proof
from dataaudit.proof.wording import spoken

_PERFECT = 0.99  # above it there is nothing to explain
_OPEN = frozenset({"proven", "suspected"})


class Irreducible(Cause):
    """See the file."""

    code, precedence = "T199", 99
    title = "The columns and labels give no more away"
    trial = "With the better of boosted trees and nearest neighbours,"
    next = "Look for better columns or better labels; cleaning will not raise the score."
    needs_table = True
    stays = False
    asks_others = True

    def signal(self, examined: Examined) -> Signal | str:
        """Compare all learners, once nothing else is left."""
        table = examined.table
        blamed = [name for name, status in table.ended.items() if status in _OPEN]
        if blamed:
            return f"Something else is left to look at: {', '.join(blamed)}."
        metric = table.between_learners
        net = table.estimate(table.judged, metric).value
        scores = table.reference_scores
        best, label = max(scores.values()), spoken(metric)
        return Signal(
            is_present=net < _PERFECT and best - net <= table.smallest_effect,
            strength=1 - net,
            evidence={"network": net, **scores},
            sentence=(
                f"The network scores {net:.3f} ({label}), boosted trees {scores['tree']:.3f}, "
                f"nearest neighbours {scores['neighbours']:.3f}."
            ),
        )

    def prove(self, examined: Examined) -> Proof | None:
        """Show that the best of the others is not ahead by what matters."""
        table = examined.table
        scores = table.reference_scores
        best = table.reference[max(scores, key=lambda name: scores[name])]
        proof = table.proof(table.judged, best, metric=table.between_learners)
        return replace(proof, is_proven=proof.high < table.smallest_effect)
