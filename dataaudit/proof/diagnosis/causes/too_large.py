"""The network has far more weights than the table has rows.

That is no fault by itself: with early stopping wide networks often do well. It is suspected where
there are ten weights and more to a row and the network learns its rows by heart; and it is proven
only where a network a quarter as wide does better. That is asked before early stopping and dropout
are tried: these would hide what a smaller network needs no remedy for.
"""

from __future__ import annotations

from typing import Any

from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.examined import Examined
from dataaudit.proof.diagnosis.setup import Change

_PER_ROW = 10.0  # science.md section 3
_NARROWER = 4
_HEART = 0.05  # the same, overfitting: a gap or a rise beyond this
_LEAST_UNITS = 4


class TooLarge(Cause):
    """See the file."""

    code, precedence = "T113", 78
    title = "The network is too large for so few rows"
    trial = "With layers a quarter as wide,"
    next = "Give `train.network.hidden` fewer units."

    def signal(self, examined: Examined) -> Signal | str:
        """Compare weights with rows, and the two losses."""
        trace, setup = examined.trace, examined.setup
        if not setup.parameters or not trace.rows:
            return "The size of the network or the number of rows is not known."
        per_row = setup.parameters / trace.rows
        gap = 0.0
        if trace.right_train is not None and trace.right_validation is not None:
            gap = trace.right_train - trace.right_validation
        return Signal(
            is_present=per_row > _PER_ROW and max(gap, trace.rise) > _HEART,
            strength=per_row / _PER_ROW,
            evidence={"per_row": per_row, "gap": gap, "rise": trace.rise},
            sentence=f"{setup.parameters:,} weights learn from {trace.rows:,} rows.",
        )

    def remedy(self, examined: Examined) -> Any | None:
        """Make it a quarter as wide."""
        hidden = examined.setup.hidden
        if not hidden:
            return None
        narrow = tuple(max(_LEAST_UNITS, units // _NARROWER) for units in hidden)
        return None if narrow == hidden else examined.changed(Change(hidden=narrow, fresh=True))
