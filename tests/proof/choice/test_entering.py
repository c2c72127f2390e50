"""A choice in the evidence of a run: the verdict on what was chosen is corrected."""

from types import SimpleNamespace

import pytest

from dataaudit.proof.choice.entering import entered
from dataaudit.proof.evidence import Evidence
from dataaudit.proof.statistics import Interval, SecondOpinion
from dataaudit.proof.verdict import HELPS, UNDECIDED, Verdict


def verdict(before):
    opinion = SecondOpinion(effect=0, low=0, high=0, p=1, worse=0, same=1, better=0)
    return Verdict(
        before=before,
        after="clean",
        metric="accuracy",
        found=Interval(0.05, 0.03, 0.07),
        verdict=HELPS,
        p=0.01,
        rows=500,
        rows_needed=None,
        second_opinion=opinion,
        smallest_effect=0.01,
    )


def evidence():
    arms = {
        "base": {"test": {"accuracy": 0.8, "log_loss": 0.5}},
        "clean": {"test": {"accuracy": 0.83, "log_loss": 0.4}},
    }
    verdicts = [verdict("naive"), verdict("base")]
    content = {"arms": arms, "verdicts": [v.to_dict() for v in verdicts], "notes": ["first"]}
    return Evidence(
        metric="accuracy",
        target=None,
        plan=None,
        judgement=None,
        verdicts=verdicts,
        finals={},
        content=content,
        case=None,
    )


def choice(gain, *, nothing=False, balance=None):
    return SimpleNamespace(
        does_nothing=nothing,
        metric="accuracy",
        honest=SimpleNamespace(gain=gain),
        balance=balance or {},
        to_dict=lambda unseen: {"rows": unseen},
        signed=lambda difference: difference,
    )


def test_the_verdict_against_the_baseline_is_the_honest_gain():
    found = entered(evidence(), choice(Interval(0.02, -0.01, 0.05)), unseen=100)
    naive, base = found.to_dict()["verdicts"]
    assert (base["effect"], base["low"], base["high"]) == (0.02, -0.01, 0.05)
    assert base["verdict"] == UNDECIDED
    assert naive["effect"] == 0.05
    assert len(found.to_dict()["notes"]) == 2


def test_doing_nothing_was_not_picked_for_its_luck():
    found = entered(evidence(), choice(Interval(0.0, -0.1, 0.1), nothing=True), unseen=100)
    assert found.to_dict()["verdicts"][1]["effect"] == 0.05
    assert found.to_dict()["notes"] == ["first"]


def test_what_came_on_the_test_rows_stands_beside_the_promise():
    part = entered(evidence(), choice(Interval(0.02, 0.01, 0.05)), unseen=100).to_dict()["choice"]
    assert part["rows"] == 100
    assert part["realised"] == pytest.approx(0.03)


def test_ways_to_treat_a_rare_class_have_a_key_of_their_own():
    gain = Interval(0.02, 0.01, 0.05)
    assert "balance" not in entered(evidence(), choice(gain), unseen=1).to_dict()
    kept = entered(evidence(), choice(gain, balance={"class": "yes"}), unseen=1).to_dict()
    assert kept["balance"] == {"class": "yes"}
