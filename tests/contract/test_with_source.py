"""The contract on what the real source reads."""

import numpy as np
import pandas as pd
import pytest

from dataaudit.contract import check
from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.errors import ContractError
from dataaudit.source import read
from tests.contract.conftest import contract_of, quarantine_of, reasons

SPEC = {
    "columns": {
        "id": {"dtype": "int", "unique": True},
        "temperature": {"dtype": "float", "null": ["?"], "nullable": True, "max": 45},
        "later": {"dtype": "float", "required": False},
    }
}


def test_a_csv_with_every_kind_of_bad_row(tmp_path):
    path = tmp_path / "rows.csv"
    lines = ["id,temperature", "1,38.5", "2,?", "3,warm", "4,99", "1,37", "7,36,5", "8,"]
    filler = [f"{100 + i},{37 + i % 3}" for i in range(40)]
    path.write_text("\n".join([*lines, *filler]) + "\n", encoding="utf-8")
    contract = contract_of(SPEC)
    with DuckDBEngine() as engine:
        source = read(path, declared=contract.declared, engine=engine)
        checked = check(source, contract)
        kept = engine.query("SELECT id, temperature FROM kept ORDER BY __row__").to_pylist()
        found, away = reasons(source, checked), quarantine_of(source, checked).to_pylist()
    assert (checked.read, checked.kept, checked.quarantined) == (47, 43, 4)
    assert kept[:3] == [
        {"id": 1, "temperature": 38.5},
        {"id": 2, "temperature": None},
        {"id": 8, "temperature": None},
    ]
    assert found.pop(None) == [("line", "")]
    assert found == {
        2: [("dtype", "temperature")],
        3: [("max", "temperature")],
        4: [("unique", "id")],
    }
    [line] = [row for row in away if row["__row__"] is None]
    assert (line["__line__"], line["__raw__"]) == (7, "7,36,5")


def test_a_missing_column_is_for_the_contract_to_say(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("idd,temperature\n1,38\n2,39\n", encoding="utf-8")
    contract = contract_of(SPEC)
    with DuckDBEngine() as engine:
        source = read(path, declared=contract.declared, engine=engine)
        with pytest.raises(ContractError, match="Did you mean 'idd'"):
            check(source, contract)


def test_a_frame_of_types_is_held_to_whole_numbers():
    contract = contract_of({"columns": {"n": {"dtype": "int", "nullable": True, "null": [-999]}}})
    frame = pd.DataFrame({"n": [1.0, 2.5, np.nan, -999.0]}, index=[3, 3, 3, 3])
    with DuckDBEngine() as engine:
        source = read(frame, declared=contract.declared, engine=engine)
        found = reasons(source, check(source, contract))
        kept = engine.query("SELECT n FROM kept ORDER BY __row__").column(0).to_pylist()
    assert found == {1: [("dtype", "n")]}
    assert kept == [1, None, None]
