"""Cells lost by chance: which ones has nothing to do with any value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from dataaudit.defects import Share
from dataaudit.injecting import Change, Given, Injector
from dataaudit.injecting.cells import chosen, replaced, some
from dataaudit.naming import listed


class MissingAtRandom(Injector):
    """Blank cells at random.

    Parameters
    ----------
    share
        Of the cells of each column.
    columns
        Those that lose cells; None: all features.
    """

    checks: ClassVar = ("missing",)
    cause = "missing"

    def __init__(self, *, share: Share = 0.3, columns: Sequence[str] | None = None) -> None:
        self.share, self.columns = share, columns

    def applies(self, given: Given) -> str:
        """Need a feature."""
        return "" if len(given.features.columns) else "no features"

    def plant(self, given: Given, rng: np.random.Generator) -> Change:
        """Return the table with gaps."""
        names = chosen(list(given.features.columns), self.columns)
        known = {name: given.frame[name].notna().to_numpy() for name in names}
        gaps = {name: some(rng, known[name], self.share) for name in names}
        lost = {name: given.frame[name].mask(gaps[name]) for name in names}
        return Change(
            frame=replaced(given.frame, lost),
            sentence=f"{self.share:.0%} of the cells of {listed(names)} blanked at random.",
        )
