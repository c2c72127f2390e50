"""A column tells the answer, because it was filled in when the answer was known.

The score is then no score: it rests on a column that will be empty, or that nobody has, when the
network is used. So the proof is not that anything improves. It has two parts: the audit found the
column to give the target away in one half of the rows and confirmed it in the other (check
`leakage`: a copy, a value that tells, or one column that stands far above all others), and the
score falls where this column is shuffled among the judged rows, so the network does rest on it. Its
effect is the part of the score that is not to be had.

Whether the column really is known too late, the table cannot say: a strong honest feature looks the
same. What is proven is how much hangs on it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dataaudit.finding import Severity
from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.examined import Examined, OnTable, Proof
from dataaudit.proof.diagnosis.mending import Without
from dataaudit.proof.judging import judge
from dataaudit.proof.later import Shuffled, judge_later

_NAMED = 3
_ALONE = frozenset({"copy", "strong"})  # kinds of findings; a warning where one column stands alone


class Leakage(Cause):
    """See the file."""

    code, precedence = "D101", 20
    title = "A column gives the target away"
    trial = "Against the same rows with this column shuffled,"
    next = (
        "If it is filled in afterwards, put it under `task.ignore`, and believe the score without."
    )
    needs_table = True

    def signal(self, examined: Examined) -> Signal | str:
        """Take what the audit is sure of."""
        table = examined.table
        if "leakage" not in table.findings:
            return "The audit did not look for leaks."
        names = _leaks(table)
        said = [f.message for f in table.findings["leakage"] if set(f.columns) & set(names)]
        return Signal(
            is_present=bool(names),
            strength=float(len(names)),
            evidence={"columns": len(names)},
            sentence=" ".join(said[:_NAMED]),
        )

    def remedy(self, examined: Examined) -> Any | None:
        """Leave the columns out."""
        table = examined.table
        names = _leaks(table)
        if len(names) == table.X.shape[1]:
            return None
        return table.prepared(Without(names, table.preparation))

    def prove(self, examined: Examined) -> Proof | None:
        """Shuffle the columns among the judged rows; what is lost hangs on them."""
        table = examined.table
        names, arm = _leaks(table), self.remedy(examined)
        if arm is None:
            return None
        worlds = {"shuffled": (table.state, Shuffled(names))}
        proof = table.proof(judge_later(worlds, table.case)["shuffled"], table.judged, arm=arm)
        return replace(proof, judged=judge({"without": arm}, table.case).arms["without"])


def _leaks(table: OnTable) -> list[Any]:
    """Return the columns that give the target away, as confirmed on a second half of the rows."""
    found = table.findings.get("leakage", ())
    alone = [f for f in found if f.kind in _ALONE and f.severity is not Severity.INFO]
    sure = [f for f in found if f.severity is Severity.ERROR]
    named = {name for finding in [*alone, *sure] for name in finding.columns}
    return [name for name in table.X.columns if str(name) in named]
