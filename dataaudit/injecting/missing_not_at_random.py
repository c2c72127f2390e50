"""Cells lost for what stood in them: the highest incomes, the worst measurements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from dataaudit.defects import Share
from dataaudit.estimator import floats
from dataaudit.injecting import Change, Given, Injector
from dataaudit.injecting.cells import Mask, chosen, replaced, some
from dataaudit.naming import listed


class MissingNotAtRandom(Injector):
    """Blank cells in the upper half of each number column.

    Parameters
    ----------
    share
        Of the cells above the median of the column.
    columns
        Those that lose cells; None: all number features.
    """

    checks: ClassVar = ("missing",)
    cause = "missing"

    def __init__(self, *, share: Share = 0.6, columns: Sequence[str] | None = None) -> None:
        self.share, self.columns = share, columns

    def applies(self, given: Given) -> str:
        """Need a number that varies."""
        return "" if _varying(given) else "no number column that varies among the features"

    def plant(self, given: Given, rng: np.random.Generator) -> Change:
        """Return the table with gaps."""
        names = chosen(_varying(given), self.columns)
        lost = {}
        for name in names:
            gaps = some(rng, _upper(floats(given.frame[name])), self.share)
            lost[name] = given.frame[name].mask(gaps)
        return Change(
            frame=replaced(given.frame, lost),
            sentence=f"{self.share:.0%} of the cells above the median of {listed(names)} blanked.",
        )


def _varying(given: Given) -> list[object]:
    """Return the number features with a cell above their median."""
    return [name for name in given.numbers if _upper(floats(given.frame[name])).any()]


def _upper(cells: np.ndarray) -> Mask:
    """Mark the cells above the median."""
    if np.isnan(cells).all():
        return np.zeros(len(cells), dtype=bool)
    return np.asarray(cells > np.nanmedian(cells))
