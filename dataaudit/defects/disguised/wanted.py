"""What the parameters leave of the rule: the part that report and repair share."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dataaudit.defects.disguised.rule import Sentinel, Value, Zero, sentinels_of


class Wanted:
    """Sentinels of a column, if they are looked for and not vetoed."""

    def __init__(
        self,
        *,
        zero: Zero = "blank",
        discover: bool = True,
        also: list[Value] | dict[str, list[Value]] | None = None,
        never: dict[str, list[Value]] | None = None,
    ) -> None:
        self.zero, self.discover, self.also, self.never = zero, discover, also, never

    def discovered(
        self, values: pd.Series, name: str, ordered: np.ndarray | None = None
    ) -> list[Sentinel]:
        """Return what the rule finds in one column, before vetoes; see `sentinels_of`."""
        if not self.discover and form(values) is not str:
            return []
        return sentinels_of(values, str(name), self.zero, ordered)

    def is_vetoed(self, name: str, value: Value) -> bool:
        """Tell whether `never` names this value of this column."""
        return key(value) in {key(real) for real in (self.never or {}).get(name, [])}


def form(values: pd.Series) -> type:
    """Return the form that the sentinels of a column are stored in; no value has NoneType's."""
    if pd.api.types.is_bool_dtype(values):
        return type(None)
    return float if pd.api.types.is_numeric_dtype(values) else str


def key(value: Value) -> Value:
    """Return a value in the form that cells are compared in."""
    return value.strip().lower() if isinstance(value, str) else float(value)
