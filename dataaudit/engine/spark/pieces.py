"""Pieces of Spark SQL with pieces of a tree in them."""

from __future__ import annotations

from functools import lru_cache

import sqlglot
from sqlglot import exp


def spark(template: str, **parts: exp.Expression | str) -> exp.Expression:
    """Return a piece of Spark SQL with pieces of the tree in the place of its ``:names``."""
    tree = _parsed(template).copy()
    for place in list(tree.find_all(exp.Placeholder)):
        part = parts[place.name]
        place.replace(exp.Literal.string(part) if isinstance(part, str) else part.copy())
    return tree


@lru_cache
def _parsed(template: str) -> exp.Expression:
    return exp.Paren(this=sqlglot.parse_one(template, dialect="spark"))
