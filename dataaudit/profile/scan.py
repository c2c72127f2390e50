"""One scan: the aggregates of every row and the cells of the sample, read together.

A few columns share a statement, because planning grows with the square of what it holds (300
columns took 43 s at once, 3 s in these portions) and a column store reads only what is named. The
sampled rows come along as a list, which costs a fifth of a scan of their own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dataaudit.engine import ROW_GROUP, Engine
from dataaudit.engine.sql import ident
from dataaudit.profile.moments import Moments, Scale, better
from dataaudit.rows import key_bound, key_sql, lowest, smallest
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
) -> tuple[dict[str, Facts], pa.Table]:
    """Return what every row tells of each column, and the sample by ``__row__``.

    Parameters
    ----------
    engine, relation, columns
        Where the typed rows are, under which name, and what is to be looked at.
    rows
        How many there are.
    limit, seed
        Largest size of the sample, and which rows are in it: those of the smallest keys.
    """
    sample = _Sample(rows, limit, seed)
    numbers = [column for column in columns.values() if column.is_number]
    others = [column for column in columns.values() if not column.is_number]
    facts: dict[str, Facts] = {name: {} for name in columns}
    for some in _portions(numbers):
        for name, found in _numbers(engine, relation, some, sample).items():
            facts[name].update(found)
    counted = [column for column in numbers if column.dtype == "int" and sample.is_part]
    for some in _portions([*others, *counted]) or ([] if numbers else [[]]):
        for name, found in _others(engine, relation, some, sample).items():
            facts[name].update(found)
    if sample.is_short:
        taken = lowest(engine, relation, columns, rows=rows, limit=limit, seed=seed)
    else:
        taken = sample.joined(columns)
    return facts, taken


def _portions(columns: Sequence[Column]) -> list[Sequence[Column]]:
    """Cut columns into portions of one statement each."""
    starts = range(0, len(columns), _COLUMNS_AT_ONCE)
    return [columns[start : start + _COLUMNS_AT_ONCE] for start in starts]


class _Sample:
    """The cells of the sampled rows, a portion of columns at a time."""

    def __init__(self, rows: int, limit: int, seed: int) -> None:
        self.rows, self.limit, self.seed = rows, limit, seed
        self.parts: list[pa.Table] = []

    @property
    def is_part(self) -> bool:
        """Whether it is less than the table."""
        return self.rows > self.limit

    @property
    def is_short(self) -> bool:
        """Whether chance let too few rows through."""
        return self.parts[0].num_rows < min(self.rows, self.limit)

    def sql(self, cells: Iterable[str]) -> str:
        """Return the aggregate that brings these cells of the sampled rows along."""
        named = ", ".join(f"c{place} := {cell}" for place, cell in enumerate(cells))
        listed = f"array_agg(struct_pack(r := {ident(ROW)}{', ' if named else ''}{named}))"
        if not self.is_part:
            return listed
        bound = key_bound(self.rows, self.limit)
        return f"{listed} FILTER ({key_sql(self.seed)} < {bound})"

    def add(self, lists: pa.ChunkedArray, names: Sequence[str]) -> None:
        """Take what the aggregate brought."""
        structs = pc.list_flatten(lists)
        fields = [pc.struct_field(structs, [place]) for place in range(len(names) + 1)]
        rows = pa.table(fields, names=[ROW, *names])
        self.parts.append(smallest(rows, self.limit, self.seed))

    def joined(self, names: Iterable[str]) -> pa.Table:
        """Return all columns side by side, in this order."""
        found = {name: part.column(name) for part in self.parts for name in part.column_names}
        return pa.table({name: found[name] for name in [ROW, *names]})


def _numbers(
    engine: Engine, relation: str, columns: Sequence[Column], sample: _Sample
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
    v, d = f"v{place}", f"d{place}"
    yield f"count({v})"
    yield f"count_if(isinf(x{place}::DOUBLE))::BIGINT" if scale.is_finite_only else "0"
    yield f"min({v})"
    yield f"max({v})"
    yield from (f"sum({' * '.join([d] * power)})" for power in (1, 2, 3, 4))


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


_DATE = {
    "present": "count({x})",
    "minimum": "strftime(min({x}), '%Y-%m-%dT%H:%M:%S')",
    "maximum": "strftime(max({x}), '%Y-%m-%dT%H:%M:%S')",
}
_TEXT = {
    "present": "count({x})",
    "blank": "count_if(CASE WHEN ascii({x}) <= 32 THEN trim({x}) = '' ELSE FALSE END)::BIGINT",
    "padded": "count_if({x} LIKE ' %' OR {x} LIKE '% ')::BIGINT",
    "max_length": "coalesce(max(length({x})), 0)",
}
_DISTINCT = "approx_count_distinct({x})"


def _others(
    engine: Engine, relation: str, columns: Sequence[Column], sample: _Sample
) -> dict[str, Facts]:
    """Return what is known of text and dates, and how many distinct values whole numbers have."""
    templates = [_templates(column, is_part=sample.is_part) for column in columns]
    own = [column.name for column in columns if not column.is_number]
    parts = [sample.sql(ident(name) for name in own)]
    for column, template in zip(columns, templates, strict=True):
        parts += [part.format(x=ident(column.name)) for part in template.values()]
    found = engine.query(f"SELECT {', '.join(parts)} FROM {ident(relation)}")
    sample.add(found.column(0), own)
    values = (column[0].as_py() for column in found.columns[1:])
    facts: dict[str, Facts] = {}
    for column, template in zip(columns, templates, strict=True):
        facts[column.name] = {field: next(values) for field in template}
        if "present" in template:
            facts[column.name]["missing"] = sample.rows - facts[column.name]["present"]
    return facts


def _templates(column: Column, *, is_part: bool) -> dict[str, str]:
    """Return the aggregates that fit the column's type, by field."""
    own = {"date": _DATE, "str": _TEXT}.get(column.dtype, {})
    return {**own, "distinct": _DISTINCT} if is_part else own
