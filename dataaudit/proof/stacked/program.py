"""A stack of networks and optimizers, and the compiled functions that move it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from dataaudit.proof import network
from dataaudit.proof.fit import Floats
from dataaudit.proof.network import Kind, load_keras
from dataaudit.proof.spec import NetworkSpec, OptimizerSpec

_USES_XLA = sys.platform != "win32"  # TensorFlow's wheels for Windows come without it
_PREDICT_ROWS = 65_536
_RANK = 3  # models, and the two axes of a kernel: rates of shape (models, 1, 1) meet every weight


@lru_cache(maxsize=16)
def program(
    spec: NetworkSpec,
    optimizer: OptimizerSpec,
    kind: Kind,
    outputs: int,
    *,
    columns: int,
    models: int,
    dtype: str,
) -> Program:
    """Return the program of these networks; the same one, compiled once, whenever it is asked."""
    return Program(spec, optimizer, kind, outputs, columns=columns, models=models, dtype=dtype)


class Program:
    """Networks of one shape, stacked along a leading axis.

    The network of `network.build` is mapped over that axis, so it is described once; so is the
    optimizer, whose arithmetic is element-wise: one of Keras, that finds a step count and a
    learning rate for each model where it looks for its own.

    Parameters
    ----------
    spec, optimizer, kind, outputs
        What the networks share; see `network.build`. The learning rate of the recipe is not used.
    columns
        Width of the input.
    models
        How many there are.
    dtype
        Of weights and rows: what Keras computes in.
    """

    def __init__(
        self,
        spec: NetworkSpec,
        optimizer: OptimizerSpec,
        kind: Kind,
        outputs: int,
        *,
        columns: int,
        models: int,
        dtype: str,
    ) -> None:
        import tensorflow as tf

        self.model = network.build(spec, columns=columns, outputs=outputs)
        self._kind, self._columns, self._models = kind, columns, models
        self._spec, self._dtype = spec, dtype
        # Keras gathers these anew from all layers each time, which takes longer than their use.
        self._plain = (*self.model.trainable_variables, *self.model.non_trainable_variables)
        self._order = [id(variable) for variable in self.model.weights]
        self._trained = [_stacked(v, models) for v in self.model.trainable_variables]
        self._carried = [
            tf.Variable(np.zeros((models, *v.shape)), dtype=v.dtype, trainable=False)
            for v in self.model.non_trainable_variables
        ]
        self._rate = tf.Variable(np.zeros((models, 1, 1)), dtype=dtype, trainable=False)
        self._taken = tf.Variable(np.zeros((models, 1, 1)), dtype="int32", trainable=False)
        self._optimizer = _each_with_its_own(
            network.optimizer(optimizer), rate=self._rate, taken=self._taken
        )
        self._optimizer.build(self._trained)
        self._moments = [v.value for v in self._optimizer.variables if len(v.shape) == _RANK]
        self._steps = tf.function(self._traced_steps, jit_compile=_USES_XLA)
        self._look = tf.function(self._traced_look, jit_compile=_USES_XLA)
        self._predict = tf.function(lambda X: self.model(X, training=False)).get_concrete_function(
            tf.TensorSpec((None, columns), dtype)
        )

    def restart(self, starts: Mapping[int, tuple[int, int]]) -> None:
        """Start slots anew: weights from the seed, optimizer without memory.

        Parameters
        ----------
        starts
            Seed and real columns, by slot. Together, since each variable is written as a whole.
        """
        drawn = {
            slot: network.initial(self.model, seed, columns=columns)
            for slot, (seed, columns) in starts.items()
        }
        for stacked, variable in zip((*self._trained, *self._carried), self._plain, strict=True):
            _write(stacked, {slot: values[id(variable)] for slot, values in drawn.items()})
        for memory in (*self._moments, self._taken):
            _write(memory, dict.fromkeys(starts, 0))

    def steps(self, rows: tuple[Any, ...], drawn: Any, steps: int, rates: Any) -> None:
        """Take steps in every slot.

        Parameters
        ----------
        rows
            Features, targets and weights to learn from, with a leading axis for the models.
        drawn : int32 array of shape (any, models, batch)
            Rows of each step; those beyond ``steps`` are left.
        rates : float array of shape (models,)
        """
        import tensorflow as tf

        self._rate.assign(np.asarray(rates, dtype=self._dtype)[:, None, None])
        self._steps(*rows, tf.constant(drawn), tf.constant(steps))

    def look(self, looked: tuple[Any, ...]) -> Any:
        """Return the training and the validation loss of each model, shape (models, 2)."""
        return self._look(*looked).numpy()

    def weights(self) -> list[Any]:
        """Copy the weights of all models, in the order of `load`."""
        return [v.numpy() for v in (*self._trained, *self._carried)]

    def load(self, weights: list[Any]) -> list[Any]:
        """Give the plain network the weights of one model; return them in Keras' order."""
        given = dict[int, Any]()
        for variable, weight in zip(self._plain, weights, strict=True):
            given[id(variable)] = weight.reshape(variable.shape)
            variable.value.assign(given[id(variable)])
        return [given[number] for number in self._order]

    def predict(self, X: Floats) -> Floats:
        """Return the outputs of the plain network, shape (rows, outputs)."""
        import tensorflow as tf

        parts = []
        for start in range(0, max(len(X), 1), _PREDICT_ROWS):
            some = np.asarray(X[start : start + _PREDICT_ROWS], dtype=self._dtype)
            wide = np.pad(some, ((0, 0), (0, self._columns - some.shape[1])))
            parts.append(self._predict(tf.constant(wide)).numpy())
        return np.concatenate(parts)

    def _traced_steps(self, X: Any, y: Any, weight: Any, drawn: Any, steps: Any) -> None:
        """Be traced by TensorFlow: a loop of steps.

        Not ``for step in tf.range(steps)``: XLA compiles that anew for each number of steps.
        """
        import tensorflow as tf

        held = [tf.convert_to_tensor(part) for part in (X, y, weight)]
        step = tf.zeros_like(steps)
        while step < steps:
            self._step(*(tf.gather(part, drawn[step], batch_dims=1) for part in held))
            step += 1

    def _step(self, X: Any, y: Any, weight: Any) -> None:
        """Take one optimizer step in every slot; the losses are summed, so none sees another."""
        import tensorflow as tf

        variables = [v.value for v in self._trained]
        with tf.GradientTape() as tape:
            outputs, carried = self._mapped(X, training=True)
            losses = tf.reduce_mean(_row_losses(self._kind, outputs, y) * weight, axis=1)
            loss = tf.reduce_sum(losses)
        gradients = tape.gradient(loss, variables)
        self._optimizer.apply(
            [g + pull for g, pull in zip(gradients, self._pulls(), strict=True)], self._trained
        )
        for variable, value in zip(self._carried, carried, strict=True):
            variable.assign(value)
        self._taken.assign_add(tf.ones_like(self._taken))

    def _pulls(self) -> list[Any]:
        """Return the slope of each kernel's penalty, ``l1 |w| + l2 w^2``; 0 of other weights.

        A penalty inside the mapped network is an output of it that hangs on no row: XLA then takes
        every input for a constant and compiles each call.
        """
        import tensorflow as tf

        l1, l2 = self._spec.l1, self._spec.l2
        is_kernel = [len(v.shape) == _RANK - 1 for v in self.model.trainable_variables]
        return [
            l1 * tf.sign(v.value) + 2 * l2 * v.value if is_one and (l1 or l2) else 0.0
            for v, is_one in zip(self._trained, is_kernel, strict=True)
        ]

    def _traced_look(self, *looked: Any) -> Any:
        """Be traced by TensorFlow: both losses of every model."""
        import tensorflow as tf

        X, y, curve, seen, shift = (tf.convert_to_tensor(part) for part in looked)
        outputs, _ = self._mapped(X, training=False)
        losses = _row_losses(self._kind, outputs + shift[:, None], y)
        means = [tf.reduce_sum(losses * w, 1) / tf.reduce_sum(w, 1) for w in (curve, seen)]
        return tf.stack(means, axis=1)

    def _mapped(self, X: Any, *, training: bool) -> Any:
        """Return the outputs of all models, and their states after that."""
        import tensorflow as tf

        shapes = [v.shape for v in self.model.trainable_variables]

        def one(given: Any) -> Any:
            weights, states, rows = given
            plain = [tf.reshape(w, shape) for w, shape in zip(weights, shapes, strict=True)]
            outputs, after = self.model.stateless_call(plain, states, rows, training=training)
            return outputs, list(after)

        trained = [tf.convert_to_tensor(v.value) for v in self._trained]
        carried = [tf.convert_to_tensor(v) for v in self._carried]
        if self._models > 1:
            return tf.vectorized_map(one, (trained, carried, X))
        # `vectorized_map` gathers a single element, and a gradient of that is sparse.
        alone = one(tf.nest.map_structure(lambda part: part[0], (trained, carried, X)))
        return tf.nest.map_structure(lambda part: part[None], alone)


def _write(variable: Any, values: Mapping[int, Any]) -> None:
    """Write some slots of a stacked variable."""
    whole = variable.numpy().copy()
    for slot, value in values.items():
        whole[slot] = np.reshape(value, whole.shape[1:]) if np.ndim(value) else value
    variable.assign(whole)


def _stacked(variable: Any, models: int) -> Any:
    """Return a Keras variable for so many of these, of rank 3."""
    shape = tuple(variable.shape)
    shape = (models, *([1] * (_RANK - 1 - len(shape))), *shape)
    return load_keras().Variable(np.zeros(shape), dtype=variable.dtype)


def _each_with_its_own(optimizer: Any, *, rate: Any, taken: Any) -> Any:
    """Let an optimizer find rates and step counts of shape (models, 1, 1) in place of its own."""
    found = {
        "learning_rate": property(lambda _: rate.read_value()),
        "iterations": property(lambda _: taken.read_value()),
    }
    optimizer.__class__ = type(type(optimizer).__name__, (type(optimizer),), found)
    return optimizer


def _row_losses(kind: Kind, outputs: Any, y: Any) -> Any:
    """Return the loss of each row of each model, shape (models, rows), from logits."""
    import tensorflow as tf

    if kind == "regression":
        return tf.square(outputs[..., 0] - y)
    if kind == "binary":
        return tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=outputs[..., 0])
    return tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=tf.cast(y, "int32"), logits=outputs
    )
