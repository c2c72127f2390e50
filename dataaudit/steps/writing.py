"""Parquet as a step."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from dataaudit.engine import Engine
from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.engine.sql import ident
from dataaudit.estimator import FrameTransformer
from dataaudit.source import read
from dataaudit.source.columns import ROW
from dataaudit.steps.frames import named, with_target


class WriteParquet(FrameTransformer):
    """Write the training rows that come by to a Parquet file and pass them on unchanged.

    The file appears whole or not at all: it is written under a temporary name and renamed.

    Parameters
    ----------
    path
        The file; its folder is made. None writes nothing.
    on_transform
        Whether the rows of every `transform` are written too, each in place of those before.
        ``fit`` writes the target beside them, under its name or as ``target``.

    Attributes
    ----------
    rows_written_ : int
        Rows that ``fit`` wrote.

    Examples
    --------
    >>> import pandas as pd, tempfile
    >>> path = f"{tempfile.mkdtemp()}/rows.parquet"
    >>> _ = WriteParquet(path).fit(pd.DataFrame({"a": [1, 2]}), pd.Series([0, 1], name="y"))
    >>> pd.read_parquet(path)
       a  y
    0  1  0
    1  2  1
    """

    def __init__(self, path: Any = None, *, on_transform: bool = False) -> None:
        self.path = path
        self.on_transform = on_transform

    def fit_transform(self, X: Any, y: Any = None, **_: Any) -> Any:
        """Write the rows and return them; they are not written a second time."""
        self.fit(X, y)
        frame = self._frame(X, reset=False)
        return frame if isinstance(X, pd.DataFrame) else frame.to_numpy()

    def _learn(self, frame: pd.DataFrame, y: Any) -> None:
        columns, _ = with_target(named(frame), y)
        self.rows_written_ = 0 if self.path is None else len(columns)
        if self.path is not None:
            _write(columns, Path(self.path))

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        if self.on_transform and self.path is not None:
            _write(named(frame), Path(self.path))
        return frame


def _write(columns: pd.DataFrame, path: Path) -> None:
    """Write rows in their order, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    try:
        with DuckDBEngine() as engine:
            _copy(engine, columns, Path(name))
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def _copy(engine: Engine, columns: pd.DataFrame, path: Path) -> None:
    names = ", ".join(map(ident, read(columns, engine=engine).columns))
    engine.copy(f"SELECT {names} FROM raw ORDER BY {ROW}", path)
