"""The base of our own transformers: a frame in, a frame out, an array in, an array out.

A subclass implements `_learn(frame)` and `_apply(frame)` on pandas frames, and where it changes the
columns also `_names_out(names)`. Checking the input, the names and scikit-learn's common checks are
done here once.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data


class FrameTransformer(TransformerMixin, BaseEstimator):
    """A transformer whose rows stay and whose columns keep their names and types."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn from training rows.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,), optional
            Used only by the steps that say so.
        """
        frame = self._frame(X, reset=True)
        self._learn(frame, y)
        self.fitted_ = True
        return self

    def transform(self, X: Any) -> Any:
        """Apply what was learnt; every row stays, in order.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        DataFrame or ndarray of shape (n_samples, n_features_out)
            A frame for a frame, an array for an array.
        """
        check_is_fitted(self, "fitted_")
        frame = self._apply(self._frame(X, reset=False))
        return frame if isinstance(X, pd.DataFrame) else frame.to_numpy()

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names of the columns that `transform` gives."""
        from sklearn.utils.validation import _check_feature_names_in

        check_is_fitted(self, "fitted_")
        names = _check_feature_names_in(self, input_features)
        return np.asarray(self._names_out(list(names)), dtype=object)

    def _learn(self, frame: pd.DataFrame, y: Any) -> None:
        """Set the fitted attributes."""
        raise NotImplementedError

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the transformed frame; never change the one given."""
        raise NotImplementedError

    def _names_out(self, names: list[str]) -> list[str]:
        """Return the names after `_apply`."""
        return names

    def _frame(self, X: Any, *, reset: bool) -> pd.DataFrame:
        """Check X and return it as a frame, types kept; an array gets the names x0, x1, ..."""
        is_frame = isinstance(X, pd.DataFrame)
        checked = validate_data(
            self, X, reset=reset, dtype=None, ensure_all_finite=False, skip_check_array=is_frame
        )
        if is_frame:
            if reset and not len(X):
                msg = f"Found array with 0 sample(s) (shape={X.shape}), a minimum of 1 is required."
                raise ValueError(msg)
            return X
        if np.iscomplexobj(checked):
            msg = "Complex data not supported"
            raise ValueError(msg)
        return named_columns(checked)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        return tags


def named_columns(X: Any) -> pd.DataFrame:
    """Return a frame as it is, and an array with the names x0, x1, ..."""
    if isinstance(X, pd.DataFrame):
        return X
    values = np.asarray(X)
    return pd.DataFrame(values, columns=[f"x{i}" for i in range(values.shape[1])])


def numbers(frame: pd.DataFrame) -> list[str]:
    """Return the number columns of a frame; booleans count."""
    kinds = zip(frame.columns, frame.dtypes, strict=True)
    return [name for name, kind in kinds if pd.api.types.is_numeric_dtype(kind)]


def texts(frame: pd.DataFrame) -> list[str]:
    """Return the text and category columns of a frame."""
    others = {*numbers(frame), *dates(frame)}
    return [name for name in frame.columns if name not in others]


def dates(frame: pd.DataFrame) -> list[str]:
    """Return the date columns of a frame."""
    kinds = zip(frame.columns, frame.dtypes, strict=True)
    return [name for name, kind in kinds if pd.api.types.is_datetime64_any_dtype(kind)]


def floats(values: pd.Series) -> np.ndarray:
    """Return a number column as float64 of shape (rows,), missing cells as NaN."""
    return values.to_numpy(dtype="float64", na_value=np.nan)
