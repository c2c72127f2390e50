"""Fits on their way through the slots of a stack."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from dataaudit.proof import network
from dataaudit.proof.fit import Fit, Floats, History, Part, Trained, periods
from dataaudit.proof.progress import Rate, Stopping
from dataaudit.proof.stacked.grouping import CURVE_ROWS, Group
from dataaudit.proof.stacked.program import Program, program


def run(group: Group, fits: Sequence[Fit]) -> Iterator[tuple[int, Trained]]:
    """Train the fits of a group; yield their positions and what came of them, as they end."""
    dtype = network.load_keras().config.dtype_policy().variable_dtype
    stack = program(
        group.network,
        group.optimizer,
        group.kind,
        group.outputs,
        columns=group.columns,
        models=group.models,
        dtype=dtype,
    )
    data, queue = _Data(group, dtype), deque(group.fits)
    slots: list[_Running | None] = [None] * group.models
    while True:
        # All begin a period together, else each would need looks at moments of its own.
        if all(running is None or running.is_at_start for running in slots):
            empty = [slot for slot, running in enumerate(slots) if running is None]
            begun = {slot: queue.popleft() for slot in empty[: len(queue)]}
            if begun:
                stack.restart({s: (fits[i].seed, fits[i].X.shape[1]) for s, i in begun.items()})
            for slot, number in begun.items():
                slots[slot] = _Running(number, fits, data, slot)
        live = [running for running in slots if running is not None]
        if not live:
            return
        _advance(stack, data, slots, min(running.left for running in live))
        due = [running for running in live if not running.left]
        if not due:
            continue
        losses, weights = stack.look(data.looked), stack.weights()
        for running in due:
            if running.is_over(losses[running.slot].tolist(), weights):
                slots[running.slot] = None
                yield running.number, running.trained(stack)


def _advance(stack: Program, data: _Data, slots: Sequence[_Running | None], steps: int) -> None:
    """Take steps in every slot; an empty one stands still."""
    rates = np.zeros(len(slots))
    for slot, running in enumerate(slots):
        if running is not None:
            rates[slot] = running.rate
            data.drawn[:steps, slot] = running.take(steps)
    stack.steps(data.rows, data.drawn, steps, rates)


class _Data:
    """The rows of every slot, padded: a row of zeros is never drawn and weighs nothing."""

    def __init__(self, group: Group, dtype: str) -> None:
        import tensorflow as tf

        def zeros(*shape: int) -> Any:
            return tf.Variable(np.zeros((group.models, *shape), dtype), trainable=False)

        self.rows = (zeros(group.rows, group.columns), zeros(group.rows), zeros(group.rows))
        self.looked = (
            zeros(group.looked, group.columns),
            *(zeros(group.looked) for _ in range(3)),
            zeros(group.outputs),
        )
        self.drawn = np.zeros((group.steps, group.models, group.batch), dtype="int32")

    def place(self, slot: int, part: Part) -> None:
        """Put the rows to learn from into a slot."""
        weight = np.ones(len(part.X)) if part.weight is None else part.weight
        _fill(self.rows, slot, (part.X, part.y, weight))

    def watch(self, slot: int, fit: Fit) -> None:
        """Put the rows that losses are looked at on into a slot."""
        some = np.unique(np.linspace(0, len(fit.X) - 1, min(CURVE_ROWS, len(fit.X))).astype(int))
        monitor = np.ones(len(fit.X)) if fit.monitor is None else fit.monitor
        X, y = _validation(fit)
        none, shift = np.zeros(fit.outputs), fit.prior_shift
        looked = (
            np.concatenate([fit.X[some], X]),
            np.concatenate([fit.y[some], y]),
            np.concatenate([monitor[some], np.zeros(len(X))]),
            np.concatenate([np.zeros(len(some)), np.ones(len(X))]),
            none if shift is None else shift,
        )
        _fill(self.looked, slot, looked)


def _fill(held: Sequence[Any], slot: int, given: Sequence[Any]) -> None:
    """Write arrays into a slot, with zeros behind and beside them."""
    for variable, array in zip(held, given, strict=True):
        padded = np.zeros(variable.shape[1:], dtype=variable.dtype.as_numpy_dtype)
        padded[tuple(slice(size) for size in np.shape(array))] = array
        variable[slot].assign(padded)


def _validation(fit: Fit) -> tuple[Floats, Floats]:
    """Return the validation rows; without any, one row that tells nothing apart stands in."""
    if fit.X_validation is None or fit.y_validation is None:
        return fit.X[:1], fit.y[:1]
    return fit.X_validation, fit.y_validation


class _Running:
    """A fit in its slot: where it stands, and what it has learnt so far."""

    def __init__(self, number: int, fits: Sequence[Fit], data: _Data, slot: int) -> None:
        self.number, self.slot, self._fit, self._data = number, slot, fits[number], data
        fit = self._fit
        data.watch(slot, fit)
        self._rate = Rate(fit.spec, fit.budget)
        self._stopping = Stopping(fit.spec, fit.budget, is_watched=fit.X_validation is not None)
        self._history = History(train=[], validation=[], steps=[])
        self._done, self._at, self._failed = 0, 0, False
        self._periods = periods(fit)
        self._part: Part | None = None
        self._drawn = np.empty((0, fit.budget.batch), dtype="int32")
        self._kept: list[Any] = []
        self._begin()

    def _begin(self) -> bool:
        """Turn to the next period; return whether there is one."""
        following = next(self._periods, None)
        if following is None:
            return False
        part, self._drawn = following
        self._at = 0
        if part is not self._part:
            self._data.place(self.slot, part)
            self._part = part
        return True

    @property
    def left(self) -> int:
        """Steps until the next look."""
        return len(self._drawn) - self._at

    @property
    def is_at_start(self) -> bool:
        """Whether a period begins."""
        return self._at == 0

    @property
    def rate(self) -> float:
        """The learning rate of this period."""
        return self._rate.at(self._done)

    def take(self, steps: int) -> Any:
        """Return the rows of the next steps."""
        self._at += steps
        return self._drawn[self._at - steps : self._at]

    def is_over(self, losses: list[float], weights: list[Any]) -> bool:
        """Look at the losses after a period; return whether the fit has ended."""
        steps, history = len(self._drawn), self._history
        self._done += steps
        history.train.append(losses[0])
        history.validation.append(losses[1])
        history.steps.append(self._done)
        self._failed = not np.all(np.isfinite(losses))
        if not self._failed:
            self._rate.look(losses[1], steps)
        if self._failed or self._stopping.is_better(len(history.steps) - 1, losses[1], steps):
            self._kept = [weight[self.slot].copy() for weight in weights]
        return self._failed or self._stopping.is_over or not self._begin()

    def trained(self, stack: Program) -> Trained:
        """Return what came of the fit."""
        fit, columns = self._fit, self._fit.X.shape[1]
        weights = stack.load(self._kept)
        predictions = tuple(stack.predict(X) for X in fit.inputs)
        weights[0] = weights[0][:columns]
        return Trained(
            predictions=predictions,
            history=self._history,
            best=self._stopping.best,
            failed=self._failed,
            weights=weights,
            model=lambda: _rebuilt(fit, weights),
        )


def _rebuilt(fit: Fit, weights: list[Any]) -> Any:
    """Build the network as wide as the data, with these weights."""
    model = network.build(fit.spec.network, columns=fit.X.shape[1], outputs=fit.outputs)
    model.set_weights(weights)
    return model
