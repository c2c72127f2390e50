"""The remedy: leave out the columns that say nothing."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dataaudit.estimator import FrameTransformer


class DropConstant(FrameTransformer):
    """Remove the columns that hold one value, and no missing one, in the training rows.

    Attributes
    ----------
    kept_ : ndarray of bool, shape (n_features_in_,)
        Which columns stay.

    Examples
    --------
    >>> DropConstant().fit_transform(pd.DataFrame({"a": [1, 1], "b": [1, 2]}))
       b
    0  1
    1  2
    """

    def _learn(self, frame: pd.DataFrame, y: Any) -> None:  # noqa: ARG002 - labels play no part
        self.kept_ = (frame.nunique(dropna=False) > 1).to_numpy()  # noqa: PD101 - all columns at once

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame.loc[:, self.kept_]

    def _names_out(self, names: list[str]) -> list[str]:
        return [name for name, kept in zip(names, self.kept_, strict=True) if kept]
