"""`dataaudit diagnose`: arguments, exit codes, and a pipeline from end to end."""

import json
import sys

import numpy as np
import pandas as pd
import pytest

from dataaudit import cli
from dataaudit.report import diagnosis


@pytest.fixture
def said(monkeypatch, capsys):
    def say(*arguments):
        monkeypatch.setattr(sys, "argv", ["dataaudit", "diagnose", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        captured = capsys.readouterr()
        return end.value.code, captured.out, captured.err

    return say


@pytest.fixture
def history(tmp_path):
    path = tmp_path / "history.json"
    losses = {"loss": [0.6, 0.8, 0.5, 0.9, 0.6, 0.8], "val_loss": [0.6, 0.7, 0.6, 0.7, 0.6, 0.7]}
    path.write_text(json.dumps(losses), encoding="utf-8")
    return path


def test_a_history_is_read_for_people_and_for_programs(said, history):
    code, out, err = said("--history", history)
    assert (code, out) == (0, "")
    assert "suspected: The learning rate is too high (T104)" in err
    code, out, _ = said("--history", history, "--json")
    told = json.loads(out)
    assert code == 0
    assert told["cause"] is None
    assert {"code", "name", "status", "effect", "verdict", "sentence", "next"} <= set(
        told["causes"][0]
    )


@pytest.mark.parametrize("both", [True, False])
def test_a_pipeline_or_a_history_is_needed(said, history, both):
    code, _, err = said(*(["p.yaml", "--history", history] if both else []))
    assert code == 2
    assert "one of them" in err


def test_a_history_that_is_none_is_told_in_one_line(said, tmp_path):
    (tmp_path / "h.json").write_text("{}", encoding="utf-8")
    code, _, err = said("--history", tmp_path / "h.json")
    assert code == 3
    assert len(err.splitlines()) == 1
    assert said("--history", tmp_path / "none.json")[0] == 3


@pytest.mark.slow
def test_a_pipeline_is_diagnosed_and_nothing_is_written(said, tmp_path):
    draw = np.random.default_rng(0)
    X = draw.normal(size=(160, 2))
    y = np.where(X[:, 0] > 0, "yes", "no")
    pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "y": y}).to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "p.yaml").write_text(
        f"source: {{path: {tmp_path / 't.csv'}}}\ntask: {{target: y}}\nclean: [scale]\n"
        "train: {network: {hidden: [4]}, max_steps: 40, batch_size: 16}\n"
        "prove: {folds: 2, repeats: 1, budget: 60s}\n"
        f"output: {{dir: {tmp_path / 'out'}}}\n",
        encoding="utf-8",
    )
    code, out, _ = said(tmp_path / "p.yaml", "--json")
    assert code == 0
    told = json.loads(out)
    assert told["subject"] == "clean"
    assert {one["status"] for one in told["causes"]} <= {
        "proven",
        "suspected",
        "absent",
        "not applicable",
    }
    assert not (tmp_path / "out").exists()


def test_the_report_shows_what_is_open_first():
    found = {
        "metric": "accuracy",
        "diagnosis": {
            "sentence": "The rate is too high.",
            "causes": [
                {
                    "code": "T104",
                    "title": "The learning rate is too high",
                    "status": "proven",
                    "metric": "accuracy",
                    "effect": 0.041,
                    "low": 0.02,
                    "high": 0.06,
                    "sentence": "Up in 40 % of the epochs.",
                    "next": "Lower it.",
                },
                {"code": "T103", "title": "Scale", "status": "absent", "sentence": "Fine."},
            ],
        },
    }
    shown = diagnosis.describe(found)
    assert [one["code"] for one in shown["open"]] == ["T104"]
    assert [one["code"] for one in shown["others"]] == ["T103"]
    assert shown["open"][0]["effect"].startswith("+4.1")
    assert diagnosis.describe({"metric": "accuracy"}) is None
    assert "proven: The learning rate is too high" in str(diagnosis.lines(shown).renderables[1])
