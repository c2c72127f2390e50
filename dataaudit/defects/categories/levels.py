"""Count the levels of a column, and show a few of them."""

from __future__ import annotations

from dataaudit.table import Table

LEVELS = 5_000
"""Levels above which a column is text and spellings are not compared."""

SHOWN = 3
"""Levels or columns spelt out in a message."""

_LONGEST = 40  # characters of a level in a message
_UNIQUE = 0.95  # share of different cells above which `identifier` speaks of the column


def is_unique(table: Table, name: str) -> bool:
    """Tell whether nearly every cell is different; `identifier` speaks of such a column."""
    return table.profile[name].distinct > _UNIQUE * table.profile[name].present


def cut(level: str) -> str:
    """Shorten a level for a message."""
    return level if len(level) <= _LONGEST else f"{level[:_LONGEST]}..."
