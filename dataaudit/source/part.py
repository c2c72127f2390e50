"""What every kind of source turns into: a SELECT on the engine, and what is to be said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dataaudit.naming import listed
from dataaudit.source.careful import BadLine


@dataclass(kw_only=True)
class Part:
    """One table on the engine, made of one or more files of one format.

    Parameters
    ----------
    sql
        A SELECT of ``__row__`` and the columns as read.
    names
        Of the columns.
    rows
        Its number of rows.
    text
        The columns that are text only because the format has nothing else.
    bad
        Lines put aside, each with the name of its file.
    description
        What was worked out, JSON-able.
    notes
        The same in sentences.
    """

    sql: str
    names: list[str]
    rows: int
    text: frozenset[str] = frozenset()
    bad: list[tuple[str, BadLine]] = field(default_factory=list)
    description: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def difference(expected: Sequence[str], found: Sequence[str]) -> str:
    """Say how the columns of a file differ from those of the first one; "" where they do not.

    Examples
    --------
    >>> difference(["a", "b"], ["b", "c"])
    'it lacks the columns `a` and has the unknown columns `c`'
    """
    lacking = [name for name in expected if name not in set(found)]
    unknown = [name for name in found if name not in set(expected)]
    parts = []
    if lacking:
        parts.append(f"it lacks the columns {listed(lacking, _SHOWN)}")
    if unknown:
        parts.append(f"{'' if parts else 'it '}has the unknown columns {listed(unknown, _SHOWN)}")
    return " and ".join(parts)


_SHOWN = 5
