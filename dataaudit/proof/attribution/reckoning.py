"""How the bill comes about: which cleanings are trained, and what follows from their scores."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from dataaudit.chance import holm
from dataaudit.pipeline import Cleaning
from dataaudit.proof.attribution import shapley
from dataaudit.proof.attribution.coalition import coalitions
from dataaudit.proof.attribution.items import Interaction, Item
from dataaudit.proof.attribution.planning import planned, reads_arms
from dataaudit.proof.attribution.roles import Roles, roles
from dataaudit.proof.attribution.words import Bill
from dataaudit.proof.evidence import Evidence
from dataaudit.proof.folds import InvariantError
from dataaudit.proof.judging import Case, Judgement, Progress, judge
from dataaudit.proof.metrics import LOWER_IS_BETTER, Estimate, difference, known, total
from dataaudit.proof.models import labels_of
from dataaudit.proof.scoring import scored
from dataaudit.proof.spec import ProveSpec
from dataaudit.proof.statistics import Interval, interval
from dataaudit.proof.verdict import Weighed, least_error, smallest, weigh

_CLEAN = "clean"
_ALL = "all steps"
_MOST_NAMED = 3  # interactions that are told


def attribute(
    evidence: Evidence,
    cleaning: Cleaning,
    prove: ProveSpec | None = None,
    *,
    others: Mapping[str, Cleaning] | None = None,
    progress: Progress | None = None,
) -> Bill:
    """Price every step of a cleaning by what the network gains from it.

    The score with a set of steps is that of the network behind them, on the folds and seeds of the
    arms. The price of a step is its Shapley value, the mean of what it adds over all sets of the
    other steps, row by row; prices sum to the whole gain exactly. What is off is replaced by the
    least that a network needs: gaps become 0 or a level of their own, nothing else.

    Parameters
    ----------
    evidence
        With the arm `clean`.
    cleaning
        What that arm prepares by; unfitted.
    prove
        Its budget holds for the bill once more.
    others
        Cleanings with one step more, by the name of that step.
    progress
        Called with (fits done, fits in all).

    Raises
    ------
    DataError
        Where a step leaves what a network cannot take.
    InvariantError
        Where it would be compared on other rows than the arms.

    References
    ----------
    Shapley, A value for n-person games, 1953. Holm, A simple sequentially rejective multiple test
    procedure, 1979.
    """
    prove, others = prove or ProveSpec(), dict(others or {})
    given = _with_names(evidence.case)
    labels = labels_of(given.recipe.target, given.recipe.target.coded, given.X.index)
    part = roles(cleaning, given.X, labels, evidence.metric)
    if not part.priced and not others:
        return Bill(metric=evidence.metric, roles=part)
    return _Reckoning(evidence, given, cleaning, prove, part, others).bill(progress)


def _with_names(case: Case) -> Case:
    """Return the case with rows that can be told apart by their index."""
    if case.X.index.is_unique:
        return case
    return replace(case, X=case.X.set_axis(pd.RangeIndex(len(case.X)), axis=0))


@dataclass(slots=True)
class _Reckoning:
    """One bill in the making."""

    evidence: Evidence
    given: Case
    cleaning: Cleaning
    prove: ProveSpec
    roles: Roles
    others: Mapping[str, Cleaning]
    taken: list[shapley.Step] = field(init=False)
    family: int = field(init=False)
    groups: Any = field(init=False)
    least: float = field(init=False)
    matters: float = field(init=False)

    def bill(self, progress: Progress | None) -> Bill:
        """Train what is needed and reckon."""
        players = self.roles.priced
        everything = frozenset(players)
        self.taken = shapley.steps(players, self.given.seed)
        wanted = _looked_at(self.taken, players)
        family = coalitions(self.cleaning, players, wanted - {everything})
        arms: dict[str, Any] = {f"bill {i}": arm for i, (_, arm) in enumerate(family)}
        arms |= {f"with `{name}`": arm for name, arm in self.others.items()}
        case = planned(self.given, self.prove, len(arms))
        is_reread = reads_arms(case, self.given)
        if not is_reread:
            arms[_ALL] = self.cleaning
        judgement = judge(arms, case, progress)
        scores = {name: self._estimate(judgement, name, case) for name in arms}
        if is_reread:
            scores[_ALL] = self._reread(judgement, case)
        game = {on: scores[f"bill {i}"] for i, (on, _) in enumerate(family)}
        game[everything] = scores[_ALL]
        self._prepare(judgement, case, game)
        priced, added = self._items(game, {n: scores[f"with `{n}`"] for n in self.others})
        return Bill(
            metric=self.evidence.metric,
            plan=case.plan,
            before=self._score(game[frozenset()]),
            after=self._score(game[everything]),
            total=self._weigh(difference(game[everything], game[frozenset()]), family=1),
            items=priced,
            others=added,
            interactions=self._interactions(game),
            roles=self.roles,
            is_reread=is_reread,
            failed=sum(judged.failed for judged in judgement.arms.values()),
        )

    def _prepare(self, judgement: Judgement, case: Case, game: shapley.Game) -> None:
        """Set what every interval of the bill shares."""
        metric = self.evidence.metric
        before = abs(game[frozenset()].value)
        self.groups = np.unique(case.groups[judgement.rows], return_inverse=True)[1]
        self.least = least_error(metric, judgement.truth)
        self.matters = smallest(metric, self.prove.smallest_effect, before)
        self.family = max(1, len(self.roles.priced) + len(self.others))

    def _estimate(self, judgement: Judgement, name: str, case: Case) -> Estimate:
        """Return the score of an arm, more is better."""
        target = case.recipe.target
        measure = known(target)[self.evidence.metric]
        judged = judgement.arms[name].first(case.plan.repeats)
        found = scored(judged, measure, judgement.truth, target)
        is_loss = self.evidence.metric in LOWER_IS_BETTER
        return total([(-1.0, found)]) if is_loss else found

    def _reread(self, judgement: Judgement, case: Case) -> Estimate:
        """Return what the evidence says of the whole cleaning, on the repeats of the bill."""
        before = self.evidence.judgement
        parts = before.parts[: case.plan.repeats]
        if not np.array_equal(parts, judgement.parts) or not np.array_equal(
            before.rows, judgement.rows
        ):
            raise InvariantError("bill", "would be compared on other rows than the arms")
        return self._estimate(before, _CLEAN, case)

    def _items(
        self, game: shapley.Game, added: Mapping[str, Estimate]
    ) -> tuple[list[Item], list[Item]]:
        """Return the lines of the bill: the steps, and what is not among them."""
        players = self.roles.priced
        whole = game[frozenset(players)]
        prices = {p: shapley.shapley(game, self.taken, p) for p in players}
        more = {name: difference(score, whole) for name, score in added.items()}
        found = {name: self._weigh(price) for name, price in [*prices.items(), *more.items()]}
        p = dict(zip(found, holm([one.p for one in found.values()]), strict=True))
        priced = [
            Item(
                name=name,
                weighed=found[name],
                p=float(p[name]),
                alone=self._weigh(shapley.add_one(game, name)).found,
                last=self._weigh(shapley.leave_one_out(game, players, name)).found,
            )
            for name in players
        ]
        return priced, [Item(name=n, weighed=found[n], p=float(p[n])) for n in more]

    def _interactions(self, game: shapley.Game) -> list[Interaction]:
        """Return the steps that are shown to need or to spoil each other, the largest first."""
        pairs = list(itertools.permutations(self.roles.priced, 2))
        if len(self.roles.priced) > shapley.MOST_EXACT:
            pairs = []  # in a few orders a step comes with others, and these would be mixed up
        shown: list[tuple[float, Interaction]] = []
        for name, other in pairs:
            without, beside = shapley.company(game, self.taken, name, other)
            weighed = self._weigh(difference(beside, without), family=len(pairs))
            found = weighed.found
            if (found.low > 0 or found.high < 0) and abs(found.value) >= self.matters:
                told = Interaction(
                    name=name, other=other, without=without.value, beside=beside.value, change=found
                )
                shown.append((weighed.p, told))
        surest: dict[frozenset[str], Interaction] = {}
        for _, told in sorted(shown, key=lambda one: one[0]):  # of a pair, the surer way round
            surest.setdefault(frozenset({told.name, told.other}), told)
        named = frozenset(name for pair in surest for name in pair)
        turned = [one for one in self._turned(game) if one.name not in named]
        every = [*surest.values(), *turned]
        return sorted(every, key=lambda one: -abs(one.change.value))[:_MOST_NAMED]

    def _turned(self, game: shapley.Game) -> Iterator[Interaction]:
        """Yield the steps that help alone and harm beside all others, or the other way round.

        Where pairs cannot be told apart, every step whose worth depends on the others.
        """
        players = self.roles.priced
        is_few = len(players) <= shapley.MOST_EXACT
        for name in players:
            alone = shapley.add_one(game, name)
            last = shapley.leave_one_out(game, players, name)
            change = self._weigh(difference(last, alone)).found
            is_shown = change.low > 0 or change.high < 0
            is_large = not is_few and abs(change.value) >= self.matters
            if is_shown and (is_large or alone.value * last.value < 0):
                yield Interaction(
                    name=name, other="", without=alone.value, beside=last.value, change=change
                )

    def _weigh(self, change: Estimate, family: int = 0) -> Weighed:
        """Judge a difference beside all others of the bill."""
        return weigh(
            change,
            self.groups,
            smallest_effect=self.matters,
            family=family or self.family,
            least_error=self.least,
        )

    def _score(self, estimate: Estimate) -> Interval:
        """Return a score as the metric is written."""
        is_loss = self.evidence.metric in LOWER_IS_BETTER
        turned = total([(-1.0, estimate)]) if is_loss else estimate
        return interval(turned, self.groups)


def _looked_at(taken: Sequence[shapley.Step], players: Sequence[str]) -> set[frozenset[str]]:
    """Return the sets of steps that are needed: for prices, alone, and on top of all others."""
    whole = frozenset(players)
    ends = {frozenset({player}) for player in players} | {whole - {p} for p in players}
    return shapley.sets_of(taken) | ends | {frozenset(), whole}
