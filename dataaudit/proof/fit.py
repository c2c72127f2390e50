"""What goes into training and what comes out of it.

A *period* is one pass over the base arm's training rows, in steps, for every arm alike: after each,
the losses are taken, the schedule moves and early stopping looks.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataaudit.proof.network import Build, Kind
from dataaudit.proof.spec import TrainSpec

Floats = NDArray[np.float32]

_SHORTEST = 10  # steps; a look costs as much as ten steps of a small network
LOOKS = 30  # at least so many looks at the validation loss where max_steps, not epochs, is the end


@dataclass(frozen=True, slots=True)
class Budget:
    """The optimizer steps of a fit, the same for every arm.

    Parameters
    ----------
    batch
        Rows a step.
    epoch
        Steps that make one epoch of the base arm; patience and schedules count in these.
    period
        Steps between two looks: an epoch; more where it is very short, and less where ``max_steps``
        leaves few.
    total
        Steps in all.
    """

    batch: int
    epoch: int
    period: int
    total: int


def budget(spec: TrainSpec, rows: int) -> Budget:
    """Fix the steps by the base arm's number of training rows.

    Examples
    --------
    >>> budget(TrainSpec(), 700)
    Budget(batch=64, epoch=11, period=11, total=1100)
    >>> budget(TrainSpec(), 32_000)
    Budget(batch=64, epoch=500, period=100, total=3000)
    """
    batch = min(spec.batch_size, rows)
    epoch = math.ceil(rows / batch)
    total = min(spec.epochs * epoch, spec.max_steps)
    period = math.ceil(_SHORTEST / epoch) * epoch
    period = min(period, max(_SHORTEST, math.ceil(spec.max_steps / LOOKS)))
    return Budget(batch, epoch, min(period, total), total)


@dataclass(frozen=True, slots=True)
class Part:
    """Training rows in memory: all of them, or a random part of them."""

    X: Floats
    y: Floats
    weight: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """One network to train.

    Parameters
    ----------
    X : float32 array of shape (rows, columns)
    y : float array of shape (rows,)
        0 or 1; the number of the class; or the standardised target.
    weight : float array of shape (rows,), optional
        Of each row in the training loss.
    X_validation, y_validation
        Real rows that early stopping looks at; without them training goes on to the end.
    inputs
        What to predict on, each of shape (any, columns).
    spec, budget
        The recipe, and the steps.
    kind, outputs
        What the network answers; see `network.build`.
    seed
        Decides weights, batch order and dropout masks.
    prior_shift : float array of shape (outputs,), optional
        Added to the logits before a loss is *looked at*: undoes resampling and class weights.
    monitor : float array of shape (rows,), optional
        Weights of the training rows in the training *curve*; 0 for made-up rows.
    build
        The user's own function instead of ``spec.network``; trained by stock ``fit``.
    further
        Where not all training rows fit in memory: yields the parts behind `X`, which is the first,
        anew on each call. Each part is a random sample of all rows, and none is larger than `X`.
    """

    X: Floats
    y: Floats
    spec: TrainSpec
    budget: Budget
    kind: Kind
    outputs: int = 1
    seed: int = 0
    weight: Floats | None = None
    X_validation: Floats | None = None
    y_validation: Floats | None = None
    inputs: tuple[Floats, ...] = ()
    prior_shift: Floats | None = None
    monitor: Floats | None = None
    build: Build | None = None
    further: Callable[[], Iterator[Part]] | None = None


@dataclass(slots=True, kw_only=True)
class History:
    """Losses after each period, in inference mode over whole sets, without penalties."""

    train: list[float]
    validation: list[float]
    steps: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What came of a `Fit`.

    Parameters
    ----------
    predictions
        One array of shape (rows, outputs) for each of the inputs: logits, or the standardised
        target.
    history
        See `History`.
    best
        The period whose weights were kept, counted from 0.
    failed
        Whether a loss stopped being a number; the predictions are then worth nothing.
    weights
        Of the network, in Keras' order.
    model
        Builds the Keras network with these weights, when called.
    """

    predictions: tuple[Floats, ...]
    history: History
    best: int
    failed: bool
    weights: list[Any]
    model: Callable[[], Any]


def periods(fit: Fit) -> Iterator[tuple[Part, NDArray[np.int32]]]:
    """Yield the rows of every step, a period at a time, with the part that they stand in.

    Parts come one after the other, as often as there are steps; a period ends with its part.
    """
    for part, order in _visits(fit):
        for start in range(0, len(order), fit.budget.period):
            yield part, order[start : start + fit.budget.period]


def _visits(fit: Fit) -> Iterator[tuple[Part, NDArray[np.int32]]]:
    """Yield each part as often as it is visited, with its steps."""
    first, left = Part(fit.X, fit.y, fit.weight), fit.budget.total
    if fit.further is None:
        yield first, batches(len(fit.X), fit.budget.batch, left, fit.seed)
        return
    for visit in itertools.count():
        for number, part in enumerate(itertools.chain([first], fit.further())):
            steps = min(left, max(1, len(part.X) // fit.budget.batch))
            yield part, batches(len(part.X), fit.budget.batch, steps, fit.seed, visit, number)
            left -= steps
            if not left:
                return


def batches(rows: int, size: int, steps: int, *seeds: int) -> NDArray[np.int32]:
    """Draw the rows of every step: one permutation after the other, cut into full batches.

    No batch is short, so that each step weighs the same and batch norm never sees a padded row.

    Returns
    -------
    int32 array of shape (steps, size)
    """
    draw = np.random.default_rng([*seeds, 1])
    rounds = math.ceil(steps * size / rows)
    order = np.concatenate([draw.permutation(rows) for _ in range(rounds)])
    return order[: steps * size].reshape(steps, size).astype("int32")
