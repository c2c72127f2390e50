"""The estimator that blanks what the rule is sure of."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dataaudit.defects.disguised.rule import Value
from dataaudit.defects.disguised.wanted import Wanted, form, key
from dataaudit.estimator import FrameTransformer


class BlankSentinels(Wanted, FrameTransformer):
    """Turn values that stand for "missing" into missing cells.

    Which values, is learnt from the training rows; what is only a question stays.

    Parameters
    ----------
    zero, discover, also, never
        As in `Disguised`.

    Attributes
    ----------
    sentinels_ : dict of str to list
        The values blanked, by column; text trimmed and in lower case, dates as ISO text.

    Examples
    --------
    >>> depth = [3.0, 4.5, 5.0, 6.5, -999.0, -999.0]
    >>> frame = pd.DataFrame({"depth": depth, "site": [*"ab?ab?"]})
    >>> BlankSentinels().fit_transform(frame)
       depth site
    0    3.0    a
    1    4.5    b
    2    5.0  NaN
    3    6.5    a
    4    NaN    b
    5    NaN  NaN
    """

    def _learn(self, frame: pd.DataFrame, y: Any) -> None:  # noqa: ARG002 - labels play no part
        self.sentinels_ = {
            name: values for name in frame.columns if (values := self._of(frame[name], name))
        }

    def _of(self, values: pd.Series, name: str) -> list[Value]:
        """Return the values of one column to blank, without repeats."""
        added = self.also.get(name, []) if isinstance(self.also, dict) else self.also or []
        sure = [found.value for found in self.discovered(values, name) if found.is_sure]
        kept = [key(value) for value in (*sure, *added) if not self.is_vetoed(name, value)]
        return [value for value in dict.fromkeys(kept) if isinstance(value, form(values))]

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        changed = {name: _blank(frame[name], known) for name, known in self.sentinels_.items()}
        return frame.assign(**changed)


def _blank(values: pd.Series, known: list[Value]) -> pd.Series:
    """Blank the known values of one column."""
    if pd.api.types.is_datetime64_any_dtype(values):
        texts = [str(one).upper() for one in known]  # 2020-01-01t12:00
        days = pd.Series(pd.to_datetime(texts, errors="coerce", format="ISO8601"))
        return values.mask(values.dt.tz_localize(None).isin(days.dropna()))
    if pd.api.types.is_numeric_dtype(values):
        return values.astype(float).mask(values.isin(known))
    return values.mask(values.astype("str").str.strip().str.lower().isin(known))
