import pytest

from dataaudit.contract.expression import FUNCTIONS, parse
from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.errors import ConfigError, UnknownNameError


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("debt = 0 or lender is not null", ("debt", "lender")),
        ("case when a > 1 then b in (1, 2) else b between 3 and 4 end", ("a", "b")),
        ("name like 'x%' and not name ilike '%y'", ("name",)),
        ("coalesce(a, 0) + b * 2 - -c / 3 % 4 <= abs(d) || 'x'", ("a", "b", "c", "d")),
        ("date_diff('day', a, date '2026-01-01') > extract(year from b)", ("a", "b")),
        ("a::double > try_cast(b as bigint)", ("a", "b")),
        ("\"we\"\"ird, name\" is distinct from 'it''s'", ('we"ird, name',)),
        ("default = 'yes' -- a comment", ("default",)),
    ],
)
def test_expressions_over_a_row_are_taken(text, columns):
    assert parse(text).columns == columns


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("a in (select 1)", "SELECT 1"),
        ("exists (select 1)", "EXISTS"),
        ("read_csv('x') > 1", "READ_CSV"),
        ("getenv('HOME') = 'x'", "GETENV"),
        ("random() > 0.5", "RANDOM"),
        ("current_date > a", "CURRENT_DATE"),
        ("count(*) > 1", "COUNT"),
        ("row_number() over () > 1", "ROW_NUMBER"),
        ("columns(*) > 1", "COLUMNS"),
        ("t.a > 1", "t.a"),
        ("a[1] > 1", "a[1]"),
        ("a = $1", "$1"),
        ("a::struct(x int) is null", "STRUCT"),
        ("a) ; drop table raw; select (1", "drop table"),
        ("a; drop table raw", "drop table"),
        ("list_sum([1, 2]) > 1", "LIST_SUM"),
        ("*", "*"),
        ("", "''"),
        ("a > 1 and", "a > 1 and"),
    ],
)
def test_everything_else_is_refused_by_name(text, piece):
    with pytest.raises(ConfigError) as caught:
        parse(text, where="contract.rules.r.expect")
    assert piece in str(caught.value)
    assert "contract.rules.r.expect" in str(caught.value)


def test_a_column_is_found_without_regard_to_case():
    assert parse("AGE > 1", columns=["age", "b"]).sql == '("age" > 1)'
    assert parse("AGE > 1", columns=["age", "AGE"]).sql == '("AGE" > 1)'


def test_an_unknown_column_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'income'"):
        parse("incone > 1", columns=["age", "income"])


CALLS = {
    "coalesce": "coalesce(a, 1)",
    "contains": "contains(t, 'x')",
    "date_diff": "date_diff('day', d, d)",
    "day": "day(d)",
    "ends_with": "ends_with(t, 'x')",
    "extract": "extract(month from d)",
    "greatest": "greatest(a, 1)",
    "least": "least(a, 1)",
    "left": "left(t, 1)",
    "length": "length(t)",
    "lower": "lower(t)",
    "month": "month(d)",
    "nullif": "nullif(a, 1)",
    "power": "power(a, 2)",
    "regexp_matches": "regexp_matches(t, 'x')",
    "replace": "replace(t, 'x', 'y')",
    "right": "right(t, 1)",
    "round": "round(a, 1)",
    "starts_with": "starts_with(t, 'x')",
    "substring": "substring(t, 1, 1)",
    "trim": "trim(t)",
    "upper": "upper(t)",
    "year": "year(d)",
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_that_is_offered_runs(name):
    expression = parse(CALLS.get(name, f"{name}(a)"))
    with DuckDBEngine(threads=1) as engine:
        engine.view("rows", "SELECT 1.5::DOUBLE AS a, 'xyz' AS t, TIMESTAMP '2026-01-02' AS d")
        assert engine.query(f"SELECT {expression.sql} FROM rows").num_rows == 1
