"""A preparation with one thing changed about it: the arms that remedies are made of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

import pandas as pd

from dataaudit.pipeline import Resampled


class Around:
    """A preparation as it is; a subclass changes one thing about it.

    Parameters
    ----------
    preparation
        Unfitted.
    """

    def __init__(self, preparation: Any) -> None:
        self.preparation = preparation
        self.balance = getattr(preparation, "balance", "none")

    def clone(self) -> Self:
        """Return an unfitted copy."""
        return type(self)(self.preparation.clone())

    def fit_resample(self, X: pd.DataFrame, y: pd.Series) -> Resampled:
        """Learn from training rows and return what to train on."""
        made: Resampled = self.preparation.fit_resample(X, y)
        return made

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Prepare other rows; every row stays, in order."""
        prepared: pd.DataFrame = self.preparation.transform(X)
        return prepared


class Then(Around):
    """A preparation, and one more step behind it; a subclass says which."""

    def fit_resample(self, X: pd.DataFrame, y: pd.Series) -> Resampled:
        """Learn from training rows and return what to train on."""
        made = super().fit_resample(X, y)
        self._learn(made.X)
        return replace(made, X=self._then(made.X))

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Prepare other rows; every row stays, in order."""
        return self._then(super().transform(X))

    def _learn(self, X: pd.DataFrame) -> Any:
        """Learn from prepared training rows."""
        raise NotImplementedError

    def _then(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return prepared rows changed."""
        raise NotImplementedError
