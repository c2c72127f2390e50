"""What was changed: which rows came or went, and which cells are not what they were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The difference that planted defects made.

    Parameters
    ----------
    rows : ndarray of int, shape (rows after,)
        The position that each row has in the table before; one that stands here twice was copied,
        one that does not stand here was removed.
    cells : DataFrame of bool, shape (rows after, columns after)
        Whether a cell is not what it was; every cell of a new column is True.
    """

    rows: NDArray[np.intp]
    cells: pd.DataFrame

    @property
    def changed(self) -> int:
        """The number of changed cells."""
        return int(self.cells.to_numpy().sum())

    @property
    def copies(self) -> NDArray[np.bool_]:
        """Whether a row is a copy of an earlier one, shape (rows after,)."""
        return pd.Series(self.rows).duplicated().to_numpy()


def differs(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Mark the cells of a table that are not what they were; two missing cells are the same.

    Parameters
    ----------
    before, after : DataFrame
        The same number of rows, row by row; ``after`` may have further columns.

    Examples
    --------
    >>> was, now = pd.DataFrame({"a": [1, None]}), pd.DataFrame({"a": [2, None]})
    >>> differs(was, now)["a"].tolist()
    [True, False]
    """
    marks = {
        name: _differ(before[name], after[name])
        if name in before.columns
        else np.ones(len(after), dtype=bool)
        for name in after.columns
    }
    return pd.DataFrame(marks, index=after.index, columns=after.columns, dtype=bool)


def _differ(before: pd.Series, after: pd.Series) -> Any:
    """Compare two columns cell by cell."""
    was, now = before.astype(object).to_numpy(), after.astype(object).to_numpy()
    gone, missing = before.isna().to_numpy(), after.isna().to_numpy()
    changed = gone != missing
    both = np.flatnonzero(~gone & ~missing)
    changed[both] = [was[row] != now[row] for row in both]
    return changed
