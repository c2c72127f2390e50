"""One scan: the aggregates of every row and the cells of the sample, read together.

A few columns share a statement, because planning grows with the square of what it holds (300
columns took 43 s at once, 3 s in these portions) and a column store reads only what is named. The
sampled rows come along as a list, which costs a fifth of a scan of their own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dataaudit.engine import Engine
from dataaudit.engine.sql import ident
from dataaudit.parquet import ROW_GROUP
from dataaudit.profile.moments import Scale, better, mean_and_std
from dataaudit.profile.sampled import Facts, SampledCells
from dataaudit.profile.words import few_levels, words
from dataaudit.rows import lowest
from dataaudit.source.cells import known_ends
from dataaudit.source.columns import ROW, Column

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
    plain: str,
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
    plain
        Where numbers are read: NaN may stand there for missing ones, and does in the sample.
    """
    sample = SampledCells(rows, limit, seed)
    numbers = [column for column in columns.values() if column.is_number]
    others = [column for column in columns.values() if not column.is_number]
    facts: dict[str, Facts] = {name: {} for name in columns}
    for some in _portions(numbers):
        for name, found in _numbers(engine, plain, some, sample).items():
            facts[name].update(found)
    counted = [column for column in numbers if column.dtype == "int" and sample.is_part]
    levels = few_levels(engine, relation, [*others, *counted], counts) if sample.is_part else {}
    counted = [column for column in counted if column.name not in levels]
    for some in _portions([*others, *counted]) or ([] if numbers else [[]]):
        for name, found in words(engine, relation, some, levels, sample).items():
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
    ends = _ends(engine, relation, columns)
    for turn in range(_ROUNDS):
        listed = sample.sql(f"x{place}" for place in range(len(open_columns)))
        aggregates = [listed] if turn == 0 else []
        for place, column in enumerate(open_columns):
            aggregates += _number_aggregates(
                place, scales[column.name], is_ended=column.name in ends
            )
        cells = [
            f"{ident(column.name)} AS x{place}, {_shifted(column, scales[column.name], place)}"
            for place, column in enumerate(open_columns)
        ]
        # Sums of blocks, added exactly here: so the order in which threads read does not matter.
        found = engine.query(
            f"SELECT {', '.join(aggregates)} FROM "
            f"(SELECT {ident(ROW)}, {', '.join(cells)} FROM {ident(relation)}) AS cells "
            f"GROUP BY {ident(ROW)} // {ROW_GROUP}"
        )
        blocks = iter(found.columns)
        if turn == 0:
            sample.add(next(blocks), [column.name for column in columns])
        again = []
        for column in open_columns:
            name = column.name
            facts[name], scale = _read_number(blocks, scales[name], sample.rows, ends.get(name))
            if scale is not None:
                scales[name] = scale
                again.append(column)
        open_columns, ends = again, {}
        if not open_columns:
            break
    return facts


def _ends(
    engine: Engine, relation: str, columns: Sequence[Column]
) -> dict[str, tuple[float, float]]:
    """Return the smallest and largest number of each column if files say them without reading."""
    asked = [c.name for c in columns if c.dtype != "bool"]  # of booleans no footer is believed
    ends = known_ends(engine, relation, asked)
    return {
        name: (float(low), float(high)) for name, (low, high) in ends.items() if low is not None
    }


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


def _number_aggregates(place: int, scale: Scale, *, is_ended: bool) -> Iterator[str]:
    """Yield the aggregates of one number column, in the order in which they are read."""
    v, d = f"v{place}", f"d{place}"
    yield f"count({v})"
    yield f"count_if(isinf(x{place}::DOUBLE))::BIGINT" if scale.is_finite_only else "0"
    if not is_ended:
        yield f"min({v})"
        yield f"max({v})"
    yield f"sum({d})"
    yield f"sum({d} * {d})"


def _read_number(
    blocks: Iterator[pa.ChunkedArray],
    scale: Scale,
    rows: int,
    ends: tuple[float, float] | None,
) -> tuple[Facts, Scale | None]:
    """Join the blocks of one column; return its facts, and a better scale if there is one.

    ``ends`` are the smallest and the largest number where the blocks do not bring them.
    """
    present, infinite = (_total(next(blocks)) for _ in range(2))
    if ends is None:
        lows, highs = (next(blocks).drop_null().to_numpy() for _ in range(2))
        ends = (float(lows.min()), float(highs.max())) if present else None
    sums = [_sum(next(blocks).drop_null().to_numpy()) for _ in range(2)]
    facts: Facts = {
        "present": present + infinite,
        "missing": rows - present - infinite,
        "infinite": infinite,
    }
    if ends is None:
        return facts, None
    low, high = ends
    found = better(scale, present, low, high, sums)
    if low == high:
        scale, sums = Scale(low), [0.0, 0.0]
    facts |= {"minimum": low, "maximum": high}
    if found is None:
        facts["mean"], facts["std"] = mean_and_std(present, sums, scale)
    return facts, found


def _total(counts: pa.ChunkedArray) -> int:
    """Add counts; 0 where there is no block."""
    return int(pc.sum(counts).as_py() or 0)


def _sum(values: np.ndarray) -> float:
    """Add exactly; infinite or not a number where a block is."""
    if not np.isfinite(values).all():
        return math.nan if np.isnan(values).any() else math.inf
    try:
        return math.fsum(values)
    except OverflowError:
        return math.inf
