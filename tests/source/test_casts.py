"""Text is read as numbers alike, whether it is quickly seen to be one or takes a closer look."""

from __future__ import annotations

import math

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.source.casts import plain_number, typed
from dataaudit.source.shapes import BLANKS, NUMBER_FORMS, WHOLE, pattern

SIGNS = st.text("0123456789+-.eE_ nNaiIfFdDxX,\t\u00a0/:", max_size=8)
DIGITS = st.from_regex(r"\A[ +-]?[0-9]{0,20}(\.[0-9]{0,5})?([eE]-?[0-9]{1,3})?[ \n]?\Z")
TEXTS = st.lists(st.one_of(st.none(), SIGNS, DIGITS), min_size=1, max_size=20)
ODD = [
    "1_000",
    "0x1F",
    "-nan",
    "+-1",
    "1d",
    "+1",
    " 2",
    "3 ",
    "-.5",
    "4.",
    "5.0",
    "inf",
    "1e400",
    "-",
]


@pytest.fixture(scope="module")
def engine():
    with DuckDBEngine(threads=1) as engine:
        yield engine


def read(engine, texts, sql):
    engine.register("texts", pa.table({"x": pa.array(texts, pa.string())}))
    return engine.query(f"SELECT {sql} AS v FROM texts").column(0).to_pylist()


def by_hand(text, dtype):
    """Read one text in Python."""
    plain = "" if text is None else text.strip(BLANKS)
    if not pattern(NUMBER_FORMS[None]).fullmatch(plain):
        return None
    if dtype == "float":
        return float(plain)
    whole = int(plain.split(".")[0]) if pattern(WHOLE).fullmatch(plain) else None
    return whole if whole is not None and -(2**63) <= whole < 2**63 else None


@pytest.mark.parametrize("dtype", ["float", "int"])
@example(texts=ODD)
@given(texts=TEXTS)
def test_a_typed_text_is_what_its_pattern_says(engine, dtype, texts):
    expected = [by_hand(text, dtype) for text in texts]
    assert read(engine, texts, typed("x", "VARCHAR", dtype, (), None)) == expected


@example(texts=ODD)
@given(texts=TEXTS)
def test_a_number_is_quickly_seen_only_where_there_is_one(engine, texts):
    for text, value in zip(texts, read(engine, texts, plain_number("x")), strict=True):
        assert value is None or value == by_hand(text, "float")


@pytest.mark.parametrize("text", ["1", "-2.5", ".5", "38.265552927041675", "1e5", "0"])
def test_ordinary_numbers_take_no_closer_look(engine, text):
    assert read(engine, [text], plain_number("x")) == [float(text)]


def test_a_number_that_is_declared_as_missing_is_missing(engine):
    sql = typed("x", "VARCHAR", "float", ("-999", "nan"), None)
    assert read(engine, ["-999", "1", "nan", "-999.0"], sql) == [None, 1.0, None, -999.0]


def test_far_numbers_are_infinite(engine):
    [value] = read(engine, ["1e400"], typed("x", "VARCHAR", "float", (), None))
    assert value == math.inf
