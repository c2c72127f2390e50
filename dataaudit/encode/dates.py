"""Dates -> numbers: how long ago, and where in the week, the day and the year."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dataaudit.estimator import FrameTransformer, dates
from dataaudit.rows import as_number

CYCLES = {"weekday": 7, "hour": 24, "month": 12}
CLIP = 3.0  # spreads; the smooth clip of RealMLP (Holzmueller and others, 2024), as for numbers


class EncodeDates(FrameTransformer):
    """Replace each date by elapsed time and by points on the circles of week, day and year.

    Elapsed time is in spreads (interquartile ranges) from the training median, smoothly clipped to
    -3..3, never in raw seconds. Day of week, hour and month become sine and cosine, each only where
    it varies in training. A missing date is 0 throughout, with a flag where training had one.
    Columns that are no dates stay as they are.

    Attributes
    ----------
    dates_ : list of str
        The columns that were dates in training.
    middle_, spread_ : dict of str to float
        By column: the median, in seconds since 1970, and the spread, in seconds.
    cycles_ : dict of str to list of str
        By column: which of weekday, hour and month vary.
    flagged_ : list of str
        The columns that get a flag for missing dates.

    Examples
    --------
    >>> import pandas as pd
    >>> X = pd.DataFrame({"sold": pd.to_datetime(["2024-01-01", "2024-01-08", "2024-01-15"])})
    >>> EncodeDates().fit_transform(X).round(2)
       sold__elapsed
    0          -0.95
    1           0.00
    2           0.95
    """

    def _learn(self, frame: pd.DataFrame, y: Any) -> None:  # noqa: ARG002 - labels play no part
        self.dates_ = dates(frame)
        self.middle_, self.spread_, self.cycles_ = {}, {}, {}
        self.flagged_ = [name for name in self.dates_ if frame[name].isna().any()]
        for name in self.dates_:
            seconds = as_number(_utc(frame[name])).dropna().to_numpy()
            self.middle_[name] = float(np.median(seconds)) if len(seconds) else 0.0
            self.spread_[name] = _spread(seconds)
            parts = _parts(_utc(frame[name]))
            self.cycles_[name] = [part for part in CYCLES if _varies(parts[part])]

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        known = set(self.dates_)
        columns: dict[str, Any] = {}
        for name in frame.columns:
            columns |= self._numbers(name, frame[name]) if name in known else {name: frame[name]}
        return pd.DataFrame(columns, index=frame.index)

    def _numbers(self, name: str, values: pd.Series) -> dict[str, np.ndarray]:
        """Return the number columns of one date column, by name."""
        dated = _utc(values)
        z = ((as_number(dated) - self.middle_[name]) / self.spread_[name]).to_numpy()
        columns = [z / np.sqrt(1 + (z / CLIP) ** 2)]
        parts = _parts(dated)
        for part in self.cycles_[name]:
            angle = 2 * np.pi * parts[part].to_numpy() / CYCLES[part]
            columns += [np.sin(angle), np.cos(angle)]
        filled = [np.where(dated.isna(), 0.0, column) for column in columns]
        if name in self.flagged_:
            filled.append(dated.isna().to_numpy().astype("float64"))
        return dict(zip(self._names_of(name), filled, strict=True))

    def _names_of(self, name: str) -> list[str]:
        cycles = [f"{name}__{part}_{f}" for part in self.cycles_[name] for f in ("sin", "cos")]
        return [f"{name}__elapsed", *cycles, *([f"{name}__missing"] * (name in self.flagged_))]

    def _names_out(self, names: list[str]) -> list[str]:
        known = set(self.dates_)
        return [
            out for name in names for out in (self._names_of(name) if name in known else [name])
        ]


def _utc(values: pd.Series) -> pd.Series:
    """Return dates without a time zone; those that bear one are read in UTC."""
    return pd.to_datetime(values, utc=True).dt.tz_localize(None)


def _parts(values: pd.Series) -> dict[str, pd.Series]:
    """Return the position in each cycle; an hour has its minutes as a fraction."""
    of = values.dt
    return {
        "weekday": of.day_of_week,
        "hour": of.hour + of.minute / 60,
        "month": of.month - 1,
    }


def _varies(values: pd.Series) -> bool:
    return bool(values.min() < values.max())


def _spread(seconds: np.ndarray) -> float:
    """Return the interquartile range; half the range where it is 0, 1 where that is 0 too."""
    if not len(seconds):
        return 1.0
    low, high = np.quantile(seconds, [0.25, 0.75])
    return float(high - low) or float(np.ptp(seconds)) / 2 or 1.0
