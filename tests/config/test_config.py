import jsonschema
import pytest

from dataaudit.config import from_dict, load, schema
from dataaudit.errors import ConfigError, UnknownNameError

SHORTEST = "source: {path: t.csv}\ntask: {target: y}\n"


def write(tmp_path, text):
    path = tmp_path / "pipeline.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_only_the_path_and_the_target_are_required(tmp_path):
    config = load(write(tmp_path, SHORTEST))
    assert (config.source.path, config.task.target, config.name) == ("t.csv", "y", "t")
    assert config.split.test == 0.2


def test_yaml_is_version_1_2(tmp_path):
    text = SHORTEST + "contract: {columns: {y: {isin: [Yes, on, 1:30], null: [N/A]}}}\n"
    rule = load(write(tmp_path, text)).contract.columns["y"]
    assert rule.isin == ["Yes", "on", "1:30"]
    assert tuple(rule.null) == ("N/A",)


def test_environment_variables_are_filled_in_and_add_no_structure(tmp_path, monkeypatch):
    monkeypatch.setenv("TABLE", "a.csv}, evil: {x: 1")
    monkeypatch.delenv("ELSE", raising=False)
    text = "source: {path: ${TABLE}}\ntask: {target: ${ELSE:-y}}\ntrain: {epochs: ${N:-7}}\n"
    config = load(write(tmp_path, text))
    assert config.source.path == "a.csv}, evil: {x: 1"
    assert (config.task.target, config.train.epochs) == ("y", 7)


def test_a_variable_that_is_not_set_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv("NOWHERE", raising=False)
    with pytest.raises(ConfigError, match="NOWHERE"):
        load(write(tmp_path, "source: {path: ${NOWHERE}}\ntask: {target: y}\n"))


@pytest.mark.parametrize(
    ("text", "line", "meant"),
    [
        (SHORTEST + "trian: {epochs: 3}\n", 3, "train"),
        (SHORTEST + "train:\n  epochs: 3\n  batch: 3\n", 5, "batch_size"),
        (SHORTEST + "contract:\n  columns:\n    y: {dtyp: int}\n", 5, "dtype"),
        (SHORTEST + "contract:\n  rules:\n  - {nam: a, expect: 'y > 0'}\n", 5, "name"),
        (SHORTEST + "prove: {fold: 3}\n", 3, "folds"),
        (SHORTEST + "clean:\n  - missing\n  - outlier\n", 5, "outliers"),
        (SHORTEST + "clean:\n  - missing: {numerc: mean}\n", 4, "numeric"),
        (SHORTEST + "audit: {checks: {mising: {}}}\n", 3, "missing"),
        (SHORTEST + "audit:\n  checks:\n    missing: {wrn: 5%}\n", 5, "warn"),
    ],
)
def test_an_unknown_key_is_refused_with_line_and_the_nearest_one(tmp_path, text, line, meant):
    with pytest.raises(UnknownNameError) as caught:
        load(write(tmp_path, text))
    assert caught.value.line == line
    assert f"Did you mean {meant!r}?" in str(caught.value)
    assert "pipeline.yaml" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("source: {path: t.csv}\n", None, "task"),
        (SHORTEST + "train:\n  epochs: many\n", 4, "train.epochs"),
        (SHORTEST + "split: {test: 150%}\n", 3, "split.test"),
        (SHORTEST + "clean:\n  - outliers: {reach: -1}\n", 4, "outliers.reach"),
        (SHORTEST + "gate: {fail_on: always}\n", 3, "gate.fail_on"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place(tmp_path, text, line, key):
    with pytest.raises(ConfigError) as caught:
        load(write(tmp_path, text))
    assert (caught.value.where, caught.value.line) == (key, line)


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "a: [1, 2\n", "a: b: c\n", "\ta: 1\n"])
def test_what_is_no_mapping_or_no_yaml_is_a_config_error(tmp_path, text):
    with pytest.raises(ConfigError):
        load(write(tmp_path, text))


def test_a_file_that_is_missing_or_not_utf8_is_a_config_error(tmp_path):
    with pytest.raises(ConfigError, match="readable UTF-8"):
        load(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes("name: Müller".encode("latin-1"))
    with pytest.raises(ConfigError, match="readable UTF-8"):
        load(tmp_path / "latin.yaml")


def test_set_overrides_one_key(tmp_path):
    config = load(write(tmp_path, SHORTEST), {"train.epochs": "5", "output.dir": "elsewhere"})
    assert (config.train.epochs, config.output.dir) == (5, "elsewhere")


def test_prove_can_be_off():
    config = from_dict({"source": {"path": "t"}, "task": {"target": "y"}, "prove": "off"})
    assert config.prove == "off"


def test_the_json_schema_takes_the_sample_and_refuses_a_wrong_key():
    published = schema()
    jsonschema.Draft202012Validator.check_schema(published)
    good = {
        "source": {"path": "t"},
        "task": {"target": "y"},
        "audit": {"checks": {"missing": {"warn": "5%"}}},
        "clean": ["missing", {"scale": {"method": "robust"}}, {"use": "a:B"}],
    }
    jsonschema.validate(good, published)
    jsonschema.validate({**good, "clean": "auto"}, published)
    for wrong in (
        {"clean": ["mising"]},
        {"clean": "atuo"},
        {"audit": {"checks": {"mising": {}}}},
        {"tain": {}},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**good, **wrong}, published)


@pytest.mark.parametrize("wrong", ["atuo", None, 3, {"scale": {}}])
def test_clean_is_a_list_or_auto(wrong):
    with pytest.raises(ConfigError, match="a list of steps, or `auto`"):
        from_dict({"source": {"path": "t.csv"}, "task": {"target": "y"}, "clean": wrong})


def test_the_steps_of_auto_are_yet_to_be_chosen():
    config = from_dict({"source": {"path": "t.csv"}, "task": {"target": "y"}, "clean": "auto"})
    assert (config.is_auto, config.steps) == (True, [])
    chosen = config.choose([("scale", {"method": "robust"})])
    assert (chosen.is_auto, chosen.steps) == (False, [("scale", {"method": "robust"})])
    assert config.is_auto
