"""Gaps filled from rows that are alike, and flagged where that says something of the target.

A flag is a column more. Where gaps come by chance it says nothing, and on a few hundred rows a
network learns it by heart all the same; where gaps come of what stood there, it says much. So a
flag stays where it goes with the target among the training rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from dataaudit.defects.missing.impute import imputer
from dataaudit.estimator import FrameTransformer

_CHANCE = 0.05  # of keeping a flag that says nothing
_FLAG = "missingindicator_"


class Filled(FrameTransformer):
    """Fill gaps by the nearest rows, and keep the flags that tell.

    Parameters
    ----------
    left
        Columns whose gaps are left to what comes after.

    Attributes
    ----------
    silent_ : list of str
        The flags that were dropped.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [None, None, None, 1.0, 2.0, 3.0], "b": [1.0, None] * 3})
    >>> Filled().fit(frame, ["ill"] * 3 + ["well"] * 3).silent_
    ['missingindicator_b']
    """

    def __init__(self, *, left: Sequence[Any] = ()) -> None:
        self.left = left

    def _learn(self, frame: pd.DataFrame, y: Any) -> None:
        self.silent_: list[str] = []
        self.imputer_ = imputer(numeric="knn").fit(frame)
        made = self._apply(frame)
        flags = made.loc[:, [str(name).startswith(_FLAG) for name in made.columns]]
        if y is not None and flags.shape[1]:
            self.silent_ = flags.columns[~telling(flags, pd.Series(np.asarray(y)))].tolist()

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        made: pd.DataFrame = self.imputer_.transform(frame)
        theirs = [f"{_FLAG}{name}" for name in self.left]
        made = made.drop(columns=[*theirs, *self.silent_], errors="ignore")
        return made.assign(**{str(name): frame[name] for name in self.left})

    def _names_out(self, names: list[str]) -> list[str]:
        made = self.imputer_.get_feature_names_out(names)
        gone = {*(f"{_FLAG}{name}" for name in self.left), *self.silent_}
        return [name for name in made if name not in gone]


def telling(flags: pd.DataFrame, y: pd.Series) -> NDArray[np.bool_]:
    """Tell which flags go with the target.

    The share of a flag's variance that the target explains, times the rows, is chi-squared where
    the two are independent: Pearson's test for classes, that of a correlation for numbers.

    Examples
    --------
    >>> flags = pd.DataFrame({"b": [0.0, 1.0] * 10, "a": [0.0] * 10 + [1.0] * 10})
    >>> telling(flags, pd.Series(["well"] * 10 + ["ill"] * 10)).tolist()
    [False, True]
    """
    values = flags.to_numpy("float64")
    centred = values - values.mean(axis=0)
    total = (centred**2).sum(axis=0)
    if pd.api.types.is_float_dtype(y):
        away = y.to_numpy("float64") - y.mean()
        explained = (centred.T @ away) ** 2 / ((away**2).sum() or 1.0)
        freedom = 1
    else:
        codes, classes = pd.factorize(y, sort=True)
        of = np.eye(len(classes))[codes]
        explained = ((of.T @ centred) ** 2 / of.sum(axis=0)[:, None]).sum(axis=0)
        freedom = max(len(classes) - 1, 1)
    share = np.divide(explained, total, out=np.zeros_like(total), where=total > 0)
    return np.asarray(stats.chi2.sf(len(y) * share, freedom) < _CHANCE)
