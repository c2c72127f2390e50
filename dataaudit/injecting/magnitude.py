"""Columns in wildly different magnitudes: metres beside a share of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from dataaudit.injecting import Change, Given, Injector
from dataaudit.injecting.cells import chosen, with_numbers
from dataaudit.naming import listed


class Magnitude(Injector):
    """Multiply whole columns.

    Parameters
    ----------
    factor
        What each is multiplied by.
    columns
        Those that are changed; None: every second number feature, from the first.
    """

    checks: ClassVar = ("scale",)
    cause = "scale"

    def __init__(self, *, factor: float = 1e4, columns: Sequence[str] | None = None) -> None:
        self.factor, self.columns = factor, columns

    def applies(self, given: Given) -> str:
        """Need a number."""
        return "" if given.numbers else "no number column among the features"

    def plant(self, given: Given, rng: np.random.Generator) -> Change:  # noqa: ARG002 - nothing is drawn
        """Return the table with some columns in another magnitude."""
        names = chosen(given.numbers, self.columns)
        names = names[::2] if self.columns is None else names
        everywhere = np.ones(len(given.frame), dtype=bool)
        return Change(
            frame=with_numbers(
                given.frame, dict.fromkeys(names, everywhere), lambda _, cells: cells * self.factor
            ),
            sentence=f"{listed(names)} times {self.factor:g}.",
        )
