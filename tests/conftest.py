"""Small tables for tests: a frame becomes a `Table` on a real DuckDB."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

from dataaudit.cli import main
from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.source.columns import ROW, Column
from dataaudit.table import Table, Task

settings.register_profile("untimed", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("untimed")


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


class Ended(NamedTuple):
    """How a command ended: exit code, and what it said."""

    code: int
    out: str
    err: str


@pytest.fixture
def invoke(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., Ended]:
    """Return a function that runs a command of the program inside `tmp_path`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATAAUDIT_DEBUG", raising=False)

    def call(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["dataaudit", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return Ended(int(ended.value.code), *capsys.readouterr())

    return call


@pytest.fixture(scope="session")
def plain_frame() -> pd.DataFrame:
    """Return 80 rows of two numbers, a city and a target that depends on one number."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=80)
    return pd.DataFrame(
        {
            "x": x,
            "z": rng.normal(size=80),
            "city": rng.choice(["Oslo", "Rome", "Bern"], 80),
            "y": np.where(x + rng.normal(size=80) > 0, "yes", "no"),
        }
    )


@pytest.fixture(scope="session")
def plain_run(plain_frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an output folder that holds one good run, for tests to copy."""
    from dataaudit.chain import run

    folder = tmp_path_factory.mktemp("plain")
    plain_frame.to_csv(folder / "t.csv", index=False)
    run(
        {
            "source": {"path": str(folder / "t.csv")},
            "task": {"target": "y"},
            "contract": {"columns": {"x": {"dtype": "float", "nullable": True, "max": 2}}},
            "clean": ["missing", "scale", "encode"],
            "prove": "off",
            "output": {"dir": str(folder / "out")},
            "gate": {"fail_on": "never"},
        },
        run_id="first",
    )
    return folder / "out"
