"""A column that names rows instead of describing them.

What
----
Looks for feature columns whose values hardly repeat and that are keys by their look: text, whole
numbers that count up or fill a range without a gap, or whole numbers under a name like `id`,
`number` or `key`. Columns under such a name whose values do repeat are reported as well: rows that
share one may be the same customer, patient or device.

Why a network minds
-------------------
A key lets a network learn the training rows by heart; no new row bears a known key. A running
number leaks the order in which rows were collected, which often follows the target. As one-hot
levels a key becomes thousands of inputs that are each on once.

When this rule is wrong
-----------------------
Numbers of a register can carry meaning (the first digits of a postcode or an article number), and
unique text may be prose or an address worth splitting into parts. A measurement in whole numbers
that is unique by chance is not reported unless it counts up or its name says key. Prices, decimals
and times are never taken for keys.

What the remedy changes
-----------------------
Nothing by itself: only a person knows what a column means. Under `task.id` it still traces rows
and keeps rows that share it on one side of the split; under `task.ignore` it is left alone. Both
take it out of the features.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from dataaudit.defects import Defect, Share
from dataaudit.finding import Finding, Remedy, Severity
from dataaudit.profile import ColumnProfile
from dataaudit.table import Table

_FEWEST_ROWS = 20  # below, distinct values are no surprise
_NAMED_UNIQUE = 0.9  # a name like `number` needs less evidence; a few rows may be second visits
_REPEATING = 0.05  # share of distinct values from which a repeating key names things, not levels
_FEWEST_THINGS = 50
_SAME_STEP = 0.5  # of the rows follow the one before by the same step: a running number
_DENSE = 1.1  # range by distinct values: a permutation of a counter has almost no gap
_READ = 1_000  # cells, evenly spaced, that tell whether text is prose
_PROSE_WORDS = 5  # words in the median cell from which unique text reads as prose
_NAME = re.compile(
    r"(^|[_\W])(id|ids|uid|guid|uuid|key|pk|ssn|isbn|iban|nr|no|num|number|identifier|index|hash)$"
    r"|^(id|uid|guid|uuid|rec|record|row)([_\W]|$)|[a-z]I[dD]$",
)
_STRICT_NAME = re.compile(r"(^|[_\W])(id|uid|guid|uuid|identifier)$|[a-z]I[dD]$")
_TIME_NAME = re.compile(r"year|month|date|time|day|week|epoch", re.IGNORECASE)


class Identifier(Defect):
    """Columns that identify rows.

    Parameters
    ----------
    unique
        Share of distinct values among the present ones above which a column may be a key.
    """

    code = "DA403"

    def __init__(self, *, unique: Share = 0.95) -> None:
        self.unique = unique

    def applies(self, table: Table) -> str:
        """Need enough rows for distinct values to be a surprise."""
        return f"fewer than {_FEWEST_ROWS} rows" if table.rows < _FEWEST_ROWS else ""

    def detect(self, table: Table) -> Iterator[Finding]:
        """Yield one finding per column."""
        for name in table.features:
            profile = table.profile[name]
            if profile.present < _FEWEST_ROWS or profile.dtype in ("date", "bool"):
                continue
            unique = profile.distinct / profile.present
            reason = self._reason(table, profile, min(unique, 1.0))
            if reason:
                yield self._key(profile, min(unique, 1.0), reason)
            elif _is_repeating_key(name, profile, unique) and _is_whole(table.sample[name]):
                yield self._repeating(profile)

    def _reason(self, table: Table, profile: ColumnProfile, unique: float) -> str:
        """Return why the column is a key, or ""."""
        values = table.sample[profile.name].dropna()
        if profile.dtype == "str":
            return _text_reason(values) if unique > self.unique else ""
        if not _is_whole(values):
            return ""
        if unique > _NAMED_UNIQUE and _is_name(profile.name):
            return "its name says so"
        if unique <= self.unique or _TIME_NAME.search(profile.name):
            return ""
        return _counting_reason(values, profile, is_whole_table=not table.is_sampled)

    def _key(self, profile: ColumnProfile, unique: float, reason: str) -> Finding:
        """Word the finding of a column whose values hardly repeat."""
        name = profile.name
        return self.finding(
            "text" if reason == "it reads as prose" else "key",
            Severity.WARNING,
            f"`{name}` has {profile.distinct_text} different values in {profile.present:,} cells "
            f"({unique:.1%}), and {reason}: it names rows, and a network would learn them "
            "by heart.",
            columns=[name],
            rows=profile.present,
            share=profile.present / profile.rows,
            evidence={"distinct": profile.distinct, "unique": round(unique, 4), "reason": reason},
            remedy=Remedy(
                action=f"Put `{name}` under `task.id` if it traces rows, else under `task.ignore`."
            ),
        )

    def _repeating(self, profile: ColumnProfile) -> Finding:
        """Word the finding of a key that several rows share."""
        name = profile.name
        return self.finding(
            "group",
            Severity.INFO,
            f"`{name}` looks like a key that rows share: {profile.distinct_text} different values "
            f"in {profile.present:,} cells. Do rows with the same value belong to one thing?",
            columns=[name],
            rows=profile.present,
            share=profile.present / profile.rows,
            evidence={"distinct": profile.distinct},
            remedy=Remedy(action=f"If so, put `{name}` under `task.group`."),
        )


def _is_name(name: str) -> bool:
    """Say whether a column's name promises a key."""
    return bool(_NAME.search(name) or _NAME.search(name.lower()))


def _is_repeating_key(name: str, profile: ColumnProfile, unique: float) -> bool:
    """Say whether a column named as a key has too many values for levels."""
    is_named = bool(_STRICT_NAME.search(name) or _STRICT_NAME.search(name.lower()))
    return is_named and profile.distinct >= _FEWEST_THINGS and unique >= _REPEATING


def _is_whole(values: pd.Series) -> bool:
    """Say whether a column is text, or numbers without decimals."""
    if not pd.api.types.is_numeric_dtype(values):
        return True
    numbers = values.to_numpy(dtype=float)
    numbers = numbers[~np.isnan(numbers)]
    return bool(np.isfinite(numbers).all() and (numbers == np.floor(numbers)).all())


def _text_reason(values: pd.Series) -> str:
    """Say whether unique text reads as a key or as prose."""
    some = values.iloc[:: max(1, len(values) // _READ)]
    words = some.str.strip().str.count(r"\s+").median() + 1
    return "it reads as prose" if words > _PROSE_WORDS else "it is text"


def _counting_reason(values: pd.Series, profile: ColumnProfile, *, is_whole_table: bool) -> str:
    """Say whether whole numbers count up with the rows, or fill their range without gaps."""
    numbers = values.to_numpy(dtype=float)
    steps = np.diff(numbers)
    if is_whole_table and len(steps) and ((steps > 0).all() or (steps < 0).all()):
        _, counts = np.unique(steps, return_counts=True)
        if counts.max() >= _SAME_STEP * len(steps):
            return "it counts up with the rows"
    low, high = profile.minimum, profile.maximum
    is_dense = (
        isinstance(low, float)
        and isinstance(high, float)
        and (high - low + 1 <= _DENSE * profile.distinct)
    )
    return "it fills its range without a gap" if is_dense else ""
