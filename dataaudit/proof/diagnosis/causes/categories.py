"""One level in many spellings: what belongs together is learnt apart.

`Oslo`, `OSLO` and ` oslo` become three columns with a third of the rows each. The signal is the
rule of the check `categories`: cells whose spelling is not the usual one of their level. The proof
is the same network with every level in its usual spelling.
"""

from __future__ import annotations

from typing import Any

from dataaudit.defects.categories.normalize import NormalizeLevels
from dataaudit.estimator import texts
from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.examined import Examined
from dataaudit.proof.diagnosis.mending import ahead, held

_SHARE = 0.01  # of the cells of a column; fewer cannot be told from chance


class Categories(Cause):
    """See the file."""

    code, precedence = "D204", 27
    title = "One level stands in several spellings"
    trial = "With one spelling for each level,"
    next = "Add `categories: {merge: true}` under `clean`."
    needs_table = True

    def signal(self, examined: Examined) -> Signal | str:
        """Count the cells with an unusual spelling."""
        table = examined.table
        if reason := held(table.preparation, self.name()):
            return reason
        names = texts(table.X)
        if not names:
            return "No column is text."
        cells = table.X[names].astype("str")
        respelt = NormalizeLevels(merge=True).fit_transform(table.X[names]).astype("str")
        shares = ((cells != respelt) & cells.notna()).mean()
        worst, share = shares.idxmax(), float(shares.max())
        return Signal(
            is_present=share > _SHARE,
            strength=share / _SHARE,
            evidence={"share": share},
            sentence=f"{share:.1%} of the cells of `{worst}` have an unusual spelling.",
        )

    def remedy(self, examined: Examined) -> Any | None:
        """Spell levels in one way ahead of the preparation."""
        table = examined.table
        return table.prepared(ahead([NormalizeLevels(merge=True)], table.preparation))
