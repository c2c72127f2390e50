"""Counts of classes by value and range of one column, on two halves of the rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dataaudit.rows import as_number

_MASS = 0.02  # share of the rows from which one value is counted on its own
_RANGES = 30  # equal parts of the other values: 600 rows each of 20,000
_SCORED_CLASSES = 20  # the most frequent ones; rarer classes have too few rows for a curve


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """One value, one range of values, or what is missing.

    ``low`` and ``high`` are the first and last value in it, None where missing; ``is_value`` says
    that many rows share one value.
    """

    low: object
    high: object
    is_value: bool

    @property
    def is_missing(self) -> bool:
        """Whether it stands for missing cells."""
        return self.low is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Rows by half, bin and class.

    Parameters
    ----------
    bins
        In the order of the values, missing cells last.
    counts : ndarray of int, shape (2, bins, classes)
    codes : ndarray of int, shape (rows,)
        The bin of each row.
    distinct
        Different values, missing counting as one.
    is_ordered
        Whether neighbouring bins are alike in meaning: numbers and dates, not text.
    """

    bins: tuple[Bin, ...]
    counts: np.ndarray
    codes: np.ndarray
    distinct: int
    is_ordered: bool


def tally(values: pd.Series, classes: np.ndarray, half: np.ndarray) -> Tally:
    """Count a column.

    Parameters
    ----------
    values
        Numbers, dates or text; shape (rows,).
    classes : ndarray of int, shape (rows,)
        Class codes from 0.
    half : ndarray of int, shape (rows,)
        0 or 1.
    """
    values = as_number(values)
    ranks, levels = pd.factorize(values, sort=True)
    is_missing = ranks < 0
    per_level = np.bincount(ranks[~is_missing], minlength=len(levels))
    group = _grouped(per_level, len(values))
    bins = _bins(np.asarray(levels, dtype=object), group, per_level)
    codes = np.where(is_missing, len(bins), group[ranks] if len(group) else 0)
    if is_missing.any():
        bins.append(Bin(low=None, high=None, is_value=True))
    shape = (2, len(bins), int(classes.max()) + 1)
    flat = np.ravel_multi_index((half, codes, classes), shape)
    return Tally(
        bins=tuple(bins),
        counts=np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape),
        codes=codes,
        distinct=len(levels) + int(is_missing.any()),
        is_ordered=pd.api.types.is_numeric_dtype(values),
    )


def _grouped(per_level: np.ndarray, rows: int) -> np.ndarray:
    """Return the bin of each value in order: frequent values alone, the others in equal parts."""
    is_mass = per_level >= max(_MASS * rows, 2)
    passed = np.cumsum(is_mass) * 2 - is_mass
    part = (np.cumsum(per_level) - per_level) * _RANGES // max(rows, 1)
    part = np.where(is_mass, -1, part)
    starts = (np.diff(passed, prepend=-1) != 0) | (np.diff(part, prepend=-2) != 0)
    return np.cumsum(starts) - 1


def _bins(levels: np.ndarray, group: np.ndarray, per_level: np.ndarray) -> list[Bin]:
    """Name the first and last value of each bin."""
    if not len(group):
        return []
    first = np.flatnonzero(np.diff(group, prepend=-1))
    last = np.append(first[1:], len(group)) - 1
    rows = np.bincount(group, weights=per_level)
    return [
        Bin(low=levels[a], high=levels[b], is_value=a == b and count >= 2)  # noqa: PLR2004 - a row is no mass
        for a, b, count in zip(first, last, rows, strict=True)
    ]


def auc(counts: np.ndarray) -> float:
    """Return the area under the curve out of fold: each half is scored by the other.

    For more than two classes it is the mean over one class against the rest, weighted by rows.

    Parameters
    ----------
    counts : ndarray of int, shape (2, bins, classes)
    """
    totals = counts.sum(axis=(0, 1))
    scored = np.argsort(-totals, kind="stable")[:_SCORED_CLASSES]
    scored = scored[(totals[scored] > 0) & (totals[scored] < totals.sum())]
    if not scored.size:
        return 0.5
    areas = [np.mean([_area(counts[h], counts[1 - h], k) for h in (0, 1)]) for k in scored]
    return float(np.average(areas, weights=totals[scored]))


def _area(learnt: np.ndarray, seen: np.ndarray, label: int) -> float:
    """Return the area with which bins, scored on one half, order the rows of the other."""
    rows = learnt.sum(axis=1)
    prior = learnt[:, label].sum() / max(rows.sum(), 1)
    score = (learnt[:, label] + prior) / (rows + 1)
    _, tied = np.unique(score, return_inverse=True)
    yes = np.bincount(tied, weights=seen[:, label])
    no = np.bincount(tied, weights=seen.sum(axis=1) - seen[:, label])
    if not yes.sum() or not no.sum():
        return 0.5
    below = np.cumsum(no) - no
    return float((yes * (below + no / 2)).sum() / (yes.sum() * no.sum()))


def balanced_accuracy(learnt: np.ndarray, seen: np.ndarray, fewest: int) -> float:
    """Return the mean share of each class that the bins' majority labels get right.

    Parameters
    ----------
    learnt, seen : ndarray of int, shape (bins, classes)
        The half that names each bin, and the half that it is checked on.
    fewest
        Rows of a class in `seen` below which it does not count.
    """
    named = np.argmax(learnt, axis=1)
    right = np.bincount(named, weights=seen[np.arange(len(named)), named], minlength=seen.shape[1])
    rows = seen.sum(axis=0)
    counted = rows >= fewest
    return float((right[counted] / rows[counted]).mean()) if counted.sum() > 1 else 0.0
