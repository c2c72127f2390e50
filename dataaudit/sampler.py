"""The base of our own samplers: rows in, other rows out, while training only.

A subclass implements `_fit_resample`, which names the rows that stay and makes those that are new.
Labels, types, names and order are kept here once.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from imblearn.base import BaseSampler
from imblearn.utils import check_target_type
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length, validate_data

from dataaudit.errors import DataError


class FrameSampler(BaseSampler):
    """A sampler that keeps the types and names of a frame and says where each row came from.

    Attributes
    ----------
    sample_indices_ : ndarray of int, shape (n_samples_out,)
        Position of each row in the input, ascending; -1 for the synthetic rows, which come last.
    sampling_strategy_ : dict
        Rows that each class has afterwards; empty where the target is no class.
    """

    _stage = ""  # the YAML key, for messages
    _needs_classes = True

    def fit(self, X: Any, y: Any, **_: Any) -> Self:
        """Check the rows; what is learnt depends on the rows given to `fit_resample`."""
        self._checked(X, y)
        return self

    def fit_resample(self, X: Any, y: Any, **_: Any) -> tuple[Any, Any]:
        """Return the rows to train on.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)

        Returns
        -------
        X_resampled, y_resampled
            In the types that were given; frames get a fresh index.

        Raises
        ------
        DataError
            Where the rows cannot be resampled; the text says why and what to do.
        """
        frame, labels = self._checked(X, y)
        kept, synthetic, donors = self._fit_resample(frame, labels)
        self.sample_indices_ = np.concatenate([kept, np.full(len(donors), -1)]).astype(np.int64)
        sources = np.concatenate([kept, donors]).astype(np.int64)
        known: Any = labels[sources] if self._needs_classes else []
        self.sampling_strategy_ = dict(pd.Series(known).value_counts().sort_index())
        rows = frame.take(kept)
        if len(donors):
            rows = pd.concat([rows, synthetic.astype(frame.dtypes)])
        return _like(X, rows.reset_index(drop=True)), _taken(y, sources)

    def _fit_resample(
        self, frame: pd.DataFrame, labels: np.ndarray
    ) -> tuple[np.ndarray, pd.DataFrame, np.ndarray]:
        """Return the positions that stay, the new rows, and for each a row that has its label."""
        raise NotImplementedError

    def _checked(self, X: Any, y: Any) -> tuple[pd.DataFrame, np.ndarray]:
        """Return X as a frame and y as one label a row."""
        is_frame = isinstance(X, pd.DataFrame)
        checked = validate_data(
            self, X, reset=True, dtype=None, ensure_all_finite=False, skip_check_array=is_frame
        )
        frame = X if is_frame else pd.DataFrame(checked)
        check_consistent_length(frame, y)
        if not self._needs_classes:
            return frame, np.asarray(y)
        try:
            check_classification_targets(y)
            labels, _ = check_target_type(y, indicate_one_vs_all=True)
        except ValueError as error:
            raise DataError(self._stage, f"the target is no set of classes ({error})") from error
        return frame, np.asarray(labels).ravel()

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.sampler_tags.sample_indices = True
        tags.input_tags.sparse = False
        tags.input_tags.string = True
        tags.input_tags.allow_nan = True
        return tags


def _like(X: Any, rows: pd.DataFrame) -> Any:
    """Return the rows in the type of X."""
    if isinstance(X, pd.DataFrame):
        return rows
    values = rows.to_numpy()
    return values.tolist() if isinstance(X, list) else values


def _taken(y: Any, sources: np.ndarray) -> Any:
    """Return the labels of these rows in the type of y."""
    if isinstance(y, pd.Series | pd.DataFrame):
        return y.take(sources).reset_index(drop=True)
    values = np.asarray(y)[sources]
    return values.tolist() if isinstance(y, list) else values
