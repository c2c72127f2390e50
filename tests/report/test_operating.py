"""What balancing did is told apart from what cleaning did."""

import pytest

from dataaudit.report.collect import collect

LEFT = {
    "gain": (0.03, 0.01, 0.05),
    "none": (0.004, -0.02, 0.03),
    "loss": (-0.02, -0.04, -0.001),
}


def evidence_with(make, beyond, oe=6.4):
    """Evidence in which `clean` gains 14 points, and this much of it by one rule."""
    found = make.evidence(base="helps", base_effect=0.14)
    found["metric"] = "balanced_accuracy"
    for verdict in found["verdicts"]:
        verdict["metric"] = "balanced_accuracy"
    for arm, auc in (("naive", 0.60), ("base", 0.74), ("clean", 0.70)):
        metrics = found["arms"][arm]["metrics"]
        metrics["auc"] = {"value": auc, "low": auc, "high": auc}
        metrics["oe"] = {"value": 0.94, "low": 0.9, "high": 1.0}
    share = {"value": 0.67, "low": 0.65, "high": 0.69}
    arms = {arm: {"balanced_accuracy": share} for arm in found["arms"]}
    trained = {"oe": oe, "log_loss": 0.561}
    arms["clean"] = {"balanced_accuracy": share, **({"as_trained": trained} if oe else {})}
    effect, low, high = LEFT[beyond]
    change = {"effect": effect, "low": low, "high": high}
    auc = {"effect": -0.04, "low": -0.06, "high": -0.02}
    found["operating_point"] = {
        "rule": "the class of the largest multiple",
        "arms": arms,
        "differences": [
            {"before": "base", "after": "clean", "balanced_accuracy": change, "auc": auc}
        ],
    }
    return found


def report_of(adult, evidence, balance="smote"):
    return collect(**{**adult, "outcomes": [], "evidence": evidence, "balance": balance})


@pytest.mark.parametrize(
    ("beyond", "title", "tone"),
    [
        (
            "gain",
            (
                "It is the data: cleaning it is worth 3.0 points of balanced accuracy by the same "
                "decision rule, 14.0 points with SMOTE moving it."
            ),
            "good",
        ),
        (
            "none",
            (
                "It is the decision rule, not the data: 14.0 points of balanced accuracy come with "
                "SMOTE; by the same rule, no gain of cleaning is shown."
            ),
            "open",
        ),
        (
            "loss",
            (
                "It is the decision rule, not the data: 14.0 points of balanced accuracy come with "
                "SMOTE; by the same rule, cleaning with it costs 2.0 points."
            ),
            "open",
        ),
    ],
)
def test_the_title_gives_cleaning_what_is_left_by_one_rule(make, adult, beyond, title, tone):
    answer = report_of(adult, evidence_with(make, beyond))["headline"]
    assert (answer["title"], answer["tone"]) == (title, tone)


def test_ranking_and_calibration_are_said_with_their_numbers(make, adult):
    lines = " ".join(report_of(adult, evidence_with(make, "none"))["headline"]["lines"])
    assert "went from 0.740 to 0.700" in lines
    assert "as trained, `>50K` is predicted 6.4 times as often as it occurs" in lines
    assert "(log-loss 0.561)" in lines
    assert "The saved model corrects for that: 0.94 times" in lines
    assert "`base` reaches 67.0 % and `clean` 67.0 %: +0.4 points" in lines


def test_a_threshold_costs_no_calibration(make, adult):
    evidence = evidence_with(make, "none", oe=None)
    report = report_of(adult, evidence, balance="threshold")
    lines = " ".join(report["headline"]["lines"])
    assert "costs calibration" not in lines
    assert "The threshold moves the point from which `>50K` is named" in lines
    assert report["next"][0]["text"] == (
        "Keep the plain preparation (`base`) and move its threshold: it is simpler."
    )


def test_the_first_step_is_the_threshold_where_it_does_the_same(make, adult):
    steps = report_of(adult, evidence_with(make, "loss"))["next"]
    assert steps[0]["text"] == (
        "Move the threshold alone: `imbalance: {method: threshold}` under `clean`."
    )
    assert steps[0]["why"].endswith("without SMOTE, and leaves probabilities as they are.")
    use = report_of(adult, evidence_with(make, "gain"))["next"][0]["text"]
    assert use.startswith("Train on `clean/train.parquet`")


def test_without_balancing_nothing_is_said_of_it(make, adult):
    report = report_of(adult, evidence_with(make, "none"), balance="none")
    assert report["comparison"]["operating"] is None
    title = report["headline"]["title"]
    assert title == "It is the data: cleaning it is worth 14.0 points of balanced accuracy."


def test_what_is_pasted_is_about_six_lines(make, adult):
    for beyond in LEFT:
        paste = report_of(adult, evidence_with(make, beyond))["headline"]["paste"]
        assert len(paste.splitlines()) <= 6


def test_labels_of_a_sensitive_target_are_numbered(make, adult):
    evidence = evidence_with(make, "none")
    given = {**adult, "outcomes": [], "evidence": evidence, "balance": "smote"}
    report = collect(**given, sensitive=frozenset({"income"}))
    said = " ".join([*report["headline"]["lines"], *report["comparison"]["operating"]["sentences"]])
    assert "50K" not in said
    assert "class 2 is predicted" in said
