"""A file with other steps under `clean`: what a person wrote elsewhere stays byte for byte."""

import pytest

from dataaudit.config import load
from dataaudit.config.document import read
from dataaudit.config.writing import scalar, steps_of, with_steps
from dataaudit.errors import ConfigError

STEPS = [("missing", {"numeric": "median", "indicator": True}), ("scale", {"method": "standard"})]
WRITTEN = "clean:\n  - missing: {numeric: median, indicator: true}\n  - scale: {method: standard}\n"
FILE = """\
# why this file is here
version: 1
source: {path: "${WHERE:-x.csv}"}   # the table
task:
  target: "yes; drop table"   # a name
  ignore: ["<script>", 'a ''quote''']
clean:   # by hand
  - missing
  # a remark on scaling
  - scale: {method: robust}

# how long it may take
prove: {budget: 5s}
"""


def test_only_the_lines_of_clean_are_written_anew():
    before, after = FILE.split("clean:   # by hand")
    rest = after[after.index("\n# how long") :]
    assert with_steps(FILE, STEPS) == before + WRITTEN + rest


def test_the_written_file_loads_with_the_new_steps(tmp_path):
    path = tmp_path / "pipeline.yaml"
    path.write_text(with_steps(FILE, STEPS, note="chosen by\n trial"), encoding="utf-8")
    config = load(path)
    assert config.steps == STEPS
    assert config.task.target == "yes; drop table"
    assert list(config.task.ignore) == ["<script>", "a 'quote'"]
    assert "clean:\n  # chosen by trial\n" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("old", ["clean: auto", "clean: []", "clean:\n- missing\n- encode"])
def test_every_form_of_the_old_list_is_replaced(old):
    text = f"{old}\nseed: 7  # mine\n"
    assert with_steps(text, STEPS) == f"{WRITTEN}seed: 7  # mine\n"


def test_a_file_without_clean_gets_it_at_the_end():
    assert with_steps("seed: 7\n", STEPS) == f"seed: 7\n{WRITTEN}"


def test_clean_at_the_end_needs_no_newline():
    assert with_steps("seed: 7\nclean: auto", STEPS) == f"seed: 7\n{WRITTEN}"


def test_a_file_on_one_line_is_written_anew():
    written = with_steps('{"seed": 7, "clean": "auto", "task": {"target": "y"}}', STEPS)
    data, _ = read(written, None)
    assert data["seed"] == 7
    assert data["clean"] == [{name: params} for name, params in STEPS]


def test_a_secret_is_never_written_into_a_file(monkeypatch):
    monkeypatch.setenv("WHERE", "secret")
    with pytest.raises(ConfigError, match="lines of its own"):
        with_steps('{"source": {"path": "${WHERE}"}, "clean": "auto"}', STEPS)


def test_steps_without_parameters_are_names():
    assert steps_of([("encode", {})]) == ["clean:", "  - encode"]


@pytest.mark.parametrize("word", ["no", "on", "null", "1:30", "a: b", '"', "\n", "", "é"])
def test_every_text_is_read_back_as_it_was(word):
    assert read(f"key: {scalar(word)}\n", None)[0]["key"] == word
