"""Shares of a whole: what each player adds, averaged over all companies it may find.

Nothing here knows of networks: a game gives every set of players an `Estimate`, and everything that
is asked of it is a weighted sum of such estimates, row by row. So every answer has its interval.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dataaudit.proof.metrics import Estimate, total

Players = frozenset[str]
Game = Mapping[Players, Estimate]
MOST_EXACT = 5
"""Players of which every set is looked at: 32 sets."""


@dataclass(frozen=True, slots=True)
class Step:
    """One player that joins others.

    Parameters
    ----------
    player
        Who joins.
    before
        Whom.
    weight
        Of this company among all; they sum to 1 for each player.
    """

    player: str
    before: Players
    weight: float

    def __call__(self, game: Game) -> tuple[tuple[float, Estimate], ...]:
        """Return what joining is worth, weighted, as two terms."""
        after = self.before | {self.player}
        return (self.weight, game[after]), (-self.weight, game[self.before])


def steps(players: Sequence[str], seed: int = 0) -> list[Step]:
    """Return the steps that Shapley's values average over.

    Up to five players every set of the others, with the weight ``|T|! (m - |T| - 1)! / m!``. Beyond
    that some orders, see `orders`: each player keeps a value of its own and the values still sum
    exactly to the whole, for the steps of one order lead from nothing to everything. (Players put
    together in groups would sum as well, but nobody could say what each of them is worth.)

    References
    ----------
    Shapley, A value for n-person games, 1953.
    """
    if len(players) > MOST_EXACT:
        return _of_orders(orders(players, seed))
    count = len(players)
    found = []
    for player in players:
        others = [other for other in players if other != player]
        for size in range(count):
            weight = 1 / (count * math.comb(count - 1, size))
            sets = itertools.combinations(others, size)
            found += [Step(player, frozenset(before), weight) for before in sets]
    return found


def orders(players: Iterable[str], seed: int = 0) -> list[tuple[str, ...]]:
    """Return m or m + 1 orders of m players, each with its reverse.

    A drawn order, turned by 0, 2, 4, ... places, and the reverse of each. So every player comes
    first once and last once at least, which is what add-one and leave-one-out look at, and for even
    m stands in every place exactly once: the weights of the sizes are then Shapley's own.

    References
    ----------
    Mitchell, Cooper, Frank and Holmes, Sampling permutations for Shapley value estimation, 2022
    (reversed orders lower the variance).

    Examples
    --------
    >>> [''.join(order) for order in orders("abcd", seed=1)]
    ['dabc', 'cbad', 'bcda', 'adcb']
    """
    names = sorted(players)
    drawn = [names[i] for i in np.random.default_rng([seed, 4]).permutation(len(names))]
    turned = [(*drawn[at:], *drawn[:at]) for at in range(0, len(drawn), 2)]
    return [order for one in turned for order in (one, one[::-1])]


def _of_orders(given: Sequence[tuple[str, ...]]) -> list[Step]:
    """Return the steps of some orders, all of the same weight."""
    return [
        Step(player, frozenset(order[:place]), 1 / len(given))
        for order in given
        for place, player in enumerate(order)
    ]


def sets_of(taken: Iterable[Step]) -> set[Players]:
    """Return the sets of players that the steps look at."""
    return {found for step in taken for found in (step.before, step.before | {step.player})}


def shapley(game: Game, taken: Sequence[Step], player: str) -> Estimate:
    """Return the share of a player.

    Examples
    --------
    >>> none = Estimate(0.0, np.zeros(2))
    >>> game = {frozenset("a"): none, frozenset("b"): none, frozenset(): none}
    >>> game |= {frozenset("ab"): Estimate(1.0, np.zeros(2))}
    >>> shapley(game, steps("ab"), "a").value
    0.5
    """
    return total(term for step in taken if step.player == player for term in step(game))


def add_one(game: Game, player: str) -> Estimate:
    """Return what a player is worth on its own."""
    return total([(1.0, game[frozenset({player})]), (-1.0, game[frozenset()])])


def leave_one_out(game: Game, players: Iterable[str], player: str) -> Estimate:
    """Return what a player is worth on top of all others."""
    whole = frozenset(players)
    return total([(1.0, game[whole]), (-1.0, game[whole - {player}])])


def company(game: Game, taken: Sequence[Step], player: str, other: str) -> tuple[Estimate, ...]:
    """Return what a player is worth where another is not there yet, and where it is."""

    def worth(chosen: Callable[[Step], bool]) -> Estimate:
        own = [step for step in taken if step.player == player and chosen(step)]
        share = sum(step.weight for step in own)
        return total((weight / share, value) for step in own for weight, value in step(game))

    return worth(lambda step: other not in step.before), worth(lambda step: other in step.before)
