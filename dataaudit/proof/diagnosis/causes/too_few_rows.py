"""More rows would help: the error is still falling with every row.

The proof is a learning curve in rows: the same network on half of the training rows, judged by the
same rows. It is tried where rows learnt from are right more often than others, or where the one fit
that was watched learnt less than the others did. What doubling would bring is about half of what
the last doubling brought; this simple rule predicted better than a fitted power law on ten curves
(.50 against .65 points mean error; science.md section 3). It is proven where that is above the
smallest effect that matters, at the lower end of a 90 % interval. It cannot be put right from here,
so nothing stays.

Gaps, far cells and spellings steepen the curve: the more rows, the better a network learns to live
with them. So where one of these is suspected and not settled, more rows are not the first remedy.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from dataaudit.pipeline import Resampled
from dataaudit.proof.arms import WithTraining
from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.cells import unsettled
from dataaudit.proof.diagnosis.examined import Examined, Proof
from dataaudit.proof.diagnosis.wrapping import Around
from dataaudit.proof.judging import judge
from dataaudit.proof.metrics import difference
from dataaudit.proof.statistics import EQUIVALENCE, interval

_GAP = 0.02  # where rows learnt from are right no more often than others, more rows bring little
_NEXT = 0.5  # of the last doubling's gain is the next one's


class Halved(Around):
    """A preparation that learns from every second row of each class."""

    def fit_resample(self, X: pd.DataFrame, y: pd.Series) -> Resampled:
        """Learn from half of the rows."""
        ranked = pd.Series(np.arange(len(y))).groupby(np.asarray(y)).cumcount()
        if pd.api.types.is_float_dtype(y):
            ranked = pd.Series(np.arange(len(y)))
        kept = np.flatnonzero(ranked.to_numpy() % 2 == 0)
        made = super().fit_resample(X.iloc[kept], y.iloc[kept])
        rows = np.where(made.synthetic, -1, kept[np.where(made.synthetic, 0, made.rows)])
        return replace(made, rows=rows)


class TooFewRows(Cause):
    """See the file."""

    code, precedence = "T115", 90
    title = "More rows would help"
    trial = "If the number of rows doubles, by the curve so far,"
    next = "Gather more rows, of the rarest classes first."
    needs_table = True
    stays = False
    asks_others = True

    def signal(self, examined: Examined) -> Signal | str:
        """Compare rows learnt from with rows judged."""
        table = examined.table
        if left := unsettled(table):
            return f"The curve may be that of what is left to look at: {', '.join(left)}."
        trace = examined.trace
        if trace.right_train is None:
            return "The network learnt nothing."
        others = float(
            np.mean(
                [
                    _right(said.labels, table.truth, kind=table.target.kind)
                    for said in table.judged.answers
                ]
            )
        )
        gap = trace.right_train - others
        return Signal(
            is_present=abs(gap) > _GAP,
            strength=abs(gap) / _GAP,
            evidence={"gap": gap, "rows": float(trace.rows or 0)},
            sentence=_sentence(gap),
        )

    def prove(self, examined: Examined) -> Proof | None:
        """Train on half of the rows; half of what the other half brought is still to be had."""
        table = examined.table
        halved: Any = Halved(table.preparation)
        if isinstance(table.state, WithTraining):
            halved = WithTraining(halved, table.state.train)
        before = judge({"half": halved}, table.case).arms["half"]
        gained = difference(table.estimate(table.judged), table.estimate(before))
        found = interval(gained, table.groups, confidence=EQUIVALENCE)
        low, size, high = (_NEXT * x for x in (found.low, found.value, found.high))
        proof = table.proof(before, table.judged)
        return replace(
            proof,
            effect=size,
            low=low,
            high=high,
            percent=round(100 * EQUIVALENCE),
            is_proven=low > table.smallest_effect,
        )


def _sentence(gap: float) -> str:
    """Say what was seen; the gap is between the rows of the watched fit and those judged."""
    if gap >= -_GAP:
        return f"Rows learnt from are right {100 * gap:.1f} points more often than others."
    return (
        f"One fit is right {-100 * gap:.1f} points less often on its own rows than the fits of all "
        "folds on others: much hangs on which rows there are."
    )


def _right(labels: Any, truth: Any, *, kind: str) -> float:
    """Return the share of right rows, or R2."""
    if kind == "regression":
        return float(1 - np.mean((labels - truth) ** 2) / (np.var(truth) or 1.0))
    return float(np.mean(labels == truth))
