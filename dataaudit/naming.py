"""Names of columns: how a sentence lists them, and the words that one is made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def listed(names: Iterable[object], most: int = 3) -> str:
    """Name so many within a sentence, and say how many more there are.

    Examples
    --------
    >>> listed(["a", "b", "c", "d"])
    '`a`, `b`, `c` and 1 more'
    """
    return abridged([f"`{name}`" for name in names], most)


def abridged(parts: Sequence[str], most: int) -> str:
    """Join so many parts of a sentence, and say how many more there are."""
    more = f" and {len(parts) - most:,} more" if len(parts) > most else ""
    return ", ".join(parts[:most]) + more


def words(name: str) -> frozenset[str]:
    """Split a name, in lower case: `RestingBP` and `resting_bp` give resting, bp."""
    return frozenset(map(str.lower, re.findall("[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)))
