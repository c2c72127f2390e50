"""The rule that says which values of one column stand for "missing".

Report and repair both ask here, so they cannot disagree. What is found is either sure, and then
blanked, or a question, and then only asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from dataaudit.defects.disguised.words import (
    CODES,
    DATES,
    DOUBTFUL_TOKENS,
    HUGE,
    IMPLAUSIBLE_AT_ZERO,
    TOKENS,
    ZERO_MEANS_NONE,
)
from dataaudit.naming import words
from dataaudit.ordered import counted

Zero = Literal["blank", "ask", "never"]
Value = int | float | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentinel:
    """A value that stands for "missing", or may do so.

    Parameters
    ----------
    kind
        "code", "cap", "zero", "date" or "token".
    value
        As it stands in the column; dates as ISO text.
    count
        Cells that hold it, of those looked at.
    gap
        Distance to the nearest other value, in the column's unit (dates: days); 0 for text.
    is_sure
        Whether it may be blanked without asking.
    """

    kind: Literal["code", "cap", "zero", "date", "token"]
    value: Value
    count: int
    gap: float
    is_sure: bool


def sentinels_of(
    values: pd.Series, name: str, zero: Zero = "blank", ordered: np.ndarray | None = None
) -> list[Sentinel]:
    """Return the sentinels of a column of any type.

    ``ordered`` are its finite cells, ascending, where it is numbers that were sorted already.

    Examples
    --------
    >>> depth = pd.Series([3.0, 4.5, 5.0, 6.5, 7.0, 8.5] * 5 + [-999.0] * 3)
    >>> [(found.value, found.count) for found in sentinels_of(depth, "depth")]
    [(-999.0, 3)]
    """
    if pd.api.types.is_bool_dtype(values):
        return []
    if pd.api.types.is_numeric_dtype(values):
        if ordered is None:
            cells = values.to_numpy(dtype=float, na_value=np.nan)
            ordered = np.sort(cells[np.isfinite(cells)])
        return list(_in_numbers(ordered, name, zero))
    if pd.api.types.is_datetime64_any_dtype(values):
        return list(_in_dates(values))
    counts = values.dropna().astype(str).value_counts()
    return in_text({str(level): int(count) for level, count in counts.items()})


def in_text(counts: Mapping[str, int], common: Sequence[str] = ()) -> list[Sentinel]:
    """Return the levels that are words for missing.

    Parameters
    ----------
    counts
        Levels with their counts.
    common
        Other levels that tell what kind of column it is, where `counts` has not all of them.
    """
    levels = {level.strip() for level in (*counts, *common)}
    codes = [level for level in levels if re.fullmatch("[A-Z]{2}", level)]
    doubtful = set(DOUBTFUL_TOKENS)
    if len(codes) >= _CODE_LEVELS and len(codes) > len(levels) / 2:
        doubtful.add("na")  # Namibia among countries
    if "+" in levels:
        doubtful |= {"-", "--"}  # a sign, not a gap
    return [
        Sentinel(kind="token", value=level, count=count, gap=0.0, is_sure=word not in doubtful)
        for level, count in counts.items()
        if (word := level.strip().lower()) in TOKENS or word in doubtful
    ]


_CODE_LEVELS = 10  # two-letter levels from which a column holds country or state codes
_FEWEST = 2  # equal cells that make a spike
_DISTINCT = 10  # other values, below which a column is a scale or a code and has no "bulk"
_OUTERMOST = 5  # values at each end that may be codes
_SPIKE = 5  # equal cells that make a spike of a value that no list of codes has


def _in_numbers(ordered: np.ndarray, name: str, zero: Zero) -> Iterator[Sentinel]:
    """Yield codes far from the bulk, caps, and zeros."""
    unique, counts = counted(ordered)
    is_code = np.zeros(len(unique), dtype=bool)
    ends = {*range(len(unique))[:_OUTERMOST], *range(len(unique))[-_OUTERMOST:]}
    for place in ends:
        is_code[place] = _looks_like_code(unique[place]) or _is_far_spike(unique, counts, place)
    if np.count_nonzero(~is_code) <= _FEWEST:
        return
    spread = _Spread.of(unique[~is_code], counts[~is_code])
    for value, count in zip(unique[is_code], counts[is_code], strict=True):
        found = _code(float(value), int(count), spread)
        if found is not None:
            yield found
    if zero != "never":
        yield from _zero(unique[~is_code], counts[~is_code], name, zero)


def _is_far_spike(unique: np.ndarray, counts: np.ndarray, place: int) -> bool:
    """Tell whether the first or last value is repeated and farther off than the others reach.

    This finds codes that no list has, as the -200 of an air quality table.
    """
    is_edge = place in (0, len(unique) - 1) and unique[place] != 0  # `_zero` speaks of 0
    if not is_edge or counts[place] < _SPIKE or len(unique) <= _DISTINCT:
        return False
    others = np.delete(unique, place)
    return bool(np.abs(others - unique[place]).min() > others[-1] - others[0])


@dataclass(frozen=True, slots=True)
class _Spread:
    """Where the bulk of a column lies."""

    low: float
    high: float
    iqr: float
    common: float  # from the 1st to the 99th percentile
    distinct: int
    at_low: int  # cells at the lowest value

    @classmethod
    def of(cls, unique: np.ndarray, counts: np.ndarray) -> _Spread:
        """Measure the bulk, given as distinct values and their counts."""
        low, first, third, high = _quantiles(unique, counts, [0.01, 0.25, 0.75, 0.99])
        return cls(
            float(unique[0]), float(unique[-1]), third - first, high - low, len(unique), counts[0]
        )


def _quantiles(unique: np.ndarray, counts: np.ndarray, shares: Sequence[float]) -> list[float]:
    """Return weighted quantiles: the first value that the share is reached with."""
    reached = np.cumsum(counts) / counts.sum()
    return [float(unique[np.searchsorted(reached, share)]) for share in shares]


def _looks_like_code(value: float) -> bool:
    """Tell whether a number looks chosen rather than measured: -999, 9999, 2147483647."""
    digits = f"{abs(value):.10g}".replace(".", "")
    pattern = CODES["negative" if value < 0 else "positive"]
    return (
        value == -1
        or abs(value) in HUGE
        or abs(value) >= max(HUGE)
        or bool(re.fullmatch(pattern, digits))
    )


_CAP_REACH = 0.1  # a bulk that reaches a tenth of the value makes it a possible upper limit


def _code(value: float, count: int, spread: _Spread) -> Sentinel | None:
    """Decide on a value at the edge, by its distance from the bulk."""
    gap = spread.low - value if value < spread.low else value - spread.high
    is_alone = value < 0 <= spread.low  # the only negative value
    if count < _FEWEST:
        return None
    if value == -1:  # chosen or counted: told apart by numbers only
        is_found = is_alone and spread.distinct >= _DISTINCT and count > spread.at_low
        is_sure = False
    else:
        is_found = is_alone or (gap > spread.iqr and gap > spread.common / 2)
        is_sure = is_alone or (gap > spread.common and gap > (spread.high - spread.low) / 2)
    if not is_found:
        return None
    is_cap = value > 0 and spread.high >= _CAP_REACH * value
    is_sure = (is_sure and not is_cap and _looks_like_code(value)) or (is_sure and value < 0)
    kind: Literal["cap", "code"] = "cap" if is_cap else "code"
    return Sentinel(kind=kind, value=value, count=count, gap=gap, is_sure=is_sure)


_ZERO_NAMED = 0.9  # share of zeros above which even a named quantity is just mostly absent
_ZERO_ASKED = 0.6  # share of zeros above which 0 is what the column usually says
_MANY = 0.1  # share of zeros that makes up for a smaller gap
_STEPS = 3  # steps of the lower values that the gap must be wide
_LOWEST = 20  # distinct values that tell the step


def _zero(unique: np.ndarray, counts: np.ndarray, name: str, zero: Zero) -> Iterator[Sentinel]:
    """Yield 0 where it is the lowest value and the others begin far from it."""
    others, weights = unique[unique != 0], counts[unique != 0]
    count = int(counts.sum() - weights.sum())
    if not count or unique[0] < 0 or len(others) < _DISTINCT or is_absence(name):
        return
    share = count / counts.sum()
    start = float(others[0])
    first, low, middle = _quantiles(others, weights, [0.01, 0.05, 0.5])
    is_named = is_physical(name) and share <= _ZERO_NAMED and first >= middle / 10
    step = float(np.median(np.diff(others[:_LOWEST])))
    wide = start >= 0.2 * middle or (share >= _MANY and start >= 0.1 * middle)
    is_asked = share <= _ZERO_ASKED and start >= _STEPS * step and start >= 0.3 * low and wide
    if is_named or (is_asked and count >= _FEWEST):
        is_sure = is_named and zero == "blank"
        yield Sentinel(kind="zero", value=0.0, count=count, gap=start, is_sure=is_sure)


def is_physical(name: str) -> bool:
    """Tell whether the name is that of a quantity which cannot be 0: a pressure, a height."""
    return _says(name, IMPLAUSIBLE_AT_ZERO)


def is_absence(name: str) -> bool:
    """Tell whether the name is that of a count or an amount, where 0 means that there is none."""
    return _says(name, ZERO_MEANS_NONE)


_LONG = 7  # letters from which a word is found inside another: bloodpressure


def _says(name: str, sought: frozenset[str]) -> bool:
    """Tell whether a column name holds one of the words."""
    whole = name.lower()
    return not sought.isdisjoint({whole, *words(name)}) or any(
        word in whole for word in sought if len(word) >= _LONG
    )


_TALL = 5  # times the most frequent other date, from which a date is a spike


def _in_dates(values: pd.Series) -> Iterator[Sentinel]:
    """Yield dates that programs write for "none", where they lie apart or are far too many."""
    days = values.dropna()
    days = days.dt.tz_localize(None).astype("datetime64[us]")
    is_code = days.dt.normalize().isin(pd.to_datetime(DATES, format="%Y-%m-%d"))
    bulk = days[~is_code]
    if bulk.empty or not is_code.any():
        return
    apart = max(bulk.quantile(0.75) - bulk.quantile(0.25), pd.Timedelta(days=365))
    tall = _TALL * int(bulk.value_counts().iloc[0])
    for value, count in days[is_code].value_counts().items():
        gap: Any = (bulk - value).abs().min()
        is_outside = not bulk.min() < value < bulk.max()
        if (count >= _FEWEST and is_outside and gap > apart) or count >= max(tall, _SPIKE):
            away = float(round(gap / pd.Timedelta(days=1), 2))
            text = value.isoformat().removesuffix("T00:00:00")
            yield Sentinel(kind="date", value=text, count=int(count), gap=away, is_sure=True)
