"""The bill on the first screen and in the terminal."""

import io
import itertools
import re

import pandas as pd
import pytest
from rich.console import Console

from dataaudit.report import html, terminal
from dataaudit.report.collect import collect

HOSTILE = "<script>alert(1)</script>`\u202e[bold]"


def reported(make, bill, *findings, diagnosis=None, **evidence):
    content = {**make.evidence(**evidence), "bill": bill, "diagnosis": diagnosis}
    frame = pd.DataFrame({"a": [1.0, 2.0]})
    return collect(
        name="t",
        outcomes=make.outcomes(*findings),
        profile=make.profile(frame),
        evidence={key: value for key, value in content.items() if value is not None},
    )


def test_each_line_begins_where_the_one_before_it_ended(make):
    rows = reported(make, make.bill())["bill"]["rows"]
    assert [row["label"] for row in rows] == [
        "As it came, encoded",
        "Blanking disguised gaps",
        "Filling gaps",
        "Scaling",
        "Balancing the classes",
        "All steps",
    ]
    for one, other in itertools.pairwise(rows):
        assert other["start"] == pytest.approx(one["stop"])
    assert rows[-1]["stop"] == pytest.approx(0.851)


def test_prices_come_with_interval_verdict_and_rows_needed(make):
    rows = {row["name"]: row for row in reported(make, make.bill())["bill"]["rows"]}
    scale, disguised = rows["scale"], rows["disguised"]
    assert (scale["text"], scale["interval"], scale["word"]) == ("+7.1", "+6.3 to +7.9", "helps")
    assert (disguised["word"], disguised["needed"]) == ("undecided", "needs ~7,900 rows")
    assert rows["imbalance"]["word"] == "does harm"


def test_the_total_stands_against_plain_preparation_and_a_first_script(make):
    plain, naive = reported(make, make.bill())["bill"]["against"]
    assert (plain["label"], plain["text"]) == ("All steps against plain preparation", "+0.1")
    assert (naive["note"], naive["text"]) == ("mostly scaling and encoding", "+7.2")


def test_the_title_names_what_is_shown_to_help(make):
    title = reported(make, make.bill())["headline"]["title"]
    assert title == "It is the preparation: scaling is worth 7.1 points of accuracy."


def test_harm_is_to_be_taken_out_and_what_would_help_to_be_added_by_worth(make):
    bill = make.bill(others={"outliers": (0.012, 0.009, "helps")})
    steps = reported(make, bill)["next"]
    assert [step["text"] for step in steps[:2]] == [
        "Add `outliers` to `clean`.",
        "Take `imbalance` out of `clean`.",
    ]


def test_a_remedy_that_was_tried_and_is_worth_nothing_is_not_advised(make):
    remedy = {"action": "Clip them.", "step": "outliers"}
    finding = make.finding("outliers", "warning", "Far out.", "a", remedy=remedy)
    tried = make.bill(others={"outliers": (0.0, 0.002, "no practical difference")})
    open_ = make.bill(others={"outliers": (0.0, 0.02, "undecided")})
    assert "Clip them" not in str(reported(make, tried, finding)["next"])
    assert "Clip them" in str(reported(make, open_, finding)["next"])


CAUSE = {
    "cause": "learning_rate_high",
    "sentence": "The learning rate is too high. At a tenth of it accuracy rises by 4.0 points.",
    "causes": [
        {
            "code": "DC202",
            "name": "learning_rate_high",
            "title": "The learning rate is too high",
            "status": "proven",
            "effect": 0.04,
            "low": 0.02,
            "high": 0.06,
            "verdict": "helps",
            "sentence": "At a tenth of it accuracy rises by 4.0 points.",
            "next": "Lower `train.optimizer.learning_rate` to a tenth.",
        },
        {"code": "DC203", "name": "dead", "status": "suspected", "sentence": "", "next": "x"},
    ],
}
NOTHING = {"scale": (0.001, 0.004, "no practical difference")}


def test_where_the_bill_proves_nothing_and_a_cause_is_proven_it_is_not_the_data(make):
    report = reported(make, make.bill(NOTHING), diagnosis=CAUSE)
    assert report["headline"]["title"] == "It is not your data: the learning rate is too high."
    first = report["next"][0]
    assert first["text"] == "Lower `train.optimizer.learning_rate` to a tenth."
    assert first["why"] == "At a tenth of it accuracy rises by 4.0 points."


def test_where_the_whole_is_open_a_proven_cause_elsewhere_is_the_title(make):
    bill = make.bill({"scale": (0.05, 0.01, "helps")})
    open_ = {"base": "undecided", "naive": "undecided"}
    title = reported(make, bill, diagnosis=CAUSE, **open_)["headline"]["title"]
    assert title == "It is not the data alone: the learning rate is too high."


def test_a_proven_price_keeps_the_title_and_the_cause_is_told_as_well(make):
    headline = reported(make, make.bill(), diagnosis=CAUSE)["headline"]
    assert "scaling" in headline["title"]
    assert "At a tenth of it accuracy rises by 4.0 points." in headline["paste"]


def test_the_bill_can_be_pasted(make):
    paste = reported(make, make.bill())["headline"]["paste"]
    assert "The bill, points of accuracy: scaling +7.1 (+6.3 to +7.9)" in paste


@pytest.mark.parametrize(
    "bill",
    [None, {"unavailable": "bill: the cheapest bill takes 900 s."}, {"sentence": "No step."}],
)
def test_a_report_without_a_bill_says_why_where_there_is_a_reason(make, bill):
    report = reported(make, bill)
    page, said = html.render(report), (bill or {}).get("unavailable", "")
    assert (report["bill"] is None) == (bill is None)
    assert said in page
    terminal.show(report, Console(file=io.StringIO(), width=80))


def test_hostile_names_are_text_on_the_page_and_in_the_terminal(make):
    bill = make.bill({HOSTILE: (0.05, 0.01, "helps"), "scale": (0.02, 0.01, "helps")})
    report = reported(make, bill)
    page = html.render(report)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "\u202e" not in page
    file = io.StringIO()
    terminal.show(report, Console(file=file, width=100))
    assert "[bold]" in file.getvalue()


def test_a_loss_falls_where_a_step_helps(make):
    bill = {**make.bill({"scale": (0.05, 0.01, "helps")}, before=0.5), "metric": "log_loss"}
    bill["after"] = {"value": 0.45, "low": 0.44, "high": 0.46}
    row = reported(make, bill)["bill"]["rows"][1]
    assert (row["start"], row["stop"]) == (0.5, pytest.approx(0.45))
    assert (row["low"], row["high"]) == (pytest.approx(0.44), pytest.approx(0.46))


def test_the_page_draws_every_step_within_the_axis(make):
    page = html.render(reported(make, make.bill()))
    drawn = re.findall(r'<rect class="price" x="([\d.]+)%" width="([\d.]+)%"', page)
    assert len(drawn) == 4
    assert all(0 <= float(x) <= float(x) + float(wide) <= 100 for x, wide in drawn)
