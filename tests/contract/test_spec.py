import pytest
from pydantic import ValidationError

from dataaudit.contract import ColumnRule, ContractSpec


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ({"dtype": "flaot"}, "Did you mean 'float'?"),
        ({"dtype": "datetime"}, "Did you mean 'date'?"),
        ({"dtype": "zzz"}, "one of int, float, bool, date, str"),
        ({"min": 10, "max": 5}, "`min` at or below `max`"),
        ({"min": "2026-02-01", "max": "2026-01-01"}, "`min` at or below `max`"),
        ({"min_length": 3, "max_length": 2}, "`min_length` at or below `max_length`"),
        ({"pattern": "("}, "a regular expression"),
        ({"dtype": "str", "min": 0}, "as the column is str"),
        ({"dtype": "int", "pattern": "a"}, "int and not text"),
        ({"dtype": "int", "isin": ["a"]}, "'a' is none"),
        ({"dtype": "str", "isin": [True]}, "True is none"),
        ({"dtype": "int", "min": "2026-01-01"}, "bounds that are numbers"),
        ({"min": True}, "a number or a date"),
        ({"isin": []}, "at least 1 item"),
        ({"minimum": 0}, "Extra inputs"),
    ],
)
def test_a_wrong_rule_is_refused_with_the_way_out(rule, text):
    with pytest.raises(ValidationError) as caught:
        ContractSpec.model_validate({"columns": {"age": rule}})
    assert text in caught.value.errors()[0]["msg"]
    assert caught.value.errors()[0]["loc"][:2] == ("columns", "age")


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ({}, None),
        ({"dtype": "int", "min": 0.5}, "int"),
        ({"min": 0}, "float"),
        ({"max": "2026-01-01"}, "date"),
        ({"pattern": "x"}, "str"),
        ({"isin": ["1", "2"]}, "str"),
        ({"isin": [1, 2]}, "float"),
        ({"isin": [True]}, None),
        ({"nullable": True}, None),
    ],
)
def test_the_type_follows_from_the_rules(rule, kind):
    assert ColumnRule(**rule).kind == kind


def test_numbers_may_stand_as_null_tokens():
    assert ColumnRule(null=[-999, "?"]).null == ["-999", "?"]


def test_only_one_place_defines_the_columns():
    with pytest.raises(ValidationError, match="only one of"):
        ContractSpec(columns={"a": ColumnRule()}, file="contract.yaml")


def test_two_rules_of_one_name_are_refused():
    rule = {"name": "r", "expect": "a > 0"}
    with pytest.raises(ValidationError, match="stands twice"):
        ContractSpec.model_validate({"rules": [rule, rule]})


def test_limits_are_shares_in_order():
    assert ContractSpec.model_validate({"limits": {"warn": "1%"}}).limits.warn == 0.01
    with pytest.raises(ValidationError, match="at or below `error`"):
        ContractSpec.model_validate({"limits": {"warn": "10%"}})


def test_a_rule_that_is_no_harmless_expression_is_refused():
    with pytest.raises(ValidationError, match="READ_CSV"):
        ContractSpec.model_validate({"rules": [{"name": "r", "expect": "read_csv('/etc/passwd')"}]})
