"""ClipOutliers: outlying cells repaired by the rule that reports them."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from dataaudit.defects.outliers.bounds import bounds
from dataaudit.errors import ConfigError
from dataaudit.estimator import FrameTransformer, floats, numbers

Action = Literal["clip", "blank"]


class ClipOutliers(FrameTransformer):
    """Move outlying cells to the bounds of the training rows, or make them missing.

    Infinite cells of any number column go the same way: to the bound where there is one and
    ``action`` is ``clip``, else to missing. Other columns, and number columns with fewer than 10
    distinct values or 30 cells, pass as they are. Treated columns come out as float64.

    Parameters
    ----------
    action : {"clip", "blank"}, default="clip"
        Whether an outlying cell becomes the bound or missing.
    reach : float, default=5.0
        Robust standard deviations, see `dataaudit.defects.outliers.bounds.bounds`.

    Attributes
    ----------
    numbers_ : list of str
        The number columns, k of them.
    low_, high_ : ndarray of shape (k,), float64
        Their bounds; infinite where a column is not clipped.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"age": [*range(20, 60), 999]})
    >>> ClipOutliers().fit_transform(frame)["age"].max().round()
    np.float64(114.0)
    """

    def __init__(self, *, action: Action = "clip", reach: float = 5.0) -> None:
        self.action, self.reach = action, reach

    def _learn(self, frame: pd.DataFrame, y: Any) -> None:  # noqa: ARG002 - labels play no part
        if self.action not in get_args(Action):
            raise ConfigError("outliers.action", expected="clip or blank", found=self.action)
        self.numbers_, self.low_, self.high_ = learnt(frame, self.reach)

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.copy()
        for name, low, high in zip(self.numbers_, self.low_, self.high_, strict=True):
            cells = floats(frame[name])
            if self.action == "clip":
                changed = np.clip(cells, low, high)
            else:
                changed = np.where((cells < low) | (cells > high), np.nan, cells)
            changed = np.where(np.isinf(changed), np.nan, changed)
            if np.isfinite(low) or not np.array_equal(changed, cells, equal_nan=True):
                frame[name] = changed
        return frame


def learnt(frame: pd.DataFrame, reach: float) -> tuple[list[Any], np.ndarray, np.ndarray]:
    """Return the number columns with their bounds, infinite where there are none."""
    if not reach > 0:
        raise ConfigError("outliers.reach", expected="a number above 0", found=reach)
    names = numbers(frame)
    found = [bounds(x[np.isfinite(x)], reach) for x in (floats(frame[name]) for name in names)]
    low = np.array([-np.inf if limits is None else limits.low for limits in found])
    high = np.array([np.inf if limits is None else limits.high for limits in found])
    return names, low, high
