"""Cells far away from all others: a slipped decimal point, a broken sensor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from dataaudit.defects import Share
from dataaudit.estimator import floats
from dataaudit.injecting import Change, Given, Injector
from dataaudit.injecting.cells import chosen, measured, some, with_numbers
from dataaudit.naming import listed

_SPREADS = (1.0, 2.0)  # exponents of 10: 10 to 100 times the span of the column


class OutlierCells(Injector):
    """Move single cells 10 to 100 spans of their column up or down.

    Parameters
    ----------
    share
        Of the cells of each column.
    columns
        Those that are changed; None: all number features with 10 values or more.
    """

    checks: ClassVar = ("outliers",)
    cause = "outliers"

    def __init__(self, *, share: Share = 0.02, columns: Sequence[str] | None = None) -> None:
        self.share, self.columns = share, columns

    def applies(self, given: Given) -> str:
        """Need a measurement."""
        return "" if measured(given.frame, given.numbers) else "no column of measurements"

    def plant(self, given: Given, rng: np.random.Generator) -> Change:
        """Return the table with outlying cells."""
        names = chosen(measured(given.frame, given.numbers), self.columns)
        masks = {
            name: some(rng, np.isfinite(floats(given.frame[name])), self.share) for name in names
        }
        spans = {name: _span(floats(given.frame[name])) for name in names}

        def far(name: object, cells: np.ndarray) -> np.ndarray:
            away = 10.0 ** rng.uniform(*_SPREADS, len(cells)) * rng.choice([-1.0, 1.0], len(cells))
            return np.asarray(cells + spans[name] * away)

        return Change(
            frame=with_numbers(given.frame, masks, far),
            sentence=f"{self.share:.0%} of the cells of {listed(names)} moved 10 to 100 spans off.",
        )


def _span(cells: np.ndarray) -> float:
    """Return the distance from the smallest finite cell to the largest."""
    finite = cells[np.isfinite(cells)]
    return float(np.ptp(finite)) if len(finite) else 0.0
