"""Patterns mean on the engine what they mean to Python."""

import re

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataaudit.contract.patterns import portable
from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.engine.sql import literal

TEXTS = [
    "",
    "a",
    "b",
    "ab",
    "aab",
    "abc",
    "a\n",
    "\n",
    "a\nb",
    "A1",
    "٣",
    "1",
    "_",
    "ä",
    "é",
    " ",
    "\xa0",
    "a b",
    "a.b",
    "a-b",
    "\\",
    "]",
    "^",
    "$",
    "\U0001f926",
    "x" * 2000,
    "a" * 300,
    "note 12",
    "\x7f",
]


@pytest.fixture(scope="module")
def engine():
    with DuckDBEngine(threads=1) as engine:
        texts = pa.table({"i": range(len(TEXTS)), "t": TEXTS})
        engine.register("texts", texts)
        yield engine


def agrees(engine, pattern, text, *, from_start):
    """Ask the engine and Python about every text."""
    sql = f"SELECT i FROM texts WHERE regexp_matches(t, {literal(text)}) ORDER BY i"
    asked = re.compile(pattern)
    ask = asked.match if from_start else asked.search
    return engine.query(sql).column(0).to_pylist() == [i for i, t in enumerate(TEXTS) if ask(t)]


@pytest.mark.parametrize("from_start", [True, False])
@pytest.mark.parametrize(
    "pattern",
    [
        "a",
        "^a",
        "a$",
        "^a$",
        r"a\Z",
        r"\Aa",
        "a|b$",
        "(a|b)+",
        "(?:ab)*c",
        "a{2}",
        "a{1,2}b",
        "a{200,}",
        "[a-c]",
        "[^a-c]",
        r"[\d_]",
        r"\d",
        r"\D",
        r"\w+$",
        r"\W",
        r"\s",
        r"\S$",
        ".",
        "a.b",
        "(?s)a.b",
        r"(?a)\d",
        r"(?a)\w$",
        r"\.",
        r"a\-b",
        r"[\]\\^$-]",
        "a*?b",
        "(?P<n>a)(b)",
        r"\$",
        "(a$|b)",
        "(?x) a # x",
        "note [0-9]{2,}$",
        r"[^\W\d_]",
        "\U0001f926",
        r"\x7f",
        "x{1000}",
    ],
)
def test_a_pattern_finds_the_texts_that_python_finds(engine, pattern, from_start):
    text = portable(pattern, from_start=from_start)
    assert text is not None
    assert agrees(engine, pattern, text, from_start=from_start)


@pytest.mark.parametrize(
    "pattern",
    [
        "()1",
        "(|a)b",
        "",
        "^$",
        "()",
        "a{0}",
        "(?=a)",
        "(?!a)b",
        "(?<=a)b",
        r"(a)\1",
        "(?P<n>a)(?P=n)",
        "(?>a)b",
        "a++b",
        r"\bab",
        r"a\B",
        "(?i)a",
        "(?m)^a$",
        "a$b",
        "(a$)*",
        "(?(1)a|b)",
        "a{1001}",
        "(a{100}){100}",
        "[^\\d\\D]",
        "\ud800",
        "(",
    ],
)
def test_what_an_engine_could_read_otherwise_has_no_form(pattern):
    assert portable(pattern, from_start=True) is None


@settings(max_examples=300, deadline=None)
@given(pattern=st.text(r"ab1\dws.$^[]()|*+?-{2,}", max_size=8), from_start=st.booleans())
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_random_patterns_agree_or_have_no_form(engine, pattern, from_start):
    text = portable(pattern, from_start=from_start)
    assert text is None or agrees(engine, pattern, text, from_start=from_start)


def test_flags_of_a_compiled_pattern_count():
    assert portable(re.compile("a", re.IGNORECASE), from_start=True) is None
    assert portable(re.compile("a.", re.DOTALL), from_start=True) is not None
    assert portable(re.compile(b"a"), from_start=True) is None
