import contextlib
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dataaudit.contract import check, draft
from dataaudit.engine.duckdb import DuckDBEngine
from tests.contract.conftest import contract_of, quarantine_of

CELLS = {
    "int": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(width=64),
    "bool": st.booleans(),
    "str": st.text(max_size=20),
    "date": st.datetimes().map(lambda when: when.isoformat(" ")),
}


@st.composite
def tables(draw):
    """Tables of every type, with gaps, constants, one row and huge values."""
    rows = draw(st.integers(1, 12))
    names = draw(st.lists(st.sampled_from(["a", "b", 'q"', "<x>"]), min_size=1, unique=True))
    table, dtypes = {}, {}
    for name in names:
        dtypes[name] = draw(st.sampled_from(sorted(CELLS)))
        cell = st.one_of(st.none(), CELLS[dtypes[name]])
        constant = draw(st.booleans())
        values = [draw(cell)] * rows if constant else [draw(cell) for _ in range(rows)]
        table[name] = [None if value is None else str(value) for value in values]
    return {
        name: values * draw(st.sampled_from([1, 400])) for name, values in table.items()
    }, dtypes


@pytest.mark.slow
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(table=tables(), target=st.sampled_from(["a", None]))
def test_the_data_pass_the_contract_drafted_from_them(make_source, table, target):
    cells, dtypes = table
    longest = max(map(len, cells.values()))
    cells = {name: (values * longest)[:longest] for name, values in cells.items()}
    source = make_source(cells, dtypes=dtypes)
    unread = sum(value in ("nan", "inf", "-inf") for column in cells.values() for value in column)
    contract = contract_of(draft(source, target).spec)
    checked = check(source, contract)
    broken = {result.rule for result in checked.results if result.rows}
    assert broken <= ({"dtype"} if unread else set())


def people(rows, seed):
    rng = np.random.default_rng(seed)
    income = np.round(np.exp(rng.normal(10, 1, rows)), 2)
    return {
        "age": [str(value) for value in rng.integers(18, 90, rows)],
        "income": ["?" if rng.random() < 0.1 else str(value) for value in income],
        "balance": [f"{value:.3f}" for value in rng.normal(0, 100, rows)],
        "kind": rng.choice(["a", "b", "c"], rows, p=[0.7, 0.2, 0.1]).tolist(),
        "street": [f"street {value}" for value in rng.integers(0, 10_000, rows)],
        "label": rng.choice(["yes", "no"], rows).tolist(),
    }


DTYPES = {"age": "int", "income": "float", "balance": "float"}


def drafted(make_source, rows, seed):
    first = {"columns": {name: {"dtype": dtype} for name, dtype in DTYPES.items()}}
    first["columns"]["income"]["null"] = ["?"]
    return draft(make_source(people(rows, seed), contract_of(first)), "label")


def test_what_is_plausible_becomes_a_rule_and_is_called_a_guess(make_source):
    result = drafted(make_source, 2000, seed=1)
    columns = result.spec["columns"]
    assert columns["age"] == {"dtype": "int", "min": 0, "max": 160}
    assert columns["income"] == {"dtype": "float", "min": 0, "nullable": True, "null": ["?"]}
    assert columns["kind"] == {"dtype": "str", "isin": ["a", "b", "c"]}
    assert columns["street"] == {"dtype": "str"}
    assert columns["label"] == {"dtype": "str", "nullable": True}
    assert columns["balance"]["min"] < -600
    assert columns["balance"]["max"] > 600
    assert result.comments["age"] == "guess: min and max (seen 18 to 89); never missing"
    assert result.comments["label"] == ""


def test_next_months_data_pass_nearly_all(make_source):
    contract = contract_of(drafted(make_source, 1000, seed=1).spec)
    for seed in range(2, 6):
        checked = check(make_source(people(1000, seed), contract), contract)
        assert checked.quarantined <= 2


def test_a_slip_of_the_keyboard_is_caught(make_source):
    contract = contract_of(drafted(make_source, 1000, seed=1).spec)
    rows = people(1000, seed=2)
    rows["age"][0], rows["age"][1], rows["income"][2], rows["kind"][3] = "999", "-4", "n/a €", "d"
    source = make_source(rows, contract)
    checked = check(source, contract)
    assert {0, 1, 2, 3} <= set(quarantine_of(source, checked).column("__row__").to_pylist())


def test_few_rows_make_no_bounds_and_no_sets(make_source):
    rows = {"n": [str(i) for i in range(50)], "t": ["a", "b"] * 25}
    columns = draft(make_source(rows, dtypes={"n": "int"}), None).spec["columns"]
    assert columns == {
        "n": {"dtype": "int", "nullable": True},
        "t": {"dtype": "str", "nullable": True},
    }


def test_a_code_for_missing_makes_no_bound(make_source):
    rng = np.random.default_rng(0)
    values = [str(value) for value in rng.integers(20, 40, 1000)]
    values[:10] = ["-999"] * 10
    rule = draft(make_source({"n": values}, dtypes={"n": "int"}), None).spec["columns"]["n"]
    assert "min" not in rule


def test_infinite_cells_make_no_bound(make_source):
    values = [str(float(i % 50)) for i in range(500)]
    source = make_source({"n": [math.inf, *map(float, values)]}, dtypes={"n": "float"})
    rule = draft(source, None).spec["columns"]["n"]
    assert rule == {"dtype": "float"}
    assert check(source, contract_of({"columns": {"n": rule}})).quarantined == 0


REAL = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.mark.slow
@pytest.mark.skipif(not REAL.exists(), reason="the tables for development are not here")
@pytest.mark.parametrize(
    ("file", "target"),
    [
        ("adult/train.csv", "income"),
        ("horse_colic/horse_colic.csv", "surgical_lesion"),
        ("mammography/mammography.csv", "class"),
        ("pima/pima.csv", "outcome"),
        ("taxis/taxis.csv", "payment"),
    ],
)
def test_half_of_a_real_table_passes_what_the_other_half_drafted(file, target, tmp_path):
    from dataaudit.source import read

    path = next((REAL / file).parent.glob("*.csv")) if not (REAL / file).exists() else REAL / file
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    order = np.random.default_rng(0).permutation(len(lines))
    halves = []
    for i, part in enumerate(np.array_split(order, 2)):
        halves.append(tmp_path / f"{i}.csv")
        text = "\n".join([header, *(lines[j] for j in sorted(part))])
        halves[i].write_text(text + "\n", encoding="utf-8")
    with contextlib.ExitStack() as stack:
        first = read(halves[0], engine=stack.enter_context(DuckDBEngine()))
        contract = contract_of(draft(first, target).spec)
        own, other = (
            check(
                read(
                    half,
                    declared=contract.declared,
                    engine=stack.enter_context(DuckDBEngine()),
                ),
                contract,
            )
            for half in halves
        )
    assert own.quarantined == 0
    assert other.quarantined / other.read <= 0.01
