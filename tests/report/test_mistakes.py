import io

from rich.console import Console

from dataaudit.report.collect import collect
from dataaudit.report.html import render
from dataaudit.report.mistakes import describe, lines
from dataaudit.table import Task

PART = {
    "arm": "clean",
    "error": 0.15,
    "tested": 7,
    "slices": [
        {
            "where": [["<script>", "is `x`"], ["age", "is at most 25"]],
            "rows": 1200,
            "error": 0.31,
            "excess": 0.16,
            "low": 0.1,
            "high": 0.22,
            "p": 0.001,
            "examples": [4, 8],
            "sentence": "Where `<script>` is `x` and `age` is at most 25, 31.0% of 1,200 rows are "
            "wrong, against 15.0% of all.",
        }
    ],
    "confident": {
        "sure": 90,
        "wrong": 1,
        "rows": [{"row": 4, "said": "no", "label": "yes", "probability": 0.97}],
        "sentence": "Of 90 rows that the network is at least 90% sure of, 1 are wrong.",
    },
    "confusions": {
        "table": [[80, 5], [10, 5]],
        "pairs": [{"label": "yes", "said": "no", "rows": 10.0, "share": 0.667, "examples": [4]}],
        "sentence": "The most frequent mistake: 66.7% of `yes` are taken for `no` (10 rows).",
    },
    "calibration": {
        "classes": [
            {"class": "no", "predicted": 0.9, "actual": 0.85, "gap": 0.05, "rows": 85},
            {"class": "yes", "predicted": 0.1, "actual": 0.15, "gap": 0.05, "rows": 15},
        ],
        "sentence": "The probabilities of `yes` are off by 5.0 points on average.",
    },
    "sentence": "Where `<script>` is `x` and `age` is at most 25, 31.0% of 1,200 rows are wrong.",
}
TASK = Task(target="out", kind="classification", classes=("no", "yes"))
NUMBERS = {
    "arm": "clean",
    "error": 3.0,
    "tested": 0,
    "slices": [],
    "residuals": {
        "rows": [{"row": 7, "said": 1.5, "label": 9.0, "residual": -7.5}],
        "sentence": "A tenth of the rows makes 60% of the squared error.",
    },
    "sentence": "No part of the table looks weaker than the rest.",
}


def described(part=PART, task=TASK, sensitive=frozenset()):
    return describe({"mistakes": part}, task=task, sensitive=sensitive)


def test_evidence_without_mistakes_has_no_section():
    assert describe({}, task=TASK, sensitive=frozenset()) is None
    assert lines(None) is None


def test_a_weak_part_is_told_with_its_interval():
    [weak] = described()["slices"]
    assert weak["where"] == "`<script>` is `x` and `age` is at most 25"
    assert (weak["error"], weak["more"], weak["rows"]) == ("31.0 %", "10.0 % to 22.0 %", "1,200")


def test_labels_of_a_sensitive_target_are_numbered():
    found = described(sensitive=frozenset({"out"}))
    assert found["pairs"][0]["label"] == "class 2"
    assert "`yes`" not in " ".join(found["sentences"])
    assert "class 2" in " ".join(found["sentences"])


def test_numbers_have_residuals_in_their_unit():
    found = described(NUMBERS, Task(target="out", kind="regression"))
    assert found["rows"] == [{"row": "7", "said": "1.5", "label": "9", "sure": ""}]
    assert found["pairs"] == found["classes"] == []


def test_the_terminal_has_two_lines():
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(lines(described()))
    text = console.export_text().splitlines()
    assert text[0] == "Where it is still wrong"
    assert len(text) == 3


def test_the_page_shows_the_section_and_escapes_names(adult):
    evidence = {**adult["evidence"], "mistakes": PART}
    page = render(collect(**{**adult, "evidence": evidence}))
    assert "Where it is still wrong" in page
    assert "&lt;script&gt;" in page
    assert "<code><script>" not in page
    assert "Where it is still wrong" not in render(collect(**adult))
