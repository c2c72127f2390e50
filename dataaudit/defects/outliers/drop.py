"""DropOutliers: training rows with outlying cells left out, by the rule that reports them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dataaudit.defects.outliers.remedies import learnt
from dataaudit.errors import DataError
from dataaudit.estimator import floats
from dataaudit.sampler import FrameSampler


class DropOutliers(FrameSampler):
    """Leave out training rows that hold an outlying or infinite cell; the others keep their order.

    Parameters
    ----------
    reach : float, default=5.0
        Robust standard deviations, see `dataaudit.defects.outliers.bounds.bounds`.

    Attributes
    ----------
    sample_indices_ : ndarray of int, shape (n_samples_out,)
        Position of each row in the input, ascending.
    numbers_, low_, high_
        As of `ClipOutliers`.

    Raises
    ------
    DataError
        In `fit_resample`, where no row would be left.

    Examples
    --------
    >>> import pandas as pd
    >>> X = pd.DataFrame({"age": [*range(20, 60), 999]})
    >>> len(DropOutliers().fit_resample(X, [0, 1] * 20 + [1])[0])
    40
    """

    _stage = "outliers"
    _needs_classes = False

    def __init__(self, *, reach: float = 5.0) -> None:
        self.reach = reach

    def _fit_resample(
        self,
        frame: pd.DataFrame,
        labels: np.ndarray,  # noqa: ARG002 - labels play no part
    ) -> tuple[np.ndarray, pd.DataFrame, np.ndarray]:
        self.numbers_, self.low_, self.high_ = learnt(frame, self.reach)
        stays = np.ones(len(frame), dtype=bool)
        for name, low, high in zip(self.numbers_, self.low_, self.high_, strict=True):
            cells = floats(frame[name])
            stays &= ~((cells < low) | (cells > high) | np.isinf(cells))
        if not stays.any():
            raise DataError("outliers", "every row holds an outlying cell", remedy="Take `clip`.")
        kept = np.flatnonzero(stays)
        return kept, frame.iloc[:0], kept[:0]
