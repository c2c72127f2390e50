"""Labels are wrong, and the network learns them by heart.

Where rows are merely hard, a network is unsure of them. Where labels are wrong, it is sure and
contradicted. So the signal is the error out of fold among the fifth of the rows that it is surest
of, or surest of in the answer that it gives: an alarm where the lower end of its 95 % interval
(Wilson) is above 5 %. Confident learning names the rows to look at; it raises no alarm by itself.

Labels that are wrong in one direction leave no row to be sure of: where 40 % of a class are missed,
the best that can be learnt of it is 60 %, on all of its rows alike. So there is a second signal:
more than a third of the rows that most look like a class (half as many as bear it) bear another,
and yet the class ends where its likeness does. A class that is merely hard or rare fades out
instead: rows further down bear it nearly as often as any.

The proof is the same network with rows whose label simple learners doubt counting next to nothing
in training, and trained to the end at one rate: the rows to stop by have wrong labels as well, and
would stop a network that rightly contradicts them, or let its rate fall until it learns no more
(with 25 % of the labels of eight tables flipped, this brings back .56 of the loss in the median, a
rate that they may lower none). Wrong labels of all directions would halve each difference; so both
are compared by the judged rows whose label is not doubted. That favours what agrees with simple
learners, so it proves only after an alarm among the surest of all rows, and where the network is
ahead by all labels too. (Where the answer is a coin's toss in a group of rows, the alarm is that of
one answer: of 12 made-up ones, all labels right, 4 were proven wrong without these two, and none
with them.) Nothing is ever relabelled.

Labels wrong in one direction have another remedy. They leave the order of the rows as it is and
shrink the probability of the class, so what they cost, they cost by where the line is drawn; the
line that is best for balanced accuracy is the share of the class, with wrong labels as with right
ones. So the threshold is moved (and the network trained to the end), judged by balanced accuracy
over all rows with the labels that they have, which such labels make smaller and never turn. With 40
% of a class missed in 15 tables this brings back .90 of the loss in the median, doubtful rows that
count less .22, and the wrong rows left out, as if they were known, .68. It is what a rare class
that overlaps needs as well, whose probabilities look the same (5 of 11 made-up ones with right
labels raise this alarm): no refit can tell the two apart, so this stays a suspicion, whatever the
refit wins, and `imbalance` is what can be proven.

Measured (science.md, section 3): clean tables 0 to .007, Pima .039; 10 % of the labels flipped give
.08 to .20, 20 % .17 to .30. Of the rows that most look like their rarest class, .00 to .32 bear
another on 15 untouched tables (three that can hardly be learnt: .47 to .63), .36 to .71 with 40 %
of that class missed.

References
----------
A. Menon, B. van Rooyen, C. S. Ong, R. Williamson, Learning from corrupted binary labels via
class-probability estimation, ICML 2015: balanced error under labels wrong by class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from dataaudit.proof.arms import WithTraining
from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.examined import Examined, OnTable, Proof
from dataaudit.proof.diagnosis.mending import Balanced, Believing
from dataaudit.proof.diagnosis.setup import unwatched
from dataaudit.proof.diagnosis.suspects import doubtful, suspects
from dataaudit.proof.judging import Judged, judge
from dataaudit.proof.metrics import Estimate, difference, known
from dataaudit.proof.scoring import scored
from dataaudit.proof.statistics import wilson
from dataaudit.proof.verdict import HELPS, least_error, weigh

_SUREST = 0.2  # of the rows; science.md section 3
_ALARM = 0.05  # lower end of the interval; the same
_FEWEST = 20  # rows, of which one error is 5 %
_MISSED = 1 / 3  # of what looks like a class; below, the class is still what most of its rows say
_UNLEARNT = 2 / 3  # of the same; above, the class is hardly learnt, and nothing can be told of it
_ENDS = 0.45
"""Of its share, by which a class is rarer below: .50 to 1 where it was missed, on 7 tables; .38 to
.61 where it is merely hard, on 11 made-up ones.
"""
_RULER = "balanced_accuracy"  # what labels wrong by class shrink and never turn
_NAMED = 5


class LabelNoise(Cause):
    """See the file."""

    code, precedence = "D302", 58
    title = "Labels are wrong"
    trial = "With doubtful rows counting less, or the line drawn where one class is missed,"
    next = (
        "Have somebody look at the rows named; until then let them count less in training, or move "
        "the threshold where one class is missed."
    )
    needs_table = True

    def signal(self, examined: Examined) -> Signal | str:
        """Take the error among the rows that the network is surest of."""
        table = examined.table
        if not table.target.classes:
            return "The target is a number."
        shares = _shares(table)
        codes = table.truth.astype(np.intp)
        wrong, rows, answer = _surest(shares, codes)
        surest = "of" if answer is None else f"are `{table.target.classes[answer]}`"
        low = _lowest(shares, codes)
        missed = _missed(shares, codes)
        review = _rows_to_review(table, shares, codes)
        named = ", ".join(str(row) for row in review[:_NAMED])
        evidence = {"wrong": wrong / rows, "low": low, "rows_to_review": len(review)}
        if missed is not None:
            evidence["missed"] = missed.wrong / missed.rows
        return Signal(
            is_present=low > _ALARM or missed is not None,
            strength=max(low / _ALARM, evidence.get("missed", 0.0) / _MISSED),
            evidence=evidence,
            sentence=(
                f"Of the {rows:,} rows that the network is surest {surest}, {wrong:,} "
                f"({wrong / rows:.0%}) bear another label; "
                + ("" if missed is None else f"{missed.told(table.target.classes)}; ")
                + f"{len(review):,} rows are worth a look"
                + (f", first {named}." if named else ".")
            ),
        )

    def remedy(self, examined: Examined) -> Any | None:
        """Take the say from rows whose label is in doubt, or move the line to a missed class."""
        table = examined.table
        is_balanced = getattr(table.preparation, "balance", "none") != "none"
        if is_balanced or not _is_one_sided(table):
            return WithTraining(Believing(table.preparation), unwatched(table.train))
        train = table.train.model_copy(update={"early_stopping": "off"})
        return WithTraining(Balanced(table.preparation), train)

    def prove(self, examined: Examined) -> Proof | None:
        """Weigh the rows, and compare by those whose label can be believed."""
        table, arm = examined.table, self.remedy(examined)
        is_one_sided = _is_one_sided(table)
        metric = _RULER if is_one_sided else table.metric
        case = replace(table.case, recipe=replace(table.case.recipe, metric=metric))
        judged = judge({"mended": arm}, case).arms["mended"]
        kept = np.ones(len(table.rows), dtype=bool) if is_one_sided else ~_doubted(table)
        before, after = (_estimate(table, said, kept, metric) for said in (table.judged, judged))
        weighed = weigh(
            difference(after, before),
            np.unique(table.groups[kept], return_inverse=True)[1],
            smallest_effect=table.smallest_effect,
            family=table.family,
            least_error=least_error(metric, table.truth[kept]),
        )
        return Proof(
            metric=metric,
            effect=weighed.found.value,
            low=weighed.found.low,
            high=weighed.found.high,
            verdict=weighed.verdict,
            is_proven=weighed.verdict == HELPS and not is_one_sided and _is_ahead(table, judged),
            arm=arm,
            judged=judged,
        )


def _is_one_sided(table: OnTable) -> bool:
    """Tell whether only labels of one class raise the alarm, and not the surest of all rows."""
    shares, codes = _shares(table), table.truth.astype(np.intp)
    wrong, rows = _counted(shares, codes, np.arange(len(codes)))
    return wilson(wrong / max(rows, 1), max(rows, 1)).low <= _ALARM


def _shares(table: OnTable) -> np.ndarray:
    """Return the probability of each class, averaged over repeats."""
    shares: np.ndarray = np.mean([said.shares for said in table.judged.answers], axis=0)
    return shares


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


def _estimate(table: OnTable, judged: Judged, kept: np.ndarray, metric: str) -> Estimate:
    """Return a metric over some of the judged rows, averaged over repeats."""
    return scored(judged, known(table.target)[metric], table.truth, table.target, kept=kept)


def _is_ahead(table: OnTable, judged: Judged) -> bool:
    """Tell whether an arm is ahead by all rows, whose wrong labels shrink what it gains."""
    before, after = (table.estimate(said) for said in (table.judged, judged))
    return bool(after.value > before.value)


def _lowest(shares: np.ndarray, codes: np.ndarray) -> float:
    """Return the lower end of the error among the surest rows."""
    wrong, rows, _ = _surest(shares, codes)
    return wilson(wrong / rows, rows).low


def _surest(shares: np.ndarray, codes: np.ndarray) -> tuple[int, int, int | None]:
    """Return errors and rows among the surest fifth: of all rows, or of one answer, the worst."""
    said = shares.argmax(axis=1)
    groups: dict[int | None, np.ndarray] = {None: np.arange(len(codes))}
    groups |= {int(code): np.flatnonzero(said == code) for code in np.unique(said)}
    counted = []
    for answer, group in groups.items():
        wrong, rows = _counted(shares, codes, group)
        if rows >= _FEWEST:
            counted.append((wrong, rows, answer))
    return max(counted, key=lambda c: wilson(c[0] / c[1], c[1]).low, default=(0, 1, None))


def _counted(shares: np.ndarray, codes: np.ndarray, group: np.ndarray) -> tuple[int, int]:
    """Return errors and rows among the surest fifth of some rows."""
    order = np.argsort(-shares[group].max(axis=1), kind="stable")
    surest = group[order][: round(_SUREST * len(group))]
    return int((shares[surest].argmax(axis=1) != codes[surest]).sum()), len(surest)


@dataclass(frozen=True, slots=True)
class _Missed:
    """A class that many rows look like and do not bear."""

    code: int
    wrong: int
    rows: int

    def told(self, classes: Sequence[str]) -> str:
        """Say so, within a sentence."""
        share = self.wrong / self.rows
        return (
            f"of the {self.rows:,} rows that look most like `{classes[self.code]}`, {self.wrong:,} "
            f"({share:.0%}) bear another, though few rows that look otherwise bear it"
        )


def _missed(shares: np.ndarray, codes: np.ndarray) -> _Missed | None:
    """Return the class that is missed most, if one is."""
    counts = np.bincount(codes, minlength=shares.shape[1])
    found = [_looked_at(shares, codes, int(code)) for code in np.flatnonzero(counts >= _FEWEST)]
    missed = [one for one in found if one is not None]
    return max(missed, key=lambda one: one.wrong / one.rows, default=None)


def _looked_at(shares: np.ndarray, codes: np.ndarray, code: int) -> _Missed | None:
    """Follow a class from the rows that look most like it to where it should end.

    If one share of all its rows is missed, it takes up as many rows more than bear it; below, there
    should be none.
    """
    bears = codes[np.argsort(-shares[:, code], kind="stable")] == code
    rows = int(bears.sum()) // 2
    right = int(bears[:rows].sum())
    if not _MISSED * rows < rows - right <= _UNLEARNT * rows:
        return None
    end = min(round(bears.sum() * rows / right), len(bears))
    below, usual = bears[end:], bears.mean()
    ends = 1 - below.mean() / usual if len(below) else 0.0
    return _Missed(code, rows - right, rows) if ends > _ENDS else None


def _rows_to_review(table: OnTable, shares: np.ndarray, codes: np.ndarray) -> list[Any]:
    """Return the names of the doubtful rows, the least probable label first."""
    rows = np.flatnonzero(doubtful(shares, codes))
    order = np.argsort(shares[rows, codes[rows]], kind="stable")
    return table.X.index[table.rows[rows[order]]].tolist()
