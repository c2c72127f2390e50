import pandas as pd
import pytest
import yaml

from dataaudit.contract import (
    ContractSpec,
    check,
    from_pandera,
    load_contract,
    to_yaml,
)
from dataaudit.contract.library import pandera
from dataaudit.errors import CodeRefusedError, ConfigError
from tests.contract.conftest import contract_of, reasons

EVERYTHING = {
    "columns": {
        "age": {"dtype": "int", "min": 18, "max": 110, "unique": True},
        "income": {"dtype": "float", "min": 0, "nullable": True, "null": ["?"], "sensitive": True},
        "day": {"dtype": "date", "min": "2026-01-01", "required": False},
        "sure": {"dtype": "bool", "severity": "warn", "isin": [True]},
        "name": {"dtype": "str", "pattern": "[A-Z]", "min_length": 2, "max_length": 5},
        "kind": {"isin": ["Yes", "No"], "nullable": True},
        "free": {"nullable": True},
    },
    "rules": [
        {"name": "r", "expect": "age > 20 or income > 0", "when": "sure", "severity": "warn"}
    ],
    "strict": "filter",
}
ROWS = {
    "age": ["20", "17", "x", "20", "30", None],
    "income": ["?", "-1", "5", "", "1e3", "7"],
    "day": ["2026-01-01", "2025-12-31", None, "2026-05-05", "2026-05-05", "2026-05-05"],
    "sure": ["true", "false", "true", "true", "true", "maybe"],
    "name": ["Ann", "Bob", "bob", "A", "Abcdef", "Eve"],
    "kind": ["Yes", "No", "yes", None, "Yes", "No"],
    "free": ["1", "2", "3", "4", "5", "6"],
}


def test_a_contract_means_the_same_after_a_trip_through_yaml(tmp_path, make_source):
    first = contract_of(EVERYTHING)
    (tmp_path / "contract.yaml").write_text(to_yaml(first), encoding="utf-8")
    second = load_contract(ContractSpec(file="contract.yaml"), base=tmp_path)

    assert second.declared == first.declared
    assert second.sensitive == first.sensitive == {"income"}
    assert second.rules == first.rules
    sources = [make_source(ROWS, contract) for contract in (first, second)]
    before, after = map(check, sources, (first, second))
    assert after.results == before.results
    assert reasons(sources[1], after) == reasons(sources[0], before) != {}
    assert to_yaml(second) == to_yaml(first)


def test_pandera_reads_what_we_write():
    from pandera.io.pandas_io import from_yaml

    read = from_yaml(to_yaml(contract_of(EVERYTHING)))
    frame = pd.DataFrame({"age": [20, 17], "income": [1.0, -1.0], "free": ["a", "b"]})
    frame = frame.assign(
        day=pd.Timestamp("2026-02-02"), sure=True, name=["Ann", "bob"], kind=["Yes", "yes"]
    )
    with pytest.raises(pandera.errors.SchemaErrors) as caught:
        read.validate(frame, lazy=True)
    blamed = caught.value.failure_cases[["column", "index"]].to_records(index=False).tolist()
    assert sorted(blamed) == [("age", 1), ("income", 1), ("kind", 1), ("name", 1)]


def test_a_file_written_by_pandera_is_taken(tmp_path, make_source):
    from pandera.io.pandas_io import to_yaml as write

    schema = pandera.DataFrameSchema(
        {
            "a": pandera.Column("int8", pandera.Check.in_range(0, 300)),
            "b": pandera.Column("category", pandera.Check.isin(["x"]), nullable=True),
        }
    )
    write(schema, tmp_path / "schema.yaml")
    contract = load_contract(ContractSpec(file="schema.yaml"), base=tmp_path)
    source = make_source({"a": ["1", "299", "1.5"], "b": ["x", None, "y"]}, contract)
    assert reasons(source, check(source, contract)) == {
        1: [("dtype", "a")],  # 299 is no int8
        2: [("dtype", "a"), ("isin", "b")],
    }


def test_a_schema_in_python_needs_leave_to_run(tmp_path):
    (tmp_path / "my_schema.py").write_text(
        "import pandera.pandas as pa\n"
        "class Rows(pa.DataFrameModel):\n"
        "    age: int = pa.Field(ge=18)\n"
        "    note: str = pa.Field(isin=['x'], raise_warning=True)\n"
        "    @pa.dataframe_check\n"
        "    def small(cls, frame):\n"
        "        return frame['age'] < 100\n"
    )
    spec = ContractSpec(module="my_schema:Rows", bad_rows="drop")
    with pytest.raises(CodeRefusedError, match="my_schema:Rows"):
        load_contract(spec, base=tmp_path, allow_code=False)
    contract = load_contract(spec, base=tmp_path, allow_code=True)
    assert contract.declared["age"].dtype == "int"
    assert contract.bad_rows == "drop"


def test_checks_in_python_blame_rows_and_keep_their_severity(hold):
    schema = pandera.DataFrameSchema(
        {
            "age": pandera.Column(int, pandera.Check(lambda v: v % 2 == 0, name="even")),
            "note": pandera.Column(str, pandera.Check.isin(["x"], raise_warning=True)),
        },
        checks=pandera.Check(lambda frame: frame["age"] < 100, name="small"),
    )
    source, checked = hold({"age": [2, 3, 100], "note": ["x", "x", "y"]}, from_pandera(schema))
    assert reasons(source, checked) == {1: [("even", "age")], 2: [("isin", "note"), ("small", "")]}
    assert source.row_ids() == [0]


def test_a_pattern_of_column_names_stands_for_each(hold):
    schema = pandera.DataFrameSchema(
        {"^x_": pandera.Column(float, pandera.Check.ge(0), regex=True, nullable=True)}, strict=True
    )
    source, checked = hold(
        {"x_a": [1.0, -1.0], "x_b": [-1.0, 2.0]},
        from_pandera(schema),
        dtypes={"x_a": "float", "x_b": "float"},
    )
    assert reasons(source, checked) == {0: [("min", "x_b")], 1: [("min", "x_a")]}


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        (pandera.DataFrameSchema(index=pandera.Index(int)), "without an index"),
        (
            pandera.DataFrameSchema({"a": pandera.Column(parsers=pandera.Parser(abs))}),
            "without parsers",
        ),
        (pandera.DataFrameSchema({"a": pandera.Column(int, default=1)}), "without defaults"),
        (pandera.DataFrameSchema({("a", "b"): pandera.Column(int)}), "names are text"),
        (pandera.DataFrameSchema({"a": pandera.Column("timedelta64[ns]")}), "timedelta64"),
        ("no schema", "a schema of pandera.pandas"),
    ],
)
def test_what_a_contract_cannot_say_is_refused(schema, text):
    with pytest.raises(ConfigError, match=text):
        from_pandera(schema)


def test_python_checks_cannot_be_written():
    schema = pandera.DataFrameSchema({"a": pandera.Column(int, pandera.Check(lambda v: v > 0))})
    with pytest.raises(ConfigError, match=r"contract\.columns\.a"):
        to_yaml(from_pandera(schema))


@pytest.mark.parametrize(
    "content",
    [
        None,
        "a: [",
        "- 1\n- 2",
        "columns: {a: {dtype: flaot}}",
        yaml.safe_dump({"columns": {"a": {"__init_subclass__": {}}}}),
        yaml.safe_dump({"columns": {"a": {"checks": {"from_builtin_check_name": "isin"}}}}),
        "columns: !!python/object/apply:os.system ['echo ran']",
    ],
)
def test_a_bad_file_is_a_config_error(tmp_path, content):
    if content is not None:
        (tmp_path / "contract.yaml").write_text(content)
    with pytest.raises(ConfigError, match=r"contract\.file"):
        load_contract(ContractSpec(file="contract.yaml"), base=tmp_path)


@pytest.mark.parametrize("module", ["no_such_module:Schema", "json:no_such_name", "json", ":x"])
def test_a_module_that_is_not_there_is_a_config_error(tmp_path, module):
    with pytest.raises(ConfigError, match=r"contract\.module"):
        load_contract(ContractSpec(module=module), base=tmp_path, allow_code=True)
