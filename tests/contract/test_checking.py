import pyarrow as pa
import pytest

from dataaudit.contract import check, set_aside
from dataaudit.errors import ConfigError, ContractError, ExitCode, UnknownNameError
from dataaudit.finding import Severity
from tests.contract.conftest import contract_of, quarantine_of, reasons

BAD_LINES = pa.table(
    {
        "__line__": pa.array([9, 12], pa.int64()),
        "__file__": ["a.csv", "a.csv"],
        "__raw__": ["1,2,3,4", '"open'],
        "__errors__": [["4 fields where 2 were expected"], ["a quote that never ends"]],
    }
)


def test_a_row_carries_all_its_reasons(hold):
    spec = {
        "columns": {"age": {"dtype": "int", "min": 0, "max": 110}, "name": {"max_length": 3}},
        "rules": [{"name": "adult", "expect": "age >= 18"}],
    }
    source, checked = hold({"age": ["-5", "30"], "name": ["Robert", "Bo"]}, spec)
    [row] = quarantine_of(source, checked).to_pylist()
    assert row["age"] == "-5"
    assert row["name"] == "Robert"
    assert row["__row__"] == 0
    assert row["__errors__"] == [
        {
            "rule": "min",
            "column": "age",
            "message": "`age` is below 0",
            "severity": "error",
        },
        {
            "rule": "max_length",
            "column": "name",
            "message": "`name` is longer than 3 characters",
            "severity": "error",
        },
        {
            "rule": "adult",
            "column": "",
            "message": "the row breaks `adult`: age >= 18",
            "severity": "error",
        },
    ]


def test_a_cell_that_does_not_parse_fails_and_a_null_token_does_not(hold):
    spec = {"columns": {"a": {"dtype": "float", "nullable": True, "null": ["?"]}}}
    source, checked = hold({"a": ["1.5", "?", " ? ", "", None, "12 kg", "nan"]}, spec)
    assert reasons(source, checked) == {5: [("dtype", "a")], 6: [("dtype", "a")]}


def test_a_missing_cell_breaks_nullable_and_nothing_else(hold):
    spec = {"columns": {"a": {"dtype": "int", "min": 1, "isin": [1, 2], "unique": True}}}
    source, checked = hold({"a": ["1", None, "", "2"]}, spec)
    assert reasons(source, checked) == {1: [("nullable", "a")], 2: [("nullable", "a")]}


def test_missing_cells_never_count_as_repeats(hold):
    spec = {"columns": {"a": {"dtype": "str", "unique": True, "nullable": True}}}
    source, _ = hold({"a": [None, None, "x", "x"]}, spec)
    assert source.row_ids() == [0, 1, 2]


@pytest.mark.parametrize(
    ("dtype", "rule", "cells", "bad"),
    [
        ("int", {"min": 2}, ["1", "2"], [0]),
        ("int", {"max": 2}, ["3", "2"], [0]),
        ("float", {"min": -0.5, "max": 0.5}, ["-0.6", "0.5"], [0]),
        ("int", {"isin": [1, 2]}, ["3", "1"], [0]),
        ("str", {"isin": ["no", "yes"]}, [" yes", "yes"], [0]),
        ("str", {"pattern": r"[A-Z]\d"}, ["xA1", "A1x"], [0]),
        ("str", {"pattern": r"[A-Z]\d$"}, ["A1x", "A1"], [0]),
        ("str", {"pattern": r"(?!x)."}, ["x", "y"], [0]),
        ("str", {"min_length": 2, "max_length": 3}, ["a", "abcd", "äöü"], [0, 1]),
        ("bool", {"isin": [True]}, ["false", "true"], [0]),
        ("date", {"min": "2026-01-01"}, ["2025-12-31", "2026-01-01"], [0]),
        ("date", {"max": "2026-01-01"}, ["2026-01-02", "1500-01-01"], [0]),
        ("int", {"max": 9_007_199_254_740_993}, ["9007199254740994", "9007199254740993"], [0]),
    ],
)
def test_each_rule_of_a_column(hold, dtype, rule, cells, bad):
    source, checked = hold({"a": cells}, {"columns": {"a": {"dtype": dtype, **rule}}})
    assert sorted(reasons(source, checked)) == bad


def test_rules_across_columns_speak_of_rows_where_they_apply(hold):
    spec = {
        "columns": {"debt": {"dtype": "float", "nullable": True}},
        "rules": [
            {"name": "has_lender", "expect": "debt = 0 or lender is not null", "when": "debt > 0"}
        ],
    }
    rows = {"debt": ["0", "5", "5", None], "lender": [None, None, "bank", None]}
    source, checked = hold(rows, spec)
    assert reasons(source, checked) == {1: [("has_lender", "")]}


def test_a_rule_on_a_missing_cell_passes_as_in_sql(hold):
    spec = {
        "columns": {"a": {"dtype": "int", "nullable": True}},
        "rules": [{"name": "positive", "expect": "a > 0"}],
    }
    source, _ = hold({"a": [None, "1", "0"]}, spec)
    assert source.row_ids() == [0, 1]


def test_warnings_are_reported_and_the_row_stays(hold):
    spec = {
        "columns": {"a": {"dtype": "int", "min": 0, "severity": "warn"}},
        "rules": [{"name": "odd", "expect": "a <> 2", "severity": "warn"}],
    }
    source, checked = hold({"a": ["-1", "2", "x", None]}, spec)
    assert source.row_ids() == [0, 1, 2, 3]
    rows = {result.rule: (result.rows, result.severity) for result in checked.results}
    assert rows == {
        "dtype": (1, Severity.WARNING),
        "nullable": (1, Severity.WARNING),
        "min": (1, Severity.WARNING),
        "odd": (1, Severity.WARNING),
    }
    assert checked.severity is None


def test_a_quarantined_row_shows_its_warnings_too(hold):
    spec = {"columns": {"a": {"min": 0}, "b": {"min": 0, "severity": "warn"}}}
    source, checked = hold({"a": ["-1"], "b": ["-1"]}, spec)
    [row] = quarantine_of(source, checked).to_pylist()
    assert [error["severity"] for error in row["__errors__"]] == ["error", "warning"]


def test_lines_that_could_not_be_split_are_put_aside_and_counted(hold):
    source, checked = hold({"a": ["1", "-2"]}, {"columns": {"a": {"min": 0}}}, bad_lines=BAD_LINES)
    assert (checked.read, checked.kept, checked.quarantined, checked.dropped) == (4, 1, 3, 0)
    last = quarantine_of(source, checked).to_pylist()[-1]
    assert last["__row__"] is None
    assert last["__line__"] == 12
    assert last["__raw__"] == '"open'
    assert [error["message"] for error in last["__errors__"]] == ["a quote that never ends"]


def test_rows_that_a_later_stage_cannot_use_are_put_aside_alike(hold):
    source, checked = hold({"a": ["1", "-2", ""]}, {"columns": {"a": {"nullable": True, "min": 0}}})
    both = set_aside(source, checked.quarantine, [2], "a", "target missing")
    joined = source.engine.query(f"SELECT * FROM {both}").to_pylist()
    assert [row["__row__"] for row in joined] == [1, 2]
    assert joined[1]["__errors__"][0]["message"] == "`a`: target missing"


def test_dropped_rows_are_counted_and_gone(hold):
    spec = {"columns": {"a": {"min": 0}}, "bad_rows": "drop"}
    source, checked = hold({"a": ["1", "-2"]}, spec, bad_lines=BAD_LINES)
    assert (checked.read, checked.kept, checked.quarantined, checked.dropped) == (4, 1, 2, 1)
    assert quarantine_of(source, checked).column("__row__").to_pylist() == [
        None,
        None,
    ]  # the lines alone
    assert source.row_ids() == [0]


@pytest.mark.parametrize(
    ("bad", "spec", "severity"),
    [
        (0, {}, None),
        (1, {}, None),  # 0.1 % is not above 0.1 %
        (2, {}, Severity.WARNING),
        (50, {}, Severity.WARNING),
        (51, {}, Severity.ERROR),
        (1, {"bad_rows": "fail"}, Severity.ERROR),
        (0, {"bad_rows": "fail"}, None),
        (1, {"limits": {"warn": "0%", "error": "100%"}}, Severity.WARNING),
    ],
)
def test_limits_decide_the_severity(hold, bad, spec, severity):
    rows = {"a": ["-1"] * bad + ["1"] * (1000 - bad)}
    _, checked = hold(rows, {"columns": {"a": {"min": 0}}, **spec})
    assert checked.severity == severity


def test_extra_columns_stay_go_or_fail(make_source):
    rows = {"a": ["1"], "b": ["2"]}
    columns = {"a": {"dtype": "int"}}
    source = make_source(rows)
    assert list(check(source, contract_of({"columns": columns})).columns) == ["a", "b"]

    filtered = check(source, contract_of({"columns": columns, "strict": "filter"}))
    assert list(filtered.columns) == ["a"]
    assert source.engine.query("SELECT * FROM kept").column_names == ["__row__", "a"]
    assert source.engine.query("SELECT * FROM kept_raw").column_names == ["__row__", "a"]

    with pytest.raises(ContractError, match=r"1 column.*`b`"):
        check(source, contract_of({"columns": columns, "strict": True}))


def test_a_missing_column_fails_the_gate_and_names_the_nearest(make_source):
    with pytest.raises(
        ContractError, match=r"`incme` is missing\. Did you mean 'income'\?"
    ) as caught:
        check(make_source({"income": ["1"]}), contract_of({"columns": {"incme": {"min": 0}}}))
    assert caught.value.exit_code == ExitCode.GATE_FAILED


def test_a_column_may_be_optional_or_only_warned_of(make_source):
    spec = {"columns": {"b": {"required": False}, "c": {"severity": "warn"}}}
    checked = check(make_source({"a": ["1"]}), contract_of(spec))
    assert checked.kept == 1
    assert [(r.rule, r.column, str(r.severity)) for r in checked.results] == [
        ("required", "c", "warning")
    ]
    assert checked.severity is Severity.WARNING


def test_a_rule_on_an_unknown_column_names_the_nearest(make_source):
    spec = {"rules": [{"name": "r", "expect": "incme > 0"}]}
    with pytest.raises(UnknownNameError, match="Did you mean 'income'"):
        check(make_source({"income": ["1"]}), contract_of(spec))


def test_a_rule_that_cannot_be_computed_is_a_config_error(make_source):
    spec = {"rules": [{"name": "r", "expect": "name > 5"}]}
    with pytest.raises(ConfigError, match=r"contract\.rules\.r"):
        check(make_source({"name": ["Bo"]}), contract_of(spec))


def test_no_message_shows_a_sensitive_value(make_source):
    spec = {
        "columns": {"ssn": {"isin": ["123-45"], "sensitive": True}},
        "rules": [
            {"name": "known", "expect": "ssn = '123-45'"},
            {"name": "c", "expect": "ssn > 5"},
        ],
    }
    source = make_source({"ssn": ["999-99"]})
    with pytest.raises(ConfigError) as caught:
        check(source, contract_of(spec))
    assert "999" not in str(caught.value)

    del spec["rules"][1]
    checked = check(source, contract_of(spec))
    text = str([result.message for result in checked.results]) + str(
        quarantine_of(source, checked).column("__errors__").to_pylist()
    )
    assert "123" not in text
    assert "999" not in text


def test_an_empty_table_is_an_error_and_no_crash(hold):
    _, checked = hold({"a": []}, {"columns": {"a": {"dtype": "int", "min": 0}}})
    assert (checked.read, checked.kept) == (0, 0)
    assert checked.severity is Severity.ERROR


def test_a_table_of_gaps_passes_where_gaps_may_be(hold):
    spec = {"columns": {"a": {"dtype": "float", "nullable": True, "min": 0}}}
    _, checked = hold({"a": [None, None]}, spec)
    assert checked.kept == 2


def test_hostile_names_and_huge_cells_do_no_harm(hold):
    names = ['"; drop table raw; --', "<script>alert(1)</script>", "it's", "a.b", "select"]
    spec = {
        "columns": {name: {"dtype": "str", "max_length": 5} for name in names},
        "rules": [{"name": "r", "expect": '"""; drop table raw; --" <> \'x\''}],
    }
    rows = {name: ["fine", "y" * 10_000] for name in names}
    rows['"; drop table raw; --'][0] = "x"
    source, checked = hold(rows, spec)
    assert reasons(source, checked) == {0: [("r", "")], 1: [("max_length", name) for name in names]}
    assert source.engine.query("SELECT count(*) FROM raw").column(0)[0].as_py() == 2
    assert max(len(result.message) for result in checked.results) < 200


def test_the_target_can_be_left_out_for_new_rows(make_source):
    spec = {
        "columns": {"age": {"min": 0}, "bought": {"isin": ["yes", "no"]}},
        "rules": [{"name": "r", "expect": "bought = 'yes' or age > 0"}],
    }
    contract = contract_of(spec).without("bought")
    source = make_source({"age": ["1", "-1"]}, contract)
    checked = check(source, contract)
    assert reasons(source, checked) == {1: [("min", "age")]}
    assert contract.rules == ()


def test_every_rule_has_a_result_whether_broken_or_not(hold):
    spec = {"columns": {"a": {"dtype": "int", "min": 0}}, "rules": [{"name": "r", "expect": "a<9"}]}
    _, checked = hold({"a": ["1", "-1"]}, spec)
    assert [(r.rule, r.rows, r.examples) for r in checked.results] == [
        ("dtype", 0, ()),
        ("nullable", 0, ()),
        ("min", 1, (1,)),
        ("r", 0, ()),
    ]
    assert checked.results[2].message == "1 of 2 rows: `a` is below 0."
