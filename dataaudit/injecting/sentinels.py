"""Missing cells in disguise: a number that stands for "unknown"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from dataaudit.defects import Share
from dataaudit.injecting import Change, Given, Injector
from dataaudit.injecting.cells import chosen, some, with_numbers
from dataaudit.naming import listed


class Sentinels(Injector):
    """Write one number where a value is unknown.

    Parameters
    ----------
    value
        The number.
    share
        Of the cells of each column.
    columns
        Those that are changed; None: all number features.
    """

    checks: ClassVar = ("disguised", "outliers")
    cause = "disguised"

    def __init__(
        self, *, value: float = -999.0, share: Share = 0.1, columns: Sequence[str] | None = None
    ) -> None:
        self.value, self.share, self.columns = value, share, columns

    def applies(self, given: Given) -> str:
        """Need a number."""
        return "" if given.numbers else "no number column among the features"

    def plant(self, given: Given, rng: np.random.Generator) -> Change:
        """Return the table with the number in some cells."""
        names = chosen(given.numbers, self.columns)
        masks = {
            name: some(rng, given.frame[name].notna().to_numpy(), self.share) for name in names
        }
        return Change(
            frame=with_numbers(
                given.frame, masks, lambda _, cells: np.full_like(cells, self.value)
            ),
            sentence=f"{self.value:g} in {self.share:.0%} of the cells of {listed(names)}.",
        )
