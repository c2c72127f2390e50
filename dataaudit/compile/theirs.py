"""scikit-learn's transformers of numbers, and its ways of putting steps together, as SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from dataaudit.compile.query import (
    Cell,
    Query,
    finite,
    flag,
    number,
    renamed,
    sql_of,
    value_sql,
)
from dataaudit.defects.missing.impute import FillGaps
from dataaudit.estimator import FrameTransformer

PASS = "passthrough"  # noqa: S105 - scikit-learn's word for a step that does nothing


def fills(step: Any) -> bool:
    """Tell whether a step fills every gap of the columns that it leaves."""
    if isinstance(step, ColumnTransformer):
        parts = [
            inner
            for _, inner, columns in step.transformers_
            if isinstance(columns, slice) or len(columns)
        ]
        return all(part == "drop" or fills(part) for part in parts)
    return isinstance(step, FillGaps) or (
        isinstance(step, SimpleImputer) and bool(pd.isna(step.missing_values))
    )


@sql_of.register
def _(step: SimpleImputer, cells: Sequence[Cell], query: Query) -> list[Cell]:
    kept = [
        replace(cell, sql=_filled(cell, fill, step.missing_values, query))
        for cell, fill in zip(cells, step.statistics_, strict=True)
        if step.keep_empty_features or step.strategy == "constant" or not pd.isna(fill)
    ]
    flags = sql_of(step.indicator_, cells, query) if step.add_indicator else []
    return renamed(step, cells, [*kept, *flags])


def _is_gap(cell: Cell, missing: Any, query: Query) -> str:
    """Return whether a cell is what a step takes for missing."""
    return query.gap(cell) if pd.isna(missing) else f"{cell.sql} = {value_sql(missing, cell.kind)}"


def _filled(cell: Cell, fill: Any, missing: Any, query: Query) -> str:
    if pd.isna(fill):
        return finite(cell.sql, query) if cell.sql in query.unbounded else cell.sql
    value = value_sql(fill, cell.kind)
    if pd.isna(missing):
        return query.fill(cell, value)
    return f"CASE WHEN {_is_gap(cell, missing, query)} THEN {value} ELSE {cell.sql} END"


@sql_of.register
def _(step: MissingIndicator, cells: Sequence[Cell], query: Query) -> list[Cell]:
    if step.error_on_new and step.features == "missing-only":
        raise query.refuse("it refuses gaps in columns that had none, and SQL cannot")
    flags = [
        Cell(cells[i].name, flag(_is_gap(cells[i], step.missing_values, query)), "number")
        for i in step.features_
    ]
    return renamed(step, cells, flags)


def _numbers(step: Any, cells: Sequence[Cell], query: Query) -> None:
    """Refuse to calculate with what is no number."""
    for cell in cells:
        if cell.kind != "number":
            raise query.refuse(
                f"{type(step).__name__} cannot take `{cell.name}`, which is {cell.kind}"
            )


def _moved(cells: Sequence[Cell], *parts: tuple[str, Any]) -> list[Cell]:
    """Apply an operator with one number per column, one after the other; None leaves it out."""
    sql = [cell.sql for cell in cells]
    for sign, values in parts:
        if values is not None:
            same = 1.0 if sign in "*/" else 0.0
            sql = [
                x if value == same else f"({x} {sign} {number(value)})"
                for x, value in zip(sql, values, strict=True)
            ]
    return [replace(cell, sql=x) for cell, x in zip(cells, sql, strict=True)]


@sql_of.register
def _(step: RobustScaler, cells: Sequence[Cell], query: Query) -> list[Cell]:
    _numbers(step, cells, query)
    center = step.center_ if step.with_centering else None
    return _moved(cells, ("-", center), ("/", step.scale_ if step.with_scaling else None))


@sql_of.register
def _(step: StandardScaler, cells: Sequence[Cell], query: Query) -> list[Cell]:
    _numbers(step, cells, query)
    mean = step.mean_ if step.with_mean else None
    return _moved(cells, ("-", mean), ("/", step.scale_ if step.with_std else None))


@sql_of.register
def _(step: MinMaxScaler, cells: Sequence[Cell], query: Query) -> list[Cell]:
    _numbers(step, cells, query)
    moved = _moved(cells, ("*", step.scale_), ("+", step.min_))
    return _clipped(moved, query, *step.feature_range) if step.clip else moved


@sql_of.register
def _(step: MaxAbsScaler, cells: Sequence[Cell], query: Query) -> list[Cell]:
    _numbers(step, cells, query)
    moved = _moved(cells, ("/", step.scale_))
    return _clipped(moved, query, -1, 1) if getattr(step, "clip", False) else moved


def _clipped(cells: Sequence[Cell], query: Query, low: float, high: float) -> list[Cell]:
    """Move cells beyond the ends to the ends."""
    out = []
    for cell in cells:
        x, ends = query.let(cell.sql), (number(low), number(high))
        sql = f"CASE WHEN {x} < {ends[0]} THEN {ends[0]} WHEN {x} > {ends[1]} THEN {ends[1]} ELSE {x} END"  # noqa: E501 - one expression
        out.append(replace(cell, sql=sql))
    return out


@sql_of.register
def _(step: QuantileTransformer, cells: Sequence[Cell], query: Query) -> list[Cell]:  # noqa: ARG001 - as all
    raise query.refuse("a QuantileTransformer looks between up to 1,000 points for every cell")


@sql_of.register
def _(step: FunctionTransformer, cells: Sequence[Cell], query: Query) -> list[Cell]:
    if step.func is None:
        return list(cells)
    raise query.refuse("a FunctionTransformer calls Python code")


@sql_of.register
def _(step: Pipeline, cells: Sequence[Cell], query: Query) -> list[Cell]:
    for _, inner in step.steps:
        cells = [replace(cell, sql=query.let(cell.sql)) for cell in cells]
        cells = after(inner, cells, query)
    return list(cells)


@sql_of.register
def _(step: FeatureUnion, cells: Sequence[Cell], query: Query) -> list[Cell]:
    if step.transformer_weights:
        raise query.refuse("a FeatureUnion with weights has none")
    parts = [cell for _, inner in step.transformer_list for cell in after(inner, cells, query)]
    return renamed(step, cells, parts)


@sql_of.register
def _(step: ColumnTransformer, cells: Sequence[Cell], query: Query) -> list[Cell]:
    return renamed(step, cells, branches(step, cells, query))


def branches(step: ColumnTransformer, cells: Sequence[Cell], query: Query) -> list[Cell]:
    """Return the cells of every part of a ColumnTransformer, one part after the other."""
    out: list[Cell] = []
    for _, inner, columns in step.transformers_:
        taken = _taken(columns, cells)
        if taken:
            out += after(inner, taken, query)
    return out


def _taken(columns: Any, cells: Sequence[Cell]) -> list[Cell]:
    """Return the cells that a part of a ColumnTransformer is given."""
    if isinstance(columns, str | int):
        columns = [columns]
    if isinstance(columns, slice):
        return list(cells[columns])
    chosen = np.asarray(columns)
    if chosen.dtype == bool:
        return [cell for cell, is_in in zip(cells, chosen, strict=True) if is_in]
    by_name = {cell.name: cell for cell in cells}
    return [by_name[one] if isinstance(one, str) else cells[int(one)] for one in list(columns)]


def after(step: Any, cells: Sequence[Cell], query: Query) -> list[Cell]:
    """Return the cells behind a step that may be "passthrough", "drop" or None."""
    if step is None or step == PASS:
        return list(cells)
    if isinstance(step, str):
        return []
    if isinstance(step, FrameTransformer) and not hasattr(step, "feature_names_in_"):
        numbered = [replace(cell, name=f"x{i}") for i, cell in enumerate(cells)]
        return renamed(step, cells, sql_of(step, numbered, query))
    return sql_of(step, cells, query)
