"""How much evidence the budget allows: rows, folds and repeats, fixed before any training.

The cost formula was fitted on two cores of a server of 2026; on another machine the same plan takes
longer or shorter, and is the same plan.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace

import numpy as np

from dataaudit.errors import DataError
from dataaudit.proof.fit import budget
from dataaudit.proof.spec import ProveSpec, TrainSpec
from dataaudit.proof.stacked import CURVE_ROWS
from dataaudit.proof.target import Target

_SMALL, _LARGE = 200, 20_000  # rows; science.md 1.2
_FOLDS, _FEW_FOLDS = 5, 3
_REPEATS = {"small": 10, "middle": 5, "large": 2}
_LEAST_ROWS = 20
LEAST_CLASS = 4  # rows: two folds with two rows each
MOST_ROWS = 100_000
"""Rows that take part at most: they tell apart a third of a point, by the same reckoning."""

_SUBSETS = (6_250, 2_000, 1_000)  # 5,000 training rows in five folds, then less
_DISCORDANT = 0.1  # of the rows, arms disagree; science.md 1.4
_REACH = 2.802  # z.975 + z.8: found four times in five, at 5 %

# Seconds; see the module's docstring.
_PER_STEP = 1.0e-5  # of one network in a stack
_PER_STEP_WEIGHT = 7.0e-11  # by rows of a batch and weights of the network
_PER_LOOK_WEIGHT = 4.0e-11  # by rows looked at and weights of the network
_PER_CELL = 4.0e-6  # preparing a table
_PER_PREPARATION = 0.05
_PER_COMPILATION = 2.0
_STACKS = 3  # compilations that networks of few widths share; a user's own has one each
_STOCK_FACTOR = 200.0  # a user's own network, trained by stock `fit`


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will be done.

    Parameters
    ----------
    rows
        Rows that take part, of ``rows_given``.
    folds, repeats
        Each row judges once a repeat.
    networks
        Arms with a network.
    steps
        Optimizer steps of a fit, at most.
    seconds
        By the cost formula.
    """

    rows: int
    rows_given: int
    folds: int
    repeats: int
    networks: int
    steps: int = 0
    seconds: float = 0.0

    @property
    def fits(self) -> int:
        """Fits in all."""
        return self.folds * self.repeats * self.networks

    @property
    def of_all(self) -> str:
        """How many rows of how many."""
        return of(self.rows, self.rows_given)

    @property
    def sentence(self) -> str:
        """The plan in words."""
        times = "once" if self.repeats == 1 else f"{self.repeats} times over"
        return (
            f"{self.folds} folds, {times}, on {self.of_all} rows: {self.fits} fits of at "
            f"most {self.steps:,} steps, about {max(1, round(self.seconds))} s by the cost formula."
        )

    def to_dict(self) -> dict[str, object]:
        """Return what stands in the evidence."""
        names = ("rows", "rows_given", "folds", "repeats", "fits", "steps")
        values = {name: getattr(self, name) for name in names}
        return {**values, "seconds": round(self.seconds, 1), "sentence": self.sentence}


def of(rows: int, given: int) -> str:
    """Return how many of how many."""
    return f"{rows:,}" if rows == given else f"{rows:,} of {given:,}"


def plan(
    target: Target,
    columns: int,
    *,
    networks: int,
    groups: int,
    train: TrainSpec,
    prove: ProveSpec,
    is_ordered: bool = False,
    is_stock: bool = False,
    rows_given: int | None = None,
) -> Plan:
    """Turn the budget into a plan.

    Parameters
    ----------
    target
        Of every row there is.
    columns
        Before encoding.
    networks
        Arms with a network.
    groups
        Groups of rows that stay together.
    is_ordered
        Whether time orders the rows; their folds cannot be drawn anew.
    is_stock
        Whether the network is the user's own.
    rows_given
        Rows that there are, where those of the target are a sample of them.

    Raises
    ------
    DataError
        For a table that is too small.
    """
    rows = len(target.coded)
    if rows < _LEAST_ROWS:
        raise DataError("prove", f"{rows} rows are too few, {_LEAST_ROWS} are needed")
    first = Plan(
        rows=min(rows, MOST_ROWS),
        rows_given=rows_given or rows,
        folds=_folds(target, groups, prove),
        repeats=_repeats(rows, prove, is_ordered=is_ordered),
        networks=networks,
    )
    for smaller in [first, *_ladder(first, prove)]:
        best = priced(smaller, target, columns, train, is_stock=is_stock)
        if best.seconds <= prove.budget:
            break
    return best


def enough(smallest_effect: float) -> int:
    """Return about how many rows tell the smallest effect on accuracy from none.

    ``discordant * ((z.975 + z.8) / smallest_effect)^2``, for one row judged once.

    Examples
    --------
    >>> enough(0.01), enough(0.003)
    (7852, 87236)
    """
    if smallest_effect <= 0:
        return MOST_ROWS
    return min(MOST_ROWS, math.ceil(_DISCORDANT * (_REACH / smallest_effect) ** 2))


def _folds(target: Target, groups: int, prove: ProveSpec) -> int:
    """Return K: 5, or 3 for many rows, and never so many that a class would be missing."""
    wished = prove.folds
    if wished == "auto":
        wished = _FOLDS if len(target.coded) < _LARGE else _FEW_FOLDS
    counts = np.bincount(target.strata) if target.classes else np.array([len(target.coded)])
    counts = counts[counts >= LEAST_CLASS]
    if not len(counts) or groups < _FOLDS - 1:
        raise DataError(
            "prove", f"no class has {LEAST_CLASS} rows, or there are fewer than 4 groups of rows"
        )
    return int(max(2, min(wished, counts.min() // 2, groups)))


def _repeats(rows: int, prove: ProveSpec, *, is_ordered: bool) -> int:
    """Return R, by the number of rows."""
    if prove.repeats != "auto":
        return prove.repeats
    if is_ordered:
        return 2  # other seeds, the same folds
    size = "small" if rows < _SMALL else "large" if rows >= _LARGE else "middle"
    return _REPEATS[size]


def _ladder(start: Plan, prove: ProveSpec) -> list[Plan]:
    """Return ever cheaper plans; what the user fixed stays. Rows give way after repeats."""
    repeats = [2, 1] if prove.repeats == "auto" else []
    steps: list[dict[str, int]] = [{"repeats": n} for n in repeats[:1]]
    steps += [{"rows": max(_SUBSETS[0], enough(prove.smallest_effect))}]
    steps += [{"rows": n} for n in _SUBSETS[:1]]
    steps += [{"repeats": n} for n in repeats[1:]]
    steps += [{"folds": _FEW_FOLDS}] if prove.folds == "auto" else []
    steps += [{"rows": n} for n in _SUBSETS[1:]]
    plans = [start]
    for step in steps:
        smaller = {name: min(n, getattr(plans[-1], name)) for name, n in step.items()}
        plans.append(replace(plans[-1], **smaller))
    return plans[1:]


def priced(
    given: Plan,
    target: Target,
    columns: int,
    train: TrainSpec,
    *,
    is_stock: bool,
    prepared: float = 1.0,
) -> Plan:
    """Return the plan with steps and seconds.

    Parameters
    ----------
    prepared
        The share of preparing that is left to each arm; the rest is done once for several.
    """
    learnt = given.rows * (given.folds - 1) // given.folds
    steps = budget(train, max(1, learnt))
    weights = _weights(train, 2 * columns, target.outputs)
    looks = steps.total / steps.period
    one = steps.total * (_PER_STEP + _PER_STEP_WEIGHT * steps.batch * weights)
    one += looks * min(learnt, CURVE_ROWS) * weights * _PER_LOOK_WEIGHT
    one *= _STOCK_FACTOR if is_stock else 1
    one += prepared * (_PER_PREPARATION + _PER_CELL * given.rows * columns)
    compiled = given.networks if is_stock else min(given.networks, _STACKS)
    seconds = given.fits * one + _PER_COMPILATION * compiled
    return replace(given, steps=steps.total, seconds=seconds)


def _weights(train: TrainSpec, columns: int, outputs: int) -> int:
    """Return about how many weights the network has."""
    widths = [columns, *train.network.hidden, outputs]
    return sum(a * b for a, b in itertools.pairwise(widths))
