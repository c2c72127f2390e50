"""One fit as one compiled function: Keras layers, Keras optimizer, precomputed batches.

A stock ``fit`` spends most of a small network's time between the steps. Here a whole period is one
call. Rows and columns are padded so that the folds and arms of a table share a compilation: padded
rows are never drawn and weigh nothing in a loss, padded columns meet kernel rows that are and stay
zero, so a padded fit equals a plain one.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from dataaudit.proof import network
from dataaudit.proof.fit import Fit, Floats, History, Part, Trained, periods
from dataaudit.proof.network import Kind, load_keras
from dataaudit.proof.progress import Rate, Stopping
from dataaudit.proof.spec import NetworkSpec, OptimizerSpec

_USES_XLA = sys.platform != "win32"  # TensorFlow's wheels for Windows come without it
_CURVE_ROWS = 20_000  # the training curve of a longer table is taken on so many evenly spaced rows
_PREDICT_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class Shapes:
    """The sizes that arrays are padded to."""

    rows: int
    columns: int
    curve: int
    validation: int
    steps: int


def shapes(fits: Sequence[Fit]) -> Shapes:
    """Return sizes that hold every one of these fits."""
    if not fits:
        return Shapes(0, 0, 0, 0, 0)
    return Shapes(
        rows=_rounded(max(len(fit.X) for fit in fits)),
        columns=_rounded(max(fit.X.shape[1] for fit in fits)),
        curve=_rounded(min(_CURVE_ROWS, max(len(fit.X) for fit in fits))),
        validation=_rounded(max(len(_validation(fit)[0]) for fit in fits)),
        steps=_rounded(max(fit.budget.period for fit in fits)),
    )


def _rounded(size: int) -> int:
    """Round up to one of eight sizes per doubling, so that folds that differ by a row agree."""
    unit = max(8, 2 ** (max(size, 1).bit_length() - 4))
    return max(1, math.ceil(size / unit)) * unit


def run(fit: Fit, sizes: Shapes) -> Trained:
    """Train one network."""
    program = _program(fit.spec.network, fit.spec.optimizer, fit.kind, fit.outputs, sizes.columns)
    program.reset(fit.seed, fit.X.shape[1])
    history, best, failed = _loop(program, fit, sizes)
    predictions = tuple(program.predict(_wide(X, sizes.columns)) for X in fit.inputs)
    weights = [weight.numpy() for weight in program.model.weights]
    weights[0] = weights[0][: fit.X.shape[1]]
    return Trained(
        predictions=predictions,
        history=history,
        best=best,
        failed=failed,
        weights=weights,
        model=lambda: _rebuilt(fit, weights),
    )


def _loop(program: _Program, fit: Fit, sizes: Shapes) -> tuple[History, int, bool]:
    """Run period after period; leave the best weights in the program's model."""
    looked, placed, rows = _looked(fit, sizes), None, ()
    rate = Rate(fit.spec, fit.budget)
    stopping = Stopping(fit.spec, fit.budget, is_watched=fit.X_validation is not None)
    history, kept, done = History(train=[], validation=[], steps=[]), program.weights(), 0
    for part, drawn in periods(fit):
        if part is not placed:
            rows = ()  # let go of the part before
            placed, rows = part, _rows(part, sizes)
        steps = _padded(drawn, sizes.steps)
        losses = program.period((*rows, *looked), steps, len(drawn), rate.at(done))
        done += len(drawn)
        history.train.append(losses[0])
        history.validation.append(losses[1])
        history.steps.append(done)
        if not np.all(np.isfinite(losses)):
            return history, stopping.best, True
        rate.look(losses[1], len(drawn))
        if stopping.is_better(len(history.steps) - 1, losses[1], len(drawn)):
            kept = program.weights()
        if stopping.is_over:
            break
    program.restore(kept)
    return history, stopping.best, False


def _validation(fit: Fit) -> tuple[Floats, Floats]:
    """Return the validation rows; without any, one row that tells nothing apart stands in."""
    if fit.X_validation is None or fit.y_validation is None:
        return fit.X[:1], fit.y[:1]
    return fit.X_validation, fit.y_validation


def _rows(part: Part, sizes: Shapes) -> tuple[Any, ...]:
    """Pad the rows to learn from and hand them to TensorFlow."""
    weight = np.ones(len(part.X), dtype="float32") if part.weight is None else part.weight
    X = _wide(part.X, sizes.columns)
    return _placed(*(_padded(array, sizes.rows) for array in (X, part.y, weight)))


def _looked(fit: Fit, sizes: Shapes) -> tuple[Any, ...]:
    """Pad the rows that losses are looked at on."""
    monitor = np.ones(len(fit.X), dtype="float32") if fit.monitor is None else fit.monitor
    some = np.unique(np.linspace(0, len(fit.X) - 1, min(_CURVE_ROWS, len(fit.X))).astype(int))
    X_validation, y_validation = _validation(fit)
    return _placed(
        _padded(_wide(fit.X[some], sizes.columns), sizes.curve),
        _padded(fit.y[some], sizes.curve),
        _padded(monitor[some], sizes.curve),
        _padded(_wide(X_validation, sizes.columns), sizes.validation),
        _padded(y_validation, sizes.validation),
        _padded(np.ones(len(y_validation)), sizes.validation),
        np.zeros(fit.outputs) if fit.prior_shift is None else fit.prior_shift,
    )


def _placed(*arrays: Any) -> tuple[Any, ...]:
    """Hand arrays to TensorFlow."""
    import tensorflow as tf

    return tuple(tf.constant(array, dtype="float32") for array in arrays)


def _padded(array: Any, rows: int) -> Any:
    """Append rows of zeros."""
    return np.concatenate([array, np.zeros((rows - len(array), *array.shape[1:]), array.dtype)])


def _wide(X: Floats, columns: int) -> Floats:
    """Append columns of zeros."""
    return np.pad(np.asarray(X, dtype="float32"), ((0, 0), (0, columns - X.shape[1])))


def _rebuilt(fit: Fit, weights: list[Any]) -> Any:
    """Build the network as wide as the data, with these weights."""
    model = network.build(fit.spec.network, columns=fit.X.shape[1], outputs=fit.outputs)
    model.set_weights(weights)
    return model


@lru_cache(maxsize=16)
def _program(
    spec: NetworkSpec, optimizer: OptimizerSpec, kind: Kind, outputs: int, columns: int
) -> _Program:
    """Return the traced program; the same one for every fit of this kind and width."""
    return _Program(spec, optimizer, kind, outputs, columns)


class _Program:
    """A network, its optimizer, and the traced function that runs a period of steps."""

    def __init__(
        self, spec: NetworkSpec, optimizer: OptimizerSpec, kind: Kind, outputs: int, columns: int
    ) -> None:
        load_keras()
        import tensorflow as tf

        self.model = network.build(spec, columns=columns, outputs=outputs)
        self.optimizer = network.optimizer(optimizer)
        self.optimizer.build(self.model.trainable_variables)
        self._kind = kind
        self._periods: dict[Any, Any] = {}  # one compilation for each set of padded sizes
        self._predict = tf.function(lambda X: self.model(X, training=False)).get_concrete_function(
            tf.TensorSpec((None, columns), "float32")
        )

    def reset(self, seed: int, columns: int) -> None:
        """Start anew: weights from the seed, optimizer without memory."""
        network.initialise(self.model, seed, columns=columns)
        for variable in self.optimizer.variables:
            variable.assign(np.zeros(variable.shape, dtype=variable.dtype))

    def period(self, data: tuple[Any, ...], drawn: Any, steps: int, rate: float) -> list[float]:
        """Take the steps; return the training and the validation loss after them."""
        import tensorflow as tf

        self.optimizer.learning_rate.assign(rate)
        tensors = (*data, tf.constant(drawn), tf.constant(steps))
        sizes = tuple(tuple(tensor.shape) for tensor in tensors)
        if sizes not in self._periods:
            function = tf.function(self._traced_period, jit_compile=_USES_XLA)
            self._periods[sizes] = function.get_concrete_function(*tensors)
        losses = self._periods[sizes](*tensors)
        return [float(loss) for loss in losses.numpy()]

    def predict(self, X: Floats) -> Floats:
        """Return the outputs, shape (rows, outputs)."""
        import tensorflow as tf

        chunks = (tf.constant(X[i : i + _PREDICT_ROWS]) for i in _chunks(len(X)))
        parts = [self._predict(chunk).numpy() for chunk in chunks]
        return np.concatenate(parts)

    def weights(self) -> list[Any]:
        """Copy the weights."""
        return [weight.numpy() for weight in self.model.weights]

    def restore(self, weights: list[Any]) -> None:
        """Put weights back."""
        for variable, weight in zip(self.model.weights, weights, strict=True):
            variable.assign(weight)

    def _traced_period(self, *tensors: Any) -> Any:
        """Be traced by TensorFlow: a loop of steps, then the two losses."""
        import tensorflow as tf

        X, y, weight, X_curve, y_curve, monitor, X_seen, y_seen, seen, shift, drawn, steps = tensors
        for step in tf.range(steps):
            rows = drawn[step]
            self._step(tf.gather(X, rows), tf.gather(y, rows), tf.gather(weight, rows))
        return tf.stack(
            [
                self._mean_loss(X_curve, y_curve, monitor, shift),
                self._mean_loss(X_seen, y_seen, seen, shift),
            ]
        )

    def _step(self, X: Any, y: Any, weight: Any) -> None:
        """Take one optimizer step."""
        import tensorflow as tf

        with tf.GradientTape() as tape:
            losses = _row_losses(self._kind, self.model(X, training=True), y)
            loss = tf.reduce_mean(losses * weight) + sum(self.model.losses)
        variables = self.model.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)

    def _mean_loss(self, X: Any, y: Any, weight: Any, shift: Any) -> Any:
        """Return the weighted mean loss in inference mode."""
        import tensorflow as tf

        losses = _row_losses(self._kind, self.model(X, training=False) + shift, y)
        return tf.reduce_sum(losses * weight) / tf.reduce_sum(weight)


def _chunks(rows: int) -> range:
    """Return where each chunk of a prediction begins; one chunk for no rows at all."""
    return range(0, max(rows, 1), _PREDICT_ROWS)


def _row_losses(kind: Kind, outputs: Any, y: Any) -> Any:
    """Return the loss of each row, from logits."""
    import tensorflow as tf

    if kind == "regression":
        return tf.square(outputs[:, 0] - y)
    if kind == "binary":
        return tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=outputs[:, 0])
    return tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=tf.cast(y, "int32"), logits=outputs
    )
