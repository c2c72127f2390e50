"""What the parameters leave of the readings: the part that report and repair share."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dataaudit.defects import Share
from dataaudit.defects.types.reading import Reading, reading_of
from dataaudit.naming import words

_CODE_WORDS = frozenset(
    {"zip", "zipcode", "postal", "postcode", "phone", "telephone", "fax", "code", "id"}
)


class Wanted:
    """A reading of a column, if its kind is asked for and its name is no code's."""

    def __init__(
        self,
        *,
        numbers: bool = True,
        dates: bool = True,
        booleans: bool = True,
        share: Share = 0.9,
    ) -> None:
        self.numbers, self.dates, self.booleans, self.share = numbers, dates, booleans, share

    def reading(self, cells: pd.Series, name: Any) -> Reading | None:
        """Return how a column is to be read, or None where it stays as it is.

        Parameters
        ----------
        cells
            As `levels_of` counts them.
        """
        found = None if is_code(str(name)) else reading_of(cells, self.share)
        wanted = {"number": self.numbers, "date": self.dates, "bool": self.booleans}
        return found if found is not None and wanted[found["kind"]] else None


def is_code(name: str) -> bool:
    """Tell whether a column is named like a code: zip, phone, product_code."""
    return not _CODE_WORDS.isdisjoint(words(name))
