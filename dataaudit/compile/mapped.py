"""Rows cleaned by the workers of a cluster through the steps themselves, where SQL cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from dataaudit.compile.batches import Job, Plan

_MAPPED = "cleaned_on_workers"


@dataclass(frozen=True, slots=True)
class CleanBatch:
    """Cleans one batch of ``__row__``, the features and what is kept; keeps the latter.

    Parameters
    ----------
    job
        What is done to ``__row__`` and the features.
    keep
        The names of the columns that follow.
    """

    job: Job
    keep: Sequence[str]

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the clean features and what is kept."""
        width = batch.num_columns - len(self.keep)
        clean = self.job(batch.select(range(width)))
        kept = [batch.column(place) for place in range(width, batch.num_columns)]
        names = [*clean.schema.names, *self.keep]
        return pa.RecordBatch.from_arrays([*clean.columns, *kept], names)


def mapped(plan: Plan) -> str:
    """Return the SELECT of the rows that the workers clean, batch by batch."""
    engine: Any = plan.engine  # the one that has workers
    change = CleanBatch(plan.job, tuple(plan.keep))
    empty = engine.query(f"{plan.sql} LIMIT 0").schema
    to = change(pa.RecordBatch.from_pylist([], empty)).schema
    engine.map_batches(_MAPPED, plan.sql, change, to)
    return f"SELECT * FROM {_MAPPED}"
