"""Every arm on every fold: who said what of which row."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from dataaudit.errors import DataError
from dataaudit.proof.fitting import Job, Recipe, prepare, read
from dataaudit.proof.folds import Fold, InvariantError, Rows, digest, folds, pick, twins
from dataaudit.proof.plan import Plan, plan
from dataaudit.proof.spec import ProveSpec
from dataaudit.proof.target import Answers, Floats, Target
from dataaudit.proof.training import train

Progress = Callable[[int, int], object]
_MOST_BYTES = 1_000_000_000  # of prepared rows that wait to be trained on together


@dataclass(slots=True, kw_only=True)
class Judged:
    """What one arm said, repeat by repeat.

    Parameters
    ----------
    answers
        One for each repeat, over the judged rows in their order.
    failed
        Fits whose loss stopped being a number; `Const` answered for them.
    digests
        One for each fold: SHA-256 over the ids of the rows as the arm gave them back, and targets.
    parts
        One for each repeat: the fold of each row, so which network answered for it.
    """

    answers: list[Answers] = field(default_factory=list)
    failed: int = 0
    digests: list[str] = field(default_factory=list)
    parts: list[Rows] = field(default_factory=list)
    _open: list[Answers] = field(default_factory=list)

    def note(self, answer: Answers, *, failed: bool, digest: str) -> None:
        """Add what was said in one fold."""
        self._open.append(answer)
        self.failed += failed
        self.digests.append(digest)

    def first(self, repeats: int) -> Judged:
        """Return what the arm said in the first so many repeats."""
        folds = len(self.digests) // max(len(self.answers), 1)
        return Judged(
            answers=self.answers[:repeats],
            failed=self.failed,
            digests=self.digests[: repeats * folds],
            parts=self.parts[:repeats],
        )

    def close(self, parted: list[Fold]) -> None:
        """Put the answers of a repeat into the order of the rows."""
        at = np.argsort(np.concatenate([fold.judge for fold in parted]))
        folds_of = np.repeat(np.arange(len(parted)), [len(fold.judge) for fold in parted])
        labels = np.concatenate([answer.labels for answer in self._open])
        shares = np.concatenate([answer.shares for answer in self._open])
        raw = _uncorrected(self._open)
        self.answers.append(
            Answers(
                labels=labels[at],
                shares=shares[at],
                uncorrected=None if raw is None else raw[at],
            )
        )
        self.parts.append(folds_of[at])
        self._open = []


def _uncorrected(answers: list[Answers]) -> Floats | None:
    """Return the probabilities before correction; None where no fold corrected any."""
    if all(answer.uncorrected is None for answer in answers):
        return None
    return np.concatenate([a.shares if a.uncorrected is None else a.uncorrected for a in answers])


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What all arms said of the same rows.

    Parameters
    ----------
    arms
        By name.
    rows
        Positions of the judged rows, ascending.
    truth
        Their targets.
    parts
        The fold of each row in each repeat, shape (repeats, rows).
    digest
        SHA-256 over the ids and targets of all repeats; the same for every arm.
    """

    arms: Mapping[str, Judged]
    rows: Rows
    truth: Floats
    parts: np.ndarray
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that the arms are judged on.

    Parameters
    ----------
    X
        The table as it came.
    recipe, plan
        See there.
    groups
        Rows of one number stay together; ``is_grouped`` where the user said so.
    order
        Time, or None.
    seed
        Of folds and networks.
    """

    X: pd.DataFrame
    recipe: Recipe
    plan: Plan
    groups: Rows
    seed: int
    is_grouped: bool = False
    order: Any = None

    def parted(self, repeat: int) -> list[Fold]:
        """Return the folds of a repeat; time leaves only one way to part the rows."""
        return list(
            folds(
                self.recipe.target,
                self.groups,
                parts=self.plan.folds,
                seed=self.seed + (0 if self.order is not None else repeat),
                is_grouped=self.is_grouped,
                order=self.order,
            )
        )

    def learnt(self) -> Iterator[Rows]:
        """Yield the rows to learn from of every fold of every repeat."""
        for repeat in range(self.plan.repeats):
            yield from (fold.fit for fold in self.parted(repeat))


def case_of(
    X: pd.DataFrame,
    recipe: Recipe,
    prove: ProveSpec,
    networks: int,
    *,
    seed: int,
    groups: Any,
    order: Any,
    rows_given: int | None = None,
) -> tuple[Case, str]:
    """Return what the arms are judged on, as many rows as the budget allows, and a remark.

    Raises
    ------
    DataError
        For a table too small, or a target of another length.
    """
    target = recipe.target
    if len(X) != len(target.coded):
        raise DataError("prove", f"{len(X)} rows have {len(target.coded)} targets")
    if groups is None:
        together, are_twins = twins(X)
    else:
        together, are_twins = np.unique(np.asarray(groups), return_inverse=True)[1], False
    made = plan(
        target,
        X.shape[1],
        networks=networks,
        groups=len(np.unique(together)),
        train=recipe.train,
        prove=prove,
        is_ordered=order is not None,
        is_stock=recipe.build is not None,
        rows_given=rows_given,
    )
    rows = np.arange(len(X))
    if made.rows < len(X):
        rows = np.flatnonzero(pick(target.strata, together, made.rows / len(X), seed))
    part = Target(kind=target.kind, classes=target.classes, coded=target.coded[rows])
    case = Case(
        X=X.iloc[rows],
        recipe=Recipe(target=part, train=recipe.train, metric=recipe.metric, build=recipe.build),
        plan=made,
        groups=np.unique(together[rows], return_inverse=True)[1],
        seed=seed,
        is_grouped=groups is not None,
        order=None if order is None else np.asarray(order)[rows],
    )
    note = "Rows with equal features stay in one fold." if are_twins else ""
    return case, note


def judge(arms: Mapping[str, Any], case: Case, progress: Progress | None = None) -> Judgement:
    """Train and ask every arm in every fold of every repeat.

    Raises
    ------
    InvariantError
        Where the arms would not be compared on the same rows.
    """
    judged = {name: Judged() for name in arms}
    tick = _ticker(progress, case.plan)
    rows = np.array([], dtype=np.intp)
    waiting: list[tuple[list[Fold], list[Job]]] = []
    for repeat in range(case.plan.repeats):
        parted = case.parted(repeat)
        rows = np.sort(np.concatenate([fold.judge for fold in parted]))
        if len(np.unique(rows)) != len(rows):
            raise InvariantError("all", "would judge a row twice in one repeat")
        seed = case.seed + repeat * case.plan.folds
        jobs = [
            _prepared(name, arm, case, fold, seed + k)
            for k, fold in enumerate(parted)
            for name, arm in arms.items()
        ]
        waiting.append((parted, jobs))
        if repeat == case.plan.repeats - 1 or len(waiting) * _size(jobs) > _MOST_BYTES:
            _ask(judged, case, waiting, tick)
            waiting = []
    return Judgement(
        arms=judged,
        rows=rows,
        truth=case.recipe.target.coded[rows],
        parts=np.array(next(iter(judged.values())).parts),
        digest=_agreed(judged),
    )


def _ticker(progress: Progress | None, plan: Plan) -> Callable[[], object] | None:
    """Return what counts the fits."""
    count = itertools.count(1)
    return None if progress is None else lambda: progress(next(count), plan.fits)


def _ask(
    judged: Mapping[str, Judged],
    case: Case,
    waiting: Sequence[tuple[list[Fold], list[Job]]],
    tick: Callable[[], object] | None,
) -> None:
    """Note what each arm says of the rows of each fold; one call trains all that wait."""
    fits = [job.fit for _, jobs in waiting for job in jobs if job.fit is not None]
    trained = iter(train(fits, tick))
    for parted, jobs in waiting:
        judging = [fold for fold in parted for _ in judged]
        for job, fold in zip(jobs, judging, strict=True):
            answer, failed = read(job, next(trained) if job.fit is not None else None)
            if len(answer.labels) != len(fold.judge):
                raise InvariantError(job.arm, "did not answer for every row")
            truth = case.recipe.target.coded[fold.judge]
            judged[job.arm].note(answer, failed=failed, digest=digest(job.ids, truth))
        for arm in judged.values():
            arm.close(parted)


def _size(jobs: Sequence[Job]) -> int:
    """Return how many bytes the rows of these fits take."""
    fits = [job.fit for job in jobs if job.fit is not None]
    return sum(array.nbytes for fit in fits for array in (fit.X, *fit.inputs))


def _prepared(name: str, arm: Any, case: Case, fold: Fold, seed: int) -> Job:
    """Make an arm ready for a fold."""
    frame = case.X.iloc[fold.judge]
    job = prepare(
        name, arm, case.X, case.recipe, fit=fold.fit, stop=fold.stop, judged=frame, seed=seed
    )
    return replace(job, preparation=None, resampled=None)  # a table of each would fill the memory


def _agreed(judged: Mapping[str, Judged]) -> str:
    """Return a digest of what all arms were judged by."""
    different = {tuple(arm.digests) for arm in judged.values()}
    if len(different) != 1:
        raise InvariantError("all", "were not judged by the same rows in the same order")
    digests = next(iter(different))
    return digest(range(len(digests)), digests)
