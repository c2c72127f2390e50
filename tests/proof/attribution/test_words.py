"""Interactions and prices in words, from scores made up here; nothing is trained."""

from types import SimpleNamespace

import numpy as np
import pytest

from dataaudit.proof.attribution import shapley
from dataaudit.proof.attribution.reckoning import _Reckoning
from dataaudit.proof.attribution.roles import Roles
from dataaudit.proof.attribution.words import Bill
from dataaudit.proof.metrics import Estimate
from dataaudit.proof.spec import ProveSpec

ROWS = 2_000


def reckoned(values, players=("missing", "scale"), metric="accuracy"):
    """A bill from a score for each set of steps; every row bears the same small noise."""
    noise = np.random.default_rng(0).normal(size=ROWS)
    noise = (noise - noise.mean()) / ROWS / 10
    game = {frozenset(s): Estimate(v, noise * (1 + v)) for s, v in values.items()}
    one = _Reckoning(
        SimpleNamespace(metric=metric), None, None, ProveSpec(), Roles(priced=players), {}
    )
    one.taken = shapley.steps(players)
    one.groups, one.least, one.matters, one.family = np.arange(ROWS), 0.0, 0.01, len(players)
    items, _ = one._items(game, {})
    return Bill(metric=metric, roles=one.roles, items=items, interactions=one._interactions(game))


def test_a_step_that_another_needs_is_told():
    values = {(): 0.70, ("missing",): 0.70, ("scale",): 0.76, ("missing", "scale"): 0.80}
    bill = reckoned(values)
    assert [item.weighed.found.value for item in bill.items] == pytest.approx([0.02, 0.08])
    (told,) = bill.to_dict()["interactions"]
    assert told["sentence"] in (
        "Filling gaps is worth +0.0 points without scaling, and +4.0 points with it.",
        "Scaling is worth +6.0 points without filling gaps, and +10.0 points with it.",
    )


def test_steps_that_add_up_are_not_told_of():
    values = {(): 0.70, ("missing",): 0.72, ("scale",): 0.76, ("missing", "scale"): 0.78}
    assert reckoned(values).to_dict()["interactions"] == []


def test_verdicts_in_words():
    values = {(): 0.70, ("missing",): 0.66, ("scale",): 0.80, ("missing", "scale"): 0.76}
    missing, scale = reckoned(values).to_dict()["items"]
    assert missing["sentence"].startswith("Filling gaps costs 4.0 points (95 % interval ")
    assert missing["sentence"].endswith(": it does harm.")
    assert scale["sentence"].startswith("Scaling is worth 10.0 points (95 % interval ")
    assert missing["add_one"]["value"] == pytest.approx(-0.04)
    assert missing["leave_one_out"]["value"] == pytest.approx(-0.04)


def test_a_step_that_turns_among_many_is_told():
    players = ("a", "b", "c")
    values = {(): 0.5, ("a",): 0.494, ("b",): 0.5, ("c",): 0.5}
    values |= {("a", "b"): 0.497, ("a", "c"): 0.497, ("b", "c"): 0.5, players: 0.504}
    (told,) = reckoned(values, players).to_dict()["interactions"]
    expected = "`a` is worth -0.6 points alone, and +0.4 points beside all other steps."
    assert told["sentence"] == expected


def test_a_bill_says_itself():
    values = {(): 0.70, ("missing",): 0.66, ("scale",): 0.80, ("missing", "scale"): 0.76}
    assert "Scaling is worth 10.0 points" in repr(reckoned(values))


def test_of_many_steps_only_alone_and_beside_all_others_are_compared():
    players = tuple("abcdef")
    sets = shapley.sets_of(shapley.steps(players)) | {frozenset(p) for p in players}
    sets |= {frozenset(players) - {p} for p in players} | {frozenset(), frozenset(players)}
    values = {tuple(s): 0.5 + 0.04 * ("a" in s and len(s) > 3) for s in sets}
    told = reckoned(values, players).to_dict()["interactions"]
    assert [one["other"] for one in told] == [""] * len(told)
    expected = "`a` is worth +0.0 points alone, and +4.0 points beside all other steps."
    assert expected in [one["sentence"] for one in told]
