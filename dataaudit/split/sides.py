"""Arithmetic of the split: plain arrays in, a side per row out."""

from __future__ import annotations

import numpy as np

from dataaudit.errors import DataError

SIDES = ("test", "validation", "train")
_TRAIN = 2
_TIES = 1.5  # a moment that more rows share than this times the side goes to the earlier side


def stratified(
    unit: np.ndarray,
    strata: np.ndarray,
    shares: tuple[float, float],
    seed: int,
    *,
    first: np.ndarray,
) -> np.ndarray:
    """Deal rows so that each stratum has its shares, to within a row, and units stay whole.

    Units of several rows are dealt first, the largest first, each to the side that a key draws for
    it where it fits, else to where it overshoots least; single rows then fill what is left exactly.

    Parameters
    ----------
    unit : ndarray of int, shape (n,)
        Rows with the same code stay together.
    strata : ndarray of int, shape (n,)
        Codes from 0.
    shares
        Of test and validation.
    first : ndarray of int64, shape (n,)
        ``__row__``, ascending: with the seed the only source of chance.

    Returns
    -------
    ndarray of int, shape (n,)
        Positions in `SIDES`.
    """
    remaining = np.array([quotas(count, shares) for count in np.bincount(strata)], dtype=np.int64).T
    key = mix(first, seed)
    side = np.full(len(unit), _TRAIN)
    sizes = np.bincount(unit)
    is_single = sizes[unit] == 1
    for members, drawn in _units(unit, sizes, key, shares):
        place = _place(np.bincount(strata[members], minlength=remaining.shape[1]), remaining, drawn)
        side[members] = place
    _fill(side, np.flatnonzero(is_single), strata, key, remaining)
    return _none_empty(side, unit, sizes, key, shares)


def quotas(count: int, shares: tuple[float, float]) -> list[int]:
    """Return rows per side by the largest remainder; with three rows or more no side is left out.

    Examples
    --------
    >>> quotas(10, (0.2, 0.1)), quotas(4, (0.2, 0.1)), quotas(1, (0.2, 0.1))
    ([2, 1, 7], [1, 1, 2], [0, 0, 1])
    """
    exact = [round(count * share, 9) for share in (*shares, 1 - sum(shares))]
    whole = [int(value) for value in exact]
    by_remainder = sorted(range(3), key=lambda side: (whole[side] - exact[side], -side))
    for side in by_remainder[: count - sum(whole)]:
        whole[side] += 1
    for side, share in enumerate(shares):
        if share and not whole[side] and whole[_TRAIN] > 1 and count >= len(SIDES):
            whole[side] += 1
            whole[_TRAIN] -= 1
    return whole


def mix(rows: np.ndarray, seed: int) -> np.ndarray:
    """Return a well-mixed 64-bit key per row.

    References
    ----------
    SplitMix64: Steele, Lea and Flood, Fast splittable pseudorandom number generators, 2014.
    """
    golden = np.uint64(0x9E3779B97F4A7C15)
    z = (
        rows.astype(np.uint64) + np.uint64(1) + np.uint64(seed % 2**32) * np.uint64(2**31)
    ) * golden
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _units(
    unit: np.ndarray, sizes: np.ndarray, key: np.ndarray, shares: tuple[float, float]
) -> list[tuple[np.ndarray, int]]:
    """Return the units of several rows, largest first, each with the side drawn for it."""
    rows = np.flatnonzero(sizes[unit] > 1)
    if not rows.size:
        return []
    rows = rows[np.argsort(unit[rows], kind="stable")]
    starts = np.flatnonzero(np.diff(unit[rows], prepend=-1))
    groups = np.split(rows, starts[1:])
    keys = key[rows[starts]]
    drawn = np.searchsorted(np.cumsum(shares), keys / 2.0**64, side="right")
    order = np.lexsort((keys, -np.diff(starts, append=len(rows))))
    return [(groups[index], int(drawn[index])) for index in order]


def _place(counts: np.ndarray, remaining: np.ndarray, drawn: int) -> int:
    """Choose a side for one unit and take its rows off what remains there."""
    over = np.maximum(counts - remaining, 0).sum(axis=1)
    if over[drawn] > over.min():
        best = np.flatnonzero(over == over.min())
        drawn = int(best[np.argmax(remaining[best].sum(axis=1))])
    remaining[drawn] -= counts
    return drawn


def _fill(
    side: np.ndarray,
    singles: np.ndarray,
    strata: np.ndarray,
    key: np.ndarray,
    remaining: np.ndarray,
) -> None:
    """Deal the single rows of each stratum, in the order of their keys, to what remains."""
    order = singles[np.lexsort((key[singles], strata[singles]))]
    counts = np.bincount(strata[singles], minlength=remaining.shape[1])
    start = 0
    for stratum, count in enumerate(counts):
        left = np.maximum(remaining[:, stratum], 0)
        while left.sum() > count:
            left[np.argmax(left)] -= min(left.sum() - count, left.max())
        side[order[start : start + count]] = np.repeat(np.arange(3), left)
        start += count


def _none_empty(
    side: np.ndarray,
    unit: np.ndarray,
    sizes: np.ndarray,
    key: np.ndarray,
    shares: tuple[float, float],
) -> np.ndarray:
    """Move the smallest unit of the fullest side to each side that got none."""
    for wanted, share in enumerate((*shares, 1.0)):
        full = int(np.argmax(np.bincount(side, minlength=3)))
        rows = np.flatnonzero(side == full)
        if share and not (side == wanted).any() and len(np.unique(unit[rows])) > 1:
            smallest = rows[np.lexsort((key[rows], sizes[unit[rows]]))[0]]
            side[unit == unit[smallest]] = wanted
    return side


def by_time(
    moment: np.ndarray, unit: np.ndarray | None, shares: tuple[float, float], name: str
) -> tuple[np.ndarray, list[str]]:
    """Put the latest rows into test and the latest of the others into validation.

    Rows of one moment stay together. A unit stands where its latest row stands. Rows without a
    time are training rows.

    Raises
    ------
    DataError
        Where the moments do not tell the rows apart.
    """
    notes = [f"The latest rows by `{name}` are the test side, the latest of the rest validation."]
    missing = int(np.isnan(moment).sum())
    if missing:
        notes.append(f"{missing:,} rows without `{name}` are on the train side.")
    moment = np.where(np.isnan(moment), -np.inf, moment)
    if unit is not None:
        latest = np.full(unit.max() + 1, -np.inf)
        np.maximum.at(latest, unit, moment)
        moment = latest[unit]
    side = np.full(len(moment), _TRAIN)
    for code, share in enumerate(shares):
        free = side == _TRAIN
        side[free & _latest(moment, free, share * len(moment))] = code
    if len(set(side.tolist())) < 1 + sum(share > 0 for share in shares):
        remedy = "Name a finer time column, or leave `task.time` out."
        raise DataError("Split", f"too few moments in `{name}` to part the rows", remedy=remedy)
    return side, notes


def _latest(moment: np.ndarray, free: np.ndarray, wanted: float) -> np.ndarray:
    """Return which rows are the latest ones of the free rows, about `wanted` of them."""
    ordered = np.sort(moment[free])
    count = min(round(wanted), len(ordered) - 1)
    if count < 1:
        return np.zeros(len(moment), bool)
    cut = ordered[-count]
    at_or_after = moment >= cut
    after = moment > cut
    is_crowded = (free & at_or_after).sum() > _TIES * count and (free & after).any()
    return after if is_crowded or cut == ordered[0] else at_or_after
