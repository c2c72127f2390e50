"""Small tables for tests: a frame becomes a `Table` on a real DuckDB."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.source.columns import ROW, Column
from dataaudit.table import Table, Task


@pytest.fixture
def make_table() -> Iterator[Callable[..., Table]]:
    """Return a function frame -> `Table`; columns keep pandas' types, text stays text."""
    engines = []

    def make(
        frame: pd.DataFrame,
        target: str | None = None,
        *,
        raw: pd.DataFrame | None = None,
        nulls: Mapping[str, tuple[str, ...]] | None = None,
        sides: np.ndarray | None = None,
        sensitive: frozenset[str] = frozenset(),
        sample_rows: int = 100_000,
        **task: Any,
    ) -> Table:
        engine = DuckDBEngine(threads=2)
        engines.append(engine)
        rows = pd.Series(np.arange(len(frame), dtype="int64"), name=ROW)
        typed = pd.concat([rows, frame.reset_index(drop=True)], axis=1)
        text = pd.concat([rows, (frame if raw is None else raw).reset_index(drop=True)], axis=1)
        engine.register("typed_data", _arrow(typed))
        engine.register("raw_data", _arrow(text))
        engine.view("typed", "SELECT * FROM typed_data")
        engine.view("raw", "SELECT * FROM raw_data")
        if sides is not None:
            engine.register("sides", _arrow(pd.DataFrame({ROW: rows, "side": sides})))
        columns = {
            name: Column(name=name, dtype=_dtype(frame[name]), nulls=(nulls or {}).get(name, ()))
            for name in frame.columns
        }
        if target is not None and "kind" not in task:
            labels = frame[target].dropna()
            task["kind"] = "classification"
            task["classes"] = tuple(labels.astype(str).value_counts().index)
        return Table(
            engine,
            columns=columns,
            task=Task(target=target, **task),
            sides=None if sides is None else "sides",
            sensitive=sensitive,
            sample_rows=sample_rows,
        )

    yield make
    for engine in engines:
        engine.close()


def _arrow(frame: pd.DataFrame) -> Any:
    import pyarrow as pa

    return pa.Table.from_pandas(frame, preserve_index=False)


def _dtype(values: pd.Series) -> str:
    kinds = {"i": "int", "u": "int", "f": "float", "b": "bool", "M": "date"}
    return kinds.get(values.dtype.kind, "str")
