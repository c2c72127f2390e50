"""The choice: race the candidates, correct the gain for choosing, recommend only what is shown."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from dataaudit.proof.choice import balance, wording
from dataaudit.proof.choice.candidates import Candidate
from dataaudit.proof.choice.honest import Honest, correct
from dataaudit.proof.choice.promise import predict
from dataaudit.proof.choice.race import GO_ON, Progress, Raced, most_fits, race
from dataaudit.proof.fitting import Recipe
from dataaudit.proof.judging import Case, case_of
from dataaudit.proof.metrics import LOWER_IS_BETTER, primary
from dataaudit.proof.network import load_build, load_keras
from dataaudit.proof.spec import ProveSpec, TrainSpec
from dataaudit.proof.statistics import Interval
from dataaudit.proof.target import Target

_REPEATS = 5  # what most tables get; put right once the plan is known


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What was chosen, and what it is worth.

    Parameters
    ----------
    raced, honest
        See there.
    plan
        A sentence, fixed before training.
    notes
        What else to know of the rows.
    """

    raced: Raced
    honest: Honest
    plan: str
    notes: tuple[str, ...] = ()

    @property
    def metric(self) -> str:
        """What the gain is of."""
        return self.raced.case.recipe.metric

    @property
    def selected(self) -> Candidate:
        """What the rule takes, before asking whether a gain is shown."""
        return self.raced.candidates[self.honest.selected]

    @property
    def recommended(self) -> Candidate:
        """What to use: the selected one where its gain is shown, else doing nothing."""
        return self.raced.candidates[self.honest.recommended]

    @property
    def does_nothing(self) -> bool:
        """Whether doing nothing is recommended."""
        return self.honest.recommended == 0

    @property
    def steps(self) -> list[tuple[str, Mapping[str, Any]]]:
        """The recommended list as under ``clean``."""
        return [(name, dict(params)) for name, params in self.recommended.steps]

    def signed(self, difference: float) -> float:
        """Return a difference of the metric as a gain: more is better."""
        return -difference if self.metric in LOWER_IS_BETTER else difference

    def promise(self, rows: int, *, of_selected: bool = False) -> Interval:
        """Return the gain to expect on rows that were not seen, with a 95 % prediction interval.

        Parameters
        ----------
        rows
            How many there will be.
        of_selected
            Of the selected candidate also where doing nothing is recommended.
        """
        if self.does_nothing and not of_selected:
            return Interval(0.0, 0.0, 0.0)
        run = self.raced.runs[self.selected.name]
        value, spread = self.honest.gain.value, self.honest.spread
        return predict(value, spread, run.gains, self.raced.parts, rows=rows)

    @cached_property
    def balance(self) -> dict[str, Any]:
        """Ways to treat a rare class, side by side; empty where none was tried."""
        return balance.describe(self.raced, self.recommended)

    @property
    def sentence(self) -> str:
        """The choice in plain words."""
        return wording.sentence(
            self.metric,
            self.honest.gain,
            selected=self.selected.name,
            does_nothing=self.does_nothing,
        )

    def to_dict(self, *, unseen: int = 0) -> dict[str, Any]:
        """Return what stands in ``evidence.json`` under ``choice``.

        Parameters
        ----------
        unseen
            Rows of a hold-out to promise for; 0 for none.
        """
        promised = self.promise(unseen) if unseen else None
        return {
            "metric": self.metric,
            "plan": self.plan,
            "candidates": [self._line(i) for i in range(len(self.raced.candidates))],
            "refused": dict(self.raced.refused),
            "selected": self.selected.name,
            "recommended": self.recommended.name,
            "clean": [[name, dict(params)] for name, params in self.steps],
            "gain": self.honest.gain.to_dict(),
            "naive": self.honest.naive,
            "promise": None if promised is None else {"rows": unseen, **promised.to_dict()},
            "sentence": self.sentence,
            "lesson": wording.lesson(self.metric, self.honest),
            "notes": list(self.notes),
        }

    def _line(self, i: int) -> dict[str, Any]:
        """Describe a candidate."""
        one = self.raced.candidates[i]
        run = self.raced.runs[one.name]
        return {
            "name": one.name,
            "clean": [[name, dict(params)] for name, params in one.steps],
            "changes": one.changes,
            "seen_gain": float(run.gain.mean()),
            "repeats": len(run.gains),
            "failed_fits": run.failed,
            "picked": float(self.honest.picked[i]),
            "left": run.left,
        }


def choose(
    candidates: Sequence[Candidate],
    X: pd.DataFrame,
    y: Any,
    *,
    kind: Literal["classification", "regression"],
    train: TrainSpec | None = None,
    prove: ProveSpec | None = None,
    seed: int = 0,
    metric: str = "auto",
    groups: Any = None,
    order: Any = None,
    allow_code: bool = False,
    say: Callable[[str], object] | None = None,
    progress: Progress | None = None,
) -> Choice:
    """Choose a cleaning and say what it is worth, allowing for having chosen it.

    Parameters
    ----------
    candidates
        Doing nothing first; see `propose`.
    X, y, kind, train, prove, seed, metric, groups, order, allow_code
        As for `dataaudit.proof.compare`. No other row may have a say.
    say
        Is told the plan before training.
    progress
        Called with (fits done, fits at most).

    Raises
    ------
    MissingExtraError
        Without TensorFlow.
    DataError
        For a table too small, one class, or one that cannot be prepared.
    """
    train, prove = train or TrainSpec(), prove or ProveSpec()
    target = Target.of(y, kind)
    file = train.network.file
    build = load_build(file, base=Path(), allow_code=allow_code) if file else None
    recipe = Recipe(
        target=target,
        train=train,
        metric=primary(target) if metric == "auto" else metric,
        build=build,
    )
    load_keras()
    case, note = _planned(
        len(candidates),
        prove,
        lambda spec, networks: case_of(
            X, recipe, spec, networks, seed=seed, groups=groups, order=order
        ),
    )
    plan = _sentence(len(candidates), case)
    if say is not None:
        say(plan)
    raced = race(
        candidates,
        case,
        smallest_effect=prove.smallest_effect,
        allow_code=allow_code,
        progress=progress,
    )
    changes = np.array([one.changes for one in raced.candidates])
    reaches = np.array([one.reaches_training for one in raced.candidates])
    found = correct(raced.gains, raced.groups, changes, seed=seed, reaches=reaches)
    return Choice(raced=raced, honest=found, plan=plan, notes=(note,) if note else ())


def _planned(
    candidates: int, prove: ProveSpec, made: Callable[[ProveSpec, int], tuple[Case, str]]
) -> tuple[Case, str]:
    """Turn the budget into rows, folds and repeats, by the fits of a race."""
    repeats = _REPEATS if prove.repeats == "auto" else prove.repeats
    case, note = made(prove, _networks(candidates, repeats))
    if case.plan.repeats == repeats:
        return case, note
    fixed = prove.model_copy(update={"repeats": case.plan.repeats})
    return made(fixed, _networks(candidates, case.plan.repeats))


def _networks(candidates: int, repeats: int) -> int:
    """Return how many networks a repeat trains in each fold, on average."""
    return math.ceil(most_fits(candidates, 1, repeats) / repeats)


def _sentence(candidates: int, case: Case) -> str:
    """Return the plan in words."""
    plan = case.plan
    fits = most_fits(candidates, plan.folds, plan.repeats)
    again = (
        f", the best {GO_ON} and doing nothing in all {plan.repeats} repeats"
        if plan.repeats > 1 and candidates > GO_ON
        else ""
    )
    return (
        f"{candidates} candidates in {plan.folds} folds of {plan.of_all} rows{again}: at "
        f"most {fits:,} fits of at most {plan.steps:,} steps, about {max(1, round(plan.seconds))} "
        "s by the cost formula."
    )
