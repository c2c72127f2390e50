"""The statistics of every row, and the sample of whole rows that comes with them.

What a sum, a count or an extreme tells is read from every row, in one scan (`scan`). Quantiles,
skewness and kurtosis, and the values of columns that have more than 1,000, come from the sample,
because a sort of every value, and higher powers, cost more than reading it; they are exact where
the sample is the whole table.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from dataaudit.engine import Engine, one_row
from dataaudit.engine.sql import ident
from dataaudit.ordered import quantiles
from dataaudit.profile.moments import skewness_and_kurtosis
from dataaudit.profile.sampled import Facts
from dataaudit.profile.scan import scan
from dataaudit.profile.values import MOST_LEVELS, TOP_VALUES, Counted, count_levels
from dataaudit.rows import to_pandas
from dataaudit.source.columns import Column

if TYPE_CHECKING:
    import pandas as pd

PROBABILITIES = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProfile:
    """What is known of one column over all rows.

    Parameters
    ----------
    missing
        Cells that are null or not a number (NaN), after null tokens were read.
    infinite
        Cells that are not finite; 0 for columns that are no numbers.
    zeros, negatives
        Cells of a number column; of a table larger than its sample the share of the sample, times
        the cells that are not missing (standard error at most 0.2 %; `minimum` tells whether any
        is negative at all).
    minimum, maximum, mean, std
        Over the finite cells of a number column, the latter two to 12 digits; None elsewhere and
        where there are too few cells, except that dates have minimum and maximum as ISO text.
    skewness, kurtosis
        Of the sample's finite cells, corrected for bias; the kurtosis is excess. None elsewhere and
        where there are too few cells or all are equal.
    distinct
        Distinct values that are not missing. Exact where `is_distinct_exact`: up to 1,000, and in
        a table that is not larger than its sample. Else approximate for text, whole numbers and
        dates (a HyperLogLog of all rows, standard error 3.3 %) and estimated from the sample for
        other numbers (`Counted.estimate`, a lower bound in expectation); where the sample shows no
        value twice, as many as there are cells.
    blank, padded
        Text cells of white space alone, and text cells with white space at either end.
    max_length
        Characters of the longest text cell.
    number_like, date_like
        Shares in 0..1 of the sample's text cells that have the form of a number or a date.
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
    is_distinct_exact: bool = True
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
    number_like: float = 0.0
    date_like: float = 0.0
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
    def distinct_text(self) -> str:
        """The distinct values for a sentence; where they are approximate, to two digits."""
        if self.is_distinct_exact:
            return f"{self.distinct:,}"
        return f"about {float(f'{self.distinct:.2g}'):,.0f}"

    @property
    def iqr(self) -> float | None:
        """Third quartile minus first; None where there are no quantiles."""
        return self.quantiles[0.75] - self.quantiles[0.25] if self.quantiles else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Row count and one `ColumnProfile` for each column.

    ``ordered`` has the finite cells of each number column of the sample, ascending: they are sorted
    once for all who need quantiles, counts of values or a histogram.
    """

    rows: int
    columns: Mapping[str, ColumnProfile]
    sample_rows: int
    ordered: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __getitem__(self, name: str) -> ColumnProfile:
        return self.columns[name]


def profile(
    engine: Engine,
    relation: str,
    columns: Mapping[str, Column],
    *,
    sample_rows: int,
    seed: int,
    counts: Mapping[str, pa.Table] | None = None,
    plain: str | None = None,
) -> tuple[Profile, pd.DataFrame]:
    """Look at every row of a relation once.

    Parameters
    ----------
    engine, relation
        Where the typed rows are, and under which name.
    columns
        The columns to look at, in order.
    sample_rows, seed
        The largest size of the sample, and which rows are in it.
    counts
        How often each value of some columns stands in the same rows as read, where that was counted
        before (`dataaudit.source.decide.Decided`).
    plain
        A relation of the same rows in which NaN may stand for missing numbers.

    Returns
    -------
    Profile
        Of all rows.
    DataFrame of shape (min(rows, sample_rows), columns)
        The sample: whole typed rows as `to_pandas` gives them, by ``__row__``.
    """
    [rows] = one_row(engine, f"SELECT count(*) FROM {ident(relation)}")
    facts, levels, sample = scan(
        engine,
        relation,
        columns,
        rows=rows,
        limit=sample_rows,
        seed=seed,
        counts=counts or {},
        plain=plain or relation,
    )
    frame = to_pandas(sample, columns)
    cells = {name: frame[name].to_numpy(dtype=float) for name in columns if columns[name].is_number}
    with ThreadPoolExecutor() as threads:
        inside = dict(zip(cells, threads.map(_ordered, cells.values()), strict=True))
        counting = [
            threads.submit(Counted.of_ordered, inside[name])
            if column.dtype == "float"
            else threads.submit(Counted.of, sample.column(name))
            for name, column in columns.items()
        ]
        counted = dict(zip(columns, (one.result() for one in counting), strict=True))
    ordered = {name: numbers[np.isfinite(numbers)] for name, numbers in inside.items()}
    profiles = {
        name: ColumnProfile(
            name=name,
            dtype=column.dtype,
            rows=rows,
            **(
                _numbers(inside[name], ordered[name], facts[name]["present"])
                if column.is_number
                else {}
            ),
            **_values(
                engine, relation, column, counted[name], facts[name], levels=levels.get(name)
            ),
        )
        for name, column in columns.items()
    }
    return Profile(rows=rows, columns=profiles, sample_rows=len(frame), ordered=ordered), frame


def _ordered(cells: np.ndarray) -> np.ndarray:
    """Return the cells that are not missing, ascending."""
    return np.sort(cells[~np.isnan(cells)])


def _values(
    engine: Engine,
    relation: str,
    column: Column,
    counted: Counted,
    facts: Facts,
    *,
    levels: pa.Table | None,
) -> Facts:
    """Add to the facts of a column what its values are and how many."""
    present = facts.pop("present")
    distinct, is_exact = len(counted.counts), counted.cells == present
    is_few, is_top_exact = distinct <= MOST_LEVELS, is_exact
    if is_few and not is_exact:
        if levels is None:
            levels = count_levels(engine, relation, column.name)
        top = list(zip(*(part.to_pylist() for part in levels.columns), strict=True))
        is_top_exact = True
        is_exact = is_few = len(top) <= MOST_LEVELS
        distinct = len(top)
    else:
        top = counted.frequent(MOST_LEVELS if is_few else TOP_VALUES)
    if not is_exact and (distinct == counted.cells or "distinct" not in facts):
        distinct = counted.estimate(present)
    elif not is_exact:
        distinct = min(facts["distinct"], present)
    return {
        **facts,
        **(counted.shapes() if column.dtype == "str" else {}),
        "distinct": distinct,
        "is_distinct_exact": is_exact,
        "top": tuple(top[:TOP_VALUES]),
        "is_top_exact": is_top_exact,
        "levels": dict(top) if is_few else None,
    }


def _numbers(numbers: np.ndarray, finite: np.ndarray, present: int) -> Facts:
    """Return what the sample tells of a number column."""
    below, up_to = np.searchsorted(numbers, 0.0), np.searchsorted(numbers, 0.0, side="right")
    if not finite.size:
        return {"negatives": int(below)}
    times = present / len(numbers)
    skewness, kurtosis = skewness_and_kurtosis(finite)
    return {
        "skewness": skewness,
        "kurtosis": kurtosis,
        "zeros": round(float(up_to - below) * times),
        "negatives": round(float(below) * times),
        "quantiles": dict(zip(PROBABILITIES, quantiles(finite, PROBABILITIES), strict=True)),
    }
