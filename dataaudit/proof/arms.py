"""What is compared: the arms, from doing nothing to the cleaning.

An arm prepares a table for the network. All it learns, it learns from the training rows that it is
given; no row that it transforms is dropped or moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from dataaudit.estimator import dates, numbers, texts
from dataaudit.pipeline import Resampled
from dataaudit.proof.spec import TrainSpec

_LEVELS = 50  # science.md section 2: above so many levels, one-hot pools the rest
_RARE_ROWS = 5  # a level in fewer training rows is pooled as well
_MISSING = "missing"


@runtime_checkable
class Preparation(Protocol):
    """What stands before the network; `dataaudit.pipeline.Cleaning` is one.

    An attribute ``train``, where there is one, is the recipe of this arm's networks; see
    `WithTraining`.
    """

    def clone(self) -> Self:
        """Return an unfitted copy."""

    def fit_resample(self, X: pd.DataFrame, y: pd.Series) -> Resampled:
        """Learn from training rows and return what to train on; rows may vanish or be made up."""

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Prepare other rows; every row stays, in order."""


class WithTraining:
    """A preparation whose networks are trained by a recipe of their own.

    Parameters
    ----------
    preparation
        Unfitted.
    train
        Instead of what the other arms share.
    """

    def __init__(self, preparation: Preparation, train: TrainSpec) -> None:
        self.preparation, self.train = preparation, train
        self.balance = getattr(preparation, "balance", "none")
        self.description = getattr(preparation, "description", "The chosen cleaning.")

    def clone(self) -> Self:
        """Return an unfitted copy."""
        return type(self)(self.preparation.clone(), self.train)

    def fit_resample(self, X: pd.DataFrame, y: pd.Series) -> Resampled:
        """Learn from training rows and return what to train on."""
        return self.preparation.fit_resample(X, y)

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Prepare other rows; every row stays, in order."""
        return self.preparation.transform(X)


@runtime_checkable
class Model(Protocol):
    """An arm that brings its own classifier or regressor."""

    def clone(self) -> Self:
        """Return an unfitted copy."""

    def fit(self, X: pd.DataFrame, y: pd.Series) -> Self:
        """Learn from training rows."""

    def outputs(self, X: pd.DataFrame, classes: np.ndarray) -> np.ndarray:
        """Return a probability for each class, or the target itself, shape (rows, outputs)."""


class Const:
    """The floor: the shares of the classes in the training rows, or the mean of the target."""

    description = "No columns at all: always the most frequent class, or the mean of the target."


class _Rowwise:
    """A preparation that keeps every row as it is."""

    def clone(self) -> Self:
        """Return an unfitted copy."""
        return type(self)()

    def fit_resample(self, X: pd.DataFrame, y: pd.Series) -> Resampled:
        """Learn from training rows and return them prepared."""
        self._learn(X)
        rows = len(X)
        return Resampled(
            X=self.transform(X),
            y=pd.Series(y),
            rows=np.arange(rows),
            synthetic=np.zeros(rows, dtype=bool),
            weight=np.ones(rows),
        )

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Prepare rows; every row stays, in order."""
        raise NotImplementedError

    def _learn(self, X: pd.DataFrame) -> None:
        raise NotImplementedError


class Naive(_Rowwise):
    """What a first script does: codes for text, 0 for what is missing, no scaling.

    Text becomes its number in the order of appearance, -1 where it is missing or was never seen.
    Dates become seconds; missing and infinite cells become 0.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [1.0, None], "b": ["x", "y"]})
    >>> Naive().fit_resample(frame, pd.Series(["no", "yes"])).X
         a    b
    0  1.0  0.0
    1  0.0  1.0
    """

    description = "What a first script does: text as codes, missing as 0, no scaling."

    def _learn(self, X: pd.DataFrame) -> None:
        self.codes_ = {name: pd.unique(X[name].dropna().astype(str)) for name in texts(X)}

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Prepare rows; every row stays, in order."""
        plain = _plain(X.drop(columns=list(self.codes_)))
        codes = {name: self._codes(X, name) for name in self.codes_}
        frame = plain.assign(**codes)[list(X.columns)] if codes else plain
        return frame.fillna(0.0)

    def _codes(self, X: pd.DataFrame, name: Any) -> np.ndarray:
        """Return one text column as numbers."""
        text = X[name].astype("str").where(X[name].notna())
        return pd.Index(self.codes_[name]).get_indexer(pd.Index(text)).astype("float64")


class Base(_Rowwise):
    """The competent three lines: one-hot, median with a flag, standard scaling.

    Levels beyond the 50 most frequent, and those in fewer than 5 training rows, share one column.
    A missing text is a level of its own. Dates become seconds, then numbers like any other.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [1.0, 2.0, 3.0]})
    >>> Base().fit_resample(frame, pd.Series(["no", "yes", "no"])).X.round(2)
          a
    0 -1.22
    1  0.00
    2  1.22
    """

    description = "A competent baseline: one-hot, median and a missing flag, standard scaling."

    def _learn(self, X: pd.DataFrame) -> None:
        number = make_pipeline(
            SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
            StandardScaler(),
        )
        text = OneHotEncoder(
            handle_unknown="infrequent_if_exist",
            min_frequency=_RARE_ROWS,
            max_categories=_LEVELS,
            sparse_output=False,
        )
        self.columns_ = ColumnTransformer(
            [("number", number, [*numbers(X), *dates(X)]), ("text", text, texts(X))],
            verbose_feature_names_out=False,
        )
        self.columns_.set_output(transform="pandas").fit(_plain(X))

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Prepare rows; every row stays, in order."""
        return self.columns_.transform(_plain(X))


def _plain(X: pd.DataFrame) -> pd.DataFrame:
    """Return numbers without infinity, dates as seconds, and text without gaps."""
    plain: dict[Any, Any] = {}
    for name in numbers(X):
        plain[name] = X[name].astype("float64").replace([np.inf, -np.inf], np.nan)
    for name in dates(X):
        plain[name] = (X[name] - pd.Timestamp(0, tz=X[name].dt.tz)) / pd.Timedelta(1, "s")
    for name in texts(X):
        plain[name] = X[name].astype(object).where(X[name].notna(), _MISSING).astype(str)
    return pd.DataFrame(plain, index=X.index, columns=X.columns)


def standard_arms(clean: Preparation | None = None) -> dict[str, Any]:
    """Return the arms of a report, by name.

    Parameters
    ----------
    clean
        The cleaning to be judged.
    """
    arms: dict[str, Any] = {"const": Const(), "naive": Naive(), "base": Base()}
    return arms if clean is None else {**arms, "clean": clean}


def describe(arms: Mapping[str, Any]) -> dict[str, str]:
    """Return one sentence for each arm."""
    return {name: getattr(arm, "description", "The chosen cleaning.") for name, arm in arms.items()}
