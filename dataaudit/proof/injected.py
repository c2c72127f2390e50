"""What a planted defect costs: learnt with it, judged by honest rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dataaudit.injecting import Given, Injector, Kind, generator
from dataaudit.proof.folds import Fold
from dataaudit.proof.judging import Case, Judged
from dataaudit.proof.later import Lesson, World, judge_later, judged_rows
from dataaudit.proof.metrics import Estimate, difference, known
from dataaudit.proof.models import labels_of
from dataaudit.proof.scoring import scored
from dataaudit.proof.statistics import Interval, interval
from dataaudit.proof.target import Target
from dataaudit.proof.verdict import least_error

_TARGET = "__target__"


class Planted(World):
    """Rows to learn from have a planted defect; those to answer for have it where it lasts.

    Parameters
    ----------
    injector
        Plants it.
    """

    def __init__(self, injector: Injector) -> None:
        self.injector = injector

    def lesson(self, case: Case, fold: Fold, seed: int) -> Lesson:
        """Plant the defect among the rows that are learnt from, and follow each row."""
        learnt = np.sort(np.concatenate([fold.fit, fold.stop]))
        change = self.injector.plant(_given(case, learnt), generator(seed, self.injector.name()))
        source = learnt if change.rows is None else learnt[change.rows]
        whole = case.recipe.target
        target = Target(
            kind=whole.kind, classes=whole.classes, coded=whole.codes(change.frame[_TARGET])
        )
        return Lesson(
            X=change.frame.drop(columns=[_TARGET]),
            target=target,
            metric="balanced_accuracy" if whole.classes else case.recipe.metric,
            fit=np.flatnonzero(np.isin(source, fold.fit)),
            stop=np.flatnonzero(np.isin(source, fold.stop)),
        )

    def asked(self, case: Case, fold: Fold, seed: int) -> pd.DataFrame:
        """Return the rows to answer for as they will come."""
        rng = generator(seed, self.injector.name(), is_later=True)
        later = self.injector.later(_given(case, fold.judge), rng)
        return later.drop(columns=[_TARGET]).set_axis(case.X.index[fold.judge], axis=0)


def _given(case: Case, rows: Any) -> Given:
    """Return rows of the case with their target, as an injector takes them."""
    target, frame = case.recipe.target, case.X.iloc[rows]
    labels = labels_of(target, target.coded[rows], frame.index)
    kind: Kind = "classification" if target.classes else "regression"
    return Given(frame=frame.assign(**{_TARGET: labels}), target=_TARGET, kind=kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a planted defect cost on honest rows, and how much of it the remedy brings back.

    Parameters
    ----------
    before, after
        The metric without and with the defect.
    lost
        The first minus the second, with its 95 % interval.
    mended
        The metric with the defect and the remedy; None without one.
    metric
        Which: the primary one of the table, or one that counts classes alike.
    """

    before: float
    after: float
    lost: Interval
    mended: float | None
    metric: str = ""

    @property
    def recovered(self) -> float | None:
        """Share of the loss that the remedy brings back; None without a loss or a remedy."""
        if self.mended is None or self.lost.value <= 0:
            return None
        return (self.mended - self.after) / self.lost.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A defect to plant, and what is trained on it.

    Parameters
    ----------
    injector
        Plants it.
    arm
        Trained without and with the defect.
    remedy
        The arm that lacks the cause, if there is one.
    """

    injector: Injector
    arm: Any
    remedy: Any = None


def price(trials: Mapping[str, Trial], case: Case) -> dict[str, Cost]:
    """Train with and without each defect and judge by the same honest rows, all in one go.

    Parameters
    ----------
    trials
        By name.
    case
        The untouched table, with its folds.
    """
    untouched = list({id(trial.arm): trial.arm for trial in trials.values()}.values())
    arms: dict[Any, tuple[Any, World]] = {
        ("as it is", id(arm)): (arm, World()) for arm in untouched
    }
    for name, trial in trials.items():
        world = Planted(trial.injector)
        arms["with", name] = (trial.arm, world)
        if trial.remedy is not None:
            arms["mended", name] = (trial.remedy, world)
    judged = judge_later(arms, case)
    return {
        name: _cost(
            judged["as it is", id(trial.arm)],
            judged["with", name],
            judged.get(("mended", name)),
            case,
            "balanced_accuracy" if trial.injector.is_of_a_class else case.recipe.metric,
        )
        for name, trial in trials.items()
    }


def _score(judged: Judged, case: Case, metric: str) -> Estimate:
    """Return a metric of what an arm said, averaged over repeats."""
    target = case.recipe.target
    measure, truth = known(target)[metric], target.coded[judged_rows(case)]
    return scored(judged, measure, truth, target)


def _cost(
    judged_before: Judged,
    judged_after: Judged,
    judged_mended: Judged | None,
    case: Case,
    metric: str,
) -> Cost:
    """Compare honest scores row by row."""
    rows = judged_rows(case)
    before, after = (_score(judged, case, metric) for judged in (judged_before, judged_after))
    mended = None if judged_mended is None else _score(judged_mended, case, metric)
    lost = interval(
        difference(before, after),
        np.unique(case.groups[rows], return_inverse=True)[1],
        least_error=least_error(metric, case.recipe.target.coded[rows]),
    )
    return Cost(
        before=before.value,
        after=after.value,
        lost=lost,
        mended=None if mended is None else mended.value,
        metric=metric,
    )
