"""What a defect sees: the profile of all rows, a sample of whole rows, and the task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa

from dataaudit.engine import Engine
from dataaudit.engine.sql import ident, literals
from dataaudit.profile import Profile, profile
from dataaudit.source.columns import ROW, Column

SAMPLE_ROWS = 100_000
_PRIME = 2_147_483_647  # 2^31 - 1
_MULTIPLIER = 48_271  # the minimal standard generator of Park and Miller (1993)


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
    sensitive
        Columns whose values must not be shown.
    sample_rows
        The largest number of rows that `sample` brings into memory.
    seed
        Decides which rows.
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
        sensitive: frozenset[str] = frozenset(),
        sample_rows: int = SAMPLE_ROWS,
        seed: int = 0,
    ) -> None:
        self.engine, self.raw, self.typed = engine, raw, typed
        self.columns, self.task, self.sides = dict(columns), task or Task(), sides
        self.sensitive, self.sample_rows, self.seed = sensitive, sample_rows, seed

    @cached_property
    def rows(self) -> int:
        """The number of rows."""
        return int(self.query(f"SELECT count(*) FROM {ident(self.typed)}").column(0)[0].as_py())

    @cached_property
    def profile(self) -> Profile:
        """Statistics of all rows; quantiles from `sample`."""
        return profile(self.engine, self.typed, self.columns, self.sample)

    @cached_property
    def sample(self) -> pd.DataFrame:
        """Whole rows, typed: numbers and booleans as float64, dates as datetime64, text as str.

        Shape (min(rows, sample_rows), columns), the index is ``__row__``, ascending.
        """
        rows = self.query(_sample_sql(self.typed, self.columns, self._sampled, self.seed))
        return to_pandas(rows, self.columns)

    @cached_property
    def raw_sample(self) -> pd.DataFrame:
        """The same rows as `sample`, as text as read; missing where the source has no value."""
        rows = self.query(_sample_sql(self.raw, self.columns, self._sampled, self.seed, cast=True))
        frame = rows.to_pandas().set_index(ROW).sort_index()
        return frame.reindex(self.sample.index)

    @cached_property
    def sample_sides(self) -> pd.Series | None:
        """The side of each row of `sample`; None before the split."""
        if self.sides is None:
            return None
        sides = self.query(f"SELECT * FROM {ident(self.sides)}").to_pandas().set_index(ROW)["side"]
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

    @property
    def date_features(self) -> list[str]:
        """Features that are dates."""
        return [name for name in self.features if self.columns[name].dtype == "date"]

    def query(self, sql: str) -> pa.Table:
        """Run a SELECT over `typed`, `raw` and `sides`; for what needs every row."""
        return self.engine.query(sql)

    def side(self, *names: str) -> tuple[pd.DataFrame, pd.Series]:
        """Bring the features and the target of whole sides into memory.

        Parameters
        ----------
        names
            Of "train", "validation" and "test".

        Returns
        -------
        X : DataFrame of shape (n_rows, n_features)
            As `sample` has them, the index is ``__row__``, ascending.
        y : Series of shape (n_rows,)
            Labels as str, or numbers as float64.
        """
        wanted = literals(names)
        inside = f"{ROW} IN (SELECT {ROW} FROM {ident(str(self.sides))} WHERE side IN ({wanted}))"
        names_in = [*self.features, *([self.task.target] if self.task.target else [])]
        columns = {name: self.columns[name] for name in names_in}
        frame = to_pandas(self.query(select_rows(self.typed, columns, where=inside)), columns)
        y = frame[self.task.target]
        return frame[self.features], y.astype("str") if self.task.classes else y

    def along(self, name: str | None, rows: pd.Index) -> np.ndarray | None:
        """Bring one column, typed, for the rows given by ``__row__``; None where name is None."""
        if name is None:
            return None
        column = {name: self.columns[name]}
        values = to_pandas(self.query(select_rows(self.typed, column)), column)[name]
        return values.reindex(rows).to_numpy()

    @property
    def _sampled(self) -> int | None:
        return self.sample_rows if self.is_sampled else None


def to_pandas(rows: pa.Table, columns: Mapping[str, Column]) -> pd.DataFrame:
    """Bring typed rows into the one form that estimators get.

    Every number and boolean is float64 with NaN, every date datetime64[us], all else pandas' text
    type; the index is ``__row__``, ascending.
    """
    frame = rows.to_pandas().set_index(ROW).sort_index()
    for name in frame.columns:
        column = columns.get(name)
        if column is None or column.dtype == "str":
            frame[name] = frame[name].astype("str")
        elif column.dtype == "date":
            frame[name] = frame[name].astype("datetime64[us]")
        else:
            frame[name] = frame[name].astype("float64")
    return frame


def row_key(rows: np.ndarray, seed: int) -> np.ndarray:
    """Return a number in 0..2^31 - 2 for each ``__row__``, as the SQL of the sample orders by.

    Integer arithmetic on row identity and seed alone: the same on every engine and in every order.
    """
    key = (rows.astype("int64") + seed % _PRIME + 1) % _PRIME * _MULTIPLIER % _PRIME
    return key * _MULTIPLIER % _PRIME


def select_rows(relation: str, columns: Mapping[str, Column], *, where: str = "TRUE") -> str:
    """Return the SELECT of ``__row__`` and these columns of a relation."""
    names = ", ".join([ident(ROW), *(ident(name) for name in columns)])
    return f"SELECT {names} FROM {ident(relation)} WHERE {where}"


def _sample_sql(
    relation: str,
    columns: Mapping[str, Column],
    rows: int | None,
    seed: int,
    *,
    cast: bool = False,
) -> str:
    """Return the SELECT of a fixed sample: integer arithmetic on row identity and seed alone."""
    kind = "::VARCHAR" if cast else ""
    names = ", ".join([ident(ROW), *(f"{ident(n)}{kind} AS {ident(n)}" for n in columns)])
    key = f"(({ident(ROW)} + {seed % _PRIME} + 1) % {_PRIME}) * {_MULTIPLIER} % {_PRIME}"
    limit = (
        "" if rows is None else f" ORDER BY {key} * {_MULTIPLIER} % {_PRIME}, {ROW} LIMIT {rows}"
    )
    return f"SELECT {names} FROM {ident(relation)}{limit}"
