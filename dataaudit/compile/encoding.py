"""Our encoding of columns as SQL: levels, cross-fitted targets, dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dataaudit.compile.levels import valued
from dataaudit.compile.query import Cell, Query, case, flag, number, sql_of
from dataaudit.compile.theirs import branches
from dataaudit.encode import CrossFitTargetEncoder, EncodeColumns, EncodeDates
from dataaudit.encode.dates import CLIP, CYCLES
from dataaudit.rows import key_sql

_DAY_US = 86_400_000_000
_MINUTE_US = 60_000_000
_THURSDAY = 3  # 1 January 1970, counted from Monday


@sql_of.register
def _(step: EncodeColumns, cells: Sequence[Cell], query: Query) -> list[Cell]:
    parts = branches(step.encoder_, cells, query)
    names = step.get_feature_names_out([cell.name for cell in cells])
    return [replace(cell, name=str(name)) for cell, name in zip(parts, names, strict=True)]


@sql_of.register
def _(step: CrossFitTargetEncoder, cells: Sequence[Cell], query: Query) -> list[Cell]:
    fold = query.let(f"{key_sql(step.seed, query.row)} % {step.folds}") if query.training else ""
    out: list[str] = []
    for i, cell in enumerate(cells):
        tables = step.cross_encodings_[i] if query.training else step.encodings_[i][None]
        folds, _, width = tables.shape
        columns = tables.transpose(2, 0, 1).reshape(width * folds, -1)
        values = [[number(value) for value in column] for column in columns]
        levels = [*step.levels_[i], None]
        found = valued(cell, levels, values, [number(0)] * len(values), query)
        for first in range(0, len(found), folds):
            of_fold = found[first : first + folds]
            keys = [str(f) for f in range(folds)]
            out.append(case(fold, keys, of_fold) if query.training else of_fold[0])
    names = step.get_feature_names_out([cell.name for cell in cells])
    return [Cell(str(name), sql, "number") for name, sql in zip(names, out, strict=True)]


@sql_of.register
def _(step: EncodeDates, cells: Sequence[Cell], query: Query) -> list[Cell]:
    known = set(step.dates_)
    return [
        new
        for cell in cells
        for new in (_date_numbers(step, cell, query) if cell.name in known else [cell])
    ]


def _date_numbers(step: EncodeDates, cell: Cell, query: Query) -> list[Cell]:
    """Return the number columns of one date; all are 0 where it is missing."""
    x, name = query.let(cell.sql), cell.name
    since = f"date_diff('microsecond', TIMESTAMP '1970-01-01 00:00:00', {x})"
    us = query.let(f"CAST({since} AS BIGINT)")
    middle, spread = number(step.middle_[name]), number(step.spread_[name])
    z = query.let(f"(CAST({us} AS DOUBLE) / {number(1e6)} - {middle}) / {spread}")
    q = f"({z} / {number(CLIP)})"
    columns = [(f"{name}__elapsed", f"{z} / sqrt({number(1)} + {q} * {q})")]
    parts = _parts(x, us, query) if step.cycles_[name] else {}
    for part in step.cycles_[name]:
        turn = query.let(f"{number(2 * np.pi)} * {parts[part]} / {number(CYCLES[part])}")
        columns += [(f"{name}__{part}_{f}", f"{f}({turn})") for f in ("sin", "cos")]
    out = [Cell(one, f"coalesce({sql}, {number(0)})", "number") for one, sql in columns]
    if name in step.flagged_:
        out.append(Cell(f"{name}__missing", flag(f"{x} IS NULL"), "number"))
    return out


def _parts(x: str, us: str, query: Query) -> dict[str, str]:
    """Return the position in each cycle, from whole microseconds since 1970."""
    of_day = query.let(f"({us} % {_DAY_US} + {_DAY_US}) % {_DAY_US}")
    day = query.let(f"CAST({us} - {of_day} AS DOUBLE) / {number(_DAY_US)} + {number(_THURSDAY)}")
    minute = query.let(f"floor(CAST({of_day} AS DOUBLE) / {number(_MINUTE_US)})")
    hour = query.let(f"floor({minute} / {number(60)})")
    return {
        "weekday": f"({day} - {number(7)} * floor({day} / {number(7)}))",
        "hour": f"({hour} + ({minute} - {number(60)} * {hour}) / {number(60)})",
        "month": f"(CAST(EXTRACT(month FROM {x}) AS DOUBLE) - {number(1)})",
    }
