"""Shares of a whole, against averages over all orders written out here."""

import itertools

import numpy as np
import pytest

from dataaudit.proof.attribution import shapley
from dataaudit.proof.metrics import Estimate, total


def game_of(players, rows=7, seed=0):
    """A made-up score for every set of players, with an influence of each row."""
    draw = np.random.default_rng(seed)
    sets = itertools.chain.from_iterable(
        itertools.combinations(players, size) for size in range(len(players) + 1)
    )
    return {frozenset(s): Estimate(draw.normal(), draw.normal(size=rows)) for s in sets}


def by_all_orders(game, players, player):
    """What a player adds where it comes, averaged over all orders of all players."""
    gains = []
    for order in itertools.permutations(players):
        before = frozenset(order[: order.index(player)])
        gains.append(game[before | {player}].value - game[before].value)
    return float(np.mean(gains))


@pytest.mark.parametrize("players", ["a", "ab", "abc", "abcd", "abcde"])
def test_exact_values_are_the_mean_over_all_orders(players):
    game = game_of(players)
    taken = shapley.steps(players)
    for player in players:
        expected = by_all_orders(game, players, player)
        assert shapley.shapley(game, taken, player).value == pytest.approx(expected, abs=1e-12)


def test_two_players_by_hand():
    values = {"": 0.5, "a": 0.6, "b": 0.5, "ab": 0.9}
    game = {frozenset(s): Estimate(v, np.zeros(3)) for s, v in values.items()}
    taken = shapley.steps("ab")
    assert shapley.shapley(game, taken, "a").value == pytest.approx(0.25)  # (0.1 + 0.4) / 2
    assert shapley.shapley(game, taken, "b").value == pytest.approx(0.15)  # (0.0 + 0.3) / 2
    assert shapley.add_one(game, "b").value == pytest.approx(0.0)
    assert shapley.leave_one_out(game, "ab", "b").value == pytest.approx(0.3)
    without, beside = shapley.company(game, taken, "b", "a")
    assert (without.value, beside.value) == (pytest.approx(0.0), pytest.approx(0.3))


@pytest.mark.parametrize("players", ["abc", "abcde", "abcdef", "abcdefg", "abcdefghi"])
def test_values_and_influences_sum_to_the_whole(players):
    game, taken = game_of(players), shapley.steps(players, seed=3)
    whole = total([(1.0, game[frozenset(players)]), (-1.0, game[frozenset()])])
    shares = [shapley.shapley(game, taken, player) for player in players]
    assert sum(one.value for one in shares) == pytest.approx(whole.value, abs=1e-12)
    influence = np.sum([one.influence for one in shares], axis=0)
    np.testing.assert_allclose(influence, whole.influence, atol=1e-12)


@pytest.mark.parametrize("players", ["abcd", "abcdefg"])
def test_the_order_in_which_players_are_named_changes_nothing(players):
    game = game_of(players)
    for player in players:
        one = shapley.shapley(game, shapley.steps(players, 1), player).value
        other = shapley.shapley(game, shapley.steps(players[::-1], 1), player).value
        assert one == pytest.approx(other, abs=1e-12)


def test_who_adds_nothing_to_anybody_gets_nothing():
    game = game_of("abc")
    game |= {s | {"idle"}: value for s, value in game.items()}
    assert shapley.shapley(game, shapley.steps(["a", "idle", "b", "c"]), "idle").value == 0


@pytest.mark.parametrize("count", [6, 7, 8, 9])
def test_orders_come_with_their_reverse_and_put_everybody_first_and_last(count):
    players = "abcdefghi"[:count]
    found = shapley.orders(players, seed=5)
    assert len(found) == count + count % 2
    assert all(order[::-1] in found for order in found)
    assert {order[0] for order in found} == {order[-1] for order in found} == set(players)


@pytest.mark.parametrize("count", [6, 8])
def test_an_even_number_of_players_stands_in_every_place_once(count):
    found = np.array(shapley.orders("abcdefgh"[:count]))
    assert all(len(set(place)) == count for place in found.T)


def test_orders_are_right_on_average_over_seeds():
    players = "abcdef"
    game = game_of(players, rows=1)
    expected = by_all_orders(game, players, "c")
    found = [shapley.shapley(game, shapley.steps(players, s), "c").value for s in range(300)]
    assert np.mean(found) == pytest.approx(expected, abs=4 * np.std(found) / np.sqrt(300))


def test_the_sets_of_many_players_stay_few():
    assert len(shapley.sets_of(shapley.steps("abcde"))) == 32
    assert len(shapley.sets_of(shapley.steps("abcdefgh"))) <= 8 * 7 + 2
