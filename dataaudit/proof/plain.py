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
    known = numbers(X)
    cells = X[known].to_numpy(dtype="float64", na_value=np.nan, copy=True)
    cells[np.isinf(cells)] = np.nan
    if len(known) == X.shape[1]:
        return pd.DataFrame(cells, index=X.index, columns=X.columns)
    made: dict[Any, Any] = {name: cells[:, i] for i, name in enumerate(known)}
    for name in dates(X):
        made[name] = (X[name] - pd.Timestamp(0, tz=X[name].dt.tz)) / pd.Timedelta(1, "s")
    for name in texts(X):
        text = X[name] if isinstance(X[name].dtype, pd.StringDtype) else X[name].astype(object)
        made[name] = text.where(X[name].notna(), _MISSING).astype(str)
    return pd.DataFrame(made, index=X.index, columns=X.columns)


class Levels:
    """Text as numbers: its place among the sorted levels of the training rows, -1 if not there.

    scikit-learn's encoders count and look up numbers far faster than text, and in the same order.

    Parameters
    ----------
    X
        Training rows from `plain`.

    Examples
    --------
    >>> Levels(pd.DataFrame({"a": ["y", "x"]})).coded(pd.DataFrame({"a": ["x", "z"]}))
         a
    0  0.0
    1 -1.0
    """

    def __init__(self, X: pd.DataFrame) -> None:
        self._levels = {name: pd.Index(sorted(pd.unique(X[name]))) for name in texts(X)}

    def coded(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return rows with numbers in place of text."""
        if not self._levels:
            return X
        made = {name: X[name] for name in X.columns}
        for name, levels in self._levels.items():
            made[name] = pd.Series(levels.get_indexer(X[name]).astype("float64"), index=X.index)
        return pd.DataFrame(made, index=X.index, columns=X.columns)
