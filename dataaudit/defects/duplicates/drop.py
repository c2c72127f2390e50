"""The remedy: a sampler that keeps the first of equal rows."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator


class DropDuplicateRows(BaseEstimator):
    """Keep the first of equal rows, target included; a sampler, so training rows only.

    Attributes
    ----------
    sample_indices_ : ndarray of int, shape (n_samples_new,)
        Positions of the rows that stay, ascending.

    Examples
    --------
    >>> import pandas as pd
    >>> sampler = DropDuplicateRows()
    >>> X, y = sampler.fit_resample(pd.DataFrame({"a": [1, 1, 1]}), pd.Series(["n", "n", "y"]))
    >>> sampler.sample_indices_.tolist()
    [0, 2]
    """

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002 - copies are looked for on resampling
        """Learn nothing.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,), optional
        """
        self.n_features_in_ = np.shape(X)[1]
        return self

    def fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        """Return the rows that are no copies of an earlier one.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : Series or array-like of shape (n_samples,)

        Returns
        -------
        X, y
            Of the types given.
        """
        self.fit(X, y)
        frame = pd.DataFrame(X).reset_index(drop=True)
        columns = [*(frame.iloc[:, place] for place in range(frame.shape[1])), pd.Series(list(y))]
        codes = pd.DataFrame(
            {place: pd.factorize(column)[0] for place, column in enumerate(columns)}
        )
        self.sample_indices_ = np.flatnonzero(~codes.duplicated().to_numpy())
        return _take(X, self.sample_indices_), _take(y, self.sample_indices_)


def _take(rows: Any, positions: np.ndarray) -> Any:
    """Select rows by position from a frame, a series or an array."""
    return rows.iloc[positions] if hasattr(rows, "iloc") else np.asarray(rows)[positions]
