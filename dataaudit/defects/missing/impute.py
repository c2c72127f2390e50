"""Fill missing cells, by type of column: scikit-learn's imputers where they do, else ours."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.experimental import enable_iterative_imputer  # noqa: F401 - as scikit-learn asks
from sklearn.impute import IterativeImputer, SimpleImputer

from dataaudit.defects.missing.donors import filled
from dataaudit.defects.missing.methods import Numeric
from dataaudit.estimator import FrameTransformer, floats

_NUMBERS = ("number", "boolean")  # numpy's bool cannot be missing, pandas' "boolean" can
_DATES = ("datetime", "datetimetz")
_DONORS = 2_000  # all rows as donors took minutes at 25,000 rows (Perez-Lebel et al., 2022)
_PULL = 3.0  # in interquartile ranges: no value counts as farther from the median
_FARTHEST = 1 - 1e-9  # of that, so that a filled cell stays finite
_ITERATIVE_WIDTH = 50  # predictors per column, above which iterative imputation does not pay
_ITERATIVE_TOLERANCE = 1e-2  # of the largest value; filled cells need no more


def imputer(
    *,
    numeric: Numeric = "median",
    categorical: Literal["missing", "most_frequent"] = "missing",
    indicator: bool = True,
) -> ColumnTransformer:
    """Return an imputer of whole tables: numbers, text and dates each in their way.

    Its width does not depend on what is missing, except that a column without a gap in the
    training rows has no flag; columns without any value stay.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": [20.0, None, 40.0], "job": ["a", None, "b"]})
    >>> imputer().fit_transform(frame)
        age  missingindicator_age      job
    0  20.0                   0.0        a
    1  30.0                   1.0  missing
    2  40.0                   0.0        b
    """
    text = FillGaps(
        strategy="constant" if categorical == "missing" else "most_frequent",
        add_indicator=indicator and categorical != "missing",  # the level is the flag
    )
    dates = FillGaps(strategy="median", add_indicator=indicator)
    others = make_column_selector(dtype_exclude=[*_NUMBERS, *_DATES, "bool", "timedelta"])
    table = ColumnTransformer(
        [
            ("numbers", _numbers(numeric, indicator), make_column_selector(dtype_include=_NUMBERS)),
            ("text", text, others),
            ("dates", dates, make_column_selector(dtype_include=_DATES)),
        ],
        remainder="passthrough",
        verbose_feature_names_out=False,
    )
    return table.set_output(transform="pandas")


def _numbers(strategy: Numeric, indicator: bool) -> BaseEstimator:  # noqa: FBT001 - private
    """Return the imputer of number columns."""
    if strategy == "knn":
        return ImputeFromDonors(add_indicator=indicator)
    if strategy == "iterative":
        return ImputeIteratively(
            n_nearest_features=_ITERATIVE_WIDTH,
            initial_strategy="median",
            tol=_ITERATIVE_TOLERANCE,
            max_iter=50,
            random_state=0,
            keep_empty_features=True,
            add_indicator=indicator,
        )
    return SimpleImputer(strategy=strategy, keep_empty_features=True, add_indicator=indicator)


class _Flagging(FrameTransformer):
    """Fill columns, and add a flag for each that had gaps in the training rows."""

    add_indicator: bool

    def _learn(self, frame: pd.DataFrame, y: Any) -> None:  # noqa: ARG002 - labels play no part
        self.has_gaps_ = frame.isna().any().to_numpy()
        self._learn_fills(frame)

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        filled = self._fill(frame)
        if not self.add_indicator or not self.has_gaps_.any():
            return filled
        flags = frame.loc[:, self.has_gaps_].isna().astype(float)
        return pd.concat([filled, flags.set_axis(self._flags(list(frame.columns)), axis=1)], axis=1)

    def _names_out(self, names: list[str]) -> list[str]:
        return [*names, *(self._flags(names) if self.add_indicator else [])]

    def _flags(self, names: list[str]) -> list[str]:
        """Return the names of the flags, as scikit-learn's imputers name them."""
        pairs = zip(names, self.has_gaps_, strict=True)
        return [f"missingindicator_{name}" for name, has_gaps in pairs if has_gaps]

    def _learn_fills(self, frame: pd.DataFrame) -> None:
        raise NotImplementedError

    def _fill(self, frame: pd.DataFrame) -> pd.DataFrame:
        raise NotImplementedError


class FillGaps(_Flagging):
    """Fill missing cells of columns of any type: text, categories, dates.

    `SimpleImputer` knows no dates, takes None for a value, refuses pandas' NA and categories of
    numbers, and fills an empty text column with the number 0.

    Parameters
    ----------
    strategy
        "constant", "most_frequent", or "median" for dates and numbers.
    fill_value
        What "constant" fills in, and what an empty column that is no date gets.
    add_indicator
        Whether each column that had gaps in the training rows gets a flag.

    Attributes
    ----------
    fills_ : list
        What each column is filled with; dates as ISO text.
    has_gaps_ : ndarray of bool, shape (n_features_in_,)
        Which columns had gaps in the training rows.

    Examples
    --------
    >>> frame = pd.DataFrame({"since": pd.to_datetime(["2020-01-01", None, "2020-01-03"])})
    >>> FillGaps(strategy="median").fit_transform(frame)
           since  missingindicator_since
    0 2020-01-01                     0.0
    1 2020-01-02                     1.0
    2 2020-01-03                     0.0
    """

    def __init__(
        self,
        *,
        strategy: Literal["constant", "most_frequent", "median"] = "most_frequent",
        fill_value: str = "missing",
        add_indicator: bool = True,
    ) -> None:
        self.strategy, self.fill_value = strategy, fill_value
        self.add_indicator = add_indicator

    def _learn_fills(self, frame: pd.DataFrame) -> None:
        self.fills_ = [self._value(column) for _, column in frame.items()]

    def _value(self, column: pd.Series) -> Any:
        """Return what fills a column, in a form that can be stored."""
        present, is_date = column.dropna(), pd.api.types.is_datetime64_any_dtype(column)
        if is_date and present.empty:
            return pd.Timestamp(0, tz=column.dt.tz).isoformat()
        if self.strategy == "constant" or present.empty:
            return 0.0 if pd.api.types.is_numeric_dtype(column) else self.fill_value
        value: Any = present.median() if self.strategy == "median" else present.mode().iloc[0]
        return value.isoformat() if is_date else value

    def _fill(self, frame: pd.DataFrame) -> pd.DataFrame:
        columns = zip(frame.items(), self.fills_, strict=True)
        filled = {name: _filled(column, fill) for (name, column), fill in columns}
        return pd.DataFrame(filled, index=frame.index, columns=frame.columns)


def _filled(column: pd.Series, fill: Any) -> pd.Series:
    """Fill one column; a category that does not have the level becomes plain."""
    if not column.isna().any():
        return column
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.fillna(pd.Timestamp(fill))
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    return column.where(column.notna(), fill)


class ImputeIteratively(IterativeImputer):
    """scikit-learn's `IterativeImputer`, which writes into the frame it is given, on a copy.

    pandas 3 lends its memory for reading only, and scikit-learn 1.9 takes it for its own.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [1.0, 2.0, 3.0, None], "b": [2.0, 4.0, 6.0, 8.0]})
    >>> float(ImputeIteratively(random_state=0).fit_transform(frame)[3, 0].round())
    4.0
    """

    def fit_transform(self, X: Any, y: Any = None, **params: Any) -> Any:
        """Fit and fill; see scikit-learn."""
        return super().fit_transform(_own_copy(X), y, **params)

    def transform(self, X: Any) -> Any:
        """Fill; see scikit-learn."""
        return super().transform(_own_copy(X))


def _own_copy(X: Any) -> Any:
    """Return a frame whose memory scikit-learn has to copy into the order that it wants."""
    if not isinstance(X, pd.DataFrame):
        return X
    cells = np.array(X, order="C")
    return pd.DataFrame(cells, columns=X.columns, index=X.index, copy=False)


class ImputeFromDonors(_Flagging):
    """Fill missing numbers by the nearest rows, columns brought to one scale before.

    `KNNImputer` on columns as they are listens to the widest one alone, lets one far cell decide a
    mean, and keeps every training row as a donor, which takes minutes and gigabytes on large
    tables. Here columns are scaled by median and interquartile range and far values pulled in,
    both for the distance and for the mean; the donors are a fixed sample.

    Parameters
    ----------
    n_neighbors
        Donors of each cell.
    donors
        The largest number of training rows that are kept.
    add_indicator
        Whether each column that had gaps in the training rows gets a flag.

    Attributes
    ----------
    center_, scale_ : ndarray of float, shape (n_features_in_,)
        Median and interquartile range of the training rows; where the latter is 0, the standard
        deviation.
    spread_ : ndarray of float, shape (n_features_in_,)
        Standard deviation once far values are pulled in, so that columns weigh the same.
    donors_ : ndarray of float, shape (donors, n_features_in_)
        Scaled, far values pulled in; NaN where missing.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [1.0, 2.0, 9.0, 1.5], "b": [10.0, 20.0, 90.0, None]})
    >>> float(ImputeFromDonors(n_neighbors=2).fit_transform(frame)["b"].iloc[3].round())
    15.0
    """

    def __init__(
        self, *, n_neighbors: int = 5, donors: int = _DONORS, add_indicator: bool = True
    ) -> None:
        self.n_neighbors, self.donors, self.add_indicator = n_neighbors, donors, add_indicator

    def _learn_fills(self, frame: pd.DataFrame) -> None:
        values = _matrix(frame)
        self.center_, self.scale_, _ = np.array([_middle(column) for column in values.T]).T
        self.spread_ = np.ones(values.shape[1])
        self.spread_ = np.array([_middle(column)[2] for column in self._pulled(values).T])
        rows = np.arange(len(values))
        if len(rows) > self.donors:
            rows = np.sort(np.random.default_rng(0).choice(rows, self.donors, replace=False))
        self.donors_ = self._pulled(values[rows])

    def _fill(self, frame: pd.DataFrame) -> pd.DataFrame:
        values = _matrix(frame)
        inner = filled(self._pulled(values), self.donors_, count=self.n_neighbors)
        inner = np.clip(inner * self.spread_ / _PULL, -_FARTHEST, _FARTHEST)
        guesses = _PULL * inner / np.sqrt(1 - inner**2) * self.scale_ + self.center_
        whole = np.where(np.isnan(values), guesses, values)
        return pd.DataFrame(whole, index=frame.index, columns=frame.columns)

    def _pulled(self, values: np.ndarray) -> np.ndarray:
        """Scale, and pull far values in: z / sqrt(1 + (z / 3)^2), as `SmoothRobustScaler` does."""
        scaled = (values - self.center_) / self.scale_
        pulled: np.ndarray = scaled / np.hypot(1.0, scaled / _PULL) / self.spread_
        return pulled


def _matrix(frame: pd.DataFrame) -> np.ndarray:
    """Return number columns as float64 of shape (rows, columns)."""
    return np.column_stack([floats(column) for _, column in frame.items()])


def _middle(values: np.ndarray) -> tuple[float, float, float]:
    """Return median, spread and standard deviation of a column; 0, 1 and 1 for an empty one."""
    present = values[np.isfinite(values)]
    if not len(present):
        return 0.0, 1.0, 1.0
    low, middle, high = np.percentile(present, [25, 50, 75])
    deviation = float(present.std()) or 1.0
    return float(middle), float(high - low) or deviation, deviation
