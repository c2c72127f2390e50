"""Cells far outside their column, or in another unit, squeeze all others together.

One cell a thousand times too large fixes the mean and the deviation that a scaler learns, and the
differences that matter become too small to see. The signal is the rule of the check `outliers`, by
column. The proof is the same network with these cells blank and filled as other gaps are:
whether the cell is an error or a fact, its size says nothing that the others could use. Where the
size does matter, this harms, and the cause is not proven.

It is asked before `scale`, whose remedy would hide it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dataaudit.defects.outliers.bounds import bounds
from dataaudit.defects.outliers.remedies import ClipOutliers
from dataaudit.estimator import floats, numbers
from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.cells import tried_filled
from dataaudit.proof.diagnosis.examined import Examined, OnTable, Proof
from dataaudit.proof.diagnosis.mending import ahead, filled, held

_REACH = 5.0  # the default of the check
_FAR = 2.0  # times its bound: the same as for a warning of the check


class Outliers(Cause):
    """See the file."""

    code, precedence = "D202", 26
    title = "Cells far outside their column squeeze all others together"
    trial = "With these cells blank and filled,"
    next = (
        "Find out how they came (another unit, a slipped point), or add `outliers` under `clean`."
    )
    needs_table = True

    def signal(self, examined: Examined) -> Signal | str:
        """Count the cells outside, by the rule of the check."""
        table = examined.table
        if reason := held(table.preparation, self.name()):
            return reason
        outside = _outside(table)
        cells = sum(count for count, _ in outside.values())
        worst = max(outside, key=lambda name: outside[name][1], default=None)
        if worst is None:
            return Signal(is_present=False)
        return Signal(
            is_present=outside[worst][1] >= _FAR,
            strength=outside[worst][1] / _FAR,
            evidence={"cells": cells, "columns": len(outside), "farthest": outside[worst][1]},
            sentence=(
                f"{cells:,} cells of {len(outside):,} columns lie outside their usual range, one "
                f"of `{worst}` {outside[worst][1]:,.0f} times as far out as its bound."
            ),
        )

    def remedy(self, examined: Examined) -> Any | None:
        """Blank, fill and flag ahead of the preparation."""
        table = examined.table
        blank = ClipOutliers(action="blank", reach=_REACH)
        return table.prepared(ahead([blank, filled(table.preparation, table.X)], table.preparation))

    def prove(self, examined: Examined) -> Proof | None:
        """Try the remedy, and leave out what filling alone does."""
        return tried_filled(examined, self.name(), self.remedy(examined))


def _outside(table: OnTable) -> dict[Any, tuple[int, float]]:
    """Return by column the cells outside, and how far the farthest is, in bounds."""
    found = {}
    for name in numbers(table.X):
        cells = floats(table.X[name])
        cells = cells[np.isfinite(cells)]
        limits = bounds(cells, _REACH)
        if limits is None:
            continue
        above, below = limits.high - limits.middle, limits.middle - limits.low
        count = int(((cells < limits.low) | (cells > limits.high)).sum())
        far = max(
            (cells.max() - limits.middle) / (above or 1.0),
            (limits.middle - cells.min()) / (below or 1.0),
        )
        if count:
            found[name] = (count, float(far))
    return found
