import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import confusion_matrix

from dataaudit.proof.mistakes import find_mistakes
from dataaudit.proof.mistakes.answers import calibration, confident, confusions, residuals
from dataaudit.proof.mistakes.parts import part
from dataaudit.proof.mistakes.slices import least_rows
from dataaudit.proof.target import Answers, Target

ROWS = 2000


def table(seed=0, rows=ROWS):
    draw = np.random.default_rng(seed)
    X = pd.DataFrame(draw.normal(size=(rows, 4)), columns=list("abcd"))
    X["town"] = draw.choice(["Oslo", "Bergen", "Vadsø"], rows)
    X["d"] = X["d"].where(draw.random(rows) > 0.2)
    return X


def evidence(X, wrong, seed=0, metric="accuracy", groups=None):
    """Return two repeats of answers that are wrong with the probability given for each row."""
    draw = np.random.default_rng([seed, 1])
    truth = draw.integers(0, 2, len(X)).astype(float)
    answers = []
    for _ in range(2):
        labels = np.where(draw.random(len(X)) < wrong, 1 - truth, truth)
        sure = draw.uniform(0.5, 1, len(X))
        shares = np.where(labels == 1, sure, 1 - sure)
        answers.append(Answers(labels=labels, shares=np.c_[1 - shares, shares]))
    return SimpleNamespace(
        judgement=SimpleNamespace(
            arms={"clean": SimpleNamespace(answers=answers)}, truth=truth, rows=np.arange(len(X))
        ),
        target=Target.of(np.where(truth == 1, "yes", "no"), "classification"),
        metric=metric,
        case=SimpleNamespace(
            X=X, groups=np.arange(len(X)) if groups is None else groups, seed=seed
        ),
    )


def test_a_weak_slice_of_two_columns_is_found():
    X = table()
    weak = (X["town"] == "Vadsø") & (X["a"] > 0.3)
    found = find_mistakes(evidence(X, np.where(weak, 0.6, 0.1)))
    first = found["slices"][0]
    assert {column for column, _ in first["where"]} == {"a", "town"}
    assert ["town", "is `Vadsø`"] in first["where"]
    assert first["excess"] > first["low"] > 0
    assert first["p"] < 0.05
    assert first["error"] == pytest.approx(0.6, abs=0.12)
    assert "rows are wrong, against" in first["sentence"]
    assert weak.iloc[first["examples"]].all()
    json.dumps(found, allow_nan=False)


def test_missing_cells_are_a_slice():
    X = table()
    found = find_mistakes(evidence(X, np.where(X["d"].isna(), 0.5, 0.1)))
    assert found["slices"][0]["where"] == [["d", "is missing"]]


@pytest.mark.slow
def test_where_there_is_no_weak_slice_none_is_found():
    """At most one table in twenty: the slices hold together."""
    alarms = [
        bool(find_mistakes(evidence(table(seed, 600), np.full(600, 0.2), seed))["slices"])
        for seed in range(100)
    ]
    assert np.mean(alarms) <= 0.05 + 0.04  # two standard errors of 100 draws


def test_an_even_network_is_told():
    found = find_mistakes(evidence(table(1, 400), np.full(400, 0.2), 1))
    assert found["slices"] == []
    assert found["sentence"].endswith("half.") or "No part" in found["sentence"]


def test_values_of_hidden_columns_are_not_told():
    X = table()
    found = find_mistakes(evidence(X, np.where(X["town"] == "Vadsø", 0.6, 0.1)), hidden=["town"])
    assert "Vadsø" not in json.dumps(found, ensure_ascii=False)


def test_rows_are_not_told_with_a_label_that_is_sensitive():
    X = table(rows=600)
    found = find_mistakes(evidence(X, np.full(600, 0.3)), is_target_hidden=True)
    assert found["confident"]["rows"]
    assert all(row.keys() == {"row", "probability"} for row in found["confident"]["rows"])
    assert all(not pair["examples"] for pair in found["confusions"]["pairs"])


def test_rows_of_a_group_are_one_piece_of_evidence():
    """One group of 200 rows is wrong throughout: that is one mistake, not 200."""
    X = table(rows=1000).assign(town="Oslo")
    X.loc[:199, "town"] = "Vadsø"
    wrong = np.where(X.index < 200, 1.0, 0.05)
    apart = find_mistakes(evidence(X, wrong))
    together = find_mistakes(evidence(X, wrong, groups=np.maximum(np.arange(1000), 199) - 199))
    assert apart["slices"][0]["where"] == [["town", "is `Vadsø`"]]
    assert not together["slices"]


def test_where_classes_count_alike_a_slice_is_measured_against_its_classes():
    X, draw = table(), np.random.default_rng(3)
    given = evidence(X, np.zeros(ROWS), metric="balanced_accuracy")
    truth = (draw.random(ROWS) < np.where(X["town"] == "Oslo", 0.3, 0.02)).astype(float)
    labels = np.where((truth == 1) & (draw.random(ROWS) < 0.6), 0.0, truth)
    said = Answers(labels=labels, shares=np.eye(2)[labels.astype(int)])
    given.judgement.truth, given.judgement.arms["clean"].answers = truth, [said]
    assert find_mistakes(given)["slices"] == []
    given.metric = "accuracy"
    assert find_mistakes(given)["slices"][0]["where"] == [["town", "is `Oslo`"]]


def test_confident_mistakes_are_named_surest_first():
    target = Target.of(["no", "yes"] * 3, "classification")
    sure = np.array([0.95, 0.02, 0.5, 0.99, 0.97, 0.91])  # of "yes"
    said = Answers(labels=(sure > 0.5) + 0.0, shares=np.c_[1 - sure, sure])
    found = confident([said], target.coded, pd.Index(list("pqrstu")), target)
    assert (found["sure"], found["wrong"]) == (5, 3)
    assert [row["row"] for row in found["rows"]] == ["q", "t", "p"]
    assert found["rows"][0] == {"row": "q", "said": "no", "label": "yes", "probability": 0.98}
    assert "3 are wrong" in found["sentence"]


def test_confusions_are_those_of_scikit_learn():
    draw = np.random.default_rng(0)
    truth, one, other = draw.integers(0, 3, (3, 90)).astype(float)
    target = Target.of(truth.astype(int).astype(str), "classification")
    said = [Answers(labels=labels, shares=np.eye(3)[labels.astype(int)]) for labels in (one, other)]
    found = confusions(said, truth, pd.RangeIndex(90), target)
    wanted = (confusion_matrix(truth, one) + confusion_matrix(truth, other)) / 2
    np.testing.assert_allclose(found["table"], wanted, atol=0.05)
    top = found["pairs"][0]
    assert top["rows"] == (wanted - np.diag(np.diag(wanted))).max()
    assert all(truth[at] == float(top["label"]) for at in top["examples"])


def test_calibration_is_the_mean_gap_of_the_bins():
    target = Target.of(["no"] * 10 + ["yes"] * 10, "classification")
    share = np.r_[np.full(10, 0.2), np.full(10, 0.9)]
    said = Answers(labels=(share > 0.5) + 0.0, shares=np.c_[1 - share, share])
    found = calibration([said], target.coded, target)
    assert [one["gap"] for one in found["classes"]] == pytest.approx([0.15, 0.15])
    assert found["classes"][1]["predicted"] == pytest.approx(0.55)


def test_numbers_have_residuals_and_slices():
    X, draw = table(), np.random.default_rng(0)
    truth = draw.normal(size=ROWS)
    told = truth + draw.normal(size=ROWS) * np.where(X["town"] == "Oslo", 3.0, 0.3)
    given = evidence(X, np.zeros(ROWS), metric="r2")
    given.target = Target.of(truth, "regression")
    given.judgement.truth = truth
    given.judgement.arms["clean"].answers = [Answers(labels=told, shares=told[:, None])]
    found = find_mistakes(given)
    assert found["slices"][0]["where"] == [["town", "is `Oslo`"]]
    assert "the mean error of" in found["slices"][0]["sentence"]
    assert "confusions" not in found
    largest = found["residuals"]["rows"][0]
    assert abs(largest["residual"]) == pytest.approx(np.abs(told - truth).max())
    assert residuals([Answers(labels=truth, shares=truth[:, None])], truth, X.index)["rows"]


def test_columns_of_any_type_are_cut():
    X = pd.DataFrame(
        {
            "number": np.arange(40.0),
            "flag": [True, False] * 20,
            "when": pd.date_range("2024-01-01", periods=40),
            "kind": pd.Categorical(["x", "y"] * 20),
            "free": [f"text {i}" for i in range(40)],
            "empty": [np.nan] * 40,
            "same": 1.0,
            "<b>`;": ["a" * 90, None] * 20,
        }
    )
    cuts = {cut.column: cut for cut in part(X, least=5)}
    assert set(cuts) == {"number", "flag", "when", "kind", "<b>`;"}
    assert np.bincount(cuts["number"].codes).tolist() == [8] * 5
    assert cuts["flag"].words == ("is `True`", "is `False`")
    assert len(cuts["<b>`;"].words[0]) < 50
    assert all(len(cut.codes) == 40 for cut in cuts.values())


def test_a_slice_has_rows_enough():
    assert least_rows(300) == 20
