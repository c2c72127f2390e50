"""Rows that stand in the table twice, so that a random split has them on both sides."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from dataaudit.defects import Share
from dataaudit.injecting import Change, Given, Injector
from dataaudit.injecting.cells import some


class DuplicatedRows(Injector):
    """Copy rows and mix the copies among the others.

    Parameters
    ----------
    share
        Of the rows, each copied once.
    """

    checks: ClassVar = ("duplicates", "contamination")
    cause = "duplicates"
    is_lasting = False
    is_of_target = True

    def __init__(self, *, share: Share = 0.3) -> None:
        self.share = share

    def plant(self, given: Given, rng: np.random.Generator) -> Change:
        """Return the table with copies at the end of it, in random order."""
        rows = len(given.frame)
        copied = np.flatnonzero(some(rng, np.ones(rows, dtype=bool), self.share))
        kept = np.concatenate([np.arange(rows), rng.permutation(copied)])
        return Change(
            frame=given.frame.iloc[kept].reset_index(drop=True),
            rows=kept,
            sentence=f"{len(copied):,} rows copied once.",
        )
