import pytest

from dataaudit.defects import configured
from dataaudit.errors import CodeRefusedError, ConfigError, UnknownNameError
from dataaudit.pipeline import Cleaning

DEFECTS = configured()
SMOTE = {"method": "smote"}


def build(*steps, kind="classification", allow_code=False):
    return Cleaning.build(steps, DEFECTS, kind=kind, seed=5, allow_code=allow_code)


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ([("encode", {}), ("imbalance", SMOTE)], "imbalance` must be before `encode`"),
        ([("imbalance", SMOTE), ("missing", {})], "missing` must be before `imbalance`"),
        ([("imbalance", SMOTE), ("scale", {})], "scale` must be before `imbalance`"),
        ([("missing", {}), ("disguised", {})], "disguised` must be before `missing`"),
        ([("scale", {}), ("disguised", {})], "disguised` must be before `scale`"),
        ([("missing", {}), ("types", {})], "types` must be before `missing`"),
        ([("encode", {}), ("types", {})], "types` must be before `encode`"),
        (
            [("missing", {}), ("outliers", {"action": "blank"})],
            "outliers` must be before `missing`",
        ),
        ([("encode", {}), ("outliers", {"action": "drop"})], "outliers` must be before `encode`"),
        ([("encode", {}), ("categories", {})], "categories` must be before `encode`"),
        ([("encode", {}), ("duplicates", {})], "duplicates` must be before `encode`"),
        (
            [("scale", {}), ("encode", {}), ("scale", {})],
            "scale` must be given once, got .*2 times",
        ),
    ],
)
def test_an_order_that_cannot_work_is_refused_with_the_reason(steps, reason):
    with pytest.raises(ConfigError, match=reason):
        build(*steps)


def test_an_order_that_works_otherwise_configured_is_not_refused():
    assert len(build(("missing", {}), ("outliers", {"action": "clip"})).steps) == 2
    assert len(build(("imbalance", {"method": "threshold"}), ("missing", {})).steps) == 2


def test_the_order_of_the_design_works():
    names = ["disguised", "types", "categories", "outliers", "missing", "scale"]
    cleaning = build(*((name, {}) for name in names), ("imbalance", SMOTE), ("encode", {}))
    assert [name for name, _ in cleaning.steps] == [*names, "imbalance", "encode"]
    assert cleaning.get_params()["imbalance__random_state"] == 5


@pytest.mark.parametrize("method", ["smote", "undersample", "threshold", "class_weight"])
def test_a_regression_has_no_classes_to_balance(method):
    with pytest.raises(ConfigError, match="a regression has no classes"):
        build(("imbalance", {"method": method}), kind="regression")


def test_balancing_by_nothing_is_nothing_in_a_regression_too():
    cleaning = build(("imbalance", {"method": "none"}), kind="regression")
    assert (cleaning.balance, cleaning.steps) == ("none", [("imbalance", "passthrough")])


@pytest.mark.parametrize("name", ["leakage", "contamination"])
def test_a_defect_that_no_step_repairs_is_refused(name):
    with pytest.raises(ConfigError, match=r"no step repairs it.*task\.ignore"):
        build((name, {}))


def test_unknown_steps_and_parameters_suggest_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'scale'"):
        build(("scales", {}))
    with pytest.raises(UnknownNameError, match="Did you mean 'method'"):
        build(("scale", {"methods": "robust"}))


def test_parameters_of_a_step_win_over_those_of_the_check():
    defects = configured({"scale": {"method": "standard", "ratio": 50}})
    cleaning = Cleaning.build([("scale", {"method": "robust"})], defects, kind="regression", seed=0)
    assert type(cleaning.steps[0][1]).__name__ == "SmoothRobustScaler"
    kept = Cleaning.build([("scale", {})], defects, kind="regression", seed=0)
    assert type(kept.steps[0][1]).__name__ == "ColumnTransformer"


POWER = "sklearn.preprocessing:PowerTransformer"


def test_code_that_the_config_names_runs_only_when_allowed():
    step = ("use", {"use": POWER, "params": {"standardize": False}})
    with pytest.raises(CodeRefusedError, match="--allow-code"):
        build(step)
    cleaning = build(step, step, allow_code=True)
    assert [name for name, _ in cleaning.steps] == ["PowerTransformer", "PowerTransformer_2"]
    assert cleaning.steps[0][1].standardize is False


@pytest.mark.parametrize(
    "params",
    [
        {"use": "sklearn.preprocessing"},
        {"use": "sklearn.preprocessing:NoSuchThing"},
        {"use": "no_such_package:Step"},
        {"use": POWER, "params": {"no_such": 1}},
        {"use": "collections:Counter"},
    ],
)
def test_code_that_is_no_step_is_refused(params):
    with pytest.raises(ConfigError, match=r"clean\.use"):
        build(("use", params), allow_code=True)


def test_unknown_keys_beside_use_are_refused():
    with pytest.raises(UnknownNameError, match="Did you mean 'params'"):
        build(("use", {"use": POWER, "param": {}}), allow_code=True)
