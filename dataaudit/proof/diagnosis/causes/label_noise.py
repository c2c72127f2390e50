"""Labels are wrong, and the network learns them by heart.

Where rows are merely hard, a network is unsure of them. Where labels are wrong, it is sure and
contradicted. So the signal is the error out of fold among the fifth of the rows that it is surest
of, or surest of in the answer that it gives (labels that are wrong in one direction show in one
answer only): an alarm where the lower end of its 95 % interval (Wilson) is above 5 %. Confident
learning names the rows to look at; it raises no alarm by itself.

The proof is the same network with rows whose label simple learners doubt counting next to nothing
in training, and trained to the end: the rows to stop by have wrong labels as well, and would stop a
network that rightly contradicts them. Both are compared by the judged rows whose label is not
doubted: a ruler with a quarter of its marks wrong halves every difference. That favours what agrees
with simple learners, so this is tried after an alarm alone, which tables with right labels do not
raise. Nothing is ever relabelled.

Measured (science.md, section 3): clean tables 0 to .007, Pima .039; 10 % of the labels flipped give
.08 to .20, 20 % .17 to .30.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dataaudit.proof.arms import WithTraining
from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.examined import Examined, OnTable, Proof
from dataaudit.proof.diagnosis.mending import Believing
from dataaudit.proof.diagnosis.suspects import doubtful, suspects
from dataaudit.proof.judging import Judged, judge
from dataaudit.proof.metrics import Estimate, difference, known, mean_of
from dataaudit.proof.statistics import wilson
from dataaudit.proof.target import Answers
from dataaudit.proof.verdict import HELPS, least_error, weigh

_SUREST = 0.2  # of the rows; science.md section 3
_ALARM = 0.05  # lower end of the interval; the same
_FEWEST = 20  # rows, of which one error is 5 %
_NAMED = 5


class LabelNoise(Cause):
    """See the file."""

    code, precedence = "D302", 70
    title = "Labels are wrong"
    trial = "With doubtful rows counting less in training, judged by the others,"
    next = "Have somebody look at the rows named; until then let them count less in training."
    needs_table = True

    def signal(self, examined: Examined) -> Signal | str:
        """Take the error among the rows that the network is surest of."""
        table = examined.table
        if not table.target.classes:
            return "The target is a number."
        shares = np.mean([said.shares for said in table.judged.answers], axis=0)
        codes = table.truth.astype(np.intp)
        wrong, rows = _surest(shares, codes)
        low = wilson(wrong / rows, rows).low
        review = _rows_to_review(table, shares, codes)
        named = ", ".join(str(row) for row in review[:_NAMED])
        return Signal(
            is_present=low > _ALARM,
            strength=low / _ALARM,
            evidence={"wrong": wrong / rows, "low": low, "rows_to_review": len(review)},
            sentence=(
                f"Of the {rows:,} rows that the network is surest of, {wrong:,} "
                f"({wrong / rows:.0%}) bear another label; {len(review):,} rows are worth a look"
                + (f", first {named}." if named else ".")
            ),
        )

    def remedy(self, examined: Examined) -> Any | None:
        """Take the say from rows whose label is in doubt."""
        table = examined.table
        train = table.train.model_copy(update={"early_stopping": "off"})
        return WithTraining(Believing(table.preparation), train)

    def prove(self, examined: Examined) -> Proof | None:
        """Weigh the rows, and compare by those whose label can be believed."""
        table, arm = examined.table, self.remedy(examined)
        judged = judge({"believing": arm}, table.case).arms["believing"]
        kept = ~_doubted(table)
        before, after = (_estimate(table, said, kept) for said in (table.judged, judged))
        weighed = weigh(
            difference(after, before),
            np.unique(table.groups[kept], return_inverse=True)[1],
            smallest_effect=table.smallest_effect,
            family=table.family,
            least_error=least_error(table.metric, table.truth[kept]),
        )
        return Proof(
            metric=table.metric,
            effect=weighed.found.value,
            low=weighed.found.low,
            high=weighed.found.high,
            verdict=weighed.verdict,
            is_proven=weighed.verdict == HELPS,
            arm=arm,
            judged=judged,
        )


def _doubted(table: OnTable) -> np.ndarray:
    """Mark the judged rows whose label simple learners doubt."""
    X = table.X.iloc[table.rows]
    labels = np.asarray(table.target.classes, dtype=object)[table.truth.astype(np.intp)]
    y = pd.Series(labels, index=X.index)
    made = table.preparation.clone().fit_resample(X, y)
    real = ~made.synthetic
    marked = np.zeros(len(X), dtype=bool)
    marked[made.rows[real]] = suspects(made.X[real], made.y[real])
    return marked


def _estimate(table: OnTable, judged: Judged, kept: np.ndarray) -> Estimate:
    """Return the metric over some of the judged rows, averaged over repeats."""
    some = [Answers(labels=s.labels[kept], shares=s.shares[kept]) for s in judged.answers]
    measure = known(table.target)[table.metric]
    return mean_of([measure(said, table.truth[kept], table.target) for said in some])


def _surest(shares: np.ndarray, codes: np.ndarray) -> tuple[int, int]:
    """Return errors and rows among the surest fifth: of all rows, or of the worst answer."""
    said, sure = shares.argmax(axis=1), shares.max(axis=1)
    groups = [np.arange(len(codes)), *(np.flatnonzero(said == code) for code in np.unique(said))]
    counted = []
    for group in groups:
        surest = group[np.argsort(-sure[group], kind="stable")][: round(_SUREST * len(group))]
        if len(surest) >= _FEWEST:
            counted.append((int((said[surest] != codes[surest]).sum()), len(surest)))
    return max(counted, key=lambda pair: wilson(pair[0] / pair[1], pair[1]).low, default=(0, 1))


def _rows_to_review(table: OnTable, shares: np.ndarray, codes: np.ndarray) -> list[Any]:
    """Return the names of the doubtful rows, the least probable label first."""
    rows = np.flatnonzero(doubtful(shares, codes))
    order = np.argsort(shares[rows, codes[rows]], kind="stable")
    return table.X.index[table.rows[rows[order]]].tolist()
