"""Small sources for the contract: raw text, typed by the source's own casts, on a real DuckDB."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dataaudit.contract import Checked, Contract, ContractSpec, check, load_contract
from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.source.columns import ROW, Column, typed_select

NO_BAD_LINES = pa.table(
    {
        "__line__": pa.array([], pa.int64()),
        "__file__": pa.array([], pa.string()),
        "__raw__": pa.array([], pa.string()),
        "__errors__": pa.array([], pa.list_(pa.string())),
    }
)


@dataclass
class SmallSource:
    """Has what `check` needs of a source."""

    engine: DuckDBEngine
    columns: dict[str, Column]
    rows: int
    bad_lines: pa.Table = field(default_factory=lambda: NO_BAD_LINES)

    def row_ids(self, relation: str = "kept") -> list[int]:
        return self.engine.query(f'SELECT {ROW} FROM "{relation}" ORDER BY 1').column(0).to_pylist()


def contract_of(spec: Mapping[str, Any]) -> Contract:
    return load_contract(ContractSpec.model_validate(spec), base=Path())


@pytest.fixture
def make_source() -> Iterator[Callable[..., SmallSource]]:
    """Return a function columns of text (or values) -> source, typed as the contract declares."""
    engines = []

    def make(
        rows: Mapping[str, list[Any]],
        contract: Contract | None = None,
        bad_lines: pa.Table = NO_BAD_LINES,
        dtypes: Mapping[str, str] | None = None,
    ) -> SmallSource:
        engine = DuckDBEngine(threads=2)
        engines.append(engine)
        count = len(next(iter(rows.values()), []))
        cells = {name: pa.array(values, _type(values)) for name, values in rows.items()}
        engine.register("data", pa.table({ROW: pa.array(range(count), pa.int64()), **cells}))
        engine.view("raw", "SELECT * FROM data")
        columns = {}
        for name in rows:
            declared = contract.declared.get(name) if contract else None
            dtype = (dtypes or {}).get(name) or (declared and declared.dtype) or "str"
            nulls = (declared and declared.nulls) or ()
            columns[name] = Column(name=name, dtype=dtype, nulls=nulls)
        engine.view("typed", typed_select(engine, "raw", columns))
        return SmallSource(engine, columns, count, bad_lines)

    yield make
    for engine in engines:
        engine.close()


@pytest.fixture
def hold(make_source) -> Callable[..., tuple[SmallSource, Checked]]:
    """Return a function (rows, spec) -> the source and what the contract made of it."""

    def hold_rows(rows: Mapping[str, list[Any]], spec: Any, **more: Any):
        contract = spec if isinstance(spec, Contract) else contract_of(spec)
        source = make_source(rows, contract, **more)
        return source, check(source, contract)

    return hold_rows


def _type(values: list[Any]) -> pa.DataType | None:
    return pa.string() if all(value is None for value in values) else None


def quarantine_of(source: Any, checked: Checked) -> pa.Table:
    return source.engine.query(f"SELECT * FROM {checked.quarantine}")


def reasons(source: Any, checked: Checked) -> dict[int | None, list[tuple[str, str]]]:
    """Return row -> [(rule, column)] of the quarantine."""
    return {
        row[ROW]: [(error["rule"], error["column"]) for error in row["__errors__"]]
        for row in quarantine_of(source, checked).to_pylist()
    }
