"""A trial before any training: what an arm prepares must not depend on the rows that judge it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from dataaudit.errors import DataError
from dataaudit.proof.arms import Preparation
from dataaudit.proof.fitting import Job, prepare
from dataaudit.proof.folds import InvariantError, Rows
from dataaudit.proof.judging import Case

_ROWS = 300  # of each part of the trial, so that it takes no arm long
_OF_A_CLASS = 20  # at least, where there are: SMOTE looks for five neighbours


def check_blind(arms: Mapping[str, Any], case: Case) -> None:
    """Prepare a few rows of the first fold twice, with other judging rows the second time.

    Raises
    ------
    InvariantError
        Where the prepared training rows, or those to stop by, are not the same both times.
    """
    fold, target = case.parted(0)[0], case.recipe.target
    few = [_few(rows, target.strata) for rows in (fold.fit, fold.stop, fold.judge)]
    rows = np.concatenate(few)
    other = np.concatenate([*few[:2], few[2][:1].repeat(len(few[2]))])
    parts = np.split(np.arange(len(rows)), np.cumsum([len(part) for part in few])[:2])
    recipe = replace(case.recipe, target=replace(target, coded=target.coded[rows]))
    given = case.X.iloc[rows]
    for name, arm in arms.items():
        if not isinstance(arm, Preparation):
            continue
        made = []
        for frame in (given, case.X.iloc[other].set_axis(given.index)):
            asked: dict[str, Any] = {
                "fit": parts[0],
                "stop": parts[1],
                "judged": frame.iloc[parts[2]],
            }
            try:
                job = prepare(name, arm, frame, recipe, **asked, seed=case.seed)
            except DataError:  # what so few rows leave; all of them may do
                break
            made.append(_taken(job))
        if len(set(made)) > 1:
            raise InvariantError(name, "prepares its training rows by looking at those that judge")


def _few(rows: Rows, classes: Rows) -> Rows:
    """Return some of the rows, evenly, and enough of every class."""
    evenly = rows[:: -(-len(rows) // _ROWS)]
    codes = np.unique(classes[rows])
    known = [rows[classes[rows] == code][:_OF_A_CLASS] for code in codes]
    return np.unique(np.concatenate([evenly, *known]))


def _taken(job: Job) -> bytes:
    """Return all that training takes."""
    fit = job.fit
    if fit is None:
        return b""
    parts = (fit.X, fit.y, fit.weight, fit.X_validation, fit.y_validation)
    return b"".join(np.asarray(part).tobytes() for part in parts)
