"""Our own cleaning steps as SQL, one function each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from dataaudit.compile import text
from dataaudit.compile.query import (
    Cell,
    Kind,
    Query,
    case,
    finite,
    flag,
    number,
    sql_of,
    value_sql,
)
from dataaudit.defects.categories.normalize import NormalizeLevels
from dataaudit.defects.disguised.blank import BlankSentinels
from dataaudit.defects.missing.impute import FillGaps
from dataaudit.defects.outliers.remedies import ClipOutliers
from dataaudit.defects.scale.scaler import SmoothRobustScaler, furthest
from dataaudit.defects.types.parse import ParseTypes
from dataaudit.engine.sql import literals
from dataaudit.pipeline import UnifyTypes
from dataaudit.source.casts import parsed
from dataaudit.source.shapes import BLANKS


def _changed(cells: Sequence[Cell], new: Mapping[str, Cell]) -> list[Cell]:
    """Return the cells, those with a new form by name replaced."""
    return [new.get(cell.name, cell) for cell in cells]


def _by_name(
    cells: Sequence[Cell], names: Sequence[str], made: Callable[[Cell, int], str]
) -> list[Cell]:
    """Return the cells, those named made anew from the cell and its place among the names."""
    place = {name: i for i, name in enumerate(names)}
    return [
        replace(cell, sql=made(cell, place[cell.name])) if cell.name in place else cell
        for cell in cells
    ]


@sql_of.register
def _(step: UnifyTypes, cells: Sequence[Cell], query: Query) -> list[Cell]:
    for cell in cells:
        kind = step.kinds_[cell.name]
        if kind != cell.kind:
            raise query.refuse(f"`{cell.name}` held {kind}s in training and is {cell.kind} now")
    may_be_infinite = {c.name for c in cells if c.kind == "number"} - query.whole
    if query.is_filled_next:
        query.unbounded = frozenset(c.sql for c in cells if c.name in may_be_infinite)
        return list(cells)
    return [replace(c, sql=finite(c.sql, query)) if c.name in may_be_infinite else c for c in cells]


@sql_of.register
def _(step: BlankSentinels, cells: Sequence[Cell], query: Query) -> list[Cell]:  # noqa: ARG001 - as all
    names = list(step.sentinels_)
    return _by_name(cells, names, lambda cell, i: _blanked(cell, step.sentinels_[names[i]]))


def _blanked(cell: Cell, known: Sequence[Any]) -> str:
    """Return a cell, NULL where it is one of the known values."""
    if cell.kind == "text":
        is_known = f"lower({text.stripped(cell.sql)}) IN ({literals(known)})"
    elif cell.kind == "number":
        is_known = f"{cell.sql} IN ({', '.join(number(value) for value in known)})"
    else:
        texts = [str(one).upper() for one in known]
        days = pd.Series(pd.to_datetime(texts, errors="coerce", format="ISO8601")).dropna()
        if days.empty:
            return cell.sql
        is_known = f"{cell.sql} IN ({', '.join(value_sql(day, 'date') for day in days)})"
    return f"CASE WHEN {is_known} THEN NULL ELSE {cell.sql} END"


@sql_of.register
def _(step: ParseTypes, cells: Sequence[Cell], query: Query) -> list[Cell]:
    kinds: dict[str, Kind] = {"bool": "number", "date": "date"}
    new = {}
    for cell in cells:
        reading = step.readings_.get(cell.name)
        if reading is None:
            continue
        if reading["kind"] not in kinds:
            raise query.refuse(f"it reads numbers out of the text of `{cell.name}`")
        plain = query.let(text.stripped(cell.sql, BLANKS))
        read = _yes_no(plain, reading) if reading["kind"] == "bool" else _dates(plain, reading)
        new[cell.name] = Cell(cell.name, read, kinds[reading["kind"]])
    return _changed(cells, new)


def _yes_no(plain: str, reading: Mapping[str, Any]) -> str:
    keys = [value_sql(reading[word], "text") for word in ("true", "false")]
    return case(f"lower({plain})", keys, [number(1), number(0)])


def _dates(plain: str, reading: Mapping[str, Any]) -> str:
    return f"coalesce({', '.join(parsed(plain, 'date', form) for form in reading['forms'])})"


@sql_of.register
def _(step: NormalizeLevels, cells: Sequence[Cell], query: Query) -> list[Cell]:
    new = {}
    for cell in cells:
        known = step.spellings_.get(cell.name)
        if known is None:
            continue
        plain = query.let(text.collapsed(cell.sql))
        same = Cell(cell.name, text.folded(plain, known), "text")
        spellings = [value_sql(spelling, "text") for spelling in known.values()]
        [spelt] = query.look_up(same, list(known), [spellings])
        new[cell.name] = replace(cell, sql=f"coalesce({spelt}, {plain})")
    return _changed(cells, new)


@sql_of.register
def _(step: ClipOutliers, cells: Sequence[Cell], query: Query) -> list[Cell]:  # noqa: ARG001 - as all
    def made(cell: Cell, i: int) -> str:
        x, low, high = cell.sql, float(step.low_[i]), float(step.high_[i])
        ends = [(f"{x} < {number(low)}", low), (f"{x} > {number(high)}", high)]
        ends = [(beyond, end) for beyond, end in ends if np.isfinite(end)]
        if not ends:
            return x
        arms = [f"WHEN {beyond} THEN {to(end)}" for beyond, end in ends]
        return f"CASE {' '.join(arms)} ELSE {x} END"

    def to(end: float) -> str:
        return number(end) if step.action == "clip" else "NULL"

    return _by_name(cells, step.numbers_, made)


@sql_of.register
def _(step: FillGaps, cells: Sequence[Cell], query: Query) -> list[Cell]:
    for cell, fill in zip(cells, step.fills_, strict=True):
        if cell.kind == "date" and pd.isna(pd.to_datetime(fill, errors="coerce")):
            raise query.refuse(f"it fills the dates of `{cell.name}` with a word")
    filled = [
        replace(cell, sql=query.fill(cell, value_sql(fill, cell.kind)))
        for cell, fill in zip(cells, step.fills_, strict=True)
    ]
    flags = [
        Cell(f"missingindicator_{cell.name}", flag(query.gap(cell)), "number")
        for cell, has_gaps in zip(cells, step.has_gaps_, strict=True)
        if has_gaps and step.add_indicator
    ]
    return filled + flags


@sql_of.register
def _(step: SmoothRobustScaler, cells: Sequence[Cell], query: Query) -> list[Cell]:
    def made(cell: Cell, i: int) -> str:
        center, scale = float(step.center_[i]), float(step.scale_[i])
        if np.isinf(scale):
            return f"CASE WHEN {cell.sql} IS NOT NULL THEN {number(0)} END"
        moved = f"({cell.sql} - {number(center)})" if center else cell.sql
        z = moved if scale == 1 else f"{moved} / {number(scale)}"
        return z if step.clip is None else _bent(z, step.clip, query)

    return _by_name(cells, step.numbers_, made)


def _bent(z: str, clip: float, query: Query) -> str:
    """Return z / sqrt(1 + (z / clip)^2)."""
    far, z = furthest(clip), query.let(z)
    arms = (
        f"WHEN {z} > {number(far)} THEN {number(far)} WHEN {z} < {number(-far)} THEN {number(-far)}"
    )
    y = query.let(f"CASE {arms} ELSE {z} END")
    q = f"({y} / {number(clip)})"
    return f"{y} / sqrt({number(1)} + {q} * {q})"
