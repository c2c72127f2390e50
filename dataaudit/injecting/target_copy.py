"""A column that was filled in when the answer was known, and will be empty of meaning later."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pandas as pd

from dataaudit.defects import Share
from dataaudit.injecting import Change, Given, Injector
from dataaudit.injecting.cells import some

_FLOOR = 1e-3  # of the spread: what rounding leaves in a copy of a number


class TargetCopy(Injector):
    """Add a column that gives the target away.

    Parameters
    ----------
    column
        Its name; a number is added where there is one already.
    noise
        Share of the rows where it says something else.
    """

    checks: ClassVar = ("leakage",)
    cause = "leakage"

    def __init__(self, *, column: str = "outcome_code", noise: Share = 0.01) -> None:
        self.column, self.noise = column, noise

    def plant(self, given: Given, rng: np.random.Generator) -> Change:
        """Return the table with the copy as its last column."""
        copy = self._copy(given, rng)
        wrong = some(rng, np.ones(len(copy), dtype=bool), self.noise) & (self.noise > 0)
        copy[wrong] = rng.permutation(copy)[: int(wrong.sum())]
        name = self._free(given)
        return Change(
            frame=given.frame.assign(**{name: copy}),
            sentence=f"`{name}` added, `{given.target}` again in {1 - self.noise:.0%} of the rows.",
        )

    def later(self, given: Given, rng: np.random.Generator) -> pd.DataFrame:
        """Return rows in which the column says nothing: its values in any order."""
        copy = self._copy(given, rng)
        return given.frame.assign(**{self._free(given): rng.permutation(copy)})

    def _free(self, given: Given) -> str:
        """Return a name that no column bears."""
        taken = {str(name) for name in given.frame.columns}
        names = [self.column, *(f"{self.column}_{number}" for number in range(2, len(taken) + 3))]
        return next(name for name in names if name not in taken)

    @staticmethod
    def _copy(given: Given, rng: np.random.Generator) -> Any:
        """Return the target as a number of its own: a code, or rounded."""
        target = given.frame[given.target]
        if given.kind == "classification":
            codes = sorted(given.classes.index, key=str)
            return np.array(
                target.map({label: code for code, label in enumerate(codes)}), "float64"
            )
        numbers = target.to_numpy(dtype="float64", na_value=np.nan)
        return numbers + _FLOOR * np.nanstd(numbers) * rng.normal(size=len(numbers))
