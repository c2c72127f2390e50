"""Columns as arms read them: numbers without infinity, dates as seconds, text without gaps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dataaudit.estimator import dates, numbers, texts

_MISSING = "missing"


def plain(X: pd.DataFrame) -> pd.DataFrame:
    """Return every column as numbers or as text; the frame that is given stays as it is.

    Examples
    --------
    >>> plain(pd.DataFrame({"a": [1, 2], "b": ["x", None]}))
         a        b
    0  1.0        x
    1  2.0  missing
    """
    made: dict[Any, Any] = {}
    for name in numbers(X):
        made[name] = X[name].astype("float64").replace([np.inf, -np.inf], np.nan)
    for name in dates(X):
        made[name] = (X[name] - pd.Timestamp(0, tz=X[name].dt.tz)) / pd.Timedelta(1, "s")
    for name in texts(X):
        made[name] = X[name].astype(object).where(X[name].notna(), _MISSING).astype(str)
    return pd.DataFrame(made, index=X.index, columns=X.columns)
