"""Cells that are no finite number reach the network, or its loss stops being one.

One missing or infinite cell makes the loss of its batch no number, and from then on every weight
is none. A learning rate far above the usual does the same without any such cell; that is
`learning_rate_high`. The signal is such a cell, or a loss that is no number at an ordinary learning
rate. The proof fills the cells with the middle of their column, or, where there are none, trains at
a tenth of the rate with batch norm.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd

from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.examined import Examined
from dataaudit.proof.diagnosis.setup import Change
from dataaudit.proof.diagnosis.wrapping import Then

_ORDINARY = 10.0  # times the usual learning rate; beyond it the rate is to blame


class Filled(Then):
    """A preparation, and then every cell that is no finite number put to the column's median."""

    def _learn(self, X: pd.DataFrame) -> Self:
        self.middle_ = _finite(X).median().fillna(0.0)
        return self

    def _then(self, X: pd.DataFrame) -> pd.DataFrame:
        return _finite(X).fillna(self.middle_)


def _finite(X: pd.DataFrame) -> pd.DataFrame:
    """Return the cells as numbers, those that are not finite as missing."""
    return X.astype("float64").replace([np.inf, -np.inf], np.nan)


class NonFinite(Cause):
    """See the file."""

    code, precedence = "T101", 10
    title = "Cells or losses stop being numbers"
    trial = "With every cell finite and a smaller step,"
    next = "Add `missing` under `clean`; look for divisions by 0 and logarithms of 0 before it."

    def signal(self, examined: Examined) -> Signal | str:
        """Look for cells that are no number, and for a loss that is none."""
        trace, setup = examined.trace, examined.setup
        rate = setup.learning_rate or 0.0
        broke = trace.failed and rate <= _ORDINARY * setup.usual_rate
        said = "Cells that are no finite number reach the network." if trace.has_unfinite else ""
        if trace.failed:
            said = f"{said} The loss stopped being a number in epoch {trace.epochs}.".strip()
        return Signal(
            is_present=trace.has_unfinite or broke,
            strength=float(trace.has_unfinite) + float(trace.failed),
            evidence={"unfinite": float(trace.has_unfinite), "failed": float(trace.failed)},
            sentence=said,
        )

    def remedy(self, examined: Examined) -> Any | None:
        """Fill the cells; without any, take smaller steps."""
        if examined.trace.has_unfinite:
            if examined.is_table:
                return examined.table.prepared(Filled(examined.table.preparation))
            return examined.changed(Change(filled=True))
        usual = examined.setup.usual_rate
        rate = min(usual, (examined.setup.learning_rate or usual) / 10)
        return examined.changed(Change(learning_rate=rate, batch_norm=True, clip=1.0))
