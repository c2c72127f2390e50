"""The estimator that reads text columns as what they hold."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dataaudit.defects.types.reading import levels_of, read
from dataaudit.defects.types.wanted import Wanted
from dataaudit.estimator import FrameTransformer, texts


class ParseTypes(Wanted, FrameTransformer):
    """Read text columns as what they hold: numbers, dates, yes and no.

    Parameters
    ----------
    numbers, dates, booleans, share
        As in `Types`.

    Attributes
    ----------
    readings_ : dict of str to dict
        How each column is read that is no text after all.

    Examples
    --------
    >>> frame = pd.DataFrame({"size": ["12.0 oz", "16.0 oz", None], "name": ["a", "b", "c"]})
    >>> ParseTypes().fit_transform(frame)
       size name
    0  12.0    a
    1  16.0    b
    2   NaN    c
    """

    def _learn(self, frame: pd.DataFrame, y: Any) -> None:  # noqa: ARG002 - labels play no part
        found = {name: self.reading(levels_of(frame[name]), name) for name in texts(frame)}
        self.readings_ = {name: reading for name, reading in found.items() if reading is not None}

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        parsed = {name: read(frame[name], reading) for name, reading in self.readings_.items()}
        return frame.assign(**parsed)
