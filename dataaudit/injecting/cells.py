"""What the injectors of cells have in common: which columns, which cells, and in which type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dataaudit.errors import UnknownNameError
from dataaudit.estimator import floats

Mask = NDArray[np.bool_]
_FEWEST_VALUES = 10  # below, numbers are likely levels of a scale, as for `outliers`
_EXACT = 2.0**53  # whole numbers above have no double of their own


def chosen(usual: Sequence[Any], wished: Sequence[str] | None) -> list[Any]:
    """Return the columns to change: those asked for, or all that the defect can befall.

    Raises
    ------
    UnknownNameError
        For one that it cannot befall, or that there is not.
    """
    if wished is None:
        return list(usual)
    by_name = {str(name): name for name in usual}
    for name in wished:
        if name not in by_name:
            raise UnknownNameError(name, kind="column that this can befall", known=by_name)
    return [by_name[name] for name in wished]


def measured(frame: pd.DataFrame, names: Sequence[Any]) -> list[Any]:
    """Return the number columns that have enough values to be measurements."""
    return [name for name in names if frame[name].nunique() >= _FEWEST_VALUES]


def some(rng: np.random.Generator, among: Mask, share: float) -> Mask:
    """Draw this share of the places that are True, at least one where there is any."""
    places = np.flatnonzero(among)
    wanted = min(len(places), max(1, round(share * len(places))))
    mask = np.zeros(len(among), dtype=bool)
    mask[rng.permutation(places)[:wanted]] = True
    return mask


def with_numbers(
    frame: pd.DataFrame, masks: dict[Any, Mask], change: Callable[[Any, Any], Any]
) -> pd.DataFrame:
    """Return the frame with some cells of number columns changed.

    Whole numbers stay whole where they can. ``change(name, cells)`` takes the chosen cells and
    returns what they become, both float64.
    """
    columns = {}
    for name, mask in masks.items():
        cells = floats(frame[name]).copy()
        cells[mask] = change(name, cells[mask])
        columns[name] = _typed(pd.Series(cells, index=frame.index), frame[name])
    return replaced(frame, columns)


def replaced(frame: pd.DataFrame, columns: dict[Any, pd.Series]) -> pd.DataFrame:
    """Return a copy of the frame with some columns replaced; names need not be text."""
    copy = frame.copy()
    for name, values in columns.items():
        copy[name] = values
    return copy


def _typed(cells: pd.Series, like: pd.Series) -> pd.Series:
    """Return whole numbers as such where the column had them and still can."""
    if not pd.api.types.is_integer_dtype(like):
        return cells
    known = cells[cells.notna()]
    if not np.isfinite(known).all() or known.abs().max() > _EXACT:
        return cells
    whole = cells.round()
    return whole.astype("Int64" if cells.isna().any() else "int64")
