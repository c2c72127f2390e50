"""Wrong labels in one direction: cases that were missed and recorded as none."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from dataaudit.defects import Share
from dataaudit.injecting import Change, Given, Injector
from dataaudit.injecting.cells import replaced, some


class OneSidedLabels(Injector):
    """Give rows of the rarest class the label of the most frequent one.

    Parameters
    ----------
    share
        Of the rows of the rarest class.
    """

    checks: ClassVar = ()
    cause = "label_noise"
    or_cause = "imbalance"  # how it costs, with the same remedy; no table can tell which of the two
    is_lasting = False
    is_of_target = True

    def __init__(self, *, share: Share = 0.4) -> None:
        self.share = share

    def applies(self, given: Given) -> str:
        """Need classes."""
        if given.kind != "classification":
            return "the target is a number"
        return "" if len(given.classes) > 1 else "there is one class"

    def plant(self, given: Given, rng: np.random.Generator) -> Change:
        """Return the table with missed cases."""
        usual, rare = given.classes.index[0], given.classes.index[-1]
        labels = given.frame[given.target].copy()
        rows = some(rng, (labels == rare).to_numpy(dtype=bool), self.share)
        labels[rows] = usual
        return Change(
            frame=replaced(given.frame, {given.target: labels}),
            sentence=f"{self.share:.0%} of `{rare}` ({int(rows.sum()):,} rows) labelled `{usual}`.",
        )
