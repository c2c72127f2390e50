"""When the counts of a column prove that it gives a class away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from dataaudit.chance import wilson
from dataaudit.defects.leakage.tally import Bin, Tally, balanced_accuracy

_COPY = 0.98  # balanced accuracy out of fold from which a column is a copy
_NEARLY_A_COPY = 0.93  # from which it may be one with a few wrong labels
_FLAG = 0.95  # the same for the mere fact that a cell is filled, which is rarely a feature,
_FLAG_PURITY = 0.9  # if the rows are of one class, too
_MORE_VALUES = 2  # a copy may have a level for unknown, and one for missing
_FEWEST_OF_A_CLASS = 5  # rows in a half, below which a class does not count
_BY_CHANCE = 0.05  # of the purity asked for: a single wrong label must not hide a leak
_SIGNIFICANT = 0.01  # of all values tested together, by Bonferroni's method
_SUREST = 0.85  # lower bound (Wilson, 95 %) of the purity: 22 rows without an exception
_SMOOTH = 0.9  # purity of the neighbours from which a value is a part of a smooth curve
_NEIGHBOURS = 10  # rows beside a value that say how smooth it goes on
_Z = 1.96  # of a 95 % interval
_ABSENT = {"", "-", "none", "no", "na", "n/a", "nan", "null", "unknown", "never"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a telling value must reach; see `Leakage`."""

    share: float
    purity: float
    lift: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A column that gives a class away.

    Parameters
    ----------
    place, bin
        Which value, and where it stands in the tally; `inverse` says that it is all but this value.
    label
        Code of the class.
    hits, rows
        Rows of that class, and all rows, with this value, in each half.
    of
        Rows looked at.
    base
        Share of the class in all of them.
    is_sure
        Whether hardly any honest feature looks like this.
    is_gap
        Whether the mere gaps in the column tell the class from all others.
    """

    column: str
    kind: Literal["copy", "value"]
    is_sure: bool
    label: int
    hits: tuple[int, int]
    rows: tuple[int, int]
    of: int
    base: float
    place: int = 0
    bin: Bin = field(default_factory=lambda: Bin(low=None, high=None, is_value=True))
    inverse: bool = False
    is_gap: bool = False
    accuracy: float = 0.0
    auc: float = 0.5

    @property
    def gain(self) -> float:
        """Share of the class among these rows, above its share of all."""
        return sum(self.hits) / sum(self.rows) - self.base

    def where(self, *, is_secret: bool) -> str:
        """Name the value, or not if it must not be shown."""
        if self.bin.is_missing:
            return "filled in" if self.inverse else "missing"
        shown = "one value" if is_secret else f"`{_short(self.bin.low)}`"
        return f"not {shown}" if self.inverse else shown

    def selects(self, tallies: Mapping[str, Tally]) -> np.ndarray:
        """Return which rows have the value."""
        is_bin: np.ndarray = tallies[self.column].codes == self.place
        return is_bin != self.inverse if self.kind == "value" else np.ones(len(is_bin), bool)

    def evidence(self, where: str, label: str) -> dict[str, Any]:
        """Return the numbers behind the finding."""
        halves = [f"{hit} of {row}" for hit, row in zip(self.hits, self.rows, strict=True)]
        known = {"auc": round(self.auc, 4), "first_half": halves[0], "second_half": halves[1]}
        if self.kind == "copy":
            return {**known, "balanced_accuracy": round(self.accuracy, 4)}
        return {**known, "value": where, "class": label, "base": round(self.base, 4)}


def leaks(tallies: Mapping[str, Tally], limits: Limits) -> list[Leak]:
    """Return at most one leak per column, in the order of the columns."""
    tests = sum(1 for counted in tallies.values() for _ in _sets(counted, limits)) or 1
    found = []
    for name, counted in tallies.items():
        leak = _copy(name, counted) or _telling(name, counted, limits, tests)
        if leak is not None:
            found.append(leak)
    return found


def _copy(name: str, counted: Tally) -> Leak | None:
    """Say whether the values map to the classes one to one."""
    counts = counted.counts
    classes = int((counts.sum(axis=(0, 1)) > 0).sum())
    if not 1 < counted.distinct <= classes + _MORE_VALUES:
        return None
    both = [balanced_accuracy(counts[h], counts[1 - h], _FEWEST_OF_A_CLASS) for h in (0, 1)]
    if min(both) < _NEARLY_A_COPY:
        return None
    named = np.argmax(counts.sum(axis=0), axis=1)
    hits = counts[:, np.arange(len(named)), named].sum(axis=1)
    return Leak(
        column=name,
        kind="copy",
        is_sure=min(both) >= _COPY,
        label=0,
        hits=_pair(hits),
        rows=_pair(counts.sum(axis=(1, 2))),
        of=int(counts.sum()),
        base=0.0,
        accuracy=min(both),
    )


def _telling(name: str, counted: Tally, limits: Limits, tests: int) -> Leak | None:
    """Return the surest telling value of a column, the most telling where several are."""
    found = [
        leak
        for place, inverse in _sets(counted, limits)
        if (leak := _judge(name, counted, place, limits, tests, inverse=inverse)) is not None
    ]
    return max(found, key=lambda leak: (leak.is_sure, leak.gain), default=None)


def _sets(counted: Tally, limits: Limits) -> Iterator[tuple[int, bool]]:
    """Yield the values to test, and for what stands for "nothing" also all the others."""
    totals = counted.counts.sum(axis=(0, 2))
    for place, one in enumerate(counted.bins):
        if one.is_value and (_is_nothing(one) or totals[place] >= limits.share * totals.sum()):
            yield place, False
        if _is_nothing(one) and totals[place] < totals.sum():
            yield place, True


def _judge(
    name: str, counted: Tally, place: int, limits: Limits, tests: int, *, inverse: bool
) -> Leak | None:
    """Return a leak if the rows with this value are of one class, in both halves."""
    counts, one = counted.counts, counted.bins[place]
    inside = counts.sum(axis=1) - counts[:, place] if inverse else counts[:, place]
    label = int(np.argmax(inside.sum(axis=0)))
    leak = Leak(
        column=name,
        kind="value",
        is_sure=_is_nothing(one),
        label=label,
        hits=_pair(inside[:, label]),
        rows=_pair(inside.sum(axis=1)),
        of=int(counts.sum()),
        base=float(counts[:, :, label].sum() / counts.sum()),
        place=place,
        bin=one,
        inverse=inverse,
    )
    if not _is_lifted(leak, limits, tests):
        return None
    if _is_flag(leak, counts) and _is_nothing(one):
        return replace(leak, is_gap=one.is_missing)
    goes_on = not inverse and counted.is_ordered and _goes_on(counts.sum(axis=0), place, label, one)
    is_frequent = sum(leak.rows) >= limits.share * leak.of
    return leak if is_frequent and _is_pure(leak, limits) and not goes_on else None


def _is_lifted(leak: Leak, limits: Limits, tests: int) -> bool:
    """Say whether the class is more frequent here, by far and not by chance, in both halves."""
    if min(leak.rows) < _FEWEST_OF_A_CLASS:
        return False
    halves = list(zip(leak.hits, leak.rows, strict=True))
    if min(hit / row for hit, row in halves) - leak.base < limits.lift:
        return False
    from scipy.special import bdtrc  # loaded where something is lifted

    chance = max(bdtrc(hit - 1, row, leak.base) if hit else 1.0 for hit, row in halves)
    return bool(chance * tests < _SIGNIFICANT)


def _is_pure(leak: Leak, limits: Limits) -> bool:
    """Say whether the exceptions are as few as asked for, allowing for chance in few rows."""
    from scipy.special import bdtr  # loaded where something is lifted

    halves = zip(leak.hits, leak.rows, strict=True)
    is_near = all(bdtr(hit, row, limits.purity) >= _BY_CHANCE for hit, row in halves)
    rows = sum(leak.rows)
    return is_near and wilson(sum(leak.hits) / rows, rows, _Z)[0] >= _SUREST


def _is_flag(leak: Leak, counts: np.ndarray) -> bool:
    """Say whether having the value or not tells the class from all others, in both halves."""
    of_class = counts[:, :, leak.label].sum(axis=1)
    others = counts.sum(axis=(1, 2)) - of_class
    if min(of_class.min(), others.min()) < _FEWEST_OF_A_CLASS:
        return False
    hits, rows = np.array(leak.hits), np.array(leak.rows)
    balanced = (hits / of_class + 1 - (rows - hits) / others) / 2
    return bool((balanced >= _FLAG).all() and (hits >= _FLAG_PURITY * rows).all())


def _goes_on(counts: np.ndarray, place: int, label: int, one: Bin) -> bool:
    """Say whether the rows beside a value are of the same class, as on a smooth curve."""
    if one.is_missing:
        return False
    for beside in (counts[:place][::-1], counts[place + 1 :]):
        upto = int(np.searchsorted(np.cumsum(beside.sum(axis=1)), _NEIGHBOURS)) + 1
        near = beside[:upto].sum(axis=0)
        if near.sum() >= _NEIGHBOURS and near[label] >= _SMOOTH * near.sum():
            return True
    return False


def _is_nothing(one: Bin) -> bool:
    """Say whether a value means that there is nothing: missing, zero, `none`, `00000`."""
    if one.is_missing:
        return True
    if isinstance(one.low, str):
        text = one.low.strip().casefold()
        return text in _ABSENT or not text.strip("0.")
    return one.low == 0


def _pair(values: np.ndarray) -> tuple[int, int]:
    """Return the counts of the two halves."""
    return int(values[0]), int(values[1])


_LONGEST = 40


def _short(value: object) -> str:
    """Write a value for one line of text; whole numbers without decimals."""
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
