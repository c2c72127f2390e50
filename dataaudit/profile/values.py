"""Distinct and most frequent values: counted in the sample, and in all rows where they are few."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dataaudit.engine import Engine
from dataaudit.ordered import counted
from dataaudit.source.cells import MOST_LEVELS, count_levels
from dataaudit.source.columns import Column, typed_cell
from dataaudit.source.shapes import DATE_FORMS, NUMBER_FORMS

__all__ = ["MOST_LEVELS", "TOP_VALUES", "Counted", "count_levels", "typed_levels"]

TOP_VALUES = 20


@dataclass(frozen=True, slots=True)
class Counted:
    """The distinct values of some cells, in no order, and how often each occurs.

    Parameters
    ----------
    values, counts
        Of the same length; no value is missing.
    """

    values: pa.Array
    counts: np.ndarray

    @classmethod
    def of(cls, cells: pa.ChunkedArray) -> Self:
        """Count cells."""
        found = pc.value_counts(cells.drop_null())
        return cls(found.field("values"), found.field("counts").to_numpy())

    @classmethod
    def of_ordered(cls, numbers: np.ndarray) -> Self:
        """Count doubles that are in order already, shape (n,), none of them NaN."""
        values, counts = counted(numbers)
        return cls(pa.array(values + 0.0), counts)  # -0.0 is 0.0

    @property
    def cells(self) -> int:
        """Cells that were counted."""
        return int(self.counts.sum())

    def frequent(self, most: int) -> list[tuple[Any, int]]:
        """Return the most frequent values with their counts, ties by value."""
        is_bool = pa.types.is_boolean(self.values.type)
        keys = self.values.cast(pa.int8()) if is_bool else self.values
        table = pa.table({"value": keys, "count": pa.array(self.counts)})
        order = [("count", "descending"), ("value", "ascending")]
        first = pc.select_k_unstable(table, min(most, len(table)), order) if len(table) else []
        values = self.values.take(pa.array(first, pa.int64())).to_pylist()
        return list(zip(values, self.counts[np.asarray(first, dtype=int)].tolist(), strict=True))

    def estimate(self, present: int) -> int:
        """Estimate how many distinct values `present` cells have, of which these are a sample.

        Never more than there are cells; a lower bound in expectation, which is met where all
        values are equally frequent, and exact where every value of the sample occurs once.

        References
        ----------
        Chao and Lin, Nonparametric lower bounds for species richness and shared species richness
        under sampling without replacement, Biometrics 68, 2012, equation 8.
        """
        cells = self.cells
        once, twice = (int((self.counts == times).sum()) for times in (1, 2))
        if not once or cells >= present:
            return len(self.counts)
        share = cells / present
        unseen = (
            once**2 / (2 * twice * cells / (cells - 1) + once * share / (1 - share))
            if cells > 1
            else 0.0
        )
        return min(present, round(len(self.counts) + unseen))

    def shapes(self) -> dict[str, float]:
        """Return the shares of cells of text that look like numbers and like dates."""
        texts = pc.utf8_trim_whitespace(self.values.cast(pa.string()))
        return {
            "number_like": self._share(texts, _NUMBER),
            "date_like": self._share(texts, _DATE),
        }

    def _share(self, texts: pa.Array, pattern: str) -> float:
        """Return the share of cells that match; 0 where there is none."""
        matches = pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)
        return float(self.counts[matches.astype(bool)].sum() / max(self.cells, 1))


def _any_of(forms: Mapping[str | None, str]) -> str:
    """Join patterns, each of the whole text."""
    return f"^(?:{'|'.join(dict.fromkeys(forms.values()))})$"


_NUMBER, _DATE = _any_of(NUMBER_FORMS), _any_of(DATE_FORMS)


def typed_levels(engine: Engine, column: Column, counts: pa.Table) -> pa.Table:
    """Return what the values as read become, as `count_levels` would count them when typed."""
    engine.register(_AS_READ, counts)
    cell = typed_cell(replace(column, name="v"), "VARCHAR")
    return engine.query(
        f"SELECT {cell} AS typed, sum(n)::BIGINT AS n FROM {_AS_READ} GROUP BY 1 "
        "HAVING typed IS NOT NULL ORDER BY 2 DESC, 1"
    )


_AS_READ = "values_as_read"
