"""Types and null tokens: what is decided of a column, and what is declared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.source import Declared
from dataaudit.source.columns import Column, typed_select
from dataaudit.source.decide import decide
from dataaudit.source.shapes import kind_of

Deciding = Callable[..., tuple[Column, list[Any]]]


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine(threads=2) as engine:
        yield engine


@pytest.fixture
def decided(engine: DuckDBEngine) -> Deciding:
    def run(cells: Sequence[str | None], **options: Any) -> tuple[Column, list[Any]]:
        rows = pa.array(range(len(cells)), pa.int64())
        table = pa.table({"__row__": rows, "x": pa.array(cells, pa.string())})
        engine.register("cells", table)
        column = decide(engine, "cells", **options).columns["x"]
        typed = engine.query(f"{typed_select(engine, 'cells', {'x': column})} ORDER BY __row__")
        return column, typed.column("x").to_pylist()

    return run


@pytest.mark.parametrize(
    ("cells", "dtype", "values"),
    [
        (["1", " 2 ", "-3"], "int", [1, 2, -3]),
        (["1", "2.5", ".5", "1e5", "+3."], "float", [1.0, 2.5, 0.5, 100000.0, 3.0]),
        (["1", "inf", "-Infinity"], "float", [1.0, float("inf"), float("-inf")]),
        (["1", "?", " NA ", "", None, "-", "****"], "int", [1, *[None] * 6]),
        (["1.5", "nan"], "float", [1.5, None]),
        (["6,000,000", "-1", "12,345"], "int", [6000000, -1, 12345]),
        (["1,234.50", "361.6"], "float", [1234.5, 361.6]),
        (["1.234,56", "7,5", "8"], "float", [1234.56, 7.5, 8.0]),
        (["0,123", "0,456"], "float", [0.123, 0.456]),
        (["1 234,5", "2\u00a0345 678,9"], "float", [1234.5, 2345678.9]),
        (["1'234.5", "7"], "float", [1234.5, 7.0]),
        (["true", "False", "TRUE", "NA"], "bool", [True, False, True, None]),
        (["0", "1", "1"], "int", [0, 1, 1]),
        (["yes", "no"], "str", ["yes", "no"]),
        (["00501", "02208", "10001"], "str", ["00501", "02208", "10001"]),
        (["0", "10", "20"], "int", [0, 10, 20]),
        (["123456789012345678901", "2"], "str", ["123456789012345678901", "2"]),
        (["1_000", "0x1F"], "str", ["1_000", "0x1F"]),
        (["12.0 oz", "5%"], "str", ["12.0 oz", "5%"]),
        ([" a", "?", "N/A", "NA", "  ", ""], "str", [" a", None, None, "NA", None, None]),
        (["a", "none", "-"], "str", ["a", "none", "-"]),
        ([None, "", "?"], "str", [None, None, None]),
    ],
)  # fmt: skip
def test_types_and_null_tokens(
    decided: Deciding, cells: list[str | None], dtype: str, values: list[Any]
) -> None:
    column, typed = decided(cells)
    assert column.dtype == dtype
    assert typed == values
    assert column.reason.endswith(".")


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (["2019-03-23 20:21:09", "2019-03-24"], "2019-03-23 20:21:09"),
        (
            ["2019-03-23T20:21:09+02:00", "2019-03-24T00:00:00Z"],
            "2019-03-23 18:21:09",
        ),
        (["28/02/2019", "1/3/2019"], "2019-02-28 00:00:00"),
        (["02/28/2019", "3/1/2019"], "2019-02-28 00:00:00"),
        (["28.02.2019 07:05", "01.03.2019 08:00"], "2019-02-28 07:05:00"),
        (["24 October 2011", "1 May 2012"], "2011-10-24 00:00:00"),
        (["24-Oct-11", "01-May-12"], "2011-10-24 00:00:00"),
        (["20190228", "20190301", "20190302"], "2019-02-28 00:00:00"),
        (["3/2/2019 5:07 PM", "3/13/2019 5:08 AM"], "2019-03-02 17:07:00"),
    ],
)
def test_dates(decided: Deciding, cells: list[str], first: str) -> None:
    column, typed = decided([*cells, "?"])
    assert column.dtype == "date"
    assert str(typed[0]) == first
    assert typed[-2] is not None
    assert typed[-1] is None


@pytest.mark.parametrize(
    "cells",
    [
        ["2019-01-01", "28/02/2019"],
        ["12345678", "99999999", "11111111"],
        ["20190228", "20190301", "20190399"],
        ["30/02/2019", "31/02/2019"],
        ["10:15", "11:20"],
        ["2011", "2012"],
    ],
)
def test_what_is_no_date(decided: Deciding, cells: list[str]) -> None:
    assert decided(cells)[0].dtype != "date"


def test_a_date_that_could_be_read_in_two_ways_is_said(decided: Deciding) -> None:
    column, _ = decided(["01/02/2019", "03/04/2019"])
    assert column.format == "%m/%d/%Y"
    assert "%d/%m/%Y would fit as well" in column.reason


def test_only_tokens_that_occur_are_named_as_they_are_spelled(decided: Deciding) -> None:
    column, _ = decided(["1", "n/a", " N/A", "?"])
    assert column.nulls == ("?", "N/A", "n/a")
    assert (
        column.reason
        == "1 of 4 cells are whole numbers; `?`, `N/A`, `n/a` in 3 cells read as missing."
    )


def test_one_cell_in_a_thousand_may_fail(decided: Deciding) -> None:
    column, typed = decided([*map(str, range(1500)), "broken"])
    assert column.dtype == "int"
    assert typed[-1] is None
    assert "1 do not parse" in column.reason
    assert decided([*map(str, range(500)), "broken"])[0].dtype == "str"


def test_what_spoils_a_column_behind_the_sample_is_seen(decided: Deciding) -> None:
    cells = [str(i) for i in range(5_000)]
    cells[::400] = ["broken"] * 13
    assert decided(cells)[0].dtype == "str"


def test_a_sparse_column_is_decided_by_its_own_cells(decided: Deciding) -> None:
    cells: list[str | None] = [None] * 9_000
    cells[17], cells[4_000] = "1.5", "?"
    column, typed = decided(cells)
    assert (column.dtype, column.nulls, typed[17]) == ("float", ("?",), 1.5)


def test_the_decimal_mark_of_other_columns_settles_an_open_one(engine: DuckDBEngine) -> None:
    rows = pa.array([0, 1], pa.int64())
    table = pa.table({"__row__": rows, "a": ["1.500", "2.250"], "b": ["1,5", "2,75"]})
    engine.register("marks", table)
    columns = decide(engine, "marks").columns
    assert {name: column.format for name, column in columns.items()} == dict.fromkeys(
        "ab", "1.234,5"
    )
    engine.register("marks", table.drop_columns("b"))
    assert decide(engine, "marks").columns["a"].format is None
    assert decide(engine, "marks", decimal=",").columns["a"].format == "1.234,5"


@pytest.mark.parametrize(
    ("cells", "declared", "values"),
    [
        (["1", "x", "2.5"], Declared(dtype="int"), [1, None, None]),
        (["5.0", "1e3"], Declared(dtype="int"), [5, None]),
        (["1,5", "x", "2,5"], Declared(dtype="float"), [1.5, None, 2.5]),
        (["1", "2"], Declared(dtype="str"), ["1", "2"]),
        (["yes", "0", "T", "maybe"], Declared(dtype="bool"), [True, False, True, None]),
        (["28/02/2019", "x"], Declared(dtype="date"), [dt.datetime(2019, 2, 28), None]),  # noqa: DTZ001 - typed dates have no zone
        (["1", "-999", "?"], Declared(dtype="int", nulls=("-999",)), [1, None, None]),
        (["a", "NA", "?"], Declared(nulls=("NA",)), ["a", None, "?"]),
        (["a", "?"], Declared(nulls=()), ["a", "?"]),
    ],
)
def test_a_contract_is_obeyed(
    decided: Deciding, cells: list[str], declared: Declared, values: list[Any]
) -> None:
    column, typed = decided(cells, declared={"x": declared})
    assert typed == values
    if declared.nulls is not None:
        assert column.nulls == declared.nulls


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_every_float_that_python_writes_is_read(values: list[float]) -> None:
    with DuckDBEngine(threads=1) as engine:
        cells = [repr(value) for value in values]
        rows = pa.array(range(len(cells)), pa.int64())
        engine.register("floats", pa.table({"__row__": rows, "x": cells}))
        columns = decide(engine, "floats", declared={"x": Declared(dtype="float")}).columns
        typed = engine.query(f"{typed_select(engine, 'floats', columns)} ORDER BY __row__")
        assert typed.column("x").to_pylist() == values


@pytest.mark.parametrize(
    ("cell", "kind"),
    [("1.5", "number"), ("£6,755", "number"), ("12 %", "number"), ("28/02/2018", "date"),
     ("00:15", "time"), ("FALSE", "bool"), ("\u00a0", "empty"),
     ("MG-8769", "text"), ("14-Jan", "text")],
)  # fmt: skip
def test_kinds_of_cells(cell: str, kind: str) -> None:
    assert kind_of(cell) == kind
