"""Which steps of a cleaning have a price on these rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from dataaudit.errors import DataError
from dataaudit.pipeline import Cleaning
from dataaudit.pipeline.flow import Flow
from dataaudit.proof.attribution.coalition import BALANCES, Shared, coalitions

_ALWAYS = "encode"


@dataclass(frozen=True, slots=True)
class Roles:
    """What the steps of a cleaning are in the bill.

    Parameters
    ----------
    priced
        They change something and can be left out.
    idle
        They change nothing in these rows.
    needed
        Without them the table is not fit for a network.
    """

    priced: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()


def roles(cleaning: Cleaning, X: pd.DataFrame, y: pd.Series, metric: str) -> Roles:
    """Tell the steps that have a price from those that have none.

    A step is idle if it changes neither the rows that come out of all the steps before it, nor the
    rows as they came.

    Parameters
    ----------
    cleaning
        Unfitted.
    X, y
        The rows that the arms are judged on; the index must be unique.
    metric
        The primary one.
    """
    trial = _Trial(cleaning, X, y)
    names = [name for name, _ in cleaning.steps if name != _ALWAYS]
    live = [name for name in names if trial.changes(name, metric)]
    needed = [name for name in live if not trial.works(names, {*names} - {name})]
    if not trial.works(names, {*names} - {*live} | {*needed}):
        needed = live
    return Roles(
        priced=tuple(name for name in live if name not in needed),
        idle=tuple(name for name in names if name not in live),
        needed=tuple(needed),
    )


@dataclass(frozen=True, slots=True)
class _Trial:
    """A cleaning tried on all rows; nothing is trained."""

    cleaning: Cleaning
    X: pd.DataFrame
    y: pd.Series

    def changes(self, name: str, metric: str) -> bool:
        """Tell whether a step does anything, behind the others or alone."""
        steps = list(self.cleaning.steps)
        place = [other for other, _ in steps].index(name)
        if isinstance(steps[place][1], str):
            return name == BALANCES and self._moves_classes(metric)
        return any(self._changes(before, steps[place]) for before in (steps[:place], []))

    def works(self, players: Sequence[str], on: set[str]) -> bool:
        """Tell whether some of the steps make the table fit for a network."""
        ((_, arm),) = coalitions(self.cleaning, players, [frozenset(on)])
        try:
            arm.fit_resample(self.X, self.y)
        except DataError:
            return False
        return True

    def _moves_classes(self, metric: str) -> bool:
        """Tell whether balancing without a sampler decides anything otherwise."""
        balance = self.cleaning.balance
        is_cut = balance == "threshold" and metric == "balanced_accuracy"
        return balance == "class_weight" or is_cut

    def _changes(self, before: Sequence[tuple[str, object]], step: tuple[str, object]) -> bool:
        """Tell whether a step changes what comes out of those before it."""
        place = Shared().start(self.X, self.y)
        for name, estimator in before:
            place = place.on(name, estimator)
        try:
            return not _same(place.flow, place.on(*step).flow)
        except DataError:
            return True  # it cannot work here; with others it may


def _same(one: Flow, other: Flow) -> bool:
    """Tell whether a step left everything as it was."""
    is_kept = len(one.made) == len(other.made) and len(one.rows) == len(other.rows)
    return is_kept and bool(one.real.equals(other.real))
