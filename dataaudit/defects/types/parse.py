"""The estimator that reads text columns as what they hold."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from dataaudit.defects.types.reading import Reading, read, reading_of
from dataaudit.estimator import FrameTransformer, texts

_CODE_WORDS = frozenset(
    {"zip", "zipcode", "postal", "postcode", "phone", "telephone", "fax", "code", "id"}
)


class ParseTypes(FrameTransformer):
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

    def __init__(
        self,
        *,
        numbers: bool = True,
        dates: bool = True,
        booleans: bool = True,
        share: float = 0.9,
    ) -> None:
        self.numbers, self.dates, self.booleans, self.share = numbers, dates, booleans, share

    def reading(self, values: pd.Series, name: Any) -> Reading | None:
        """Return how a column is to be read, or None where it stays as it is."""
        found = None if is_code(str(name)) else reading_of(values, self.share)
        wanted = {"number": self.numbers, "date": self.dates, "bool": self.booleans}
        return found if found is not None and wanted[found["kind"]] else None

    def _learn(self, frame: pd.DataFrame, y: Any) -> None:  # noqa: ARG002 - labels play no part
        found = {name: self.reading(frame[name], name) for name in texts(frame)}
        self.readings_ = {name: reading for name, reading in found.items() if reading is not None}

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        parsed = {name: read(frame[name], reading) for name, reading in self.readings_.items()}
        return frame.assign(**parsed)


def is_code(name: str) -> bool:
    """Tell whether a column is named like a code: zip, phone, product_code."""
    words = re.findall("[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
    return not _CODE_WORDS.isdisjoint(word.lower() for word in words)
