"""The choice in the report: every figure worded once, hostile names harmless."""

import io

import pytest
from rich.console import Console

from dataaudit.report.choice import describe, lines, show
from dataaudit.report.text import NOTHING

PART = {
    "metric": "accuracy",
    "plan": "2 candidates in 3 folds of 90 rows: at most 6 fits.",
    "candidates": [
        {
            "name": "do nothing",
            "clean": [["encode", {}]],
            "changes": 0,
            "seen_gain": 0.0,
            "repeats": 2,
            "failed_fits": 0,
            "picked": 0.25,
            "left": "",
        },
        {
            "name": "scale: <b>[red]robust",
            "clean": [["scale", {"method": "robust"}], ["encode", {}]],
            "changes": 1,
            "seen_gain": 0.031,
            "repeats": 1,
            "failed_fits": 0,
            "picked": 0.75,
            "left": "",
        },
    ],
    "refused": {"imbalance: smote": "too few rows"},
    "selected": "scale: <b>[red]robust",
    "recommended": "scale: <b>[red]robust",
    "clean": [["scale", {"method": "robust"}], ["encode", {}]],
    "gain": {"value": 0.02, "low": 0.01, "high": 0.03},
    "naive": 0.031,
    "promise": {"rows": 60, "value": 0.02, "low": -0.01, "high": 0.05},
    "realised": 0.04,
    "sentence": "Recommended: `scale: <b>[red]robust`.",
    "lesson": "Picking the best of 2 on the same rows would have reported +3.1.",
    "notes": [],
}
INTERVAL = {"value": 0.5, "low": 0.4, "high": 0.6}
WAY = {
    "method": "smote",
    "balanced_accuracy": INTERVAL,
    "accuracy": INTERVAL,
    "auc": None,
    "log_loss": INTERVAL,
    "brier": INTERVAL,
    "oe": INTERVAL,
    "as_trained": {"log_loss": {"value": 0.9}, "oe": {"value": 8.9}},
    "recall": 0.8,
    "precision": 0.1,
}
BALANCE = {"class": "<i>1", "methods": [WAY], "chosen": "smote", "advice": "Use SMOTE."}


def test_a_choice_is_worded():
    found = describe(PART)
    assert found["promise"] == (
        "On 60 rows that the choice never saw, expect +2.0 points (95 % prediction interval "
        "-1.0 to +5.0 points). It came to +4.0 points, as promised."
    )
    nothing, robust = found["candidates"]
    assert (nothing["gain"], robust["gain"]) == (NOTHING, "+3.1 points")
    assert (nothing["picked"], robust["picked"]) == ("25%", "75%")
    assert (nothing["left"], robust["left"]) == ("", "recommended")
    assert found["steps"] == ["scale (method: robust)", "encode"]


def test_what_came_outside_the_promise_is_said():
    assert describe({**PART, "realised": 0.09})["promise"].endswith("outside the promise.")


def test_doing_nothing_promises_nothing():
    assert describe({**PART, "recommended": "do nothing"})["promise"] == ""


@pytest.mark.parametrize("part", [None, {}, {"unavailable": "too few rows"}])
def test_without_a_choice_there_is_no_section(part):
    assert describe(part) is None


def test_ways_to_treat_a_rare_class_stand_side_by_side():
    [way] = describe(PART, BALANCE)["balance"]["rows"]
    assert (way["way"], way["balanced"], way["recall"]) == ("SMOTE", "50.0 %", "80.0 %")
    assert way["trained"] == "0.900, O/E 8.900"
    assert way["is_taken"]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_terminal_shows_names_as_they_are(width):
    out = io.StringIO()
    console = Console(file=out, width=width)
    console.print(lines(describe(PART, BALANCE)))
    text = "".join(out.getvalue().split())
    assert "scale:<b>[red]robust" in text or width == 40
    assert "imbalance:smote:toofewrows" in text
    assert max(len(line) for line in out.getvalue().splitlines()) <= width


def test_the_terminal_shows_the_ways_to_treat_a_rare_class_beside_the_advice():
    out = io.StringIO()
    Console(file=out, width=110).print(lines(describe(PART, BALANCE)))
    [way] = [line for line in out.getvalue().splitlines() if line.startswith("SMOTE")]
    told = ["50.0", "%", "80.0", "%", "10.0", "%", NOTHING, "0.500", "0.900,", "O/E", "8.900"]
    assert way.split()[1:] == told
    assert "Use SMOTE." in out.getvalue()


def test_nothing_is_shown_without_a_choice(capsys):
    show(None)
    assert capsys.readouterr() == ("", "")
