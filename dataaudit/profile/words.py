"""Text, dates and values that are few: counted in all rows, each column looked at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from dataaudit.engine import Engine, one_row
from dataaudit.engine.sql import ident
from dataaudit.profile.sampled import Facts, SampledCells
from dataaudit.profile.values import MOST_LEVELS, count_levels, typed_levels
from dataaudit.source.cells import side_by_side
from dataaudit.source.columns import Column

_HEAD = 10_000  # first rows, which show how many values a column may have


def few_levels(
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
    "blank": (  # AND may trim every cell first
        "coalesce(sum(CASE WHEN {x} >= '!' THEN NULL WHEN trim({x}) = '' THEN {n} END), 0)::BIGINT"
    ),
    "padded": "coalesce(sum(CASE WHEN {x} LIKE ' %' OR {x} LIKE '% ' THEN {n} END), 0)::BIGINT",
    "max_length": "coalesce(max(length({x})), 0)",
}
_COUNTED = "counted_levels"
_DISTINCT = "approx_count_distinct({x})"


def words(
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
    values = iter([column[0].as_py() for column in found.columns[1:]])
    facts = {c.name: {field: next(values) for field in templates[c.name]} for c in many}
    few = [name for name in own if name in levels]
    if few:
        engine.register(_COUNTED, side_by_side([levels[name] for name in few]))
        parts = [
            part.format(x=f"v{i}", n=f"n{i}", count=f"coalesce(sum(n{i}), 0)::BIGINT")
            for i, name in enumerate(few)
            for part in templates[name].values()
        ]
        values = iter(one_row(engine, f"SELECT {', '.join(parts)} FROM {_COUNTED}"))
        facts |= {name: {field: next(values) for field in templates[name]} for name in few}
    for name in own:
        facts[name]["missing"] = sample.rows - facts[name]["present"]
    return facts


def _templates(column: Column, *, is_part: bool) -> dict[str, str]:
    """Return the aggregates that fit the column's type, by field."""
    own = {"date": _DATE, "str": _TEXT}.get(column.dtype, {})
    return {**own, "distinct": _DISTINCT} if is_part else own
