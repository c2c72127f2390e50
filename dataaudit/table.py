"""What a defect sees: the profile of all rows, a sample of whole rows, and the task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa

from dataaudit.engine import Engine, one_row
from dataaudit.engine.sql import ident, literals
from dataaudit.profile import Profile, profile
from dataaudit.rows import lowest, select_rows, to_pandas
from dataaudit.source.columns import ROW, Column

if TYPE_CHECKING:
    import pandas as pd  # takes a third of a second, in which the engine can read

SAMPLE_ROWS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be learnt from the table.

    Parameters
    ----------
    target
        The column to predict; None for a table that is only described.
    kind
        "classification" or "regression"; None without a target.
    classes
        The labels after cleaning, most frequent first; empty for regression.
    spellings
        Each label as it stands in the source -> the label it was read as.
    positive
        The class of interest where there are two.
    id, group, time
        Columns that trace rows, hold rows together, and order them; never features.
    ignore
        Columns that are no features, each with the reason.
    """

    target: str | None = None
    kind: Literal["classification", "regression"] | None = None
    classes: tuple[str, ...] = ()
    spellings: Mapping[str, str] = field(default_factory=dict)
    positive: str | None = None
    id: str | None = None
    group: str | None = None
    time: str | None = None
    ignore: Mapping[str, str] = field(default_factory=dict)


class Table:
    """Rows on an engine, as a defect sees them.

    Parameters
    ----------
    engine
        Where the rows live.
    raw, typed
        Names of the two relations; both have ``__row__`` and the columns.
    columns
        By name, in the order of the source.
    task
        See `Task`. The target in ``typed`` is the cleaned label.
    sides
        Name of a relation (``__row__``, ``side``), side being train, validation or test; None
        before the split.
    is_dealt_by_unit
        Whether a side was given to each group, id or set of equal features as a whole, without
        exception, so that none can be on two sides.
    sensitive
        Columns whose values must not be shown.
    sample_rows
        The largest number of rows that `sample` brings into memory.
    seed
        Decides which rows.
    counts
        How often each value of some columns stands in these rows as read, if that is known.
    plain
        A relation of the same rows whose numbers are those of `typed`, but that NaN may stand for
        a missing one.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        raw: str = "raw",
        typed: str = "typed",
        columns: Mapping[str, Column],
        task: Task | None = None,
        sides: str | None = None,
        is_dealt_by_unit: bool = False,
        sensitive: frozenset[str] = frozenset(),
        sample_rows: int = SAMPLE_ROWS,
        seed: int = 0,
        counts: Mapping[str, pa.Table] | None = None,
        plain: str | None = None,
    ) -> None:
        self.engine, self.raw, self.typed = engine, raw, typed
        self.columns, self.task, self.sides = dict(columns), task or Task(), sides
        self.is_dealt_by_unit = is_dealt_by_unit
        self.sensitive, self.sample_rows, self.seed = sensitive, sample_rows, seed
        self.counts, self.plain = dict(counts or {}), plain

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self.profile.rows

    @property
    def profile(self) -> Profile:
        """Statistics of all rows; quantiles from `sample`."""
        return self._scanned[0]

    @property
    def sample(self) -> pd.DataFrame:
        """Whole rows, typed: numbers and booleans as float64, dates as datetime64, text as str.

        Shape (min(rows, sample_rows), columns), the index is ``__row__``, ascending.
        """
        return self._scanned[1]

    @cached_property
    def _scanned(self) -> tuple[Profile, pd.DataFrame]:
        """Profile and sample, which one scan gives."""
        return profile(
            self.engine,
            self.typed,
            self.columns,
            sample_rows=self.sample_rows,
            seed=self.seed,
            counts=self.counts,
            plain=self.plain,
        )

    @cached_property
    def sample_sides(self) -> pd.Series | None:
        """The side of each row of `sample`; None before the split."""
        if self.sides is None:
            return None
        self.engine.register("sample_rows", pa.table({ROW: self.sample.index.to_numpy()}))
        sql = f"SELECT * FROM {ident(self.sides)} WHERE {ROW} IN (SELECT {ROW} FROM sample_rows)"
        sides = self.query(sql).to_pandas().set_index(ROW)["side"]
        return sides.reindex(self.sample.index)

    @property
    def is_sampled(self) -> bool:
        """Whether `sample` is less than all rows, which a message then says."""
        return self.rows > self.sample_rows

    @property
    def features(self) -> list[str]:
        """The columns that a network would learn from, in the order of the source."""
        task = self.task
        others = {task.target, task.id, task.group, task.time, *task.ignore}
        return [name for name in self.columns if name not in others]

    @property
    def number_features(self) -> list[str]:
        """Features that are numbers or booleans."""
        return [name for name in self.features if self.columns[name].is_number]

    @property
    def text_features(self) -> list[str]:
        """Features that are text."""
        return [name for name in self.features if self.columns[name].dtype == "str"]

    def query(self, sql: str) -> pa.Table:
        """Run a SELECT over `typed`, `raw` and `sides`; for what needs every row."""
        return self.engine.query(sql)

    def side(self, *names: str, limit: int | None = None) -> tuple[pd.DataFrame, pd.Series]:
        """Bring the features and the target of whole sides into memory.

        Parameters
        ----------
        names
            Of "train", "validation" and "test".
        limit
            The largest number of rows; where there are more, a fixed sample of them, as `sample`
            is one. None brings all.

        Returns
        -------
        X : DataFrame of shape (n_rows, n_features)
            As `sample` has them, the index is ``__row__``, ascending.
        y : Series of shape (n_rows,)
            Labels as str, or numbers as float64.
        """
        wanted = f"SELECT {ROW} FROM {ident(str(self.sides))} WHERE side IN ({literals(names)})"
        names_in = [*self.features, *([self.task.target] if self.task.target else [])]
        columns = {name: self.columns[name] for name in names_in}
        inside = f"{ROW} IN ({wanted})"
        if limit is None:
            found = self.query(select_rows(self.typed, columns, where=inside))
        else:
            [rows] = one_row(self.engine, f"SELECT count(*) FROM ({wanted})")
            found = lowest(
                self.engine,
                self.typed,
                columns,
                rows=rows,
                limit=limit,
                seed=self.seed,
                where=inside,
            )
        frame = to_pandas(found, columns)
        y = frame[self.task.target]
        return frame[self.features], y.astype("str") if self.task.classes else y

    def along(self, name: str | None, rows: pd.Index) -> np.ndarray | None:
        """Bring one column, typed, for the rows given by ``__row__``; None where name is None."""
        if name is None:
            return None
        column = {name: self.columns[name]}
        self.engine.register("wanted_rows", pa.table({ROW: rows.to_numpy()}))
        inside = f"{ROW} IN (SELECT {ROW} FROM wanted_rows)"
        values = to_pandas(self.query(select_rows(self.typed, column, where=inside)), column)[name]
        return values.reindex(rows).to_numpy()
