"""What is compared: the arms, from doing nothing to the cleaning.

An arm prepares a table for the network. All it learns, it learns from the training rows that it is
given; no row that it transforms is dropped or moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from dataaudit.estimator import dates, numbers, texts
from dataaudit.pipeline import Resampled
from dataaudit.proof.plain import Levels, plain
from dataaudit.proof.spec import TrainSpec
from dataaudit.proof.tree import Tree

_LEVELS = 50  # science.md section 2: above so many levels, one-hot pools the rest
_RARE_ROWS = 5  # a level in fewer training rows is pooled as well
_FEW_ROWS = 20  # as many as `plan` asks of a table


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
    """An arm that brings its own classifier or regressor.

    Where an attribute ``stops`` is true, `fit` is given a third argument: which of the rows the
    networks stop by, a bool array of shape (rows,).
    """

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
        made, rows = self._learn(X), len(X)
        return Resampled(
            X=self.transform(X) if made is None else made,
            y=pd.Series(y),
            rows=np.arange(rows),
            synthetic=np.zeros(rows, dtype=bool),
            weight=np.ones(rows),
        )

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Prepare rows; every row stays, in order."""
        raise NotImplementedError

    def _learn(self, X: pd.DataFrame) -> pd.DataFrame | None:
        """Learn from training rows; return them prepared where that comes for nothing."""
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
        other = plain(X.drop(columns=list(self.codes_)))
        codes = {name: self._codes(X, name) for name in self.codes_}
        frame = other.assign(**codes)[list(X.columns)] if codes else other
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

    def _learn(self, X: pd.DataFrame) -> pd.DataFrame | None:
        given = plain(X)
        self.levels_ = Levels(given)
        parts = [([*numbers(X), *dates(X)], self._number()), (texts(X), self._text())]
        self.parts_ = [(names, part) for names, part in parts if names]
        coded = self.levels_.coded(given)
        made = [part.fit_transform(coded[names].to_numpy()) for names, part in self.parts_]
        named = [part.get_feature_names_out([*map(str, names)]) for names, part in self.parts_]
        self.made_ = [name for names in named for name in names]
        return self._framed(made, X.index)

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Prepare rows; every row stays, in order."""
        coded = self.levels_.coded(plain(X))
        made = [part.transform(coded[names].to_numpy()) for names, part in self.parts_]
        return self._framed(made, X.index)

    def _framed(self, made: list[np.ndarray], index: Any) -> pd.DataFrame:
        """Return both parts side by side.

        A `ColumnTransformer` does the same, but checks and names the columns at each step on the
        way, which takes five times as long as the arithmetic on a few hundred rows.
        """
        cells = np.hstack([np.empty((len(index), 0)), *made])
        return pd.DataFrame(cells, index=index, columns=self.made_)

    def _number(self) -> Any:
        """Return what prepares numbers."""
        return make_pipeline(
            SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
            StandardScaler(),
        )

    def _text(self) -> Any:
        """Return what prepares text."""
        return OneHotEncoder(
            handle_unknown="infrequent_if_exist",
            min_frequency=_RARE_ROWS,
            max_categories=_LEVELS,
            sparse_output=False,
        )


class Drop(Base):
    """What deleting rows with gaps leaves: the baseline, learnt from complete rows alone.

    Rows to judge cannot be deleted; their gaps get the medians of the complete rows.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [1.0, None, 3.0]})
    >>> Drop().fit_resample(frame, pd.Series(["no", "yes", "no"])).rows
    array([0, 2])
    """

    description = "Rows with gaps deleted before training, then as the baseline."

    def fit_resample(self, X: pd.DataFrame, y: pd.Series) -> Resampled:
        """Learn from the complete training rows and return them prepared."""
        kept = np.flatnonzero(is_complete(X))
        made = super().fit_resample(X.iloc[kept], pd.Series(y).iloc[kept])
        return replace(made, rows=kept)

    def lacks(self, X: pd.DataFrame, classes: np.ndarray, parts: Iterable[np.ndarray]) -> str:
        """Say why there is nothing to learn from; "" where there is.

        Parameters
        ----------
        classes : array of shape (rows,)
            The class of each row; all alike for regression.
        parts
            Positions of the rows of every training part.
        """
        kept = is_complete(X)
        if kept.all():
            return "no row has a gap, so it would be `base` again"
        for part in parts:
            complete = part[kept[part]]
            if len(complete) < _FEW_ROWS:
                return f"only {len(complete):,} of {len(part):,} training rows have no gap"
            if len(np.unique(classes[complete])) < len(np.unique(classes[part])):
                return "a class has no training row without a gap"
        return ""


def is_complete(X: pd.DataFrame) -> np.ndarray:
    """Tell which rows have no gap; an infinite number is one."""
    gaps = plain(X).isna() | X.isna()
    return np.asarray(~gaps.to_numpy().any(axis=1))


def standard_arms(clean: Preparation | None = None) -> dict[str, Any]:
    """Return the arms of a report, by name.

    Parameters
    ----------
    clean
        The cleaning to be judged.
    """
    arms = {"const": Const(), "naive": Naive(), "drop": Drop(), "base": Base()}
    return {**arms, **({} if clean is None else {"clean": clean}), "tree": Tree()}


def describe(arms: Mapping[str, Any]) -> dict[str, str]:
    """Return one sentence for each arm."""
    return {name: getattr(arm, "description", "The chosen cleaning.") for name, arm in arms.items()}
