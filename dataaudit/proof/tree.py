"""The ceiling: boosted trees on the raw columns, which need no cleaning."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.preprocessing import OrdinalEncoder
from threadpoolctl import threadpool_limits

from dataaudit.estimator import dates, numbers, texts
from dataaudit.proof.plain import Levels, plain

_LEVELS = 254  # of a column, the most frequent; scikit-learn's trees take 255 and the rest is one
_ROUNDS = 200  # at most; stopping early ends most fits before
_PATIENCE = 10  # rounds without a lower loss, scikit-learn's default
_RATE = 0.1  # scikit-learn's default


class Tree:
    """Boosted trees: a gap is a branch of its own, text are categories, no scale matters.

    They stop by the same rows that the networks stop by. One thread: where other programs run, the
    threads of a table of this size wait for each other most of the time.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [1.0, None] * 40, "b": ["x", "y"] * 40})
    >>> labels = pd.Series(["no", "yes"] * 40)
    >>> tree = Tree().fit(frame, labels, np.arange(80) < 20)
    >>> tree.outputs(frame[:2], np.array(["no", "yes"], dtype=object)).round().tolist()
    [[1.0, 0.0], [0.0, 1.0]]

    References
    ----------
    Grinsztajn, Oyallon and Varoquaux, Why do tree-based models still outperform deep learning on
    typical tabular data?, 2022.
    """

    description = "Boosted trees on the raw columns, without any cleaning."
    stops = True

    def clone(self) -> Self:
        """Return an unfitted copy."""
        return type(self)()

    def fit(self, X: pd.DataFrame, y: pd.Series, stop: np.ndarray) -> Self:
        """Learn from training rows; ``stop`` marks those to stop by.

        Parameters
        ----------
        stop : bool array of shape (rows,)
        """
        number, text = [*numbers(X), *dates(X)], texts(X)
        codes = OrdinalEncoder(
            handle_unknown="use_encoded_value", unknown_value=np.nan, max_categories=_LEVELS
        )
        parts = [("number", "passthrough", number), ("text", codes, text)]
        self.columns_ = ColumnTransformer(parts)
        given = plain(X[~stop])
        self.levels_ = Levels(given)
        learnt = self.columns_.fit_transform(self.levels_.coded(given))
        labels, settings = np.asarray(y), self._settings(len(number), len(text))
        is_number = pd.api.types.is_float_dtype(y)
        kind = HistGradientBoostingRegressor if is_number else HistGradientBoostingClassifier
        held = self._known(X[stop], labels[stop], labels[~stop], is_all=is_number)
        self.model_ = kind(**settings, early_stopping=held is not None)
        watched = {} if held is None else {"X_val": held[0], "y_val": held[1]}
        with _one_thread():
            self.model_.fit(learnt, labels[~stop], **watched)
        return self

    def outputs(self, X: pd.DataFrame, classes: np.ndarray) -> np.ndarray:
        """Return a probability for each class, or the target itself, shape (rows, outputs)."""
        values = self.columns_.transform(self.levels_.coded(plain(X)))
        with _one_thread():
            if not len(classes):
                return np.asarray(self.model_.predict(values)).reshape(-1, 1)
            said = self.model_.predict_proba(values)
        shares = np.zeros((len(X), len(classes)))
        known = np.asarray(self.model_.classes_, dtype=object)
        shares[:, np.searchsorted(classes, known)] = said
        return shares

    def _known(
        self, X: pd.DataFrame, labels: np.ndarray, learnt: np.ndarray, *, is_all: bool
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """Return the rows to stop by whose class was learnt; None without any."""
        kept = np.full(len(X), fill_value=True) if is_all else np.isin(labels, learnt)
        if not kept.any():
            return None
        return self.columns_.transform(self.levels_.coded(plain(X[kept]))), labels[kept]

    @staticmethod
    def _settings(number: int, text: int) -> dict[str, Any]:
        """Return what does not depend on the target."""
        return {
            "learning_rate": _RATE,
            "max_iter": _ROUNDS,
            "n_iter_no_change": _PATIENCE,
            "categorical_features": np.arange(number + text) >= number,
            "random_state": 0,
        }


def _one_thread() -> threadpool_limits:
    return threadpool_limits(1, user_api="openmp")
