"""The weakest slices of a table: found on one half of the rows, tested on the other."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataaudit.chance import holm
from dataaudit.proof.folds import pick
from dataaudit.proof.metrics import row_mean
from dataaudit.proof.mistakes.parts import Parted
from dataaudit.proof.statistics import CONFIDENCE, Interval, interval, p_value

Floats = NDArray[np.float64]
_TESTED = 10  # slices; each more makes all intervals wider
_PAIRED = 15  # columns that take part in slices of two, those with the largest single one
_SUSPECT = 2.0  # standard errors above the rest, or above either part of it alone, where found
_TINY = 1e-12  # keeps a part whose rows are all alike from an error of 0
_ALIKE = 0.5  # of the rows shared (Jaccard): the same slice by another name


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Rows on which the network does worse.

    Parameters
    ----------
    where
        (column, words) of each condition.
    inside : bool array of shape (rows,)
        Its rows, of both halves.
    rows
        Of the half that tested it.
    found
        How much larger the error is there than over all, with an interval that holds for all that
        were tested.
    error
        The mean error there, on the half that tested it.
    p
        By Holm, for all that were tested.
    """

    where: tuple[tuple[str, str], ...]
    inside: NDArray[np.bool_]
    rows: int
    found: Interval
    error: float
    p: float


@dataclass(frozen=True, slots=True)
class _Candidate:
    where: tuple[tuple[int, int], ...]  # (column, part)
    score: float


def weakest(
    cuts: Sequence[Parted], error: Floats, excess: Floats, groups: NDArray[np.intp], seed: int
) -> tuple[list[Slice], int]:
    """Return the slices that are shown to be weak, and how many were tested.

    Parameters
    ----------
    cuts
        Columns in parts.
    error : array of shape (rows,)
        Of each row, averaged over repeats.
    excess : array of shape (rows,)
        The same above what is expected of the row; its mean is 0.
    groups
        Rows of one number stay in one half.
    """
    finds = pick(np.zeros(len(error), dtype=np.intp), groups, 0.5, seed)
    tests = ~finds
    chosen = _few(cuts, _candidates(cuts, excess, finds), finds)
    insides = [_inside(cuts, one) for one in chosen]
    held = [inside & tests for inside in insides]
    level = 1 - (1 - CONFIDENCE) / max(len(held), 1)
    reached = [_tested(excess, groups, rows, level) for rows in held]
    adjusted = holm([p for _, p in reached])
    made = [
        Slice(
            where=tuple((cuts[at].column, cuts[at].words[code]) for at, code in one.where),
            inside=inside,
            rows=int(rows.sum()),
            found=found,
            error=float(error[rows].mean()),
            p=float(p),
        )
        for one, inside, rows, (found, _), p in zip(
            chosen, insides, held, reached, adjusted, strict=True
        )
        if found.low > 0
    ]
    return sorted(made, key=lambda one: -one.found.low), len(held)


def least_rows(rows: int) -> int:
    """Return the rows that a slice has at least, in each half.

    Examples
    --------
    >>> least_rows(500), least_rows(30_000)
    (20, 300)
    """
    return max(20, rows // 100)


def _tested(
    excess: Floats, groups: NDArray[np.intp], rows: NDArray[np.bool_], level: float
) -> tuple[Interval, float]:
    """Return the excess on these rows with its interval, and p."""
    if rows.sum() < least_rows(len(excess)) // 2:
        return Interval(0.0, -np.inf, np.inf), 1.0
    mean, together = row_mean(excess[rows]), np.unique(groups[rows], return_inverse=True)[1]
    return interval(mean, together, confidence=level), p_value(mean, together)


def _candidates(
    cuts: Sequence[Parted], excess: Floats, finds: NDArray[np.bool_]
) -> list[_Candidate]:
    """Return slices of one column and of two that look weak on one half, weakest first."""
    values, least = excess[finds], least_rows(len(excess)) // 2
    codes = [cut.codes[finds] for cut in cuts]
    means: list[Floats] = []
    found: list[_Candidate] = []
    for at, (cut, code) in enumerate(zip(cuts, codes, strict=True)):
        mean, error = _means(code, values, len(cut.words), least)
        means.append(mean)
        weak = np.flatnonzero(mean > _SUSPECT * error).tolist()
        found += [_Candidate(((at, k),), mean[k] / error[k]) for k in weak]
    found.sort(key=lambda one: (-one.score, one.where))
    strongest = list(dict.fromkeys([*(one.where[0][0] for one in found), *range(len(cuts))]))
    for a, b in itertools.combinations(sorted(strongest[:_PAIRED]), 2):
        width = len(cuts[b].words)
        both = np.where((codes[a] < 0) | (codes[b] < 0), -1, codes[a] * width + codes[b])
        mean, error = _means(both, values, len(cuts[a].words) * width, least)
        alone = np.maximum(means[a][:, None], means[b][None, :]).ravel()
        weak = np.flatnonzero(mean - np.maximum(alone, 0) > _SUSPECT * error).tolist()
        found += [_Candidate(((a, k // width), (b, k % width)), mean[k] / error[k]) for k in weak]
    return sorted(found, key=lambda one: (-one.score, one.where))


def _means(
    codes: NDArray[np.intp], values: Floats, count: int, least: int
) -> tuple[Floats, Floats]:
    """Return the mean of every part and its standard error, infinite where rows are too few."""
    known = codes >= 0
    at, given = codes[known], values[known]
    rows = np.bincount(at, minlength=count)
    safe = np.maximum(rows, 1)
    mean = np.bincount(at, given, minlength=count) / safe
    square = np.bincount(at, given**2, minlength=count) / safe
    error = np.sqrt(np.maximum(square - mean**2, _TINY) / safe)
    return mean, np.where(rows >= least, error, np.inf)


def _few(
    cuts: Sequence[Parted], found: Sequence[_Candidate], finds: NDArray[np.bool_]
) -> list[_Candidate]:
    """Return the weakest that are not the same rows by another name."""
    kept: list[_Candidate] = []
    rows: list[NDArray[np.bool_]] = []
    for one in found:
        inside = _inside(cuts, one)[finds]
        if any((inside & old).sum() > _ALIKE * (inside | old).sum() for old in rows):
            continue
        kept.append(one)
        rows.append(inside)
        if len(kept) == _TESTED:
            break
    return kept


def _inside(cuts: Sequence[Parted], one: _Candidate) -> NDArray[np.bool_]:
    """Return the rows of a slice."""
    return np.logical_and.reduce([cuts[at].codes == code for at, code in one.where])
