"""The baseline with one thing left out, to see what that one thing is worth."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dataaudit.estimator import numbers
from dataaudit.pipeline import Resampled
from dataaudit.proof.arms import Base


class Unscaled(Base):
    """The baseline without scaling.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [1.0, 2.0, None]})
    >>> Unscaled().fit_resample(frame, pd.Series(["no", "yes", "no"])).X
         a  missingindicator_a
    0  1.0                 0.0
    1  2.0                 0.0
    2  1.5                 1.0
    """

    description = "One-hot, median and a missing flag, no scaling."

    def _number(self) -> Any:
        """Return what prepares numbers."""
        return super()._number().set_params(standardscaler="passthrough")


class ZeroFilled(Base):
    """The baseline, given 0 for every missing number.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [1.0, 2.0, None]})
    >>> ZeroFilled().fit_resample(frame, pd.Series(["no", "yes", "no"])).X.round(2)
          a
    0  0.00
    1  1.22
    2 -1.22
    """

    description = "One-hot, 0 for what is missing, standard scaling."

    def fit_resample(self, X: pd.DataFrame, y: pd.Series) -> Resampled:
        """Learn from training rows and return them prepared."""
        return super().fit_resample(_filled(X), y)

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Prepare rows; every row stays, in order."""
        return super().transform(_filled(X))


def _filled(X: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with 0 for missing numbers."""
    return X.fillna(dict.fromkeys(numbers(X), 0))
