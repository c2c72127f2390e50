"""One of our own fits again, with gradients, steps and dead units written down."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from dataaudit.proof import network
from dataaudit.proof.diagnosis.layers import kernels, relu_outputs
from dataaudit.proof.diagnosis.trace import Trace, columns_seen, dead_share, prior_loss
from dataaudit.proof.fit import Fit, Floats, periods
from dataaudit.proof.network import Kind
from dataaudit.proof.progress import Rate, Stopping
from dataaudit.proof.spec import NetworkSpec, OptimizerSpec
from dataaudit.proof.target import as_classes

_LOOK_ROWS = 5_000  # of a longer table as many evenly spaced rows tell losses and dead units


def watch(fit: Fit) -> Trace:
    """Train as `dataaudit.proof.training` does, and write down what goes on.

    Parameters
    ----------
    fit
        One network; a user's own ``build`` is taken as it is.
    """
    watched = _Watched(fit)
    rate = Rate(fit.spec, fit.budget)
    stopping = Stopping(fit.spec, fit.budget, is_watched=fit.X_validation is not None)
    gradients, updates, dead, done = [], [], [], 0
    trace = watched.trace
    for part, drawn in periods(fit):
        trace.rates.append(rate.at(done))
        moved = watched.period(part, drawn, rate.at(done))
        gradients.append(moved[0])
        updates.append(moved[1])
        done += len(drawn)
        losses = watched.look(trace)
        dead.append(watched.dead())
        if not np.isfinite(losses).all():
            trace.failed = True
            break
        rate.look(losses[1], len(drawn))
        if stopping.is_better(trace.epochs - 1, losses[1], len(drawn)):
            watched.keep(trace)
        if stopping.is_over:
            break
    trace.best = int(np.nanargmin(trace.validation)) if not trace.failed else stopping.best
    trace.gradients, trace.updates = np.concatenate(gradients), np.concatenate(updates)
    trace.first = len(gradients[0])
    trace.dead = np.array(dead) if dead and len(dead[0]) else None
    return trace


class _Watched:
    """A fit that is watched, and what is written down of it."""

    def __init__(self, fit: Fit) -> None:
        network.load_keras().utils.set_random_seed(fit.seed % 2**32)
        self.fit, columns = fit, fit.X.shape[1]
        if fit.build is None:
            recipe = fit.spec.optimizer.rateless
            self._program = _program(fit.spec.network, recipe, fit.kind, columns, fit.outputs)
            self._program.restart(fit.seed)
        else:
            model = fit.build(columns, fit.outputs)
            self._program = _Program(model, fit.spec.optimizer, fit.kind, columns)
        self._train = _evenly(fit)
        self._validation: tuple[Any, Any] = self._train[:2]
        if fit.X_validation is not None:
            self._validation = fit.X_validation, fit.y_validation
        self.trace = Trace(
            prior=prior_loss(self._validation[1], fit.kind),
            rows=len(fit.X),
            rows_validation=len(self._validation[0]),
            **columns_seen(self._train[0]),
        )

    def period(self, part: Any, drawn: Any, rate: float) -> tuple[Floats, Floats]:
        """Take the steps of a period; return gradients and step lengths, (steps, layers) each."""
        weight = np.ones(len(part.X), dtype="float32") if part.weight is None else part.weight
        return self._program.steps((part.X, part.y, weight), drawn, rate)

    def look(self, trace: Trace) -> tuple[float, float]:
        """Write the losses down and return them."""
        X, y, weight = self._train
        self._said_train = self._outputs(X)
        self._said = self._outputs(self._validation[0])
        losses = (
            self._mean_loss(y, self._said_train, weight),
            self._mean_loss(self._validation[1], self._said, None),
        )
        trace.train.append(losses[0])
        trace.validation.append(losses[1])
        return losses

    def keep(self, trace: Trace) -> None:
        """Write down what the best weights so far say."""
        kind, real = self.fit.kind, self._train[2] > 0
        y_train, y = self._train[1], self._validation[1]
        trace.right_train = _right(self._said_train[real], y_train[real], kind)
        trace.right_validation = _right(self._said, y, kind)
        if kind != "regression":
            codes = np.argmax(as_classes(self._said), axis=1)
            classes = max(self.fit.outputs, 2)
            trace.said = np.bincount(codes, minlength=classes) / len(codes)
            trace.true = np.bincount(y.astype(int), minlength=classes) / len(y)

    def dead(self) -> list[float]:
        """Return the share of dead units of each hidden layer."""
        return [dead_share(layer.numpy()) for layer in self._program.hidden(self._train[0])]

    def _outputs(self, X: Any) -> Floats:
        """Return logits, or the standardised target, in inference mode."""
        return self._program.say(X).numpy()

    def _mean_loss(self, y: Any, outputs: Any, weight: Any) -> float:
        """Return the loss in inference mode, with resampling undone."""
        shift = 0.0 if self.fit.prior_shift is None else self.fit.prior_shift
        weight = None if weight is None else weight / weight.mean()
        return float(self._program.loss(y[:, None], outputs + shift, weight))


@lru_cache(maxsize=8)
def _program(
    spec: NetworkSpec, optimizer: OptimizerSpec, kind: Kind, columns: int, outputs: int
) -> _Program:
    """Return the program of such networks; the same one, traced once, whenever it is asked."""
    model = network.build(spec, columns=columns, outputs=outputs)
    return _Program(model, optimizer, kind, columns)


class _Program:
    """A network, its optimizer, and the traced functions that move it and look at it."""

    def __init__(self, model: Any, optimizer: OptimizerSpec, kind: Kind, columns: int) -> None:
        import tensorflow as tf

        ending = getattr(getattr(model.layers[-1], "activation", None), "__name__", "")
        self.loss = network.loss(kind, from_logits=ending not in ("sigmoid", "softmax"))
        self._model, self._optimizer = model, network.optimizer(optimizer)
        self._optimizer.build(model.trainable_variables)
        self._kernels = kernels(model)
        rows, cells = tf.TensorSpec((None,)), tf.TensorSpec((None, columns))
        drawn = tf.TensorSpec((None, None), "int32")
        self._steps = tf.function(self._traced, input_signature=(cells, rows, rows, drawn))
        self.say = tf.function(lambda X: model(X, training=False), input_signature=(cells,))
        hidden = relu_outputs(model)
        self.hidden = tf.function(
            lambda X: [] if hidden is None else hidden(X, training=False), input_signature=(cells,)
        )

    def restart(self, seed: int) -> None:
        """Start anew: weights from the seed, optimizer without memory."""
        network.initialise(self._model, seed)
        for memory in self._optimizer.variables:
            memory.assign(np.zeros(memory.shape))

    def steps(self, rows: tuple[Any, ...], drawn: Any, rate: float) -> tuple[Floats, Floats]:
        """Take steps; return gradients and step lengths, (steps, layers) each."""
        import tensorflow as tf

        self._optimizer.learning_rate.assign(rate)
        given = (tf.constant(array, dtype="float32") for array in rows)
        gradients, updates = self._steps(*given, tf.constant(drawn))
        return gradients.numpy(), updates.numpy()

    def _traced(self, X: Any, y: Any, weight: Any, drawn: Any) -> Any:
        """Be traced by TensorFlow: a loop of steps."""
        import tensorflow as tf

        steps = tf.shape(drawn)[0]
        shape = tf.TensorShape([len(self._kernels)])
        gradients = tf.TensorArray("float32", size=steps, element_shape=shape)
        updates = tf.TensorArray("float32", size=steps, element_shape=shape)
        for step in tf.range(steps):
            rows = drawn[step]
            before = [tf.identity(kernel) for kernel in self._kernels]
            found = self._step(tf.gather(X, rows), tf.gather(y, rows), tf.gather(weight, rows))
            gradients = gradients.write(step, tf.stack([_rms(g) for g in found]))
            moved = [
                _rms(kernel - old) / tf.maximum(_rms(old), 1e-12)
                for kernel, old in zip(self._kernels, before, strict=True)
            ]
            updates = updates.write(step, tf.stack(moved))
        return gradients.stack(), updates.stack()

    def _step(self, X: Any, y: Any, weight: Any) -> list[Any]:
        """Take one optimizer step; return the gradients of the kernels."""
        import tensorflow as tf

        with tf.GradientTape() as tape:
            outputs = self._model(X, training=True)
            loss = self.loss(y[:, None], outputs, weight) + sum(self._model.losses)
        variables = self._model.trainable_variables
        gradients = tape.gradient(loss, variables)
        self._optimizer.apply(gradients, variables)
        at = {
            id(variable): gradient for variable, gradient in zip(variables, gradients, strict=True)
        }
        return [at[id(kernel)] for kernel in self._kernels]


def _evenly(fit: Fit) -> tuple[Any, Any, Any]:
    """Return rows to look at, their targets and weights in the curve."""
    monitor = np.ones(len(fit.X), dtype="float32") if fit.monitor is None else fit.monitor
    some = np.unique(np.linspace(0, len(fit.X) - 1, min(_LOOK_ROWS, len(fit.X))).astype(int))
    return fit.X[some], fit.y[some], monitor[some]


def _right(outputs: Any, y: Any, kind: str) -> float:
    """Return the share of right rows, or R2."""
    if kind == "regression":
        return float(1 - np.mean((outputs[:, 0] - y) ** 2) / (np.var(y) or 1.0))
    return float(np.mean(np.argmax(as_classes(outputs), axis=1) == y))


def _rms(values: Any) -> Any:
    """Return the root mean square of a tensor."""
    import tensorflow as tf

    return tf.sqrt(tf.reduce_mean(tf.square(values)))
