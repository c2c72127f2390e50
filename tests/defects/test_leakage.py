from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
from sklearn.metrics import r2_score, roc_auc_score

from dataaudit.defects.leakage import Leakage
from dataaudit.defects.leakage.explained import r_squared, told
from dataaudit.defects.leakage.tally import auc, tally
from dataaudit.finding import Severity, Status

ROWS = 1200


def honest(rows: int = ROWS, positive: float = 0.4, seed: int = 5) -> pd.DataFrame:
    made = np.random.default_rng(seed)
    y = made.random(rows) < positive
    frame = pd.DataFrame({f"x{place}": made.normal(size=rows) + 0.5 * y for place in range(5)})
    frame["town"] = made.choice(["Ulm", "Bonn", "Kiel"], rows)
    return frame.assign(y=np.where(y, "yes", "no"))


def by_column(outcome):
    return {finding.columns[0]: finding for finding in outcome.findings}


def draws(rows: int = ROWS) -> np.random.Generator:
    return np.random.default_rng(rows)


def planted(kind: str, frame: pd.DataFrame) -> pd.Series:
    """Return a column that leaks in one of the ways."""
    yes, chance = frame["y"] == "yes", draws().random(len(frame))
    columns = {
        "copy": np.where(yes, "B", "A"),
        "copied number": np.where(yes, 3.0, 1.0),
        "filled for one class": np.where(yes, chance, np.nan),
        "often filled for one class": np.where(yes & (chance < 0.6), chance, np.nan),
        "text gap": pd.Series(np.where(yes & (chance < 0.6), "boat", None), dtype="str"),
        "zero but for one class": np.where(yes & (chance < 0.7), 1 + chance, 0.0),
        "code without a finding": np.where(
            ~yes & (chance < 0.5), "00000", draws().integers(1000, 1090, len(frame)).astype(str)
        ),
    }
    return pd.Series(columns[kind], index=frame.index)


@pytest.mark.parametrize(
    "kind",
    [
        "copy",
        "copied number",
        "filled for one class",
        "often filled for one class",
        "text gap",
        "zero but for one class",
        "code without a finding",
    ],
)
def test_planted_leak_is_an_error_and_alone(make_table, kind):
    frame = honest()
    frame["leak"] = planted(kind, frame)
    outcome = Leakage().run(make_table(frame, "y"))
    (finding,) = outcome.findings
    assert finding.columns == ("leak",)
    assert finding.severity is Severity.ERROR
    assert finding.evidence["auc"] > 0.6


def test_leak_into_a_rare_class_is_found(make_table):
    frame = honest(5000, positive=0.02)
    frame["fee"] = np.where(frame["y"] == "yes", draws().random(5000) + 1, 0.0)
    finding = by_column(Leakage().run(make_table(frame, "y")))["fee"]
    assert finding.severity is Severity.ERROR
    assert finding.rows == (frame["y"] == "yes").sum()


def test_message_and_evidence_count_both_halves(make_table):
    frame = honest()
    frame["tip"] = planted("zero but for one class", frame)
    (finding,) = Leakage().run(make_table(frame, "y")).findings
    held = int((frame["tip"] != 0).sum())
    assert f"of {held:,} rows where it is not `0`, {held:,} (100.0%) are `yes`" in finding.message
    halves = [finding.evidence[key].split(" of ") for key in ("first_half", "second_half")]
    assert sum(int(hits) for hits, _ in halves) == held
    assert all((frame.loc[list(finding.examples), "tip"] != 0).tolist())


def test_copy_with_a_few_wrong_labels_is_a_question(make_table):
    frame = honest(4000)
    wrong = np.arange(4000) % 20 == 0
    frame["noisy"] = np.where((frame["y"] == "yes") ^ wrong, "B", "A")
    (finding,) = Leakage().run(make_table(frame, "y")).findings
    assert (finding.kind, finding.severity) == ("copy", Severity.WARNING)
    assert finding.message.endswith("?")


def test_smooth_strong_column_is_at_most_a_question(make_table):
    frame = honest()
    frame["strong"] = (frame["y"] == "yes") * 8 + draws().normal(size=ROWS)
    (finding,) = Leakage().run(make_table(frame, "y")).findings
    assert (finding.kind, finding.severity) == ("strong", Severity.WARNING)


def test_value_on_a_smooth_curve_is_no_leak(make_table):
    frame = honest()
    rating = np.where(
        frame["y"] == "yes", draws().integers(4, 11, ROWS), draws().integers(0, 7, ROWS)
    )
    frame["rating"] = rating.astype(float)
    assert (frame.loc[frame["rating"] == 10, "y"] == "yes").all()
    assert Leakage().run(make_table(frame, "y")).status is Status.PASSED


def test_pure_level_that_is_no_gap_is_a_question(make_table):
    frame = honest()
    chance = draws().random(ROWS)
    frame["smell"] = np.where((frame["y"] == "yes") & (chance < 0.4), "foul", "faint")
    frame.loc[chance > 0.9, "smell"] = "sweet"
    (finding,) = Leakage().run(make_table(frame, "y")).findings
    assert finding.severity is Severity.WARNING
    assert finding.message.endswith("known before the target was?")


def test_what_only_one_half_shows_is_no_leak(make_table):
    frame = honest(100, positive=0.5)
    frame["few"] = 1.0
    frame.loc[frame.index[frame["y"] == "yes"][:6], "few"] = 0.0
    assert Leakage().run(make_table(frame, "y")).status is Status.PASSED


def test_many_leaks_are_one_question(make_table):
    frame = honest()
    for place in range(8):
        frame[f"leak{place}"] = np.where(
            (frame["y"] == "yes") & (draws(100 + place).random(ROWS) < 0.5), 1.0, 0.0
        )
    (finding,) = Leakage().run(make_table(frame, "y")).findings
    assert (finding.kind, finding.severity) == ("many", Severity.WARNING)
    assert len(finding.columns) == 8


def test_leak_that_is_no_feature_is_information(make_table):
    frame = honest()
    frame["leak"] = planted("copy", frame)
    table = make_table(frame, "y", ignore={"leak": "known afterwards"})
    (finding,) = Leakage().run(table).findings
    assert finding.severity is Severity.INFO
    assert finding.remedy is None


@pytest.mark.parametrize("hidden", ["y", "leak"])
def test_sensitive_values_are_not_shown(make_table, hidden):
    frame = honest()
    frame["leak"] = planted("code without a finding", frame)
    (finding,) = Leakage().run(make_table(frame, "y", sensitive=frozenset({hidden}))).findings
    shown = finding.message + str(finding.evidence)
    assert ("00000" in shown) == (hidden != "leak")
    assert ("`no`" in shown) == (hidden != "y")


@pytest.mark.parametrize("load", [load_iris, load_wine, load_breast_cancer, load_digits])
def test_easy_honest_tables_raise_no_warning(make_table, load):
    frame = load(as_frame=True).frame
    frame["target"] = frame["target"].astype(str)
    findings = Leakage().run(make_table(frame, "target")).findings
    assert {finding.severity for finding in findings} <= {Severity.INFO}


def test_diabetes_is_silent(make_table):
    frame = load_diabetes(as_frame=True).frame
    table = make_table(frame, "target", kind="regression")
    assert Leakage().run(table).status is Status.PASSED


def test_number_copied_in_another_unit_is_an_error(make_table):
    frame = honest().drop(columns="y")
    frame["price"] = frame["x0"] * 2 + draws().normal(size=ROWS)
    frame["euro"] = (frame["price"] * 0.9 + 4).round(4)
    (finding,) = Leakage().run(make_table(frame, "price", kind="regression")).findings
    assert (finding.columns, finding.severity) == (("euro",), Severity.ERROR)


def test_number_that_nearly_tells_the_target_is_a_question(make_table):
    frame = honest().drop(columns="y")
    frame["price"] = draws().normal(size=ROWS)
    frame["near"] = frame["price"] ** 3 + frame["price"] + draws(1).normal(size=ROWS) * 0.02
    (finding,) = Leakage().run(make_table(frame, "price", kind="regression")).findings
    assert (finding.columns, finding.severity) == (("near",), Severity.WARNING)


@pytest.mark.parametrize("wrong", [0.01, 0.05, 0.1])
def test_copy_of_a_number_with_wrong_rows_is_a_question(make_table, wrong):
    frame = load_diabetes(as_frame=True).frame
    copy = frame["target"] * 0.453 + 20
    rows = draws().random(len(frame)) < wrong
    copy[rows] = draws(1).permutation(copy)[: rows.sum()]
    frame["later"] = np.log(copy)
    (finding,) = Leakage().run(make_table(frame, "target", kind="regression")).findings
    assert (finding.kind, finding.columns) == ("copy", ("later",))
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize("target", ["mean texture", "mean radius"])
def test_honest_measurements_of_one_thing_are_no_copies(make_table, target):
    frame = load_breast_cancer(as_frame=True).frame.filter(regex="mean|error")
    near = {"mean radius": ["mean perimeter", "mean area"]}
    frame = frame.drop(columns=near.get(target, []))
    findings = Leakage().run(make_table(frame, target, kind="regression")).findings
    assert "copy" not in {finding.kind for finding in findings}


def test_a_value_that_most_rows_share_tells_nothing():
    half = np.arange(ROWS) % 2
    rain, snow = (np.maximum(draws(seed).normal(size=ROWS) - 1, 0) for seed in (1, 2))
    assert abs(told(pd.Series(rain), snow, half)) < 0.05
    assert told(pd.Series(rain * 3 + 1), rain, half) > 0.9
    assert told(pd.Series(["a"] * ROWS), rain, half) == 0
    assert told(pd.Series([np.nan] * ROWS), rain, half) == 0


def test_honest_table_passes_and_hostile_ones_end_in_an_outcome(make_table):
    assert Leakage().run(make_table(honest(), "y")).status is Status.PASSED
    hostile = honest(60).assign(**{'"; drop': np.nan, "inf": np.inf, "bad": pd.NaT})
    assert Leakage().run(make_table(hostile, "y")).status is Status.PASSED
    one_class = honest(60).assign(y="no")
    assert Leakage().run(make_table(one_class, "y")).status is Status.PASSED
    few = make_table(honest(3), "y")
    assert Leakage().run(few).reason == "fewer than 50 rows with a target"
    assert Leakage().run(make_table(honest())).reason == "no target"


def test_area_equals_scikit_learn_out_of_fold():
    frame = honest()
    yes = (frame["y"] == "yes").to_numpy()
    half = np.arange(ROWS) % 2
    counted = tally(frame["x0"], yes.astype(int), half)
    areas = []
    for learnt in (0, 1):
        rows = half == learnt
        prior = yes[rows].mean()
        table = pd.DataFrame({"bin": counted.codes[rows], "yes": yes[rows]}).groupby("bin")["yes"]
        score = (table.sum() + prior) / (table.size() + 1)
        guess = pd.Series(counted.codes[~rows]).map(score).fillna(prior)
        areas.append(roc_auc_score(yes[~rows], guess))
    assert auc(counted.counts) == pytest.approx(np.mean(areas))


def test_explained_share_is_near_that_of_the_true_curve():
    x = draws().normal(size=ROWS)
    noise = draws(1).normal(size=ROWS) * 0.5
    y = np.sin(3 * x) + noise
    truth = r2_score(y, np.sin(3 * x))
    found = r_squared(pd.Series(x), y, np.arange(ROWS) % 2)
    assert truth - 0.15 < found < truth
