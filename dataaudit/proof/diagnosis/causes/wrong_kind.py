"""The kind of network is the limit: boosted trees on the raw columns beat it.

A network of dense layers prefers smooth answers and treats all columns alike; targets that jump
along single columns, or hang on few of many, suit trees better. The remedy is another learner, so
it does not stay for what is asked after it.

Trees do not mind gaps, codes for missing, far cells, spellings and scales, and a network does. So
where one of these is suspected and not settled, being behind trees says nothing of the network.

References
----------
L. Grinsztajn, E. Oyallon, G. Varoquaux, Why do tree-based models still outperform deep learning on
typical tabular data?, NeurIPS 2022.
"""

from __future__ import annotations

from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.cells import unsettled
from dataaudit.proof.diagnosis.examined import Examined, Proof
from dataaudit.proof.wording import spoken


class WrongKind(Cause):
    """See the file."""

    code, precedence = "T114", 85
    title = "Boosted trees suit this table better than such a network"
    trial = "With boosted trees on the raw columns instead of the network,"
    next = "Use boosted trees here, or a network made for tables (embeddings of numbers)."
    needs_table = True
    stays = False
    asks_others = True

    def signal(self, examined: Examined) -> Signal | str:
        """Compare the trees with the network."""
        table = examined.table
        if left := unsettled(table):
            return f"Trees do not mind what is left to look at: {', '.join(left)}."
        metric = table.between_learners
        tree = table.reference_scores["tree"]
        net = table.estimate(table.judged, metric).value
        return Signal(
            is_present=tree - net > table.smallest_effect,
            strength=(tree - net) / max(table.smallest_effect, 1e-9),
            evidence={"tree": tree, "network": net},
            sentence=f"Boosted trees score {tree:.3f} ({spoken(metric)}), the network {net:.3f}.",
        )

    def prove(self, examined: Examined) -> Proof | None:
        """Compare them row by row; the trees are trained already."""
        table = examined.table
        return table.proof(table.judged, table.reference["tree"], metric=table.between_learners)
