"""One scan: the aggregates of every row and the cells of the sample, read together.

A few columns share a statement, because planning grows with the square of what it holds (300
columns took 43 s at once, 3 s in these portions) and a column store reads only what is named. The
sampled rows come along as a list, which costs a fifth of a scan of their own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dataaudit.engine import ROW_GROUP, Engine
from dataaudit.engine.sql import ident
from dataaudit.profile.moments import Moments, Scale, better
from dataaudit.profile.sampled import SampledCells
from dataaudit.profile.values import MOST_LEVELS, count_levels, typed_levels
from dataaudit.rows import lowest
from dataaudit.source.columns import ROW, Column

Facts = dict[str, Any]
"""Fields of `ColumnProfile`, and ``present``."""

_COLUMNS_AT_ONCE = 32
_HEAD = 10_000  # first rows, of which the median is a centre near the mean
_ROUNDS = 4  # a centre, finite cells, a unit, a better centre


def scan(
    engine: Engine,
    relation: str,
    columns: Mapping[str, Column],
    *,
    rows: int,
    limit: int,
    seed: int,
    counts: Mapping[str, pa.Table],
) -> tuple[dict[str, Facts], dict[str, pa.Table], pa.Table]:
    """Return what every row tells of each column, the levels of some, the sample by ``__row__``.

    Parameters
    ----------
    engine, relation, columns
        Where the typed rows are, under which name, and what is to be looked at.
    rows
        How many there are.
    limit, seed
        Largest size of the sample, and which rows are in it: those of the smallest keys.
    counts
        Values of some columns as read, counted before.
    """
    sample = SampledCells(rows, limit, seed)
    numbers = [column for column in columns.values() if column.is_number]
    others = [column for column in columns.values() if not column.is_number]
    facts: dict[str, Facts] = {name: {} for name in columns}
    for some in _portions(numbers):
        for name, found in _numbers(engine, relation, some, sample).items():
            facts[name].update(found)
    counted = [column for column in numbers if column.dtype == "int" and sample.is_part]
    levels = _levels(engine, relation, [*others, *counted], counts) if sample.is_part else {}
    counted = [column for column in counted if column.name not in levels]
    for some in _portions([*others, *counted]) or ([] if numbers else [[]]):
        for name, found in _others(engine, relation, some, levels, sample).items():
            facts[name].update(found)
    if sample.is_short:
        taken = lowest(engine, relation, columns, rows=rows, limit=limit, seed=seed)
    else:
        taken = sample.joined(columns)
    return facts, levels, taken


def _portions(columns: Sequence[Column]) -> list[Sequence[Column]]:
    """Cut columns into portions of one statement each."""
    starts = range(0, len(columns), _COLUMNS_AT_ONCE)
    return [columns[start : start + _COLUMNS_AT_ONCE] for start in starts]


def _numbers(
    engine: Engine, relation: str, columns: Sequence[Column], sample: SampledCells
) -> dict[str, Facts]:
    """Return what is known of number columns; sums that lost digits are taken again."""
    facts: dict[str, Facts] = {}
    scales = _scales(engine, relation, columns)
    open_columns = list(columns)
    for turn in range(_ROUNDS):
        listed = sample.sql(f"x{place}" for place in range(len(open_columns)))
        aggregates = [listed] if turn == 0 else []
        for place, column in enumerate(open_columns):
            aggregates += _number_aggregates(place, scales[column.name])
        cells = [
            f"{ident(column.name)} AS x{place}, {_shifted(column, scales[column.name], place)}"
            for place, column in enumerate(open_columns)
        ]
        squares = [f"d{place} * d{place} AS q{place}" for place in range(len(open_columns))]
        # Sums of blocks, added exactly here: so the order in which threads read does not matter.
        found = engine.query(
            f"SELECT {', '.join(aggregates)} FROM "
            f"(SELECT *, {', '.join(squares)} FROM "
            f"(SELECT {ident(ROW)}, {', '.join(cells)} FROM {ident(relation)}) AS cells) AS s "
            f"GROUP BY {ident(ROW)} // {ROW_GROUP}"
        )
        blocks = iter(found.columns)
        if turn == 0:
            sample.add(next(blocks), [column.name for column in columns])
        again = []
        for column in open_columns:
            name = column.name
            facts[name], scale = _read_number(blocks, scales[name], sample.rows)
            if scale is not None:
                scales[name] = scale
                again.append(column)
        open_columns = again
        if not open_columns:
            break
    return facts


def _scales(engine: Engine, relation: str, columns: Sequence[Column]) -> dict[str, Scale]:
    """Take the median of the first rows as the centre of each column."""
    names = ", ".join(f"{ident(column.name)}::DOUBLE" for column in columns)
    head = engine.query(f"SELECT {names} FROM {ident(relation)} LIMIT {_HEAD}")
    scales = {}
    for column, cells in zip(columns, head.columns, strict=True):
        values = cells.drop_null().to_numpy()
        values = values[np.isfinite(values)]
        scales[column.name] = Scale(centre=float(np.median(values)) if values.size else 0.0)
    return scales


def _shifted(column: Column, scale: Scale, place: int) -> str:
    """Return the cell as a number, and what of it is summed."""
    value = f"{ident(column.name)}::DOUBLE"
    if scale.is_finite_only:
        value = f"CASE WHEN isfinite({value}) THEN {value} END"
    summed = f"{value} - {_double(scale.centre)}"
    if scale.unit != 1.0:
        summed = f"({summed}) / {_double(scale.unit)}"
    return f"{value} AS v{place}, {summed} AS d{place}"


def _double(value: float) -> str:
    """Return a number that no engine takes for a decimal."""
    return f"'{value!r}'::DOUBLE"


def _number_aggregates(place: int, scale: Scale) -> Iterator[str]:
    """Yield the aggregates of one number column, in the order in which they are read."""
    v, d, q = (f"{role}{place}" for role in "vdq")
    yield f"count({v})"
    yield f"count_if(isinf(x{place}::DOUBLE))::BIGINT" if scale.is_finite_only else "0"
    yield f"min({v})"
    yield f"max({v})"
    yield from (f"sum({power})" for power in (d, q, f"{q} * {d}", f"{q} * {q}"))


def _read_number(
    blocks: Iterator[pa.ChunkedArray], scale: Scale, rows: int
) -> tuple[Facts, Scale | None]:
    """Join the blocks of one column; return its facts, and a better scale if there is one."""
    present, infinite = (_total(next(blocks)) for _ in range(2))
    lows, highs = (next(blocks).drop_null().to_numpy() for _ in range(2))
    sums = [_sum(next(blocks).drop_null().to_numpy()) for _ in range(4)]
    facts: Facts = {
        "present": present + infinite,
        "missing": rows - present - infinite,
        "infinite": infinite,
    }
    if not present:
        return facts, None
    low, high = float(lows.min()), float(highs.max())
    found = better(scale, present, low, high, sums)
    if low == high:
        scale, sums = Scale(low), [0.0] * 4
    moments = Moments.of(present, sums, scale) if found is None else Moments()
    facts |= {
        "minimum": low,
        "maximum": high,
        "mean": moments.mean,
        "std": moments.std,
        "skewness": moments.skewness,
        "kurtosis": moments.kurtosis,
    }
    return facts, found


def _total(counts: pa.ChunkedArray) -> int:
    """Add counts; 0 where there is no block."""
    return int(pc.sum(counts).as_py() or 0)


def _sum(values: np.ndarray) -> float:
    """Add exactly; infinite or not a number where a block is."""
    if not np.isfinite(values).all():
        return math.nan
    try:
        return math.fsum(values)
    except OverflowError:
        return math.inf


def _levels(
    engine: Engine, relation: str, columns: Sequence[Column], counts: Mapping[str, pa.Table]
) -> dict[str, pa.Table]:
    """Count the values of columns that have few, so that each is looked at once (`count_levels`).

    The first rows show which may have few.
    """
    known = {
        column.name: typed_levels(engine, column, counts[column.name])
        for column in columns
        if column.name in counts
    }
    others = [column.name for column in columns if column.name not in known]
    if not others:
        return known
    names = ", ".join(map(ident, others))
    head = engine.query(f"SELECT {names} FROM {ident(relation)} LIMIT {_HEAD}")
    levels = {
        name: count_levels(engine, relation, name)
        for name, cells in zip(others, head.columns, strict=True)
        if pc.count_distinct(cells).as_py() <= MOST_LEVELS
    }
    return known | {name: counts for name, counts in levels.items() if len(counts) <= MOST_LEVELS}


# Each row stands for {n} cells.
_DATE = {
    "present": "{count}",
    "minimum": "strftime(min({x}), '%Y-%m-%dT%H:%M:%S')",
    "maximum": "strftime(max({x}), '%Y-%m-%dT%H:%M:%S')",
}
_TEXT = {
    "present": "{count}",
    "blank": (  # CASE, because AND may trim every cell first
        "coalesce(sum({n}) FILTER (CASE WHEN {x} < '!' THEN trim({x}) = '' END), 0)::BIGINT"
    ),
    "padded": "coalesce(sum({n}) FILTER ({x} LIKE ' %' OR {x} LIKE '% '), 0)::BIGINT",
    "max_length": "coalesce(max(length({x})), 0)",
}
_COUNTED, _ALL = "counted_levels", "coalesce(sum(n), 0)::BIGINT"
_DISTINCT = "approx_count_distinct({x})"


def _others(
    engine: Engine,
    relation: str,
    columns: Sequence[Column],
    levels: Mapping[str, pa.Table],
    sample: SampledCells,
) -> dict[str, Facts]:
    """Return what is known of text and dates, and how many distinct values whole numbers have."""
    own = [column.name for column in columns if not column.is_number]
    many = [column for column in columns if column.name not in levels]
    templates = {c.name: _templates(c, is_part=sample.is_part) for c in columns}
    parts = [sample.sql(ident(name) for name in own)]
    for column in many:
        x = ident(column.name)
        parts += [
            part.format(x=x, n=1, count=f"count({x})") for part in templates[column.name].values()
        ]
    found = engine.query(f"SELECT {', '.join(parts)} FROM {ident(relation)}")
    sample.add(found.column(0), own)
    values = (column[0].as_py() for column in found.columns[1:])
    facts = {c.name: {field: next(values) for field in templates[c.name]} for c in many}
    for name in (name for name in own if name in levels):
        engine.register(_COUNTED, levels[name])
        parts = [part.format(x="v", n="n", count=_ALL) for part in templates[name].values()]
        row = engine.query(f"SELECT {', '.join(parts)} FROM {_COUNTED}")
        facts[name] = dict(
            zip(templates[name], (part[0].as_py() for part in row.columns), strict=True)
        )
    for name in own:
        facts[name]["missing"] = sample.rows - facts[name]["present"]
    return facts


def _templates(column: Column, *, is_part: bool) -> dict[str, str]:
    """Return the aggregates that fit the column's type, by field."""
    own = {"date": _DATE, "str": _TEXT}.get(column.dtype, {})
    return {**own, "distinct": _DISTINCT} if is_part else own
