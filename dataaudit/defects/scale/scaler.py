"""SmoothRobustScaler: median and IQR that work where the IQR is 0, and a smooth clip."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pandas as pd

from dataaudit.defects.scale.methods import Fallback
from dataaudit.errors import ConfigError
from dataaudit.estimator import FrameTransformer, floats, numbers

_FAR = 2.0**300
"""Clips from the median where a cell stands at the end: its square is a power of two, so exact."""


class SmoothRobustScaler(FrameTransformer):
    """Scale number columns by median and IQR, and bend the far ends smoothly.

    z = (x - median) / IQR, then z / sqrt(1 + (z / clip)^2). Missing cells stay missing, infinite
    ones go to the end they point at; other columns pass through.

    Parameters
    ----------
    clip : float or None, default=3.0
        No cell ends further out than this; None leaves the far ends as they are.
    fallback : {"std", "half_range"}, default="std"
        What to divide by where the IQR is 0: the standard deviation, or half the range.

    Attributes
    ----------
    numbers_ : list of str
        The columns that are scaled, k of them.
    center_ : ndarray of shape (k,), float64
        Their medians over the finite training cells; 0 where there are none.
    scale_ : ndarray of shape (k,), float64
        What they are divided by; infinite where the training cells are one value, which gives 0.

    References
    ----------
    Holzmüller, Grinsztajn and Steinwart, Better by default: strong pre-tuned MLPs and boosted trees
    on tabular data, NeurIPS 2024 (their ``robust_scale`` and ``smooth_clip`` in pytabkit; half the
    range is their fallback). ``benchmarks/scalers.py``, 64-32 network, four seeds, accuracy in
    percent (R2 for taxis' tips), with clip unless said:

    ============  ====  ==============  ==========  ====  ============  ========
    table         raw   RobustScaler    half range  std   std, no clip  standard
    ============  ====  ==============  ==========  ====  ============  ========
    adult         51.4  81.5            84.5        84.8  84.9          84.9
    mammography   98.6  98.6            98.7        98.5  98.6          98.6
    cardio        98.1  98.1            98.1        98.1  98.1          98.1
    digits        96.3  96.0            96.5        96.4  96.2          96.6
    taxis (tip)   51.4  55.5            54.0        53.5  56.0          55.7
    ============  ====  ==============  ==========  ====  ============  ========

    The fallback plays no part on tables without a column of IQR 0: pima, wine, thyroid, breast
    cancer. ``std`` wins where the two differ by more than their seeds do (adult, 0.1 to 0.3).

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"gain": [0.0, 0.0, 0.0, 0.0, 0.0, 9.0], "job": list("abcabc")})
    >>> SmoothRobustScaler().fit_transform(frame).round(2)
       gain job
    0   0.0   a
    1   0.0   b
    2   0.0   c
    3   0.0   a
    4   0.0   b
    5   2.0   c
    """

    def __init__(self, *, clip: float | None = 3.0, fallback: Fallback = "std") -> None:
        self.clip, self.fallback = clip, fallback

    def _learn(self, frame: pd.DataFrame, y: Any) -> None:  # noqa: ARG002 - labels play no part
        if self.clip is not None and not self.clip > 0:
            raise ConfigError("scale.clip", expected="a number above 0 or null", found=self.clip)
        if self.fallback not in get_args(Fallback):
            raise ConfigError("scale.fallback", expected="std or half_range", found=self.fallback)
        self.numbers_ = numbers(frame)
        cells = [x[np.isfinite(x)] for x in (floats(frame[name]) for name in self.numbers_)]
        self.center_ = np.array([np.median(x) if x.size else 0.0 for x in cells])
        self.scale_ = np.array([self._spread(x) for x in cells])

    def _spread(self, cells: np.ndarray) -> float:
        """Return what to divide by; infinite for a constant column, which thus becomes 0."""
        if not cells.size or cells.min() == cells.max():
            return np.inf
        low, high = np.quantile(cells, [0.25, 0.75])
        if high > low:
            return float(high - low)
        spread = float(np.std(cells) if self.fallback == "std" else np.ptp(cells) / 2)
        return spread or np.inf  # differences below the smallest double are none

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.copy()
        for name, center, scale in zip(self.numbers_, self.center_, self.scale_, strict=True):
            frame[name] = self._scaled(floats(frame[name]), center, scale)
        return frame

    def _scaled(self, cells: np.ndarray, center: float, scale: float) -> np.ndarray:
        """Scale the cells of one column, shape (rows,)."""
        if np.isinf(scale):
            return np.where(np.isnan(cells), np.nan, 0.0)
        with np.errstate(over="ignore", invalid="ignore"):  # beyond the doubles: clipped below
            z = (cells - center) / scale
        if self.clip is None:
            return z
        far = furthest(self.clip)
        y = np.clip(z, -far, far)
        q = y / self.clip
        return y / np.sqrt(1 + q * q)  # not hypot: SQL has no such function


def furthest(clip: float) -> float:
    """Return the z beyond which a cell is at the end itself, since squares overflow further out.

    Examples
    --------
    >>> end = furthest(3.0)
    >>> float(end / np.sqrt(1 + (end / 3.0) ** 2))
    3.0
    """
    return min(clip * _FAR, float(np.finfo(np.float64).max))
