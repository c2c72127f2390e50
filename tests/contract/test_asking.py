"""What only pandera can answer, over several batches, as pandera answers it for the whole table."""

import numpy as np
import pandas as pd
import pytest

from dataaudit.contract import Contract, check, failing, from_pandera
from dataaudit.contract.clauses import clauses
from dataaudit.contract.library import pandera
from tests.contract.conftest import contract_of, reasons

VALUES = [3, 1, 4, 1, 5, 9, 2, 6, None, 3, 5]
GROUPS = list("aabbaabbaab")


def broken(make_source, schema, rows, at_once):
    """Rows and whole-table verdicts by rule, asked in batches."""
    contract = schema if isinstance(schema, Contract) else from_pandera(schema)
    source = make_source(rows, contract)
    found = clauses(contract, list(source.columns))
    failed = failing.find_failures(source.engine, contract, found, source.columns, at_once=at_once)
    rows_by_rule = {
        found[i].rule: source.engine.query(
            f"SELECT __row__ FROM contract_failed WHERE list_contains(broken, {i}) ORDER BY 1"
        )
        .column(0)
        .to_pylist()
        for i in failed.counts
    }
    return rows_by_rule, {found[i].rule for i in failed.whole}


def column(check_of_values, dtype="Int64"):
    return pandera.DataFrameSchema({"v": pandera.Column(dtype, check_of_values, nullable=True)})


def by_pandera(schema):
    frame = pd.DataFrame({"v": pd.array(VALUES, dtype="Int64"), "g": GROUPS})
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        index = errors.failure_cases["index"]
        return sorted(index.dropna().astype(int)), bool(index.isna().any())
    return [], False


CHECKS = {
    "vectorised": lambda v: v % 2 == 1,
    "by the mean": lambda v: v <= v.mean(),
    "repeats": lambda v: ~v.duplicated(),
    "one answer that fails": lambda v: v.mean() > 100,
    "one answer that passes": lambda v: v.mean() > 0,
    "breaks down": lambda v: v.no_such_thing,
    "fails on its last rows": lambda v: v.index < 9,
}


@pytest.mark.parametrize("at_once", [2, 5, 100])
@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("ignore_na", [True, False])
def test_a_function_of_the_users_own(make_source, name, at_once, ignore_na):
    schema = column(pandera.Check(CHECKS[name], name="own", ignore_na=ignore_na))
    rows, whole = by_pandera(schema)
    found = broken(make_source, schema, {"v": VALUES, "g": GROUPS}, at_once)
    assert found == ({"own": rows} if rows else {}, {"own"} if whole else set())


@pytest.mark.parametrize("at_once", [2, 100])
def test_a_function_of_one_value(make_source, at_once):
    schema = column(pandera.Check(lambda v: v < 5, name="own", element_wise=True))
    assert broken(make_source, schema, {"v": VALUES}, at_once) == ({"own": [4, 5, 7, 10]}, set())


@pytest.mark.parametrize("at_once", [2, 100])
def test_groups_are_looked_at_as_a_whole(make_source, at_once):
    check_groups = pandera.Check(
        lambda groups: groups["a"].sum() > groups["b"].sum() + 100, groupby="g", name="own"
    )
    columns = {"v": pandera.Column("Int64", check_groups, nullable=True), "g": pandera.Column(str)}
    schema = pandera.DataFrameSchema(columns)
    found = broken(make_source, schema, {"v": VALUES, "g": GROUPS}, at_once)
    assert found == ({}, {"own"})


@pytest.mark.parametrize("at_once", [2, 100])
def test_rows_are_judged_by_a_function_of_whole_rows(make_source, at_once):
    schema = pandera.DataFrameSchema(
        checks=pandera.Check(lambda frame: frame["a"] < frame["b"], name="own")
    )
    contract = from_pandera(schema)
    source_rows = {"a": [1, 5, 2, 9, 0], "b": [2, 3, 4, 5, 6]}
    dtypes = {"a": "int", "b": "int"}
    source = make_source(source_rows, contract, dtypes=dtypes)
    found = clauses(contract, ["a", "b"])
    failing.find_failures(source.engine, contract, found, source.columns, at_once=at_once)
    rows = source.engine.query("SELECT __row__ FROM contract_failed ORDER BY 1")
    assert rows.column(0).to_pylist() == [1, 3]


def test_a_pattern_that_has_no_form_in_sql_is_asked_in_batches(make_source):
    contract = contract_of({"columns": {"t": {"pattern": "(?!x).$"}}})
    rows = {"t": ["x", "y", "xx", "a", "x"]}
    assert broken(make_source, contract, rows, 2) == ({"pattern": [0, 2, 4]}, set())


def test_the_values_of_a_column_are_compared_as_a_set(make_source):
    schema = column(pandera.Check.unique_values_eq({1, 2, 3, 4, 5, 6, 9}))
    assert broken(make_source, schema, {"v": VALUES}, 2) == ({}, set())
    schema = column(pandera.Check.unique_values_eq({1, 2}))
    assert broken(make_source, schema, {"v": VALUES}, 2) == ({}, {"unique_values_eq"})


def test_categories_are_looked_up_in_batches(make_source):
    kind = pd.CategoricalDtype(["x", "y"])
    schema = pandera.DataFrameSchema({"c": pandera.Column(kind, nullable=True)})
    rows = {"c": ["x", "z", None, "y", "q"]}
    assert broken(make_source, schema, rows, 2) == ({"dtype": [1, 4]}, set())


@pytest.mark.parametrize("dtype", ["int8", "uint8", "Int16", "uint64"])
def test_narrow_whole_numbers_have_their_ranges(hold, dtype):
    limits = np.iinfo(dtype.lower())
    low, high = int(limits.min), min(int(limits.max), 2**63 - 1)
    cells = [str(low), str(low - 1), str(high), str(min(high + 1, 2**63 - 1)), None]
    schema = pandera.DataFrameSchema({"v": pandera.Column(dtype, nullable=True, unique=False)})
    source, checked = hold({"v": cells}, from_pandera(schema))
    over = [3] if high < 2**63 - 1 else []
    assert sorted(reasons(source, checked)) == [1, *over]


def test_one_row_no_rows_and_only_bad_rows(hold):
    spec = {"columns": {"a": {"dtype": "int", "min": 0, "unique": True}}}
    for cells, kept in (["-1"], 0), (["1"], 1), ([], 0), (["-1"] * 50, 0):
        source, checked = hold({"a": cells}, spec)
        assert (checked.kept, checked.quarantined) == (kept, len(cells) - kept)
        assert source.row_ids("kept_raw") == source.row_ids()


def test_text_columns_of_a_typed_source_are_seen_without_reading_twice(make_source):
    """Blank cells and null tokens are missing, whatever white space they have."""
    spec = {"columns": {"t": {"dtype": "str", "isin": ["a"], "null": ["?"]}}}
    contract = contract_of(spec)
    cells = ["a", " ", "", "?", " ? ", "\u00a0", "? a", None, "\u3000?"]
    source = make_source({"t": cells}, contract)
    checked = check(source, contract)
    nullable = [("nullable", "t")]
    assert reasons(source, checked) == {
        **dict.fromkeys([1, 2, 3, 4, 5, 7, 8], nullable),
        6: [("isin", "t")],
    }
