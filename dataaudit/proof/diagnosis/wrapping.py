"""A preparation with one thing changed about it: the arms that remedies are made of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

import pandas as pd

from dataaudit.pipeline import Resampled


class Then:
    """A preparation, and one more step behind it; a subclass says which.

    Parameters
    ----------
    first
        The preparation, unfitted.
    """

    def __init__(self, first: Any) -> None:
        self.first = first
        self.balance = getattr(first, "balance", "none")

    def clone(self) -> Self:
        """Return an unfitted copy."""
        return type(self)(self.first.clone())

    def fit_resample(self, X: pd.DataFrame, y: pd.Series) -> Resampled:
        """Learn from training rows and return what to train on."""
        made = self.first.fit_resample(X, y)
        self._learn(made.X)
        return replace(made, X=self._then(made.X))

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Prepare other rows; every row stays, in order."""
        return self._then(self.first.transform(X))

    def _learn(self, X: pd.DataFrame) -> Any:
        """Learn from prepared training rows."""
        raise NotImplementedError

    def _then(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return prepared rows changed."""
        raise NotImplementedError
