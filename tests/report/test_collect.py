"""The one dictionary: plain, the same every time, without secrets."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from dataaudit.report.collect import collect
from dataaudit.report.comparison import axis
from dataaudit.source.columns import Column
from dataaudit.table import Task


def test_the_report_is_json_and_repeats_byte_for_byte(adult):
    first, second = (json.dumps(collect(**adult), allow_nan=False) for _ in range(2))
    assert first == second


def test_findings_are_worst_first_then_by_share(adult_report):
    found = [(f["severity"], f["share"] or 0.0) for f in adult_report["findings"]]
    severities = ["error", "warning", "info"]
    assert found == sorted(found, key=lambda pair: (severities.index(pair[0]), -pair[1]))
    assert len(found) == 12


def test_every_check_has_a_visible_end(adult_report):
    ended = {check["check"]: check["status"] for check in adult_report["checks"]}
    assert len(ended) == 12
    assert ended["leakage"] == "skipped"
    assert ended["types"] == "not applicable"
    assert ended["identifier"] == "passed"


def test_folders_of_this_machine_never_reach_the_report(adult):
    text = json.dumps(collect(**{**adult, "paths": {"report": "/srv/out/report.html"}}))
    assert "/srv" not in text
    assert "adult_train.csv" in text


def test_nothing_that_is_no_number_reaches_json(make):
    frame = pd.DataFrame({"a": [math.inf, -math.inf, math.nan, 1.0, 1e300]})
    finding = make.finding("scale", "info", "x", "a", share=math.nan, evidence={"r": math.inf})
    evidence = make.evidence(clean=math.nan)
    report = collect(
        outcomes=make.outcomes(finding),
        profile=make.profile(frame),
        sample=frame,
        evidence=evidence,
    )
    json.dumps(report, allow_nan=False)


def test_many_findings_of_one_kind_are_folded_after_three(make):
    gaps = [
        make.finding("missing", "warning", f"{i}.", f"c{i}", share=0.9 - i / 10) for i in range(6)
    ]
    gaps.append(make.finding("scale", "warning", "Wide.", "c0"))
    frame = pd.DataFrame({f"c{i}": [1.0, 2.0] for i in range(6)})
    report = collect(outcomes=make.outcomes(*gaps), profile=make.profile(frame))
    assert report["groups"] == [
        {"shown": [0, 1, 2], "more": [3, 4, 5], "columns": ["c3", "c4", "c5"]},
        {"shown": [6], "more": [], "columns": []},
    ]


def test_curves_speak_of_steps_where_the_evidence_has_them(adult_report):
    clean = adult_report["comparison"]["curves"][2]
    assert (clean["best"], clean["end"]) == ("lowest at step 1,700 of 2,400", "step 2,400")


def test_calibration_is_told_bin_by_bin(adult_report):
    told = adult_report["comparison"]["reliability"]
    assert told["label"] == ">50K"
    assert [arm["arm"] for arm in told["arms"]] == ["naive", "base", "clean"]
    assert told["arms"][2]["points"][0]["text"] == ["1.0 %", "1.0 %"]


def test_an_empty_table_can_be_reported(make):
    frame = pd.DataFrame({"a": pd.Series([], dtype="float64"), "b": pd.Series([], dtype="str")})
    report = collect(outcomes=make.outcomes(), profile=make.profile(frame), sample=frame)
    assert report["rows"] == 0
    assert [column["summary"] for column in report["columns"]] == ["no value at all"] * 2


def test_a_table_without_columns_can_be_reported(make):
    report = collect(outcomes=[], profile=make.profile(pd.DataFrame()))
    assert report["columns"] == []


def test_a_sensitive_column_shows_counts_alone(make):
    frame = pd.DataFrame(
        {"income": [41234.5, 52345.5, 63456.5] * 20, "y": ["Xaver", "Yvonne", None] * 20}
    )
    finding = make.finding(
        "outliers",
        "warning",
        "2 cells of `income` lie far out.",
        "income",
        rows=2,
        share=0.1,
        evidence={"low": 41234.5, "high": 63456.5},
        examples=(17, 18),
        remedy={"action": "Clip.", "step": "outliers", "params": {"low": 41234.5}},
    )
    evidence = make.evidence()
    evidence["arms"]["const"]["per_class"] = {"Xaver": {"recall": {"value": 1.0}, "rows": 20}}
    evidence["arms"]["const"]["description"] = "always `Xaver`"
    evidence["arms"]["clean"]["calibration"]["class"] = "Yvonne"
    evidence["arms"]["base"]["calibration"] = evidence["arms"]["naive"]["calibration"] = {}
    report = collect(
        outcomes=make.outcomes(finding),
        profile=make.profile(frame),
        sample=frame,
        columns={"income": Column(name="income", dtype="float", reason="such as 41234.5")},
        task=Task(target="y", kind="classification", classes=("Xaver", "Yvonne")),
        sensitive=frozenset({"income", "y"}),
        evidence=evidence,
    )
    text = json.dumps(report)
    for secret in ("41234", "41,234", "52345", "52,346", "63456", "63,456", "Xaver", "Yvonne"):
        assert secret not in text, secret
    shown = report["findings"][0]
    assert (shown["extent"], shown["examples"], shown["chart"]) == ("2 rows, 10.0 %", [], None)
    assert report["columns"][0]["distinct"] == 3
    assert report["comparison"]["classes"]["rows"][0]["label"] == "class 1"


def test_the_same_columns_show_values_where_they_are_not_sensitive(make):
    frame = pd.DataFrame({"income": [41234.5, 52345.5, 63456.5] * 20})
    report = collect(outcomes=make.outcomes(), profile=make.profile(frame), sample=frame)
    assert report["columns"][0]["summary"] == "41,234 to 63,456, median 52,346"


def test_rows_that_no_stage_accounts_for_are_said(make):
    stage = {"stage": "split", "rows_in": 10, "rows_out": 7, "dropped": 1}
    smote = {"stage": "clean", "rows_in": 7, "rows_out": 9, "added": 2}
    profile = make.profile(pd.DataFrame())
    account = collect(outcomes=[], profile=profile, account=[stage, smote])["account"]
    assert [entry["lost"] for entry in account] == [2, 0]


def test_a_sample_is_named_as_such(adult):
    profile = adult["profile"]
    sampled = type(profile)(rows=profile.rows, columns=profile.columns, sample_rows=1000)
    report = collect(outcomes=[], profile=sampled)
    assert report["sampled"].startswith(
        "Quantiles, skewness, kurtosis and histograms are from a fixed sample of 1,000"
    )


def test_regression_is_reported_in_its_own_units(make):
    score = {"value": 0.4123, "low": 0.31, "high": 0.52}
    verdict = {"before": "base", "after": "clean", "metric": "r2", "effect": 0.25, "low": 0.1}
    verdict |= {"high": 0.4, "verdict": "helps", "rows": 442, "rows_needed": None}
    evidence = {
        "metric": "r2",
        "kind": "regression",
        "arms": {"base": {"metrics": {"r2": score, "rmse": {"value": 54.321}}}},
        "verdicts": [verdict],
    }
    report = collect(
        outcomes=[],
        profile=make.profile(pd.DataFrame({"y": [1.0, 2.0]})),
        task=Task(target="y", kind="regression"),
        evidence=evidence,
    )
    assert report["comparison"]["arms"][0]["text"] == "0.412"
    assert report["comparison"]["metrics"]["rows"][1]["cells"][0]["text"] == "54.321"
    assert report["headline"]["title"].endswith("worth 0.250 of R².")
    assert report["comparison"]["classes"] is None


def test_a_histogram_counts_every_cell_once(adult_report):
    ages = next(column for column in adult_report["columns"] if column["name"] == "age")
    chart = ages["chart"]
    assert sum(chart["counts"]) + chart["below"] + chart["above"] == 32_561


def test_a_finding_about_a_value_marks_it_in_the_histogram(adult_report):
    capped = next(f for f in adult_report["findings"] if "99,999" in f["message"])
    assert capped["chart"]["value"] == 99_999


def test_whole_numbers_get_bins_of_whole_width(make):
    frame = pd.DataFrame({"n": np.repeat(np.arange(0, 60), 2)})
    chart = collect(outcomes=[], profile=make.profile(frame), sample=frame)["columns"][0]["chart"]
    assert set(chart["counts"]) == {6}  # 60 values in 20 bins of 3, two rows each


def test_dates_have_a_histogram_of_days(make):
    frame = pd.DataFrame({"d": pd.date_range("2020-01-01", periods=100, freq="D")})
    chart = collect(outcomes=[], profile=make.profile(frame), sample=frame)["columns"][0]["chart"]
    assert (chart["from"], chart["to"]) == ("2020-01-01", "2020-04-09")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.0, 1.0], [0.0, 0.25, 0.5, 0.75, 1.0]),
        ([0.759, 0.859], [0.775, 0.8, 0.825, 0.85]),
        ([-300.0, 700.0], [-250.0, 0.0, 250.0, 500.0, 750.0]),
        ([10.0, 10.0], [9.5, 10.0, 10.5]),
    ],
)
def test_ticks_are_round_numbers(values, expected):
    assert [tick["at"] for tick in axis(values, str)["ticks"]] == pytest.approx(expected)


def test_sixty_columns_stay_small_and_quick_to_draw(make):
    from dataaudit.report import html

    random = np.random.default_rng(0)
    frame = pd.DataFrame({f"c{i}": random.normal(size=500) for i in range(60)})
    page = html.render(collect(outcomes=[], profile=make.profile(frame), sample=frame))
    assert page.count('<svg class="histogram"') == 60
    assert len(page) < 300_000


def test_outliers_that_are_a_stand_in_for_missing_are_told_with_it(make):
    frame = pd.DataFrame({"age": [1.0, 2.0, -999.0]})
    code = make.finding("disguised", "warning", "-999.", "age", evidence={"value": -999.0}, rows=1)
    bounds = {"low": -5.0, "high": 9.0}
    far = make.finding("outliers", "warning", "Far.", "age", evidence=bounds, rows=1)
    more = make.finding("outliers", "warning", "Far.", "age", evidence=bounds, rows=2)
    for other, told in ((far, 1), (more, 2)):
        report = collect(outcomes=make.outcomes(code, other), profile=make.profile(frame))
        assert len(report["findings"]) == told
    folded = collect(outcomes=make.outcomes(code, far), profile=make.profile(frame))["findings"]
    assert folded[0]["also"] == [{"code": "DA201", "check": "outliers", "message": "Far."}]


def test_a_class_that_was_never_named_has_no_precision(make):
    evidence = make.evidence()
    precision = {"value": 0.0, "low": 0.0, "high": 1.0}
    evidence["arms"]["const"]["per_class"][">50K"]["precision"] = precision
    report = collect(outcomes=[], profile=make.profile(pd.DataFrame()), evidence=evidence)
    row = report["comparison"]["classes"]["rows"][1]
    assert row["cells"][0]["precision"]["text"] == "-"


def test_the_cleaned_arm_is_described_by_its_steps(adult):
    arms = {arm["arm"]: arm for arm in collect(**adult)["comparison"]["arms"]}
    assert arms["clean"]["description"].endswith("fitted on training rows alone.")
    assert "`scale`" in arms["clean"]["description"]
