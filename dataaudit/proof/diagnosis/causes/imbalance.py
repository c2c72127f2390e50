"""Labels are decided at one half, where one class is rare: the rare class is hardly ever named.

The network may rank the rows well and still answer with the frequent class almost always. Nothing
is wrong with its training; what has to move is the operating point. The signal is a class with half
of its fair share of the rows or less. The proof is the same network with a class named where its
probability is above its share of the training rows, which is the best cut for balanced accuracy;
whatever the primary metric, it is judged by that one, which counts classes alike. Where the rows
that training stops by hold fewer than five of the class, it is trained to the end: they would end
training by the other classes alone. (With ten rows of a class left in each of seven tables,
balanced accuracy is 1.0 points higher in the mean than with stopping, -0.9 to 2.8.)

References
----------
A. Menon et al., On the statistical consistency of algorithms for binary classification under class
imbalance, ICML 2013.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from dataaudit.proof.arms import WithTraining
from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.examined import Examined, Proof
from dataaudit.proof.diagnosis.mending import Balanced
from dataaudit.proof.judging import judge
from dataaudit.proof.verdict import HELPS

_RARE = 0.5  # of the fair share
_METRIC = "balanced_accuracy"
_STOPS = 5  # rows of the class; as few say nothing of when it is learnt


class Imbalance(Cause):
    """See the file."""

    code, precedence = "D301", 60
    title = "A rare class is hardly ever named"
    trial = "With classes named where their probability is above their share of the rows,"
    next = "Move the threshold: `imbalance: {method: threshold}` under `clean`; the data can stay."
    needs_table = True

    def signal(self, examined: Examined) -> Signal | str:
        """Compare the rarest class with its fair share, and how often it is found."""
        table = examined.table
        if not table.target.classes:
            return "The target is a number."
        balance = getattr(table.preparation, "balance", "none")
        if balance != "none":
            return f"The arm balances the classes already (`{balance}`)."
        shares = table.target.counts(table.truth)
        rarest = int(np.argmin(shares))
        found = float(
            np.mean(
                [
                    np.mean(said.labels[table.truth == rarest] == rarest)
                    for said in table.judged.answers
                ]
            )
        )
        fair = 1 / len(shares)
        return Signal(
            is_present=bool(shares[rarest] <= _RARE * fair),
            strength=_RARE * fair / max(float(shares[rarest]), 1e-9),
            evidence={"share": float(shares[rarest]), "recall": found},
            sentence=(
                f"The rarest class is {shares[rarest]:.1%} of the rows, of which {found:.0%} are "
                "named."
            ),
        )

    def remedy(self, examined: Examined) -> Any | None:
        """Decide at the shares of the classes; stop by them where there are rows to stop by."""
        table = examined.table
        codes = table.target.coded[table.case.parted(0)[0].stop].astype(np.intp)
        if np.bincount(codes, minlength=len(table.target.classes)).min() >= _STOPS:
            return table.prepared(Balanced(table.preparation))
        train = table.train.model_copy(update={"early_stopping": "off"})
        return WithTraining(Balanced(table.preparation), train)

    def prove(self, examined: Examined) -> Proof | None:
        """Decide at the shares of the classes, and compare by balanced accuracy."""
        table, arm = examined.table, self.remedy(examined)
        case = replace(table.case, recipe=replace(table.case.recipe, metric=_METRIC))
        judged = judge({"balanced": arm}, case).arms["balanced"]
        verdict = table.compared(table.judged, judged, _METRIC)
        return Proof(
            metric=_METRIC,
            effect=verdict.found.value,
            low=verdict.found.low,
            high=verdict.found.high,
            verdict=verdict.verdict,
            is_proven=verdict.verdict == HELPS,
            arm=arm if table.metric == _METRIC else None,
            judged=judged,
        )
