"""What is decided between two periods: the learning rate, the best weights, the end."""

from __future__ import annotations

import math

from dataaudit.proof.fit import Budget
from dataaudit.proof.spec import TrainSpec

_LESS = 1e-4  # Keras' min_delta of ReduceLROnPlateau: a smaller fall is none


class Rate:
    """The learning rate at a step, by the schedule."""

    def __init__(self, spec: TrainSpec, budget: Budget) -> None:
        self._spec, self._budget = spec.schedule, budget
        self._start = self._now = spec.optimizer.learning_rate
        self._lowest, self._waited = math.inf, 0

    def at(self, step: int) -> float:
        """Return the rate for the period that begins with this step."""
        match self._spec.name:
            case "cosine":
                return self._start * (1 + math.cos(math.pi * step / self._budget.total)) / 2
            case "exponential":
                epochs = max(0, step // self._budget.epoch - max(self._spec.after, 1) + 1)
                return self._start * float(self._spec.factor**epochs)
        return self._now

    def look(self, validation_loss: float, steps: int) -> None:
        """Take note of the loss after so many steps more; only a plateau cares."""
        if self._spec.name != "reduce_on_plateau":
            return
        if validation_loss < self._lowest - _LESS:
            self._lowest, self._waited = validation_loss, 0
            return
        self._waited += steps
        if self._waited >= self._spec.patience * self._budget.epoch:
            self._now, self._waited = self._now * self._spec.factor, 0


class Stopping:
    """Early stopping: which look was best, and whether to go on. Patience counts in steps."""

    def __init__(self, spec: TrainSpec, budget: Budget, *, is_watched: bool) -> None:
        self._spec = spec.early_stopping if is_watched else "off"
        self._epoch = budget.epoch
        self._lowest, self._waited = math.inf, 0
        self.best = 0

    def is_better(self, look: int, validation_loss: float, steps: int) -> bool:
        """Take note of a look; return whether its weights are the ones to keep so far."""
        if self._spec == "off" or not self._spec.restore_best:
            self.best = look
        if validation_loss < self._lowest:
            self._lowest, self._waited, self.best = validation_loss, 0, look
        else:
            self._waited += steps
        return self.best == look

    @property
    def is_over(self) -> bool:
        """Whether patience has run out."""
        return self._spec != "off" and self._waited >= self._spec.patience * self._epoch
