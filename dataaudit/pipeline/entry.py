"""The door of the pipeline: whatever a caller's frame holds becomes one form."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from dataaudit.errors import DataError
from dataaudit.estimator import FrameTransformer

Kind = Literal["number", "date", "text"]
_NUMBERS = {"boolean", "integer", "floating", "mixed-integer-float", "decimal"}
_DATES = {"datetime", "datetime64", "date"}


class UnifyTypes(FrameTransformer):
    """Bring every column into the form that the steps behind it expect, and hold it to that.

    Numbers and booleans become float64, in which an infinite cell is a missing one; durations
    become seconds; dates become datetime64[us] in UTC; all else, categories included, becomes text.
    What a column is, is learnt in training; later rows are read the same way.

    Attributes
    ----------
    kinds_ : dict of str to {"number", "date", "text"}
        By column.

    Raises
    ------
    DataError
        In `transform`, where a column of numbers or dates holds something else.

    Examples
    --------
    >>> import pandas as pd
    >>> UnifyTypes().fit_transform(pd.DataFrame({"age": [30, 40], "old": [False, True]}))
        age  old
    0  30.0  0.0
    1  40.0  1.0
    """

    def _learn(self, frame: pd.DataFrame, y: Any) -> None:  # noqa: ARG002 - labels play no part
        self.kinds_: dict[str, Kind] = {name: _kind(frame[name]) for name in frame.columns}

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        columns = {name: _read(frame[name], self.kinds_[name]) for name in frame.columns}
        return pd.DataFrame(columns, index=frame.index)


def _kind(values: pd.Series) -> Kind:
    """Return what a column holds."""
    is_of = pd.api.types
    if is_of.is_timedelta64_dtype(values) or is_of.is_numeric_dtype(values):
        return "number"
    if is_of.is_datetime64_any_dtype(values):
        return "date"
    held = is_of.infer_dtype(values, skipna=True) if values.dtype == object else "text"
    return "number" if held in _NUMBERS else "date" if held in _DATES else "text"


def _read(values: pd.Series, kind: Kind) -> pd.Series:
    """Return a column as the kind that it was in training."""
    readers = {"number": _numbers, "date": _dates, "text": _texts}
    try:
        return readers[kind](values)
    except (ValueError, TypeError) as error:
        raise DataError(
            "clean",
            f"`{values.name}` held {kind}s in training, and not all of its cells are {kind}s now",
            remedy="Give it the type that it had.",
        ) from error


def _numbers(values: pd.Series) -> pd.Series:
    if pd.api.types.is_timedelta64_dtype(values):
        values = values.dt.total_seconds()
    elif not pd.api.types.is_numeric_dtype(values):
        values = pd.to_numeric(values.astype(object))
    cells = values.to_numpy(dtype="float64", na_value=np.nan)
    return pd.Series(np.where(np.isinf(cells), np.nan, cells), index=values.index)


def _dates(values: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(values) and values.notna().any():
        raise TypeError
    return pd.to_datetime(values, utc=True).dt.tz_localize(None).astype("datetime64[us]")


def _texts(values: pd.Series) -> pd.Series:
    return values.astype(object).where(values.notna(), np.nan).astype("str")
