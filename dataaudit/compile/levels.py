"""scikit-learn's encoders of levels as SQL: each level is numbered once, numbers are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, TargetEncoder

from dataaudit.compile.query import Cell, Query, number, renamed, sql_of

_NONE = -1  # the number of a level that has no column


def valued(
    x: Cell,
    levels: Sequence[Any],
    values: Sequence[Sequence[str]],
    unknown: Sequence[str],
    query: Query,
) -> list[str]:
    """Return the expressions of what stands beside a level.

    Parameters
    ----------
    x
        The cell.
    levels
        One of them may be missing (None, NaN).
    values
        For each expression the SQL of one value per level.
    unknown
        For each expression what a level that is not among them gets, a missing one included.
    """
    gaps = [place for place, level in enumerate(levels) if pd.isna(level)]
    known = [place for place, level in enumerate(levels) if not pd.isna(level)]
    columns = [[column[place] for place in known] for column in values]
    cell = replace(x, sql=query.let(x.sql))
    found = query.look_up(cell, [levels[place] for place in known], columns)
    out = []
    for one, column, other in zip(found, values, unknown, strict=True):
        sql = one if other == "NULL" else f"coalesce({one}, {other})"
        if gaps:
            sql = f"CASE WHEN {cell.sql} IS NULL THEN {column[gaps[0]]} ELSE {sql} END"
        out.append(sql)
    return out


def _places(step: Any, i: int) -> np.ndarray:
    """Return the number of each category of a column, the infrequent ones put together."""
    plain = np.arange(len(step.categories_[i]))
    if not getattr(step, "_infrequent_enabled", False):
        return plain
    mapping = step._default_to_infrequent_mappings[i]  # noqa: SLF001 - scikit-learn says it nowhere else
    if mapping is None:
        return plain
    return np.append(mapping, plain[len(mapping) :])  # an OrdinalEncoder leaves out the missing


@sql_of.register
def _(step: OneHotEncoder, cells: Sequence[Cell], query: Query) -> list[Cell]:
    """Write one column per level.

    Where the encoder refuses levels that it does not know, they give NULL throughout.
    """
    out: list[Cell] = []
    dropped = step._drop_idx_after_grouping  # noqa: SLF001 - as above
    for i, cell in enumerate(cells):
        places = _places(step, i)
        [code] = valued(
            cell, step.categories_[i], [[str(p) for p in places]], [_unknown(step, i)], query
        )
        code = query.let(code)
        gone = None if dropped is None else dropped[i]
        is_strict = step.handle_unknown == "error"
        out += [
            Cell(cell.name, _one_hot(code, place, query, is_strict=is_strict), "number")
            for place in range(int(places.max(initial=-1)) + 1)
            if place != gone
        ]
    return renamed(step, cells, out)


def _unknown(step: OneHotEncoder, i: int) -> str:
    """Return the number of a level that training had not."""
    if step.handle_unknown == "error":
        return "NULL"
    pooled = getattr(step, "infrequent_categories_", [None] * (i + 1))[i]
    if step.handle_unknown == "ignore" or pooled is None:
        return str(_NONE)
    return str(int(_places(step, i)[list(step.categories_[i]).index(pooled[0])]))


def _one_hot(code: str, place: int, query: Query, *, is_strict: bool) -> str:
    """Return 1 where a level has this number; what DuckDB can cast needs no CASE."""
    if query.is_duckdb:
        return f"CAST({code} = {place} AS DOUBLE)"
    other = f"WHEN {code} IS NOT NULL THEN" if is_strict else "ELSE"
    return f"CASE WHEN {code} = {place} THEN {number(1)} {other} {number(0)} END"


@sql_of.register
def _(step: OrdinalEncoder, cells: Sequence[Cell], query: Query) -> list[Cell]:
    """Write the number of each level; NULL for an unknown one where the encoder refuses it."""
    is_coded = step.handle_unknown == "use_encoded_value"
    unknown = _or_null(step.unknown_value) if is_coded else "NULL"
    out = []
    for i, cell in enumerate(cells):
        pairs = zip(step.categories_[i], _places(step, i), strict=True)
        missing = _or_null(step.encoded_missing_value)
        numbers = [missing if pd.isna(level) else number(place) for level, place in pairs]
        [sql] = valued(cell, step.categories_[i], [numbers], [unknown], query)
        out.append(Cell(cell.name, sql, "number"))
    return renamed(step, cells, out)


def _or_null(value: Any) -> str:
    return "NULL" if value is None or pd.isna(value) else number(value)


@sql_of.register
def _(step: TargetEncoder, cells: Sequence[Cell], query: Query) -> list[Cell]:
    if query.training:
        raise query.refuse("a TargetEncoder deals its training rows to folds by position")
    width = len(step.encodings_) // max(len(cells), 1)
    means = [number(mean) for mean in np.broadcast_to(step.target_mean_, width)]
    out: list[Cell] = []
    for i, cell in enumerate(cells):
        tables = step.encodings_[i * width : (i + 1) * width]
        values = [[number(value) for value in table] for table in tables]
        found = valued(cell, step.categories_[i], values, means, query)
        out += [Cell(cell.name, sql, "number") for sql in found]
    return renamed(step, cells, out)
