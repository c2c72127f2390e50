"""What the bill may cost: repeats, rows and folds, fixed before any training."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from dataaudit.errors import DataError
from dataaudit.proof.folds import pick
from dataaudit.proof.judging import Case
from dataaudit.proof.plan import Plan, priced
from dataaudit.proof.spec import ProveSpec
from dataaudit.proof.target import Target

_ROWS = (6_250, 2_000, 1_000)  # as `plan` steps down
_FOLDS = 3
_PREPARED = 0.4  # of preparing is left to one of a family; measured on adult with 8 and 32 of them
_MOST_CELLS = 2.5e8
"""Prepared cells of one repeat that are held at once: a gigabyte of 32-bit numbers."""


def planned(case: Case, prove: ProveSpec, coalitions: int) -> Case:
    """Return what the coalitions are judged on.

    The arms stay as they were judged while fewer repeats do; beyond that fewer rows take part, and
    the whole cleaning has to be trained on those rows as well.

    Parameters
    ----------
    case
        What the arms were judged on.
    prove
        The budget.
    coalitions
        Networks to train.

    Raises
    ------
    DataError
        Where the cheapest plan takes more than the budget.
    """
    best = case.plan
    for smaller in _ladder(replace(case.plan, networks=coalitions)):
        best = _priced(smaller, case)
        if best.seconds <= prove.budget and _cells(best, case) <= _MOST_CELLS:
            break
    else:
        problem = (
            f"the cheapest bill, {best.fits} fits, takes about {best.seconds:,.0f} s by the cost "
            f"formula, `prove.budget` is {prove.budget:,.0f} s"
        )
        raise DataError("bill", problem, remedy="Raise `prove.budget`.")
    return _part(case, best) if best.rows < case.plan.rows else replace(case, plan=best)


def reads_arms(case: Case, given: Case) -> bool:
    """Tell whether what the arms said before is said of these rows and folds, too."""
    return len(case.X) == len(given.X) and case.plan.folds == given.plan.folds


def _ladder(start: Plan) -> Iterator[Plan]:
    """Yield ever cheaper plans: first fewer repeats, then fewer rows, then fewer folds."""
    for repeats in range(start.repeats, 0, -1):
        yield replace(start, repeats=repeats)
    once = replace(start, repeats=1)
    for rows in (n for n in _ROWS if n < start.rows):
        once = replace(once, rows=rows)
        yield once
    if start.folds > _FOLDS:
        yield replace(once, folds=_FOLDS)


def _priced(plan: Plan, case: Case) -> Plan:
    """Return a plan with its price; one more network where the arms cannot be read again."""
    is_other = plan.rows < case.plan.rows or plan.folds != case.plan.folds
    full = replace(plan, networks=plan.networks + is_other)
    recipe = case.recipe
    is_stock = recipe.build is not None
    return priced(
        full,
        recipe.target,
        case.X.shape[1],
        recipe.train,
        is_stock=is_stock,
        prepared=_PREPARED,
    )


def _cells(plan: Plan, case: Case) -> float:
    """Return about how many prepared cells one repeat holds; encoding doubles the columns."""
    return 2.0 * plan.rows * case.X.shape[1] * plan.folds * plan.networks


def _part(case: Case, plan: Plan) -> Case:
    """Return fewer rows of a case, whole groups only."""
    target = case.recipe.target
    rows = np.flatnonzero(pick(target.strata, case.groups, plan.rows / case.plan.rows, case.seed))
    part = Target(kind=target.kind, classes=target.classes, coded=target.coded[rows])
    return replace(
        case,
        X=case.X.iloc[rows],
        recipe=replace(case.recipe, target=part),
        plan=plan,
        groups=np.unique(case.groups[rows], return_inverse=True)[1],
        order=None if case.order is None else np.asarray(case.order)[rows],
    )
