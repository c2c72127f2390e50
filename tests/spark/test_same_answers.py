"""Expressions that the two dialects spell or mean differently give the same answers."""

from __future__ import annotations

import datetime as dt
import math

import pyarrow as pa
import pytest

from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.source.casts import parsed, plain_number, plain_whole
from dataaudit.source.shapes import DATE_FORMS, NUMBER_FORMS

NUMBERS = [
    0.0, -0.0, 1.0, -1.5, 0.001, 0.0001, 0.00001234, 9999999.0, 1e7, 12345678.25, 1e15, 1e16,
    1e22, 1.7976931348623157e308, 2.2250738585072014e-308, math.nan, math.inf, -math.inf, None,
]  # fmt: skip
TEXTS = [
    "", " ", "a", " a ", "\u00a0x\u3000", "a\nb", "a\n", "$5", "it's", 'say "x"', "\\d", "1,234.5",
    "1.5e3", "+7", "007", "true", "31/12/2020 23:59", "2020-02-30", "Ünïcödé", "<script>", None,
    "1d", "2.5F", "0x1p3", "-12.5", "1e5 ", "-nan", "+-1", "inf", "Infinity", "1_000",
]  # fmt: skip
DATE = DATE_FORMS["%d/%m/%Y %H:%M"]
WHOLE = [0, 1, -1, 7, -7, 2**40, -(2**62), None]
TIMES = [
    dt.datetime(1970, 1, 1),  # noqa: DTZ001 - times without a zone
    dt.datetime(2020, 2, 29, 23, 59, 59, 500000),  # noqa: DTZ001
    dt.datetime(1969, 12, 31, 12, 0),  # noqa: DTZ001
    None,
]
EXPRESSIONS = {
    "x": [
        "x::VARCHAR", "(x + 0.0)::VARCHAR", "isfinite(x)", "isinf(x)", "isnan(x)", "x / 3",
        "1 / abs(x)", "x / x", "x / 0", "x % 7", "x < 'NaN'::DOUBLE", "x = 'NaN'::DOUBLE",
        "floor(x)", "coalesce(x, 1.0e0)", "greatest(-1e70, least(1e70, x))", "abs(x)", "x IS NULL",
        "CASE WHEN x BETWEEN -1e0 AND 1e0 THEN x END",
    ],
    "t": [
        "length(t)", "strlen(t)", "trim(t)", "trim(t, ' \u00a0\u3000\n')", "lower(t)", "upper(t)",
        "regexp_matches(t, '^a.b$', 's')", "regexp_matches(t, '^a.b$')", "regexp_matches(t, 'a$')",
        r"regexp_full_match(t, '[+-]?\d+')", r"regexp_matches(t, '[\x{a0}\x{3000}$]')",
        r"regexp_matches(t, '\\')", "regexp_replace(t, '[ a]', '-')", "t || '|'",
        "regexp_replace(t, '[ a]', '-', 'g')", "replace(t, 'a', '$1')", "substr(t, 2, 3)",
        "contains(t, 'a')", "starts_with(t, 'a')", "t LIKE '%a%'", "t IN ('a', 'it''s', '\\d')",
        parsed("t", "float", None), "md5(coalesce(t, 'none'))", "list_contains(['a', ''], t)",
        "concat_ws(chr(31), t, 'b', NULL)", "ascii(t)", plain_number("t"),
        plain_whole("t", plain_number("t")),
        "TRY_CAST(CASE WHEN regexp_full_match(t, '[+-]?\\d+') THEN t END AS BIGINT)",
        f"CASE WHEN regexp_full_match(t, '{DATE}') THEN try_strptime(t, '%d/%m/%Y %H:%M') END",
        *(f"regexp_full_match(t, '{form.replace(chr(39), chr(39) * 2)}')"
          for form in NUMBER_FORMS.values()),
    ],
    "n": [
        "n // 3", "n % 3", "n % 7 + 1", "n / 2", "n::DOUBLE", "n::VARCHAR", "(n + 8) % 5 * 3 % 11",
        "[n, 1]", "{'a': n, 'b': 'x'}", "hash(n) IS NULL", "n IS DISTINCT FROM 1",
        "flatten([CASE WHEN n > 0 THEN [1] ELSE CAST([] AS INTEGER[]) END, [2]])",
        "('0x' || substr(md5(n::VARCHAR), 1, 12))::BIGINT",
    ],
    "s": [
        "s::VARCHAR", "strftime(s, '%Y-%m-%dT%H:%M:%S')", "epoch_us(s)", "EXTRACT(month FROM s)",
        "date_diff('microsecond', TIMESTAMP '1970-01-01 00:00:00', s)", "year(s)", "isodow(s)",
        "dayofweek(s)", "s < TIMESTAMP '2000-01-01 00:00:00'",
    ],
}  # fmt: skip
AGGREGATES = [
    "count(*)", "count(x)", "count_if(x < 0)", "count(*) FILTER (isinf(x))", "count(DISTINCT n)",
    "min(x) FILTER (isfinite(x))", "max(x)", "bool_and(x = floor(x))", "sum(n % 5)::BIGINT",
    "(list(n ORDER BY n) FILTER (n < 5))[1:3]", "sum(1) FILTER (n > 10) IS NULL",
    "coalesce(sum(n % 5) FILTER (n > 10), 0)::BIGINT", "max(length(t))", "min(t)", "max(t)",
]  # fmt: skip


@pytest.fixture(scope="module")
def cells():
    rows = max(map(len, (NUMBERS, TEXTS, WHOLE, TIMES)))

    def filled(values, kind):
        return pa.array([*values, *[None] * (rows - len(values))], kind)

    return pa.table(
        {
            "i": pa.array(range(rows), pa.int64()),
            "x": filled(NUMBERS, pa.float64()),
            "t": filled(TEXTS, pa.string()),
            "n": filled(WHOLE, pa.int64()),
            "s": filled(TIMES, pa.timestamp("us")),
        }
    )


def plain(value):
    """Return a value that compares as SQL's NaN does."""
    return "NaN" if isinstance(value, float) and math.isnan(value) else value


@pytest.fixture
def engine(classic):
    return classic


def test_an_expression_means_the_same_on_both_engines(engine, cells):
    expressions = [each for group in EXPRESSIONS.values() for each in group]
    named = ", ".join(f"{each} AS c{i}" for i, each in enumerate(expressions))
    sql = f"SELECT {named} FROM cells ORDER BY i"
    with DuckDBEngine() as duck:
        duck.register("cells", cells)
        expected = duck.query(sql)
    engine.register("cells", cells)
    found = engine.query(sql)
    differing = {
        expressions[i]: [(a, b) for a, b in pairs if plain(a) != plain(b)]
        for i in range(len(expressions))
        if (pairs := list(zip(expected[i].to_pylist(), found[i].to_pylist(), strict=True)))
    }
    assert not {key: pairs for key, pairs in differing.items() if pairs}


def test_an_aggregate_means_the_same_on_both_engines(classic, cells):
    named = ", ".join(f"{each} AS c{i}" for i, each in enumerate(AGGREGATES))
    with DuckDBEngine() as duck:
        duck.register("cells", cells)
        expected = duck.query(f"SELECT {named} FROM cells").to_pylist()
    classic.register("cells", cells)
    found = classic.query(f"SELECT {named} FROM cells").to_pylist()
    assert [*map(plain, found[0].values())] == [*map(plain, expected[0].values())]


def test_rows_come_in_the_order_of_duckdb(classic, cells):
    for column in ("x", "t", "n", "s"):
        sql = f"SELECT i FROM cells ORDER BY {column} DESC, i"
        with DuckDBEngine() as duck:
            duck.register("cells", cells)
            expected = duck.query(sql)
        classic.register("cells", cells)
        assert classic.query(sql).to_pylist() == expected.to_pylist()


def test_replaced_and_excluded_columns(classic, cells):
    classic.register("cells", cells)
    sql = "SELECT * EXCLUDE (x, t, s) REPLACE (n + 1 AS n) FROM cells WHERE i < 2 ORDER BY i"
    assert classic.query(sql).to_pylist() == [{"i": 0, "n": 1}, {"i": 1, "n": 2}]


def test_types_are_told_by_the_names_of_duckdb(classic, cells):
    classic.register("cells", cells)
    told = classic.query("DESCRIBE cells")
    with DuckDBEngine() as duck:
        duck.register("cells", cells)
        expected = duck.query("DESCRIBE cells")
    assert told.column(0).to_pylist() == expected.column(0).to_pylist()
    assert told.column(1).to_pylist() == expected.column(1).to_pylist()
