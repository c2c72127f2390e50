"""The same network behind every candidate, on the same folds; ever fewer of them.

After each repeat a candidate is left behind where the best one is surely better, or where one that
does less is surely as good. After the first, the best few go on besides doing nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from dataaudit.errors import DataError
from dataaudit.pipeline import Cleaning
from dataaudit.proof.choice.candidates import Candidate
from dataaudit.proof.fitting import Recipe, prepare
from dataaudit.proof.folds import Fold
from dataaudit.proof.judging import Case, Judgement, judge
from dataaudit.proof.metrics import LOWER_IS_BETTER, known, row_mean
from dataaudit.proof.target import Answers
from dataaudit.proof.verdict import HARMS, SAME, least_error, weigh

Floats = NDArray[np.float64]
Progress = Callable[[int, int], object]
GO_ON = 3  # candidates after the first repeat, besides doing nothing; science.md 1.7


@dataclass(slots=True, kw_only=True)
class Run:
    """What one candidate showed.

    Parameters
    ----------
    gains
        One array of shape (rows,) for each repeat: the row's contribution to the metric beyond that
        of doing nothing in the same repeat.
    answers
        One for each repeat.
    failed
        Fits whose loss stopped being a number.
    left
        Why it did not go on; "" where it did.
    """

    gains: list[Floats] = field(default_factory=list)
    answers: list[Answers] = field(default_factory=list)
    failed: int = 0
    left: str = ""

    @property
    def gain(self) -> Floats:
        """The mean over its repeats."""
        return np.asarray(np.mean(self.gains, axis=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Raced:
    """The race when it is over.

    Parameters
    ----------
    candidates
        Those that could be prepared, doing nothing first.
    runs
        By name.
    refused
        Why others could not, by name.
    case, truth, groups, parts
        What was judged: see `Case` and `Judgement`; ``groups`` are those of the judged rows, from 0
        on; ``parts`` has the fold of each row for each repeat.
    """

    candidates: Sequence[Candidate]
    runs: Mapping[str, Run]
    refused: Mapping[str, str]
    case: Case
    truth: Floats
    groups: NDArray[np.intp]
    parts: Sequence[NDArray[np.intp]]

    @property
    def gains(self) -> Floats:
        """Shape (rows, candidates)."""
        return np.stack([self.runs[one.name].gain for one in self.candidates], axis=1)


def race(
    candidates: Sequence[Candidate],
    case: Case,
    *,
    smallest_effect: float,
    allow_code: bool = False,
    progress: Progress | None = None,
) -> Raced:
    """Race the candidates for as many repeats as the case has.

    Parameters
    ----------
    candidates
        Doing nothing first.
    case
        See there.
    smallest_effect
        Differences up to this are as good as none.
    allow_code
        Whether ``use`` may import code.
    progress
        Called with (fits done, fits at most).

    Raises
    ------
    DataError
        Where doing nothing cannot be prepared.
    """
    going, refused = list(candidates), dict[str, str]()
    runs = {one.name: Run() for one in candidates}
    parts: list[NDArray[np.intp]] = []
    tick = _ticker(progress, most_fits(len(candidates), case.plan.folds, case.plan.repeats))
    for repeat in range(case.plan.repeats):
        judgement, failed = _judged(going, _only(case, repeat), allow_code=allow_code, tick=tick)
        refused |= failed
        going = [one for one in going if one.name not in refused]
        _note(runs, going, judgement, case)
        parts.append(judgement.parts[0])
        groups = np.unique(case.groups[judgement.rows], return_inverse=True)[1]
        floor = least_error(case.recipe.metric, judgement.truth)
        going = _going(going, runs, groups, smallest_effect, floor)
        if len(going) == 1:
            break
    return Raced(
        candidates=[one for one in candidates if one.name not in refused],
        runs=runs,
        refused=refused,
        case=case,
        truth=judgement.truth,
        groups=groups,
        parts=parts,
    )


def most_fits(candidates: int, folds: int, repeats: int) -> int:
    """Return how many fits a race takes at most.

    Examples
    --------
    >>> most_fits(12, 5, 5)
    140
    """
    return folds * (candidates + (repeats - 1) * min(candidates, GO_ON + 1))


def _only(case: Case, repeat: int) -> Case:
    """Return the case of one repeat, with folds and networks of its own."""
    once = replace(case.plan, repeats=1)
    return replace(case, plan=once, seed=case.seed + repeat * case.plan.folds)


def _ticker(progress: Progress | None, most: int) -> Progress | None:
    """Count the fits of all calls as one sequence."""
    count = itertools.count(1)
    return None if progress is None else lambda _done, _all: progress(next(count), most)


def _judged(
    going: Sequence[Candidate], case: Case, *, allow_code: bool, tick: Progress | None
) -> tuple[Judgement, dict[str, str]]:
    """Judge all at once; where one cannot be prepared, find out which and judge the others."""
    kind = "classification" if case.recipe.target.classes else "regression"
    arms, failed = {}, {}
    for one in going:
        arms[one.name] = one.cleaning(kind, case.seed, allow_code=allow_code)
    try:
        return judge(arms, case, tick), {}
    except DataError:
        first = case.parted(0)
        for name, arm in list(arms.items()):
            problem = _problem(arm, case, first)
            if problem and name != going[0].name:
                failed[name] = problem
                del arms[name]
        if not failed:
            raise
    return judge(arms, case, tick), failed


def _problem(arm: Cleaning, case: Case, parted: Sequence[Fold]) -> str:
    """Say why an arm cannot be prepared; "" where it can."""
    try:
        for fold in parted:
            prepare(
                "candidate",
                arm,
                case.X,
                case.recipe,
                fit=fold.fit,
                stop=fold.stop,
                judged=case.X.iloc[fold.judge],
                seed=case.seed,
            )
    except DataError as error:
        return str(error)
    return ""


def _note(
    runs: Mapping[str, Run], going: Sequence[Candidate], judgement: Judgement, case: Case
) -> None:
    """Add what a repeat showed, as gains over doing nothing in the same repeat."""
    recipe = case.recipe
    floor = _contributions(judgement.arms[going[0].name].answers[0], judgement.truth, recipe)
    for one in going:
        judged, run = judgement.arms[one.name], runs[one.name]
        values = _contributions(judged.answers[0], judgement.truth, recipe)
        run.gains.append(values - floor)
        run.answers.append(judged.answers[0])
        run.failed += judged.failed


def _contributions(answers: Answers, truth: Floats, recipe: Recipe) -> Floats:
    """Return values of the rows whose mean is the metric, and whose spread is that of the metric.

    For a mean these are the values themselves; for other metrics, its value plus rows times
    influence (the pseudo-values of the infinitesimal jackknife). More is better.
    """
    estimate = known(recipe.target)[recipe.metric](answers, truth, recipe.target)
    values = estimate.value + len(truth) * estimate.influence
    return -values if recipe.metric in LOWER_IS_BETTER else values


def _going(
    going: Sequence[Candidate],
    runs: Mapping[str, Run],
    groups: NDArray[np.intp],
    smallest_effect: float,
    floor: float,
) -> list[Candidate]:
    """Return who goes on, and note of the others why not; doing nothing always does."""
    ranked = sorted(going, key=lambda one: (-runs[one.name].gain.mean(), one.changes))
    best, others = ranked[0], ranked[1:]
    for place, one in enumerate(others, start=1):
        if one is going[0]:
            continue
        apart = weigh(
            row_mean(runs[one.name].gain - runs[best.name].gain),
            groups,
            smallest_effect=smallest_effect,
            family=len(others),
            least_error=floor,
        )
        if apart.verdict == HARMS:
            runs[one.name].left = "surely worse than the best"
        elif apart.verdict == SAME and one.changes > best.changes:
            runs[one.name].left = "no better than the best, which does less"
        elif place - (going[0] in ranked[:place]) >= GO_ON:
            runs[one.name].left = f"not among the best {GO_ON} so far"
    return [one for one in going if not runs[one.name].left]
