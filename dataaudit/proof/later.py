"""Arms judged by other rows than the table has: those that come once the network is in use.

The folds and seeds are those of `judge`; what differs is the rows that an arm learns from, or the
rows that it is asked about, as a planted defect makes them or as a leak will leave them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from dataaudit.proof.fitting import Job, prepare, read
from dataaudit.proof.folds import Fold, InvariantError, Rows
from dataaudit.proof.judging import Case, Judged
from dataaudit.proof.target import Target
from dataaudit.proof.training import train


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """The rows that an arm learns from in one fold.

    Parameters
    ----------
    X, target
        Rows to learn from and to stop by.
    fit, stop
        Their positions in `X`.
    metric
        What a threshold is chosen for.
    """

    X: pd.DataFrame
    target: Target
    metric: str
    fit: Rows
    stop: Rows


class World:
    """What an arm is taught and asked; this one changes nothing."""

    def lesson(self, case: Case, fold: Fold, seed: int) -> Lesson:  # noqa: ARG002 - others draw
        """Return what is learnt from in a fold."""
        recipe = case.recipe
        return Lesson(
            X=case.X, target=recipe.target, metric=recipe.metric, fit=fold.fit, stop=fold.stop
        )

    def asked(self, case: Case, fold: Fold, seed: int) -> pd.DataFrame:  # noqa: ARG002 - the same
        """Return the rows to answer for: those of the fold, in their order."""
        return case.X.iloc[fold.judge]


class Shuffled(World):
    """The rows to answer for have some columns in any order: what these said is worth nothing.

    Parameters
    ----------
    columns
        Names of the columns.
    """

    def __init__(self, columns: list[Any]) -> None:
        self.columns = columns

    def asked(self, case: Case, fold: Fold, seed: int) -> pd.DataFrame:
        """Return the rows with these columns shuffled together."""
        frame = case.X.iloc[fold.judge].copy()
        order = np.random.default_rng([seed, 5]).permutation(len(frame))
        for name in self.columns:
            frame[name] = frame[name].take(order).set_axis(frame.index)
        return frame


def judge_later(arms: Mapping[Any, tuple[Any, World]], case: Case) -> dict[Any, Judged]:
    """Train every arm in its world, and ask it about the rows that come later.

    Parameters
    ----------
    arms
        By name: the arm, and the world it learns in and is asked in.
    case
        Its folds, repeats and seeds; labels are judged by its target.

    Returns
    -------
    dict
        What each said of the rows of the case, in the order of `judge`.

    Raises
    ------
    InvariantError
        Where an arm does not answer for every row.
    """
    judged = {name: Judged() for name in arms}
    parted = [case.parted(repeat) for repeat in range(case.plan.repeats)]
    jobs = [
        (name, fold, _job(name, *arms[name], case, fold, seed=_seed(case, repeat, k)))
        for repeat, folds in enumerate(parted)
        for k, fold in enumerate(folds)
        for name in arms
    ]
    trained = iter(train([job.fit for _, _, job in jobs if job.fit is not None]))
    per_repeat = len(jobs) // max(case.plan.repeats, 1)
    for place, (name, fold, job) in enumerate(jobs):
        answer, failed = read(job, next(trained) if job.fit is not None else None)
        if len(answer.labels) != len(fold.judge):
            raise InvariantError(str(name), "did not answer for every row")
        judged[name].note(answer, failed=failed, digest="")
        if (place + 1) % per_repeat == 0:
            for one in judged.values():
                one.close(parted[place // per_repeat])
    return judged


def judged_rows(case: Case) -> Rows:
    """Return the positions of the rows that judge, ascending; the same in every repeat."""
    return np.sort(np.concatenate([fold.judge for fold in case.parted(0)]))


def _seed(case: Case, repeat: int, k: int) -> int:
    """Return the seed that `judge` has in this fold."""
    return case.seed + repeat * case.plan.folds + k


def _job(name: str, arm: Any, world: World, case: Case, fold: Fold, *, seed: int) -> Job:
    """Make an arm ready for a fold of its world."""
    lesson = world.lesson(case, fold, seed)
    return prepare(
        name,
        arm,
        lesson.X,
        replace(case.recipe, target=lesson.target, metric=lesson.metric),
        fit=lesson.fit,
        stop=lesson.stop,
        judged=world.asked(case, fold, seed),
        seed=seed,
    )
