"""The statistics of every row: one aggregate statement, column by column.

Quantiles come from the sample, because a sort of every value costs more than reading it; they are
exact where the sample is the whole table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from dataaudit.engine import Engine
from dataaudit.engine.sql import ident, literal
from dataaudit.source.columns import Column

PROBABILITIES = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)
TOP_VALUES = 20
_EXACT_DISTINCT_ROWS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProfile:
    """What is known of one column over all rows.

    Parameters
    ----------
    missing
        Cells that are null or not a number (NaN), after null tokens were read.
    infinite, zeros, negatives
        Counts; 0 for columns that are no numbers.
    minimum, maximum, mean, std, skewness, kurtosis
        Over the finite cells of a number column (kurtosis is excess); None elsewhere, except that
        dates have minimum and maximum as ISO text.
    distinct
        Distinct values that are not missing; approximate (about 2 %) above a million rows.
    blank, padded
        Text cells of white space alone, and text cells with white space at either end.
    max_length
        Characters of the longest text cell.
    top
        Up to 20 most frequent values with their counts, most frequent first, ties by value.
    is_top_exact
        Whether `top` counts all rows; False where it names the sample's values and its counts.
    levels
        Every value that is not missing with its count over all rows, in the order of `top`; None
        where there are more than 1,000 or they were not all counted.
    quantiles
        Of the sample, by probability; empty for columns that are no numbers.
    """

    name: str
    dtype: str
    rows: int
    missing: int
    distinct: int
    infinite: int = 0
    zeros: int = 0
    negatives: int = 0
    minimum: float | str | None = None
    maximum: float | str | None = None
    mean: float | None = None
    std: float | None = None
    skewness: float | None = None
    kurtosis: float | None = None
    blank: int = 0
    padded: int = 0
    max_length: int = 0
    top: tuple[tuple[Any, int], ...] = ()
    is_top_exact: bool = True
    levels: Mapping[Any, int] | None = None
    quantiles: Mapping[float, float] = field(default_factory=dict)

    @property
    def present(self) -> int:
        """Cells that are not missing."""
        return self.rows - self.missing

    @property
    def missing_share(self) -> float:
        """Share of missing cells in 0..1; 0 for a table without rows."""
        return self.missing / self.rows if self.rows else 0.0

    @property
    def iqr(self) -> float | None:
        """Third quartile minus first; None where there are no quantiles."""
        return self.quantiles[0.75] - self.quantiles[0.25] if self.quantiles else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Row count and one `ColumnProfile` for each column."""

    rows: int
    columns: Mapping[str, ColumnProfile]
    sample_rows: int

    def __getitem__(self, name: str) -> ColumnProfile:
        return self.columns[name]


def profile(
    engine: Engine, relation: str, columns: Mapping[str, Column], sample: pd.DataFrame
) -> Profile:
    """Compute the profile of a relation.

    Parameters
    ----------
    engine, relation
        Where the typed rows are, and under which name.
    columns
        The columns to look at, in order.
    sample
        Whole rows for the quantiles, shape (sample rows, columns).
    """
    rows = int(engine.query(f"SELECT count(*) FROM {ident(relation)}").column(0)[0].as_py())
    cells = iter(_aggregated(engine, relation, list(columns.values())))
    profiles = {}
    for name, column in columns.items():
        known = dict(zip(_fields(column), cells, strict=False))
        profiles[name] = ColumnProfile(
            name=name,
            dtype=column.dtype,
            rows=rows,
            **_values(engine, relation, column, rows, sample),
            quantiles=_quantiles(sample[name]) if column.is_number else {},
            **known,
        )
    return Profile(rows=rows, columns=profiles, sample_rows=len(sample))


def _aggregated(engine: Engine, relation: str, columns: list[Column]) -> Iterator[Any]:
    """Yield the aggregates of every column, in order, from one statement for a few columns each."""
    for start in range(0, len(columns), _COLUMNS_AT_ONCE):
        some = columns[start : start + _COLUMNS_AT_ONCE]
        parts = [part for column in some for part in _aggregates(column)]
        row = engine.query(f"SELECT {', '.join(parts)} FROM {ident(relation)}")
        yield from (column[0].as_py() for column in row.columns)


_COLUMNS_AT_ONCE = 32  # planning grows with the square: 300 columns took 43 s at once, so 3 s
_NUMBER = {
    "missing": "count(*) FILTER ({x} IS NULL)",
    "infinite": "count(*) FILTER (isinf({x}::DOUBLE))",
    "zeros": "count(*) FILTER ({x}::DOUBLE = 0)",
    "negatives": "count(*) FILTER ({x}::DOUBLE < 0)",
    "minimum": "min({x}::DOUBLE) FILTER (isfinite({x}::DOUBLE))",
    "maximum": "max({x}::DOUBLE) FILTER (isfinite({x}::DOUBLE))",
    "mean": "avg({x}::DOUBLE) FILTER (isfinite({x}::DOUBLE))",
    "std": "stddev_samp({s}) FILTER (isfinite({x}::DOUBLE))",
    "skewness": "skewness({s}) FILTER (isfinite({x}::DOUBLE))",
    "kurtosis": "kurtosis({s}) FILTER (isfinite({x}::DOUBLE))",
}
_DATE = {
    "missing": "count(*) FILTER ({x} IS NULL)",
    "minimum": "strftime(min({x}), '%Y-%m-%dT%H:%M:%S')",
    "maximum": "strftime(max({x}), '%Y-%m-%dT%H:%M:%S')",
}
_TEXT = {
    "missing": "count(*) FILTER ({x} IS NULL)",
    "blank": "count(*) FILTER (trim({x}) = '')",
    "padded": "count(*) FILTER (length(trim({x})) < length({x}))",
    "max_length": "coalesce(max(length({x})), 0)",
}


def _templates(column: Column) -> dict[str, str]:
    """Return the aggregates that fit the column's type, by field of `ColumnProfile`."""
    if column.is_number:
        return _NUMBER
    return _DATE if column.dtype == "date" else _TEXT


def _fields(column: Column) -> list[str]:
    """Return the field names in the order of `_aggregates`."""
    return list(_templates(column))


_LARGEST_SUMMED = 1e70  # its fourth power still fits a double


def _aggregates(column: Column) -> list[str]:
    """Return one SQL aggregate per field."""
    x = ident(column.name)
    bound = literal(_LARGEST_SUMMED)
    s = f"greatest(-{bound}, least({bound}, {x}::DOUBLE))"
    return [template.format(x=x, s=s) for template in _templates(column).values()]


def _values(
    engine: Engine, relation: str, column: Column, rows: int, sample: pd.DataFrame
) -> dict[str, Any]:
    """Count distinct values and the most frequent ones: in the sample where it is the table."""
    if len(sample) == rows:
        return _values_in_memory(sample[column.name], column)
    count = "count(DISTINCT {x})" if rows <= _EXACT_DISTINCT_ROWS else "approx_count_distinct({x})"
    x = ident(column.name)
    distinct = engine.query(f"SELECT {count.format(x=x)} FROM {ident(relation)}").column(0)
    top = engine.query(
        f"SELECT {x}, count(*) FROM {ident(relation)} WHERE {x} IS NOT NULL "
        f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {TOP_VALUES}"
    )
    pairs = zip(top.column(0).to_pylist(), top.column(1).to_pylist(), strict=True)
    return {"distinct": int(distinct[0].as_py()), "top": tuple(pairs)}


_PLAIN: dict[str, Callable[[Any], Any]] = {
    "int": int,
    "bool": bool,
    "float": float,
    "date": pd.Timestamp.to_pydatetime,
    "str": str,
}


def _values_in_memory(cells: pd.Series, column: Column) -> dict[str, Any]:
    """Do the same without asking the engine, which plans a statement for each column."""
    counts = cells.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    plain = _PLAIN[column.dtype]
    top = [(plain(value), int(count)) for value, count in counts.head(TOP_VALUES).items()]
    return {"distinct": len(counts), "top": tuple(top)}


def _quantiles(values: pd.Series) -> dict[float, float]:
    """Return the sample's quantiles over finite cells; empty where there are none."""
    numbers = values.to_numpy(dtype=float)
    numbers = numbers[np.isfinite(numbers)]
    if not numbers.size:
        return {}
    return dict(zip(PROBABILITIES, np.quantile(numbers, PROBABILITIES).tolist(), strict=True))
