"""One arm in one fold: prepare the rows, describe the fit, and read what the network says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dataaudit.errors import DataError
from dataaudit.pipeline import Resampled
from dataaudit.proof.arms import Const, Model, Preparation
from dataaudit.proof.fit import Fit, Trained, budget
from dataaudit.proof.folds import Rows, check_prepared, check_trained
from dataaudit.proof.invariants import check_learnt, check_stopping, check_unfitted
from dataaudit.proof.models import constant, labels_of, own_answers
from dataaudit.proof.network import Build
from dataaudit.proof.spec import TrainSpec
from dataaudit.proof.target import Answers, Floats, Target, answers, as_outputs, shift_of

_LARGEST = 3.4e38  # of a 32-bit number


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What all arms share.

    Parameters
    ----------
    target
        Of every row.
    train
        How networks are trained.
    metric
        The primary one; a chosen threshold serves it.
    build
        The user's own network, if there is one.
    """

    target: Target
    train: TrainSpec
    metric: str
    build: Build | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An arm that is ready to be trained, or needs no training.

    Parameters
    ----------
    ids
        Of the rows to judge, as the arm gave them back.
    fit
        For the network; None where the arm has none.
    answered
        What an arm without a network says of the rows to judge.
    floor
        What `Const` says of them, should training fail.
    preparation, resampled
        Fitted, and what it trained on; None without a network.
    shift, cut
        See `dataaudit.proof.target.answers`.
    middle, spread
        The mean and standard deviation that a regression target was standardised by.
    """

    arm: str
    ids: Any
    fit: Fit | None
    floor: Answers
    answered: Answers | None = None
    preparation: Any = None
    resampled: Resampled | None = None
    shift: Floats
    cut: Floats
    middle: float = 0.0
    spread: float = 1.0


def prepare(
    name: str,
    arm: Any,
    X: pd.DataFrame,
    recipe: Recipe,
    *,
    fit: Rows,
    stop: Rows,
    judged: Any,
    seed: int,
) -> Job:
    """Make an arm ready.

    Parameters
    ----------
    name, arm
        `Const`, a `Preparation` or a `Model`.
    X
        The table as it came; never changed.
    fit, stop
        Positions of the rows to learn from, and to stop by.
    judged : DataFrame
        The rows to answer for.
    seed
        Of the network, the same for all arms.

    Raises
    ------
    InvariantError
        Where the arm drops or moves rows, trains on others, or has learnt from others.
    DataError
        Where it leaves what a network cannot take.
    """
    target, values = recipe.target, recipe.target.coded[fit]
    floor = constant(target, np.concatenate([values, target.coded[stop]]), len(judged))
    if isinstance(arm, Const):
        return _without_network(name, judged, floor, floor)
    if isinstance(arm, Model):
        said = own_answers(arm, X, target, fit=fit, stop=stop, judged=judged)
        return _without_network(name, judged, floor, said)
    preparation = arm.clone()
    check_unfitted(name, preparation, len(fit))
    given = X.iloc[fit]
    made = preparation.fit_resample(given, labels_of(target, values, given.index))
    check_trained(name, made.rows, made.synthetic, len(fit))
    check_learnt(name, preparation, len(fit), len(made.X))
    prepared = [_checked(name, preparation, frame) for frame in (X.iloc[stop], judged)]
    job = _job(
        name, recipe, preparation, made, prepared, fit=fit, stop=stop, floor=floor, seed=seed
    )
    check_stopping(name, job.fit, (target.coded[stop] - job.middle) / job.spread, len(stop))
    return job


def _without_network(name: str, judged: Any, floor: Answers, said: Answers) -> Job:
    """Return the job of an arm that has already answered."""
    none = np.zeros(floor.shares.shape[1])
    return Job(
        arm=name, ids=judged.index, fit=None, floor=floor, answered=said, shift=none, cut=none
    )


def _job(
    name: str,
    recipe: Recipe,
    preparation: Preparation,
    made: Resampled,
    prepared: list[Any],
    *,
    fit: Rows,
    stop: Rows,
    floor: Answers,
    seed: int,
) -> Job:
    """Describe the fit of a prepared arm."""
    target, values = recipe.target, recipe.target.coded[fit]
    codes, weight = target.codes(made.y), np.asarray(made.weight, dtype="float64")
    weight = weight / weight.mean()
    middle, spread = (0.0, 1.0) if target.classes else (values.mean(), values.std() or 1.0)
    shift, cut, monitor = _classes(
        recipe, preparation, made, values=values, codes=codes, weight=weight
    )
    spec = getattr(preparation, "train", None) or recipe.train
    description = Fit(
        X=_matrix(name, made.X),
        y=((codes - middle) / spread).astype("float32"),
        weight=weight.astype("float32"),
        X_validation=_matrix(name, prepared[0]),
        y_validation=((target.coded[stop] - middle) / spread).astype("float32"),
        inputs=(_matrix(name, prepared[1]),),
        spec=spec,
        budget=budget(spec, len(fit)),
        kind=target.kind,
        outputs=target.outputs,
        seed=seed,
        prior_shift=as_outputs(shift, target.kind).astype("float32") if target.classes else None,
        monitor=monitor.astype("float32"),
        build=recipe.build,
    )
    return Job(
        arm=name,
        ids=prepared[1].index,
        fit=description,
        floor=floor,
        preparation=preparation,
        resampled=made,
        shift=shift,
        cut=cut,
        middle=float(middle),
        spread=float(spread),
    )


def _classes(
    recipe: Recipe,
    preparation: Any,
    made: Resampled,
    *,
    values: Floats,
    codes: Floats,
    weight: Floats,
) -> tuple[Floats, Floats, Floats]:
    """Return the shift, the cut, and the weights of the training curve: real rows, real shares."""
    target, real = recipe.target, 1.0 - np.asarray(made.synthetic, dtype="float64")
    if not target.classes:
        return np.zeros(1), np.zeros(1), real
    shares = target.counts(values)
    balance = getattr(preparation, "balance", "none")
    shift, cut = corrections(shares, target.counts(codes, weight), balance, recipe.metric)
    if not real.any():
        return shift, cut, np.ones(len(codes))
    again = np.exp(shift_of(shares, target.counts(codes, real)))
    return shift, cut, real * again[codes.astype(np.intp)]


def corrections(real: Floats, trained: Floats, balance: str, metric: str) -> tuple[Floats, Floats]:
    """Return what undoes resampling, and the thresholds; see `dataaudit.proof.target.answers`.

    Parameters
    ----------
    real, trained
        Share of each class, as it is and as it was trained on.
    balance
        "threshold" asks for thresholds where the metric is balanced accuracy.
    """
    cut = np.zeros(len(real))
    if balance == "threshold" and metric == "balanced_accuracy":
        # The best cut for balanced accuracy is the share of the class (Menon et al. 2013).
        cut = np.log(np.where(real > 0, real, 1.0))
    return shift_of(real, trained), cut


def read(job: Job, trained: Trained | None) -> tuple[Answers, bool]:
    """Return what the arm says of the judged rows, and whether its training failed."""
    if job.answered is not None or trained is None:
        return job.answered or job.floor, False
    outputs = trained.predictions[0]
    if trained.failed or not np.isfinite(outputs).all():
        return job.floor, True
    return decode(job, outputs), False


def decode(job: Job, outputs: Any) -> Answers:
    """Turn the network's outputs into answers."""
    if job.fit is not None and job.fit.kind == "regression":
        values = np.asarray(outputs, dtype="float64") * job.spread + job.middle
        return Answers(labels=values[:, 0], shares=values)
    return answers(outputs, shift=job.shift, cut=job.cut)


def _checked(name: str, preparation: Preparation, frame: pd.DataFrame) -> Any:
    """Prepare rows and hold that none vanished or moved."""
    prepared = preparation.transform(frame)
    check_prepared(name, frame, prepared)
    return prepared if isinstance(prepared, pd.DataFrame) else pd.DataFrame(prepared, frame.index)


def _matrix(name: str, frame: Any) -> NDArray[np.float32]:
    """Return prepared rows as 32-bit numbers."""
    try:
        values = np.asarray(frame, dtype="float64")
    except (TypeError, ValueError) as error:
        raise DataError(
            "prove",
            f"arm `{name}` leaves cells that are no numbers ({error})",
            remedy="Add `encode` to the steps under `clean`.",
        ) from error
    if values.shape[1] == 0:
        raise DataError("prove", f"arm `{name}` leaves no column to learn from")
    return np.clip(values, -_LARGEST, _LARGEST).astype("float32")
