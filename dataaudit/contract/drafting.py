"""Draft a contract that the same data passes, and that next month's should pass too.

Only what is likely to hold again becomes a rule; each rule that was inferred from the values seen
is named as a guess, so that a person can confirm or strike it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from dataaudit.contract.checking import Rows
from dataaudit.profile import ColumnProfile
from dataaudit.source.columns import Column
from dataaudit.table import Table

# A rule never broken in n rows is broken in at most 3/n of all rows, at 95 % (Hanley and
# Lippman-Hand 1983, "If nothing goes wrong, is everything all right?"): 1 % for 300.
_ROWS_FOR_A_GUESS = 300
_ROWS_FOR_A_SIGN = 100  # the same at 3 %, for a bound that has a meaning of its own: 0
# Values never seen have a share of about (values seen once) / n (Good 1953); with every value seen
# five times there are next to none.
_TIMES_SEEN = 5
_LARGEST_SET = 20
# A column whose extreme lies further out than this many times the distance from the median to the
# 1st or 99th percentile has a long tail, and no bound is guessed.
_LONG_TAIL = 3.0
_DIGITS = 2
_LARGEST_BOUND = 1e15  # beyond it a double no longer tells whole numbers with a margin apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A drafted contract.

    Parameters
    ----------
    spec
        The keys under ``contract:``; `ContractSpec` takes it.
    comments
        For each column a sentence on which of its rules are guesses; "" where none is.
    """

    spec: dict[str, Any]
    comments: dict[str, str] = field(default_factory=dict)


def draft(source: Rows, target: str | None) -> Draft:
    """Draft the contract of a source.

    Parameters
    ----------
    source
        As read without a contract.
    target
        The column to predict. Its gaps and labels belong to the split, so it gets no rule but its
        type.

    Notes
    -----
    Guessed are: ``nullable: false`` where no cell of at least 300 was missing; ``min: 0`` where
    none of at least 100 was negative; bounds one whole range beyond what was seen, where the tails
    are short; the set of a text column with at most 20 values, each seen at least five times.
    """
    profiles = Table(source.engine, columns=source.columns).profile.columns
    rules, comments = {}, {}
    for name, column in source.columns.items():
        rule, guesses = _column(profiles[name], column, is_target=name == target)
        rules[name] = rule
        comments[name] = f"guess: {'; '.join(guesses)}" if guesses else ""
    return Draft(spec={"columns": rules, "bad_rows": "quarantine"}, comments=comments)


def _column(
    profile: ColumnProfile, column: Column, *, is_target: bool
) -> tuple[dict[str, Any], list[str]]:
    """Return the rules of one column and the guesses among them."""
    rule: dict[str, Any] = {"dtype": column.dtype}
    guesses: list[str] = []
    if not is_target:
        if column.is_number and column.dtype != "bool":
            guesses += _bounds(rule, profile)
        if column.dtype == "str":
            guesses += _set(rule, profile)
    if profile.missing or is_target or profile.rows < _ROWS_FOR_A_GUESS:
        rule["nullable"] = True
    else:
        guesses.append("never missing")
    if column.nulls:
        rule["null"] = list(column.nulls)
    return rule, guesses


def _bounds(rule: dict[str, Any], profile: ColumnProfile) -> list[str]:
    """Add ``min`` and ``max`` where they are plausible."""
    low, high = profile.minimum, profile.maximum
    if not isinstance(low, float) or not isinstance(high, float) or profile.infinite:
        return []
    seen = f"seen {low:g} to {high:g}"
    bounds = {"min": _lowest(profile, low, high), "max": _highest(profile, low, high)}
    given = {key: value for key, value in bounds.items() if value is not None}
    rule.update(given)
    return [f"{' and '.join(given)} ({seen})"] if given else []


def _lowest(profile: ColumnProfile, low: float, high: float) -> float | int | None:
    """Return 0 where nothing was negative, else one range below the smallest value."""
    if low >= 0:
        return 0 if profile.present >= _ROWS_FOR_A_SIGN else None
    quantiles = profile.quantiles
    if not _is_short(quantiles, low, 0.01) or profile.present < _ROWS_FOR_A_GUESS:
        return None
    return _rounded(low - (high - low), math.floor)


def _highest(profile: ColumnProfile, low: float, high: float) -> float | int | None:
    """Return one range above the largest value."""
    quantiles = profile.quantiles
    if not _is_short(quantiles, high, 0.99) or profile.present < _ROWS_FOR_A_GUESS:
        return None
    return _rounded(high + (high - low), math.ceil)


def _is_short(quantiles: Any, extreme: float, probability: float) -> bool:
    """Tell whether the tail from a percentile to the extreme is short."""
    if not quantiles:
        return False
    body = abs(quantiles[probability] - quantiles[0.5])
    return bool(body > 0 and abs(extreme - quantiles[0.5]) <= _LONG_TAIL * body)


def _rounded(value: float, outward: Any) -> float | int | None:
    """Round away from the data to two digits; None where numbers are too large for that."""
    if not math.isfinite(value) or abs(value) > _LARGEST_BOUND:
        return None
    if value == 0:
        return 0
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - _DIGITS + 1)
    bound = outward(value / unit) * unit
    return int(bound) if bound == int(bound) else float(f"{bound:.12g}")


def _set(rule: dict[str, Any], profile: ColumnProfile) -> list[str]:
    """Add ``isin`` where every value was seen often."""
    seen_often = bool(profile.top) and profile.top[-1][1] >= _TIMES_SEEN
    is_small = profile.distinct <= min(_LARGEST_SET, len(profile.top))
    if not (seen_often and is_small and profile.present >= _ROWS_FOR_A_GUESS):
        return []
    rule["isin"] = sorted(str(value) for value, _ in profile.top)
    return [f"no other value than these {profile.distinct}"]
