"""Copies of a row on both sides of a split: the score praises memory.

Our own folds hold equal rows together, so here they do no harm; the score of a split at random is
another matter, and that is what most people have. The signal is equal rows among those at hand. The
proof is the same network in folds that let copies part: its effect is how much better the score
looks than it is. Copies that add nothing to the score are no cause.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.examined import Examined, Proof
from dataaudit.proof.judging import judge

_SHARE = 0.01  # of the rows: the same as for a warning of the check


class Duplicates(Cause):
    """See the file."""

    code, precedence = "D102", 22
    title = "Copies of rows flatter the score of a random split"
    trial = "In folds that let copies part,"
    next = "Split by `task.group`, or drop the copies (`duplicates` under `clean`) before a split."
    needs_table, stays = True, False

    def signal(self, examined: Examined) -> Signal | str:
        """Count the rows that are copies of an earlier one."""
        table = examined.table
        if table.case.is_grouped or table.case.order is not None:
            return "Groups or time decide which rows stay together."
        groups = table.case.groups
        copies = len(groups) - len(np.unique(groups))
        share = copies / len(groups)
        return Signal(
            is_present=share >= _SHARE,
            strength=share / _SHARE,
            evidence={"copies": copies, "share": share},
            sentence=f"{copies:,} of {len(groups):,} rows ({share:.1%}) repeat an earlier one.",
        )

    def prove(self, examined: Examined) -> Proof | None:
        """Judge the same arm in folds that know of no copies."""
        table = examined.table
        apart: Any = replace(table.case, groups=np.arange(len(table.case.groups)))
        flattered = judge({"apart": table.state}, apart).arms["apart"]
        return table.proof(table.judged, flattered)
