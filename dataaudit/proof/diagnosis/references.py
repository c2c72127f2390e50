"""Other learners on the same rows: what the table gives away without a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from dataaudit.proof.arms import Base
from dataaudit.proof.tree import Tree

_NEIGHBOURS = 15  # enough to even out single labels, few enough to stay near


class Neighbours:
    """The nearest rows after the plain preparation of `Base`."""

    description = "The 15 nearest rows, after a plain preparation."

    def clone(self) -> Self:
        """Return an unfitted copy."""
        return type(self)()

    def fit(self, X: pd.DataFrame, y: pd.Series) -> Self:
        """Learn from training rows."""
        self.base_ = Base()
        prepared = self.base_.fit_resample(X, y).X.to_numpy("float64")
        kind = KNeighborsRegressor if pd.api.types.is_float_dtype(y) else KNeighborsClassifier
        self.model_ = kind(n_neighbors=min(_NEIGHBOURS, len(X))).fit(prepared, np.asarray(y))
        return self

    def outputs(self, X: pd.DataFrame, classes: np.ndarray) -> np.ndarray:
        """Return a probability for each class, or the target itself, shape (rows, outputs)."""
        prepared = self.base_.transform(X).to_numpy("float64")
        if not len(classes):
            return np.asarray(self.model_.predict(prepared))[:, None]
        shares = np.zeros((len(X), len(classes)))
        known = np.searchsorted(classes, np.asarray(self.model_.classes_, dtype=object))
        shares[:, known] = self.model_.predict_proba(prepared)
        return shares


def references() -> Mapping[str, Any]:
    """Return the arms by name."""
    return {"tree": Tree(), "neighbours": Neighbours()}
