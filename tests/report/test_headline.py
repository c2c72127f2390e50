"""The verdict of a run, and what to do next."""

import pandas as pd
import pytest

from dataaudit.finding import Status
from dataaudit.report.collect import collect

PREPARATION = "It is the preparation: scaling, encoding and filling gaps"
SAME, HELPS, HARMS, OPEN = "no practical difference", "helps", "harms", "undecided"


def titled(make, *findings, evidence=None, **rest):
    outcomes = make.outcomes(*findings, ended=rest.pop("ended", None))
    frame_profile = make.profile(rest.pop("frame"))
    return collect(name="t", outcomes=outcomes, profile=frame_profile, evidence=evidence, **rest)


@pytest.fixture
def frame():
    return pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": ["x", "y", None]})


@pytest.fixture
def warning(make):
    return make.finding("scale", "warning", "`a` is far too wide.", "a")


@pytest.mark.parametrize(
    ("verdicts", "title", "tone"),
    [
        (
            {"base": HELPS, "base_effect": 0.023},
            "It is the data: cleaning it is worth 2.3 points of accuracy.",
            "good",
        ),
        (
            {"base": HARMS, "base_effect": -0.012},
            "Plain preparation does better: this cleaning costs 1.2 points of accuracy.",
            "bad",
        ),
        (
            {},
            f"{PREPARATION} are worth 7.2 points of accuracy.",
            "good",
        ),
        (
            {"base": OPEN, "naive": OPEN},
            "Undecided: there are too few rows to tell whether cleaning helps.",
            "open",
        ),
        (
            {"naive": SAME, "naive_effect": 0.0},
            "Not your data: nothing harmful was found, and cleaning changes nothing.",
            "calm",
        ),
        (
            {"clean": 0.75, "naive": SAME, "naive_effect": 0.0},
            "The network learns nothing from these columns, cleaned or not.",
            "bad",
        ),
    ],
)
def test_the_title_follows_from_the_verdicts(make, frame, verdicts, title, tone):
    answer = titled(make, frame=frame, evidence=make.evidence(**verdicts))["headline"]
    assert (answer["title"], answer["tone"]) == (title, tone)


def test_an_error_comes_before_any_gain(make, frame):
    leak = make.finding("leakage", "error", "`a` gives the target away.", "a")
    answer = titled(make, leak, frame=frame, evidence=make.evidence())["headline"]
    assert answer["title"] == "Do not trust the accuracy yet: one finding spoils the result."
    assert answer["tone"] == "bad"


def test_flaws_that_cost_nothing_are_said_to_cost_nothing(make, frame, warning):
    evidence = make.evidence(naive=SAME, naive_effect=0.0)
    title = titled(make, warning, frame=frame, evidence=evidence)["headline"]["title"]
    assert title == "The data has flaws, but cleaning them does not move the accuracy."


def test_without_evidence_the_reason_is_said(make, frame, warning):
    report = titled(make, warning, frame=frame, unproven="`prove` is off")
    assert report["headline"]["title"] == "One thing in the data is probably harmful."
    assert report["headline"]["lines"] == [
        "What cleaning is worth was not measured: `prove` is off."
    ]
    assert report["comparison"] is None


def test_a_clean_table_without_evidence_is_called_clean(make, frame):
    answer = titled(make, frame=frame)["headline"]
    assert answer["title"] == "Nothing harmful was found in the data."
    assert answer["counts"] == "no findings"


def test_the_text_to_paste_has_the_numbers_and_the_worst_findings(make, frame, warning):
    paste = titled(make, warning, frame=frame, evidence=make.evidence())["headline"]["paste"]
    assert paste == (
        "t (3 rows): It is the preparation: scaling, encoding and filling gaps are worth "
        "7.2 points of accuracy.\n"
        "Accuracy on rows the network never saw: fed as it is, the network reaches 77.9 %, "
        "with plain preparation 85.0 %, cleaned 85.1 %, always giving the same answer 75.9 %.\n"
        "clean against base: no practical difference, +0.1 points "
        "(95 % interval -0.5 to +0.7 points).\n"
        "- a is far too wide."
    )


def test_misleading_accuracy_is_said_where_it_is_not_the_metric(make, frame):
    evidence = make.evidence()
    evidence["metric"] = "balanced_accuracy"
    lines = titled(make, frame=frame, evidence=evidence)["headline"]["lines"]
    assert lines[1] == (
        "Accuracy misleads here: always giving the same answer scores 75.9 % and never names "
        "`>50K`. Recall of `>50K`: plain 61.0 %, cleaned 61.0 %."
    )


def test_next_steps_begin_with_errors_and_leave_out_what_was_done(make, frame):
    scale = {"action": "Scale.", "step": "scale"}
    fill = {"action": "Fill.", "step": "missing"}
    findings = [
        make.finding("scale", "warning", "Wide.", "a", remedy=scale),
        make.finding("missing", "warning", "Gaps.", "b", remedy=fill),
        make.finding("leakage", "error", "Leak.", "a", remedy={"action": "Ignore `a`."}),
    ]
    steps = titled(
        make,
        *findings,
        frame=frame,
        evidence=make.evidence(),
        cleaning=[{"name": "scale"}],
        contract=[
            {"rule": "max", "column": "age", "severity": "error", "rows": 4}
            | {"message": "4 of 9 rows: `age` is above 110."}
        ],
        ended={"types": (Status.FAILED, "ValueError")},
    )["next"]
    assert [step["text"] for step in steps] == [
        "Leak.",
        "Report that the check `types` broke down.",
        (
            "Keep the plain preparation (`base`: one-hot, median with a flag, standard scaling). "
            "What is left to gain lies in other columns, more rows or another network."
        ),
        "The contract is broken: `age` above 110 (4).",
        "Fill (`missing` under `clean`).",
    ]
    assert steps[0]["why"] == "Ignore `a`."


def test_how_to_get_the_proof_is_a_step(make, frame):
    why = "prove needs an extra: pip install 'dataaudit[keras]'"
    (step,) = titled(make, frame=frame, unproven=why)["next"]
    assert step["text"] == "Measure what cleaning is worth: pip install 'dataaudit[keras]'"
    assert titled(make, frame=frame, unproven="`prove` is off.")["next"] == []


def test_what_this_run_mended_is_counted_and_not_repeated(make, frame):
    remedy = {"action": "Fill.", "step": "missing"}
    found = [
        make.finding("missing", "warning", "Gaps.", "a", remedy=remedy),
        make.finding("scale", "warning", "Wide.", "b", remedy={"action": "Scale."}),
    ]
    answer = titled(make, *found, frame=frame, cleaning=[{"name": "missing"}])["headline"]
    assert [one["message"] for one in answer["worst"]] == ["Wide."]
    assert answer["mended"] == "This run dealt with 1 of the 2 warnings."


def test_many_findings_of_one_remedy_are_one_step(make, frame):
    remedy = {"action": "Fill.", "step": "missing"}
    gaps = [make.finding("missing", "warning", f"{n}.", "a", remedy=remedy) for n in range(9)]
    steps = titled(make, *gaps, frame=frame)["next"]
    assert [step["why"] for step in steps] == ["0. And 8 findings more like it."]


def test_undecided_says_how_many_rows_would_decide(make, frame):
    evidence = make.evidence(base=OPEN, naive=OPEN)
    report = titled(make, frame=frame, evidence=evidence)
    assert report["next"][-1]["text"] == (
        "Stay with the plain preparation (`base`) until more rows decide: it is simpler."
    )
    assert "about 7,900 rows would decide it" in report["next"][-1]["why"]
