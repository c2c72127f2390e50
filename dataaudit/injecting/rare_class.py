"""A class that is rare here and will not be later: cases that were never collected."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from dataaudit.defects import Share
from dataaudit.injecting import Change, Given, Injector


class RareClass(Injector):
    """Remove most rows of the rarest class.

    Parameters
    ----------
    share
        Of the rows that are left, at least.
    fewest
        Rows that stay in any case.
    """

    checks: ClassVar = ("imbalance",)
    cause = "imbalance"
    or_cause = "majority_collapse"  # where the class is never named; the remedy is the same
    is_of_a_class = True
    is_lasting = False
    is_of_target = True

    def __init__(self, *, share: Share = 0.05, fewest: int = 10) -> None:
        self.share, self.fewest = share, fewest

    def applies(self, given: Given) -> str:
        """Need a class with rows to lose."""
        if given.kind != "classification":
            return "the target is a number"
        counts = given.classes
        is_rare = counts.iloc[-1] <= self._kept(given)
        return f"the rarest class has only {counts.iloc[-1]:,} rows" if is_rare else ""

    def plant(self, given: Given, rng: np.random.Generator) -> Change:
        """Return the table without most rows of the rarest class."""
        rare = given.classes.index[-1]
        of_class = np.flatnonzero((given.frame[given.target] == rare).to_numpy(dtype=bool))
        gone = rng.permutation(of_class)[self._kept(given) :]
        kept = np.setdiff1d(np.arange(len(given.frame)), gone)
        return Change(
            frame=given.frame.iloc[kept].reset_index(drop=True),
            rows=kept,
            sentence=f"{len(gone):,} of {len(of_class):,} rows of `{rare}` removed.",
        )

    def _kept(self, given: Given) -> int:
        """Return how many rows of the rarest class stay."""
        others = int(given.classes.iloc[:-1].sum())
        share = min(self.share, 1 / len(given.classes))
        return max(self.fewest, round(others * share / (1 - share)))
