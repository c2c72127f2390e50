"""Columns of very different scale reach the network.

One step size serves all weights, so a column in thousands drowns one in hundredths: the loss jumps,
units die and gradients explode. All of these look like a wrong learning rate, so this is asked
first.

The signal is the prepared table: the largest standard deviation of a column over the smallest
(columns of two values left out: a flag's spread only says how often it is set), or a cell very far
from its mean. The proof is the same network behind one more step, `SmoothRobustScaler`.
"""

from __future__ import annotations

from typing import Any, Self

import pandas as pd

from dataaudit.defects.scale.scaler import SmoothRobustScaler
from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.examined import Examined
from dataaudit.proof.diagnosis.setup import Change
from dataaudit.proof.diagnosis.wrapping import Then

_SPREAD = 100.0  # science.md section 3: the largest standard deviation over the smallest
_FURTHEST = 20.0  # the same: standard deviations from the mean


class Scaled(Then):
    """A preparation, and then every column brought to one scale."""

    def _learn(self, X: pd.DataFrame) -> Self:
        self.scaler_ = SmoothRobustScaler().set_output(transform="pandas").fit(X)
        return self

    def _then(self, X: pd.DataFrame) -> pd.DataFrame:
        return self.scaler_.transform(X)


class Scale(Cause):
    """See the file."""

    code, precedence = "T103", 30
    title = "Columns of very different scale reach the network"
    trial = "With every column brought to one scale,"
    next = "Add `scale` to the steps under `clean`, or scale the columns before training."

    def signal(self, examined: Examined) -> Signal | str:
        """Look at the prepared columns."""
        trace = examined.trace
        if trace.spread is None or trace.furthest is None:
            return "The inputs of the network were not watched."
        strength = max(trace.spread / _SPREAD, trace.furthest / _FURTHEST)
        return Signal(
            is_present=strength > 1,
            strength=strength,
            evidence={"spread": trace.spread, "furthest": trace.furthest},
            sentence=(
                f"The widest column varies {trace.spread:,.0f} times as much as the narrowest, and "
                f"the furthest cell lies {trace.furthest:,.0f} standard deviations from its mean."
            ),
        )

    def remedy(self, examined: Examined) -> Any | None:
        """Put a scaler behind the preparation."""
        if not examined.is_table:
            return examined.changed(Change(scaled=True))
        return examined.table.prepared(Scaled(examined.table.preparation))
