"""Which steps of a cleaning have a price on these rows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from dataaudit.errors import DataError
from dataaudit.pipeline import Cleaning, Resampled
from dataaudit.proof.attribution.coalition import BALANCES, coalitions

_ALWAYS = "encode"
_LOOKED_AT = 20_000  # rows: a step that changes none of them is not worth a network


@dataclass(frozen=True, slots=True)
class Roles:
    """What the steps of a cleaning are in the bill.

    Parameters
    ----------
    priced
        They change something and can be left out.
    idle
        They change nothing that the network sees of these rows.
    needed
        Without them the table is not fit for a network.
    """

    priced: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()


def roles(cleaning: Cleaning, X: pd.DataFrame, y: pd.Series, metric: str) -> Roles:
    """Tell the steps that have a price from those that have none.

    A step is idle if the network is given the same with it and without it, both beside all other
    steps and on its own.

    Parameters
    ----------
    cleaning
        Unfitted.
    X, y
        The rows that the arms are judged on; the index must be unique. Of very many a part is
        looked at.
    metric
        The primary one.
    """
    rows = np.unique(np.linspace(0, len(X) - 1, _LOOKED_AT).round().astype(int))
    names = [name for name, _ in cleaning.steps if name != _ALWAYS]
    trial = _Trial(cleaning, names, X.iloc[rows], y.iloc[rows])
    needed = [name for name in names if trial.given({*names} - {name}) is None]
    if trial.given({*needed}) is None:
        return Roles(needed=tuple(names))
    free = [name for name in names if name not in needed]
    live = [name for name in free if trial.changes(name, metric)]
    return Roles(
        priced=tuple(live),
        idle=tuple(name for name in free if name not in live),
        needed=tuple(needed),
    )


@dataclass(slots=True)
class _Trial:
    """A cleaning tried on all rows; nothing is trained."""

    cleaning: Cleaning
    names: list[str]
    X: pd.DataFrame
    y: pd.Series
    _made: dict[frozenset[str], str | None] = field(default_factory=dict)

    def changes(self, name: str, metric: str) -> bool:
        """Tell whether a step changes what the network is given, or how its answer is read."""
        if name == BALANCES and self.cleaning.balance == "threshold":
            return metric == "balanced_accuracy"
        beside = self.given({*self.names}) != self.given({*self.names} - {name})
        return beside or self.given({name}) != self.given(set())

    def given(self, steps: set[str]) -> str | None:
        """Return a digest of what a network is given behind some steps; None where it cannot be."""
        on = frozenset(steps)
        if on not in self._made:
            ((_, arm),) = coalitions(self.cleaning, self.names, [on])
            try:
                self._made[on] = _digest(arm.fit_resample(self.X, self.y))
            except DataError:
                self._made[on] = None
        return self._made[on]


def _digest(made: Resampled) -> str:
    """Return a digest of what a network is given; columns may have other names."""
    digest = hashlib.sha256(repr(made.X.shape).encode())
    digest.update(made.X.to_numpy(dtype="float64").tobytes())
    digest.update(made.weight.tobytes())
    digest.update(pd.util.hash_pandas_object(made.y, index=False).to_numpy().tobytes())
    return digest.hexdigest()
