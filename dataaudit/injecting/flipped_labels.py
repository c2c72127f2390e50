"""Wrong labels, spread evenly over the classes."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from dataaudit.defects import Share
from dataaudit.injecting import Change, Given, Injector
from dataaudit.injecting.cells import replaced, some


class FlippedLabels(Injector):
    """Give rows the label of another class.

    Parameters
    ----------
    share
        Of the rows.
    """

    checks: ClassVar = ()
    cause = "label_noise"
    is_lasting = False
    is_of_target = True

    def __init__(self, *, share: Share = 0.25) -> None:
        self.share = share

    def applies(self, given: Given) -> str:
        """Need classes."""
        if given.kind != "classification":
            return "the target is a number"
        return "" if len(given.classes) > 1 else "there is one class"

    def plant(self, given: Given, rng: np.random.Generator) -> Change:
        """Return the table with wrong labels."""
        labels, classes = given.frame[given.target].copy(), list(given.classes.index)
        rows = np.flatnonzero(some(rng, labels.notna().to_numpy(), self.share))
        for place in rows.tolist():
            others = [label for label in classes if label != labels.iloc[place]]
            labels.iloc[place] = others[rng.integers(len(others))]
        return Change(
            frame=replaced(given.frame, {given.target: labels}),
            sentence=f"{self.share:.0%} of the labels ({len(rows):,}) replaced by another.",
        )
