"""A frame goes through the split on a real DuckDB."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.source.columns import ROW, Column
from dataaudit.split import Split, SplitSpec, TaskSpec, split

KINDS = {"i": "int", "u": "int", "f": "float", "b": "bool", "M": "date"}


@pytest.fixture
def split_frame() -> Iterator[Callable[..., tuple[DuckDBEngine, Split]]]:
    """Return a function frame, task -> engine and what the split decided."""
    engines = []

    def run(
        frame: pd.DataFrame,
        *,
        shares: SplitSpec | None = None,
        seed: int = 7,
        test_from: int | None = None,
        order: np.ndarray | None = None,
        threads: int = 2,
        **task: Any,
    ) -> tuple[DuckDBEngine, Split]:
        engine = DuckDBEngine(threads=threads)
        engines.append(engine)
        rows = frame.reset_index(drop=True)
        rows.insert(0, ROW, np.arange(len(rows), dtype="int64"))
        rows = rows if order is None else rows.iloc[order]
        engine.register("data", pa.Table.from_pandas(rows, preserve_index=False))
        engine.view("kept", "SELECT * FROM data")
        columns = {
            name: Column(name=name, dtype=KINDS.get(frame[name].dtype.kind, "str"))
            for name in frame.columns
        }
        wanted = shares or SplitSpec()
        decided = split(engine, columns, TaskSpec(**task), wanted, seed=seed, test_from=test_from)
        return engine, decided

    yield run
    for engine in engines:
        engine.close()
