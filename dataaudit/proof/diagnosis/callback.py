"""A Keras callback that says, after anybody's ``model.fit``, why the score is not higher."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from dataaudit.errors import DataError
from dataaudit.proof.diagnosis.diagnosing import Diagnosis, examine
from dataaudit.proof.diagnosis.history import trace_of
from dataaudit.proof.diagnosis.layers import kernels, relu_outputs
from dataaudit.proof.diagnosis.refitting import OfTraining
from dataaudit.proof.diagnosis.theirs import (
    Labels,
    decided,
    evenly,
    matrix,
    quietly,
    rate_of,
    setup_of,
    with_callbacks,
)
from dataaudit.proof.diagnosis.trace import Trace, columns_seen, dead_share, prior_loss, rms
from dataaudit.proof.network import load_keras

_ROWS = 2_000  # of one call
_LEAST_ROWS = 20  # of a class, to say anything of its recall
_PROOFS = 5  # refits are two trainings each; what comes first is tried first

_Callback: Any = load_keras().callbacks.Callback


class DiagnosisCallback(_Callback):
    """Watch a training, say what is suspected, and prove it.

    Without data it sees losses, metrics and the learning rate. With `X` and `y` it also sees
    gradients, dead units and what is said of each class, and `prove` can refit copies.

    Parameters
    ----------
    X : array of shape (rows, columns), optional
        What ``fit`` is given.
    y : array of shape (rows,) or (rows, classes), optional
        Numbers, as Keras takes them.
    validation_data : (X, y), optional
        As ``fit`` is given; `prove` judges by these rows.
    callbacks
        The others of the same ``fit``: patience of early stopping and of a falling rate.
    seed
        Of refits.
    smallest_effect
        What matters: 0.01 is one point of accuracy.

    Examples
    --------
    >>> import numpy as np
    >>> keras = load_keras()
    >>> X = np.random.default_rng(0).normal(size=(200, 4)).astype("float32")
    >>> y = (X[:, 0] > 0).astype("float32")
    >>> model = keras.Sequential([keras.layers.Dense(1, activation="relu")])
    >>> model.compile(loss="binary_crossentropy")
    >>> watching = DiagnosisCallback(X, y)
    >>> _ = model.fit(X, y, epochs=2, verbose=0, callbacks=[watching])
    >>> watching.diagnosis().named("suspected")[0]
    'wrong_output'
    """

    def __init__(
        self,
        X: Any = None,
        y: Any = None,
        *,
        validation_data: tuple[Any, Any] | None = None,
        callbacks: Sequence[Any] = (),
        seed: int = 0,
        smallest_effect: float = 0.01,
    ) -> None:
        super().__init__()
        if (X is None) != (y is None):
            raise DataError("DiagnosisCallback", "X and y are given together or not at all")
        self._X = None if X is None else matrix(X)
        self._y = None if y is None else Labels.of(y)
        self._held: tuple[Any, Labels] | None = None
        if validation_data is not None:
            self._held = matrix(validation_data[0]), Labels.of(validation_data[1])
        for rows, labels in [(self._X, self._y), *([self._held] if self._held else [])]:
            if rows is not None and labels is not None and len(rows) != len(labels.coded):
                raise DataError(
                    "DiagnosisCallback", f"{len(rows)} rows have {len(labels.coded)} labels"
                )
        self._others, self._seed, self._smallest = tuple(callbacks), seed, smallest_effect
        self.history: dict[str, list[float]] = {}
        self._seen: dict[str, list[Any]] = {}

    def on_train_begin(self, logs: Any = None) -> None:  # noqa: ARG002 - as Keras calls it
        """Forget what was seen before."""
        self.history, self._seen = {}, {}

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002 - the same
        """Take the gradients that the epoch begins with."""
        if epoch == 0:
            self._note("gradients", self._gradients())

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002 - the same
        """Write down what can be seen."""
        rate = rate_of(self.model)
        known = {**(logs or {}), **({} if rate is None else {"learning_rate": rate})}
        for name, value in known.items():
            self.history.setdefault(name, []).append(float(np.asarray(value)))
        self._note("gradients", self._gradients())
        with quietly():
            self._look()

    def _look(self) -> None:
        """Write down what takes rows to see."""
        if self._X is not None and self._y is not None:
            self._note("train", self._loss(self._X, self._y))
            self._note("dead", self._dead())
            self._note("right_train", self._right(self._X, self._y))
        if self._held is not None:
            self._note("validation", self._loss(*self._held))
            self._note("answers", self._answers(*self._held))

    def diagnosis(self) -> Diagnosis:
        """Return what is suspected, from what was seen.

        Raises
        ------
        DataError
            Before training.
        """
        return examine(self._examined(), subject="your training", most_proofs=0)

    def prove(self) -> Diagnosis:
        """Refit copies of the network with the remedies of what is suspected.

        They are judged by ``validation_data``, or by three tenths of the rows that no refit sees.

        Raises
        ------
        DataError
            Before training, or without X and y.
        """
        if self._X is None:
            raise DataError("prove", "a refit needs rows: DiagnosisCallback(X, y)")
        return examine(self._examined(), subject="your training", most_proofs=_PROOFS)

    def save(self, path: str | Path) -> None:
        """Write the history as JSON, for `dataaudit diagnose --history`."""
        kept = {
            name: [v if np.isfinite(v) else None for v in values]
            for name, values in self.history.items()
        }
        Path(path).write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8", newline="\n")

    def _examined(self) -> OfTraining:
        """Return the training under examination."""
        if not self.history:
            raise DataError("DiagnosisCallback", "nothing was trained yet: pass it to model.fit")
        params = self.params or {}
        epochs = max(len(values) for values in self.history.values())
        rows = 0 if self._X is None else len(self._X)
        steps = params.get("steps") or 1
        setup = with_callbacks(setup_of(self.model, self._y), self._others)
        first = self.history.get("learning_rate", [None])[0]
        return OfTraining(
            self._trace(),
            replace(setup, learning_rate=first or setup.learning_rate),
            model=self.model,
            X=self._X,
            y=self._y,
            held=self._held,
            epochs=max(epochs, params.get("epochs", 1)),
            batch=max(1, round(rows / steps)),
            seed=self._seed,
            smallest_effect=self._smallest,
        )

    def _trace(self) -> Trace:
        """Put what was seen together."""
        trace, seen = trace_of(self.history), self._seen
        if seen.get("train"):
            trace.train, trace.is_running = seen["train"], False
        if seen.get("validation"):
            trace.validation = seen["validation"]
        judged = trace.validation or trace.train
        trace.best = int(np.nanargmin(judged)) if np.isfinite(judged).any() else 0
        if self._X is not None and self._y is not None:
            trace.rows, trace.prior = len(self._X), prior_loss(self._y.coded, self._y.kind)
            for name, value in columns_seen(self._X).items():
                setattr(trace, name, value)
            trace.right_train = seen["right_train"][min(trace.best, len(seen["right_train"]) - 1)]
        if seen.get("gradients"):
            trace.gradients, trace.first = np.array(seen["gradients"]), 2
        if seen.get("dead"):
            trace.dead = np.array(seen["dead"])
        if self._held is not None and seen.get("answers"):
            self._judged(trace)
        return trace

    def _judged(self, trace: Trace) -> None:
        """Add what was said of the validation rows at the best epoch."""
        _, labels = self._held or (None, Labels.of([0]))
        said = self._seen["answers"][min(trace.best, len(self._seen["answers"]) - 1)]
        trace.rows_validation = len(said)
        trace.right_validation = _share_right(said, labels)
        if labels.kind == "regression":
            return
        counts = [
            np.bincount(v.astype(int), minlength=labels.classes) for v in (said, labels.coded)
        ]
        trace.said, trace.true = (c / c.sum() for c in counts)
        found = [
            float(np.mean(said[labels.coded == code] == code))
            for code in range(labels.classes)
            if counts[1][code] >= _LEAST_ROWS
        ]
        trace.least_found = min(found, default=1.0)
        claimed = self.history.get("val_accuracy") or self.history.get("val_acc")
        trace.claimed = claimed[trace.best] if claimed and trace.best < len(claimed) else None

    def _note(self, name: str, value: Any) -> None:
        """Keep what was seen, where it was."""
        if value is not None:
            self._seen.setdefault(name, []).append(value)

    def _loss(self, X: Any, labels: Labels) -> float:
        """Return the loss of some rows in inference mode, without penalties."""
        some = evenly(len(X))
        outputs = self.model(X[some], training=False)
        return float(np.mean(np.asarray(self._compiled_loss(labels.given[some], outputs))))

    def _compiled_loss(self, given: Any, outputs: Any) -> Any:
        """Return the loss of the network as it was compiled."""
        keras = load_keras()
        loss = self.model.loss
        loss = keras.losses.get(loss) if isinstance(loss, str) else loss
        given = given.reshape(len(given), -1) if given.ndim == 1 else given
        return loss(given.astype("float32"), outputs)

    def _gradients(self) -> Any:
        """Return the root mean square of each kernel's gradient over some rows."""
        if self._X is None or self._y is None:
            return None
        import tensorflow as tf

        some = evenly(len(self._X))
        with quietly(), tf.GradientTape() as tape:
            outputs = self.model(self._X[some], training=True)
            loss = tf.reduce_mean(self._compiled_loss(self._y.given[some], outputs))
        found = kernels(self.model)
        gradients = tape.gradient(loss, [getattr(v, "value", v) for v in found])
        return [0.0 if g is None else rms(g) for g in gradients]

    def _dead(self) -> Any:
        """Return the share of dead units of each hidden layer of ReLU units."""
        hidden = relu_outputs(self.model)
        if hidden is None or self._X is None:
            return None
        said = hidden(self._X[evenly(len(self._X))], training=False)
        return [dead_share(np.asarray(layer)) for layer in said]

    def _answers(self, X: Any, labels: Labels) -> Any:
        """Return what is decided for some rows."""
        parts = [
            np.asarray(self.model(X[i : i + _ROWS], training=False))
            for i in range(0, len(X), _ROWS)
        ]
        return decided(np.concatenate(parts), labels, setup_of(self.model, labels))

    def _right(self, X: Any, labels: Labels) -> float:
        """Return the share of right rows among some."""
        some = evenly(len(X))
        return _share_right(self._answers(X[some], labels), labels.part(some))


def _share_right(said: Any, labels: Labels) -> float:
    """Return the share of right rows, or R2."""
    if labels.kind == "regression":
        error = np.mean((said - labels.coded) ** 2)
        return float(1 - error / (labels.coded.var() or 1.0))
    return float(np.mean(said == labels.coded))
