"""Verdicts are pandera's: random tables and contracts, asked of both.

pandera sees the same values in a pandas frame (types that keep every gap), one check at a time, so
that nothing of ours stands between it and the cells.
"""

import copy
import math
from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dataaudit.contract import check, from_pandera
from dataaudit.contract.library import pandera
from tests.contract.conftest import reasons

Check = pandera.Check
FRAME = {"int": "Int64", "float": "float64", "bool": "boolean", "date": "datetime64[us]"}
FRAME["str"] = pd.StringDtype("python", na_value=np.nan)
ARROW = {"int": pa.int64(), "float": pa.float64(), "bool": pa.bool_(), "date": pa.timestamp("us")}
ARROW["str"] = pa.string()
COLUMN = {"int": "Int64", "float": float, "bool": "boolean", "date": "datetime64[us]", "str": str}

TEXTS = ["a", "A1", "ab", "b\n", "ä", "٣", "x;--", "<script>", "it's", '"', "a.b", "\U0001f926"]
FLOATS = [0.0, -0.0, 0.1, 1.0, -1.5, 2.0**53, 1e300, -5e-324, math.inf, -math.inf]
INTS = [0, 1, -1, 2**53, 2**53 + 1, 2**63 - 1, -(2**63), 9_007_199_254_740_993]
DATES = [datetime(2026, 1, 1), datetime(2026, 1, 1, 0, 0, 0, 1), datetime(1500, 6, 1)]  # noqa: DTZ001
CELLS = {
    "int": st.one_of(st.sampled_from(INTS), st.integers(-3, 3), st.integers(-(2**63), 2**63 - 1)),
    "float": st.one_of(st.sampled_from(FLOATS), st.floats(), st.integers(-3, 3).map(float)),
    "bool": st.booleans(),
    "str": st.one_of(st.sampled_from(TEXTS), st.text("aA1 \n.ä", max_size=4).filter(str.strip)),
    "date": st.one_of(
        st.sampled_from(DATES), st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1))  # noqa: DTZ001
    ),
}  # fmt: skip
BOUNDS = {
    "int": st.one_of(CELLS["int"], st.floats(allow_nan=False), st.sampled_from([2**70, 0.5])),
    "float": st.one_of(CELLS["float"], CELLS["int"]),
    "bool": st.booleans(),
    "str": CELLS["str"],
    "date": st.one_of(CELLS["date"], CELLS["date"].map(pd.Timestamp), st.just("2026-01-01")),
}
PATTERNS = [
    "a", "^a", "a$", "^a$", r"[A-Z]\d", r"\w+$", r"\s", r"a|b", "(a|b)c?$", "a.b", ".*b$", r"[^a]",
    r"\D", r"a\Z", "(?i)a", "(?=a)a", r"(a)\1", "a{2,3}?", "a*", "", r"[\d_]", r"\bab", "(?s)a.",
    "a$|b", "(?P<n>a)b", "^(?:a|b$)", r"\.", "(?x) a  b", r"[äö]",
]  # fmt: skip


@st.composite
def checks(draw, dtype):
    """One built-in check of a column of some type."""
    bound, cell = BOUNDS[dtype], CELLS[dtype]
    kinds = ["eq", "ne", "isin", "notin"]
    kinds += [] if dtype == "bool" else ["ge", "gt", "le", "lt", "in_range"]
    kinds += ["str_matches", "str_contains", "str_startswith", "str_length"] * (dtype == "str")
    kind = draw(st.sampled_from(kinds))
    if kind in ("isin", "notin"):
        return getattr(Check, kind)(draw(st.lists(cell, max_size=4)))
    if kind == "in_range":
        low, high = draw(st.tuples(cell, cell).filter(lambda p: p[0] < p[1]))
        return Check.in_range(low, high, draw(st.booleans()), draw(st.booleans()))
    if kind in ("str_matches", "str_contains"):
        return getattr(Check, kind)(draw(st.sampled_from(PATTERNS)))
    if kind == "str_startswith":
        return getattr(Check, draw(st.sampled_from([kind, "str_endswith"])))(draw(cell))
    if kind == "str_length":
        low, more = draw(st.tuples(st.integers(0, 3), st.integers(0, 3)))
        return Check.str_length(*draw(st.sampled_from([(low, low + more), (low,), (None, low)])))
    return getattr(Check, kind)(draw(bound))


@st.composite
def cases(draw):
    """A table of one to three columns and a schema for it."""
    rows = draw(st.integers(1, 5))  # as many as a result names
    table, columns = {}, {}
    names = draw(st.lists(st.sampled_from(["a", 'q"', "<x>; drop"]), min_size=1, unique=True))
    for name in names:
        dtype = draw(st.sampled_from(sorted(CELLS)))
        cell = st.one_of(st.none(), CELLS[dtype])
        table[name] = (dtype, draw(st.lists(cell, min_size=rows, max_size=rows)))
        columns[name] = pandera.Column(
            COLUMN[dtype],
            draw(st.lists(checks(dtype), max_size=3)),
            nullable=draw(st.booleans()),
            unique=draw(st.booleans()),
            report_duplicates="exclude_first",
        )
    groups = [draw(st.lists(st.sampled_from(names), min_size=1, unique=True))]
    unique = groups if draw(st.booleans()) else None
    return table, pandera.DataFrameSchema(columns, unique=unique, report_duplicates="exclude_first")


def blamed(schema, frame):
    """(row, column, number of the check, or nullable, or unique) -> as pandera alone finds it."""
    found = set()
    for name, column in schema.columns.items():
        one = frame[[name]]
        asks = {
            "nullable": {"nullable": column.nullable},
            "unique": {"nullable": True, "unique": column.unique},
        }
        asks |= {i: {"nullable": True, "checks": [c]} for i, c in enumerate(column.checks)}
        for key, ask in asks.items():
            asked = pandera.Column(None, report_duplicates="exclude_first", **ask)
            found |= {(row, name, key) for row in failures({name: asked}, one)}
    for group in schema.unique or []:
        present = frame[frame[group].notna().all(axis=1)]
        asked = pandera.DataFrameSchema(unique=group, report_duplicates="exclude_first")
        found |= {(row, ", ".join(group), "unique") for row in failures(asked, present)}
    return found


def failures(asked, frame):
    """Rows that pandera blames; "table" where it blames no row."""
    schema = asked if not isinstance(asked, dict) else pandera.DataFrameSchema(asked)
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        index = errors.failure_cases["index"]
        return {"table" if pd.isna(row) else int(row) for row in index}
    return set()


def found_by_us(schema, source, contract):
    """The same of our check."""
    checked = check(source, contract)
    names = {}
    for name, column in schema.columns.items():
        numbered = [r for r in checked.results if r.column == name]
        plain = ["dtype"] + ["nullable"] * (not column.nullable) + ["unique"] * column.unique
        keys = [*plain, *range(len(column.checks))]
        names |= dict(zip([(name, id(r)) for r in numbered], keys, strict=False))
    found = set()
    for result in checked.results:
        key = names.get((result.column, id(result)), "unique")
        rows = set(result.examples)
        assert len(rows) == result.rows
        found |= {(row, result.column, key) for row in rows}
        if result.is_whole_table:
            found.add(("table", result.column, key))
    return checked, found


@pytest.mark.slow
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(case=cases())
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")
def test_verdicts_are_those_of_pandera(make_source, case):
    table, schema = case
    cells = {n: pa.array(v, ARROW[d], from_pandas=True) for n, (d, v) in table.items()}
    frame = pd.DataFrame({n: pd.array(v, dtype=FRAME[d]) for n, (d, v) in table.items()})
    expected = blamed(copy.deepcopy(schema), frame)
    contract = from_pandera(schema)
    source = make_source(cells, contract)
    checked, found = found_by_us(schema, source, contract)
    assert found == expected
    rows = {row for row, _, _ in expected if row != "table"}
    assert set(reasons(source, checked)) == rows
    assert checked.kept == len(frame) - len(rows)
