"""How well the mere fact that a cell is missing tells the target."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from dataaudit import chance

FEWEST = 10
"""Cells of either kind, below which they are not compared."""


class Telling(NamedTuple):
    """The area under the curve, 0.5 to 1, and how to ask whether chance alone may do that."""

    area: float
    chance: Callable[[], float]


_SILENT = Telling(0.5, lambda: 1.0)


def teller(target: pd.Series, *, is_class: bool) -> Callable[[np.ndarray], Telling]:
    """Return what compares a mask with the target, which is read once for all masks.

    Parameters
    ----------
    target
        Labels or numbers, none missing, shape (rows,).
    is_class
        Whether they are labels.
    """
    if target.nunique() < 2:  # noqa: PLR2004 - nothing to compare
        return lambda _: _SILENT
    if is_class:
        codes, labels = pd.factorize(target, sort=True)
        sizes = np.bincount(codes, minlength=len(labels))
        return lambda mask: _of_labels(mask, codes, sizes)
    values = target.to_numpy(dtype="float64")
    ranks = target.rank().to_numpy()
    return lambda mask: _of_numbers(mask, values, ranks)


def _of_labels(mask: np.ndarray, codes: np.ndarray, sizes: np.ndarray) -> Telling:
    """Compare the share of missing cells of each class with that of the others."""
    missing = np.bincount(codes[mask], minlength=len(sizes))
    counts = np.stack([sizes - missing, missing])[:, sizes >= FEWEST]
    if counts.shape[1] < 2 or not counts.sum(axis=1).all():  # noqa: PLR2004 - nothing to compare
        return _SILENT
    rest = counts.sum(axis=1, keepdims=True) - counts
    rates = counts[1] / counts.sum(axis=0) - rest[1] / rest.sum(axis=0)
    area = 0.5 + float(np.abs(rates).max()) / 2
    return Telling(area, lambda: chance.of_counts(counts, corrected=True))


def _of_numbers(mask: np.ndarray, values: np.ndarray, ranks: np.ndarray) -> Telling:
    """Compare the ranks of the rows with a missing cell with those of the others."""
    missing = int(mask.sum())
    present = len(mask) - missing
    if not missing or not present:
        return _SILENT
    area = (ranks[mask].sum() - missing * (missing + 1) / 2) / (missing * present)
    area = float(max(area, 1 - area))
    return Telling(area, lambda: chance.of_ranks(area, values[mask], values[~mask]))
