"""Rows of one origin that came in another unit: grams among kilograms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from dataaudit.defects import Share
from dataaudit.injecting import Change, Given, Injector
from dataaudit.injecting.cells import chosen, measured, some, with_numbers
from dataaudit.naming import listed


class Units(Injector):
    """Multiply the numbers of some rows, the same rows in every column.

    Parameters
    ----------
    factor
        1000 for grams among kilograms, 2.54 for centimetres among inches.
    share
        Of the rows.
    columns
        Those that are changed; None: all number features with 10 values or more.
    """

    checks: ClassVar = ("outliers",)
    cause = "outliers"

    def __init__(
        self, *, factor: float = 1000.0, share: Share = 0.05, columns: Sequence[str] | None = None
    ) -> None:
        self.factor, self.share, self.columns = factor, share, columns

    def applies(self, given: Given) -> str:
        """Need a measurement."""
        return "" if measured(given.frame, given.numbers) else "no column of measurements"

    def plant(self, given: Given, rng: np.random.Generator) -> Change:
        """Return the table with some rows in another unit."""
        names = chosen(measured(given.frame, given.numbers), self.columns)
        rows = some(rng, np.ones(len(given.frame), dtype=bool), self.share)
        masks = dict.fromkeys(names, rows)
        return Change(
            frame=with_numbers(given.frame, masks, lambda _, cells: cells * self.factor),
            sentence=f"{listed(names)} times {self.factor:g} in {self.share:.0%} of the rows.",
        )
