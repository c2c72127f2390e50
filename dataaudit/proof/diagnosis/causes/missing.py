"""Gaps are handled in a way that costs accuracy: filled with 0, or their rows deleted.

A gap filled with 0 is a measurement of 0. Filled with the median, and with a flag beside it, a gap
says no more than that it is one. The signal is a gap in a column that the arm does not fill in this
way. The proof is the same network with the gaps filled and flagged ahead of it.
"""

from __future__ import annotations

from typing import Any

from dataaudit.defects.missing.impute import imputer
from dataaudit.proof.arms import Base
from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.examined import Examined
from dataaudit.proof.diagnosis.mending import ahead, held


class Missing(Cause):
    """See the file."""

    code, precedence = "D203", 23  # before disguised ones, whose remedy fills both
    title = "Gaps are filled in a way that misleads"
    trial = "With gaps filled by the median and flagged,"
    next = "Add `missing: {numeric: median, indicator: true}` under `clean`."
    needs_table = True

    def signal(self, examined: Examined) -> Signal | str:
        """Count the gaps."""
        table = examined.table
        if reason := held(table.preparation, self.name()):
            return reason
        if type(table.preparation) is Base:
            return "The arm fills gaps by the median and flags them."
        gaps = table.X.isna().mean()
        worst = gaps.idxmax() if len(gaps) else None
        share = float(gaps.max()) if len(gaps) else 0.0
        return Signal(
            is_present=share > 0,
            strength=share,
            evidence={"share": float(table.X.isna().to_numpy().mean()), "worst": share},
            sentence=f"{share:.1%} of `{worst}` is missing." if share else "",
        )

    def remedy(self, examined: Examined) -> Any | None:
        """Fill and flag ahead of the preparation."""
        table = examined.table
        return table.prepared(ahead([imputer()], table.preparation))
