"""Levels -> how far the target lies from its mean there, learnt without the row's own label."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length, check_is_fitted, column_or_1d

from dataaudit.errors import ConfigError
from dataaudit.estimator import FrameTransformer
from dataaudit.rows import row_key

Kind = Literal["auto", "classification", "regression"]


class CrossFitTargetEncoder(FrameTransformer):
    """Replace each level by the shrunken mean of the target in it.

    `fit_transform` encodes a training row with what the other folds say, so that no row sees its
    own label; `transform` uses all training rows. The fold of a row comes from its row key (an
    integer index, else its position), hence an SQL form exists for both. Values are deviations from
    the mean in standard deviations of the target: a level that says nothing is 0, and so are levels
    that were not seen and missing cells where training had none.

    Parameters
    ----------
    folds
        Number of inner folds, at least 2.
    kind
        "classification" gives one column per class (one for two classes), "regression" one column;
        "auto" takes numbers with fractions for regression, all else for classification.
    seed
        Decides which rows share a fold.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,) or None
        The labels; None for regression.
    levels_ : list of ndarray of object
        The levels of each column, sorted as text, missing cells left out.
    encodings_ : list of ndarray of shape (n_levels + 1, n_outputs)
        What `transform` gives for each level; the last row is for missing cells.
    cross_encodings_ : list of ndarray of shape (folds, n_levels + 1, n_outputs)
        What `fit_transform` gives for each level to the rows of each fold.

    References
    ----------
    Micci-Barreca (2001), "A preprocessing scheme for high-cardinality categorical attributes",
    SIGKDD Explorations 3(1); the weight of the mean is Buehlmann's credibility (1967): variance
    within levels over variance between them, so a column of noise is shrunk to nothing.

    Examples
    --------
    >>> import pandas as pd
    >>> X = pd.DataFrame({"city": ["a", "b"] * 4})
    >>> y = [0, 1, 0, 1, 0, 1, 0, 1]
    >>> CrossFitTargetEncoder().fit(X, y).transform(X.head(2))
       city__target
    0          -1.0
    1           1.0
    """

    def __init__(self, *, folds: int = 5, kind: Kind = "auto", seed: int = 0) -> None:
        self.folds = folds
        self.kind = kind
        self.seed = seed

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Learn from training rows and encode each by what the other folds say.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)

        Returns
        -------
        DataFrame or ndarray of shape (n_samples, n_features_out)
        """
        return self.fit(X, y).transform_training(X)

    def transform_training(self, X: Any) -> Any:
        """Encode rows by what the folds say that their row keys do not lie in.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        DataFrame or ndarray of shape (n_samples, n_features_out)
        """
        check_is_fitted(self, "fitted_")
        frame = self._frame(X, reset=False)
        out = self._encoded(frame, _inner_fold(frame, self.folds, self.seed))
        return out if isinstance(X, pd.DataFrame) else out.to_numpy()

    def _learn(self, frame: pd.DataFrame, y: Any) -> None:
        if y is None:
            msg = "CrossFitTargetEncoder requires y to be passed, but the target y is None"
            raise ValueError(msg)
        if self.folds < 2:  # noqa: PLR2004 - a fold and the others
            raise ConfigError("folds", expected="at least 2", found=self.folds)
        outcomes = self._outcomes(frame, y)
        fold = _inner_fold(frame, self.folds, self.seed)
        self.levels_ = [_levels(frame.iloc[:, j]) for j in range(frame.shape[1])]
        self.encodings_, self.cross_encodings_ = [], []
        for j, levels in enumerate(self.levels_):
            sums = _sums(_codes(frame.iloc[:, j], levels), fold, outcomes, len(levels), self.folds)
            total = sums.sum(axis=0)
            self.encodings_.append(_shrunken(total))
            self.cross_encodings_.append(np.stack([_shrunken(total - part) for part in sums]))

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        return self._encoded(frame, None)

    def _encoded(self, frame: pd.DataFrame, fold: np.ndarray | None) -> pd.DataFrame:
        """Look every level up; with ``fold``, in what the other folds say."""
        parts = []
        for j, levels in enumerate(self.levels_):
            codes = _codes(frame.iloc[:, j], levels)
            table = self.encodings_[j] if fold is None else self.cross_encodings_[j]
            found = table[codes] if fold is None else table[fold, codes]
            parts.append(np.where((codes >= 0)[:, None], found, 0.0))
        names = self._names_out(list(frame.columns))
        return pd.DataFrame(np.hstack(parts), columns=names, index=frame.index)

    def _names_out(self, names: list[str]) -> list[str]:
        if self.classes_ is None or len(self.classes_) <= 2:  # noqa: PLR2004 - two classes, one column
            return [f"{name}__target" for name in names]
        return [f"{name}__target={label}" for name in names for label in self.classes_]

    def _outcomes(self, frame: pd.DataFrame, y: Any) -> np.ndarray:
        """Return the target with mean 0 and standard deviation 1, shape (rows, outputs)."""
        y = column_or_1d(y, warn=True)
        check_consistent_length(frame, y)
        if self._is_regression(y):
            self.classes_ = None
            values = y.astype("float64")[:, None]
        else:
            check_classification_targets(y)
            self.classes_, labels = np.unique(y, return_inverse=True)
            values = np.eye(len(self.classes_))[labels]
            values = values[:, 1:] if len(self.classes_) == 2 else values  # noqa: PLR2004 - see _names_out
        spread = values.std(axis=0)
        return (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0)

    def _is_regression(self, y: np.ndarray) -> bool:
        if self.kind == "auto":
            return y.dtype.kind == "f" and bool((y != np.round(y)).any())
        return self.kind == "regression"

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.input_tags.categorical = True
        return tags


def _inner_fold(frame: pd.DataFrame, folds: int, seed: int) -> np.ndarray:
    """Return the fold of each row, from its row key."""
    is_key = pd.api.types.is_integer_dtype(frame.index.dtype)
    rows = frame.index.to_numpy() if is_key else np.arange(len(frame))
    return row_key(rows, seed) % folds


def _levels(values: pd.Series) -> np.ndarray:
    """Return the distinct values that are not missing, in an order that rows do not decide."""
    levels = sorted(values.dropna().unique(), key=lambda level: (str(level), repr(level)))
    out = np.empty(len(levels), dtype=object)
    out[:] = levels
    return out


def _codes(values: pd.Series, levels: np.ndarray) -> np.ndarray:
    """Return each value's position among the levels; one past the end if missing, -1 if new."""
    codes = pd.Index(levels, dtype=object).get_indexer(pd.Index(values, dtype=object))
    return np.where(values.isna().to_numpy(), len(levels), codes)


def _sums(
    codes: np.ndarray, fold: np.ndarray, outcomes: np.ndarray, levels: int, folds: int
) -> np.ndarray:
    """Return counts, sums and sums of squares, shape (folds, 3, levels + 1, outputs)."""
    cell = fold * (levels + 1) + codes
    size = folds * (levels + 1)
    columns = [
        [np.bincount(cell, weights=outcome**power, minlength=size) for outcome in outcomes.T]
        for power in range(3)
    ]
    return np.array(columns).reshape(3, -1, folds, levels + 1).transpose(2, 0, 3, 1)


def _shrunken(sums: np.ndarray) -> np.ndarray:
    """Return each level's mean, shrunk towards that of all rows, which is 0."""
    counts, totals, squares = sums
    weight = _weight_of_mean(counts, totals, squares)
    return np.divide(totals, counts + weight, out=np.zeros_like(totals), where=counts > 0)


def _weight_of_mean(counts: np.ndarray, totals: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """Return how many rows the mean of all counts for: variance within levels over between them.

    Infinite where levels differ no more than chance makes them, by the moments of a one-way
    analysis of variance.
    """
    rows, seen = counts.sum(axis=0)[0], int((counts[:, 0] > 0).sum())
    if seen < 2 or rows <= seen:  # noqa: PLR2004 - one level has nothing to differ from
        return np.full(counts.shape[1], np.inf)
    safe = np.maximum(counts, 1)
    within = np.maximum((squares - totals**2 / safe).sum(axis=0), 0) / (rows - seen)
    mean = totals.sum(axis=0) / rows
    between = (counts * (totals / safe - mean) ** 2).sum(axis=0) / (seen - 1)
    size = (rows - (counts**2).sum(axis=0) / rows) / (seen - 1)
    excess = (between - within) / size
    return np.divide(within, excess, out=np.full_like(within, np.inf), where=excess > _NOTHING)


_NOTHING = 1e-12  # variance, in units of the target's own: rounding alone
