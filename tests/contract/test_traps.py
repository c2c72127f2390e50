"""The traps of plain pandera as a row filter: each shown with pandera alone, then with us.

``drop_invalid_rows`` is pandera's own way of filtering rows.
"""

import warnings

import pandas as pd
import pytest

from dataaudit.contract import ContractSpec, check, from_pandera
from dataaudit.contract.library import SchemaErrors, pandera
from tests.contract.conftest import contract_of, reasons


def plain_filter(frame, columns, **schema):
    return pandera.DataFrameSchema(columns, drop_invalid_rows=True, **schema).validate(
        frame, lazy=True
    )


def test_repeated_index_labels_take_no_good_row_along(hold):
    frame = pd.DataFrame({"a": [1, -2, 3]}, index=[7, 7, 8])
    columns = {"a": pandera.Column(int, pandera.Check.ge(0))}
    assert list(plain_filter(frame, columns)["a"]) == [3]  # the good 1 went with -2

    source, checked = hold({"a": [1, -2, 3]}, from_pandera(pandera.DataFrameSchema(columns)))
    assert source.row_ids() == [0, 2]
    assert checked.kept == 2


def test_unique_keeps_the_first_copy(hold):
    frame = pd.DataFrame({"a": [5, 6, 5, 5]})
    assert list(plain_filter(frame, {"a": pandera.Column(int, unique=True)})["a"]) == [6]

    source, checked = hold(
        {"a": ["5", "6", "5", "5"]}, {"columns": {"a": {"dtype": "int", "unique": True}}}
    )
    assert source.row_ids() == [0, 1]
    assert reasons(source, checked) == {2: [("unique", "a")], 3: [("unique", "a")]}


def test_every_group_that_is_unique_together_is_looked_at(hold):
    """Pandera stops at the first group of columns with a repeat."""
    rows = {"a": [1, 1, 2], "b": [3, 3, 4], "c": [5, 6, 5]}
    schema = pandera.DataFrameSchema(
        {name: pandera.Column(int) for name in rows},
        unique=[["a", "b"], ["c"]],
        report_duplicates="exclude_first",
    )
    with pytest.raises(SchemaErrors) as caught:
        schema.validate(pd.DataFrame(rows), lazy=True)
    assert set(caught.value.failure_cases["index"]) == {1}

    source, checked = hold(rows, from_pandera(schema))
    assert source.row_ids() == [0]
    assert reasons(source, checked) == {1: [("unique", "a, b")], 2: [("unique", "c")]}


def test_a_column_does_not_stay_text_after_coercion(hold):
    frame = pd.DataFrame({"a": ["1", "x", "3"]})
    kept = plain_filter(frame, {"a": pandera.Column(int, coerce=True)})
    assert list(kept["a"]) == ["1", "3"]

    source, _ = hold({"a": ["1", "x", "3"]}, {"columns": {"a": {"dtype": "int"}}})
    assert source.engine.query("SELECT a FROM kept ORDER BY __row__").column(0).to_pylist() == [
        1,
        3,
    ]
    raw = source.engine.query("SELECT a FROM kept_raw ORDER BY __row__").column(0).to_pylist()
    assert raw == ["1", "3"]


def test_one_bad_cell_hides_no_other_check_of_its_column(hold):
    cells = ["1", "x", None, "-3"]
    schema = pandera.DataFrameSchema(
        {"a": pandera.Column(int, pandera.Check.ge(0), coerce=True, nullable=True)}
    )
    with pytest.raises(SchemaErrors) as caught, warnings.catch_warnings():
        schema.validate(pd.DataFrame({"a": cells}), lazy=True)
    assert "-3" not in set(caught.value.failure_cases["failure_case"].astype(str))

    source, checked = hold({"a": cells}, from_pandera(schema))
    assert reasons(source, checked) == {1: [("dtype", "a")], 3: [("min", "a")]}


def test_bad_rows_never_pass_in_silence(hold):
    """pandera before 0.35 let every row through with the flag on a column (pandera#1830)."""
    column = pandera.Column(int, pandera.Check.ge(0), drop_invalid_rows=True)
    source, checked = hold({"a": [1, -1]}, from_pandera(pandera.DataFrameSchema({"a": column})))
    assert source.row_ids() == [0]
    assert reasons(source, checked) == {1: [("min", "a")]}


def test_a_check_that_breaks_down_is_no_silent_pass(hold):
    schema = pandera.DataFrameSchema(
        {"a": pandera.Column(int, pandera.Check(lambda values: values.no_such_thing, name="odd"))}
    )
    _, checked = hold({"a": [1, 2]}, from_pandera(schema))
    assert checked.severity == "error"
    [odd] = [result for result in checked.results if result.rule == "odd"]
    assert odd.is_whole_table
    assert "cannot be computed" in odd.message


def test_a_check_shared_by_two_columns_blames_the_right_one(hold):
    shared = pandera.Check.ge(0)
    schema = pandera.DataFrameSchema(
        {"a": pandera.Column(int, shared), "b": pandera.Column(int, shared)}
    )
    source, checked = hold({"a": [1, -1], "b": [-1, 1]}, from_pandera(schema))
    assert reasons(source, checked) == {0: [("min", "b")], 1: [("min", "a")]}


def test_a_check_that_only_shows_some_failures_loses_none(hold):
    schema = pandera.DataFrameSchema(
        {"a": pandera.Column(int, pandera.Check.ge(0, n_failure_cases=1))}
    )
    source, checked = hold({"a": [-1, -2, -3, 4]}, from_pandera(schema))
    assert sorted(reasons(source, checked)) == [0, 1, 2]


def test_validating_the_schema_itself_means_the_same(make_source):
    contract = contract_of(
        {
            "columns": {"a": {"dtype": "int", "min": 0}, "b": {"dtype": "str", "nullable": True}},
            "rules": [{"name": "b_known", "expect": "b is not null", "when": "a > 1"}],
        }
    )
    frame = pd.DataFrame({"a": [1, 2, 2, -1], "b": [None, None, "x", "y"]}, index=[4, 4, 5, 6])
    with pytest.raises(SchemaErrors) as caught:
        contract.schema.validate(frame.reset_index(drop=True), lazy=True)
    blamed = set(caught.value.failure_cases["index"])

    source = make_source({"a": ["1", "2", "2", "-1"], "b": [None, None, "x", "y"]}, contract)
    checked = check(source, contract)
    assert blamed == set(reasons(source, checked)) == {1, 3}


def test_a_spec_beside_a_pandera_schema_adds_its_rules(hold):
    spec = ContractSpec.model_validate({"rules": [{"name": "small", "expect": "a < 5"}]})
    contract = from_pandera(pandera.DataFrameSchema({"a": pandera.Column(int)}), spec)
    source, checked = hold({"a": [1, 9]}, contract)
    assert reasons(source, checked) == {1: [("small", "")]}
