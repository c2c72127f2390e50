"""Rows cleaned batch by batch through the steps themselves, where one of them has no SQL form.

Many rows go to worker processes, one batch to each at a time, and come back in their order; a few
stay in this process. The bytes are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from threadpoolctl import threadpool_limits

from dataaudit import parquet
from dataaudit.compile.workers import Workers
from dataaudit.engine import Engine, one_row
from dataaudit.engine.sql import ident
from dataaudit.estimator import dates, floats, numbers
from dataaudit.parquet import ROW_GROUP
from dataaudit.pipeline import Cleaning
from dataaudit.rows import to_pandas
from dataaudit.source.columns import ROW, Column

BATCH = ROW_GROUP // 4
_FEW = 4  # batches that are done before a process has started


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Which rows are to be cleaned by what; see `dataaudit.compile.write`."""

    engine: Engine
    relation: str
    columns: Mapping[str, Column]
    cleaning: Cleaning
    training: bool
    keep: Sequence[str]
    where: str | None

    @property
    def job(self) -> Job:
        """What a worker has to know."""
        columns = {name: self.columns[name] for name in self.cleaning.columns_}
        return Job(cleaning=self.cleaning, columns=columns, training=self.training)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return count(self.engine, self.relation, self.where)

    @property
    def sql(self) -> str:
        """The SELECT of ``__row__``, the features and what is kept."""
        kept = [f"{ident(name)} AS {ident(f'__keep_{i}__')}" for i, name in enumerate(self.keep)]
        names = [ident(ROW), *(ident(name) for name in self.cleaning.columns_), *kept]
        return f"SELECT {', '.join(names)} {self._source}"

    @property
    def _source(self) -> str:
        return _source(self.relation, self.where)


def _source(relation: str, where: str | None) -> str:
    return f"FROM {ident(relation)}" + (f" WHERE {where}" if where else "")


def count(engine: Engine, relation: str, where: str | None = None) -> int:
    """Count rows."""
    [rows] = one_row(engine, f"SELECT count(*) {_source(relation, where)}")
    return int(rows)


@dataclass(frozen=True, kw_only=True)
class Job:
    """What is done with every batch.

    Parameters
    ----------
    cleaning
        Fitted.
    columns
        Those that it was fitted on.
    training
        Whether target encodings are cross-fitted.
    """

    cleaning: Cleaning
    columns: Mapping[str, Column]
    training: bool

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Clean one batch of ``__row__`` and the features; give the features."""
        rows = batch.column(0).to_numpy()
        frame = to_pandas(pa.table(batch), self.columns).loc[rows]
        with threadpool_limits(1):  # sums over several threads differ in their last bits
            if self.training:
                clean = self.cleaning.transform_training(frame)
            else:
                clean = self.cleaning.transform(frame)
        names = self.cleaning.feature_names
        return pa.RecordBatch.from_arrays([_arrow(clean, name) for name in names], names)


def _arrow(frame: pd.DataFrame, name: str) -> pa.Array:
    """Return a column as double, timestamp or text, whatever its cells are."""
    column = frame[[name]]
    if numbers(column):
        return pa.array(floats(column[name]), pa.float64(), from_pandas=True)
    kind = pa.timestamp("us") if dates(column) else pa.string()
    return pa.array(column[name].astype(object), kind, from_pandas=True)


def write_batches(
    plan: Plan,
    path: Path,
    *,
    append: str | None = None,
    metadata: Mapping[str, str] | None = None,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Clean rows into a Parquet file, a batch at a time; see `dataaudit.compile.write`."""
    batches = _all(plan, append)
    schema = next(batches).schema
    filled = plan.cleaning.feature_names if plan.cleaning.steps else ()  # gaps are refused
    return parquet.write(batches, schema, path, filled=filled, metadata=metadata, progress=progress)


def _all(plan: Plan, append: str | None) -> Iterator[pa.Table]:
    """Yield an empty table, which has the types, the cleaned batches, and the rows to append."""
    empty = plan.engine.query(f"{plan.sql} LIMIT 0")
    features = _features(plan, pa.RecordBatch.from_pylist([], empty.schema))
    types = _beside(plan, features, pa.RecordBatch.from_pylist([], empty.schema)).schema
    yield types.empty_table()
    for batch, clean in _cleaned(plan):
        yield _beside(plan, clean, batch).cast(types)
    if append:
        names = ", ".join(ident(name) for name in types.names)
        for batch in plan.engine.batches(f"SELECT {names} FROM {ident(append)}"):
            yield pa.table(batch).cast(types)


def _features(plan: Plan, batch: pa.RecordBatch) -> pa.RecordBatch:
    return plan.job(batch.select(range(1 + len(plan.cleaning.columns_))))


def _beside(plan: Plan, clean: pa.RecordBatch, batch: pa.RecordBatch) -> pa.Table:
    """Put what is kept of a batch behind its features."""
    table = pa.table(clean)
    first = 1 + len(plan.cleaning.columns_)
    for place, name in enumerate(plan.keep, start=first):
        table = table.append_column(name, batch.column(place))
    return table


def _cleaned(plan: Plan) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
    """Yield every batch as it was and with its features cleaned."""
    batches = _even(plan.engine.batches(plan.sql, BATCH))
    head = list(islice(batches, _FEW + 1))
    if len(head) <= _FEW:
        yield from ((batch, _features(plan, batch)) for batch in head)
        return
    width = 1 + len(plan.cleaning.columns_)
    with Workers(plan.job) as workers:
        yield from workers.map(chain(head, batches), lambda batch: batch.select(range(width)))


def _even(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Cut batches to one size at most, so that how an engine cuts them does not matter."""
    for batch in batches:
        for start in np.arange(0, batch.num_rows, BATCH).tolist():
            yield batch.slice(start, BATCH)
