"""Keras' own ``fit``: for a user's own network, and the reference of the stacked ones.

The batches, the schedule, early stopping and the restored weights are those of `stacked`; the
steps are Keras'.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dataaudit.proof import network
from dataaudit.proof.fit import Fit, Floats, History, Trained, periods
from dataaudit.proof.network import OutputShapeError, load_keras
from dataaudit.proof.progress import Rate, Stopping

_ROWS = 8_192  # of one call; Keras' own `predict` would trace a function for every network
_TINY = 1e-7  # Keras' epsilon: the smallest probability that has a logarithm


def run(fit: Fit) -> Trained:
    """Train one network with stock ``fit``, a period a call."""
    keras = load_keras()
    keras.utils.set_random_seed(fit.seed % 2**32)
    model = _model(fit)
    history, best, failed = _loop(model, fit)
    weights = [weight.numpy() for weight in model.weights]
    return Trained(
        predictions=tuple(_logits(model, X, fit) for X in fit.inputs),
        history=history,
        best=best,
        failed=failed,
        weights=weights,
        model=lambda: model,
    )


def _model(fit: Fit) -> Any:
    """Build the network, and compile it unless the user did."""
    columns = fit.X.shape[1]
    if fit.build is None:
        model = network.build(fit.spec.network, columns=columns, outputs=fit.outputs)
        network.initialise(model, fit.seed)
    else:
        model = fit.build(columns, fit.outputs)
    if tuple(model.output_shape) != (None, fit.outputs):
        raise OutputShapeError(fit.outputs, model.output_shape)
    if not model.compiled:
        loss = network.loss(fit.kind, from_logits=not _gives_probabilities(model))
        model.compile(optimizer=network.optimizer(fit.spec.optimizer), loss=loss)
    return model


def _gives_probabilities(model: Any) -> bool:
    """Tell whether the last layer already ends in a sigmoid or softmax."""
    activation = getattr(model.layers[-1], "activation", None)
    return getattr(activation, "__name__", "") in ("sigmoid", "softmax")


def _loop(model: Any, fit: Fit) -> tuple[History, int, bool]:
    """Fit period by period, as `stacked` does."""
    rate = Rate(fit.spec, fit.budget)
    stopping = Stopping(fit.spec, fit.budget, is_watched=fit.X_validation is not None)
    history, kept, done = History(train=[], validation=[], steps=[]), model.get_weights(), 0
    for part, period in periods(fit):
        drawn, steps = period.ravel(), len(period)
        model.optimizer.learning_rate.assign(rate.at(done))
        weight = None if part.weight is None else part.weight[drawn]
        model.fit(
            part.X[drawn],
            part.y[drawn],
            fit.budget.batch,
            1,
            0,
            sample_weight=weight,
            shuffle=False,
        )
        done += steps
        losses = [_mean_loss(model, fit, fit.X, fit.y, fit.monitor), _watched(model, fit)]
        history.train.append(losses[0])
        history.validation.append(losses[1])
        history.steps.append(done)
        if not np.all(np.isfinite(losses)):
            return history, stopping.best, True
        rate.look(losses[1], steps)
        if stopping.is_better(len(history.steps) - 1, losses[1], steps):
            kept = model.get_weights()
        if stopping.is_over:
            break
    model.set_weights(kept)
    return history, stopping.best, False


def _watched(model: Any, fit: Fit) -> float:
    """Return the validation loss; 0 where nothing is watched."""
    if fit.X_validation is None or fit.y_validation is None:
        return 0.0
    return _mean_loss(model, fit, fit.X_validation, fit.y_validation, None)


def _mean_loss(model: Any, fit: Fit, X: Floats, y: Floats, weight: Any) -> float:
    """Return the weighted mean loss in inference mode, in plain NumPy."""
    outputs = _logits(model, X, fit).astype("float64")
    if not np.isfinite(outputs).all():
        return float("nan")
    if fit.prior_shift is not None:
        outputs = outputs + fit.prior_shift
    if fit.kind == "regression":
        losses = (outputs[:, 0] - y) ** 2
    elif fit.kind == "binary":
        losses = np.logaddexp(0, outputs[:, 0]) - y * outputs[:, 0]
    else:
        chosen = outputs[np.arange(len(y)), y.astype(int)]
        losses = np.logaddexp.reduce(outputs, axis=1) - chosen
    return float(np.average(losses, weights=weight))


def _logits(model: Any, X: Floats, fit: Fit) -> Floats:
    """Return the outputs as logits, shape (rows, outputs)."""
    starts = range(0, max(len(X), 1), _ROWS)
    parts = [np.asarray(model(X[i : i + _ROWS], training=False)) for i in starts]
    outputs = np.concatenate(parts).astype("float32").reshape(len(X), fit.outputs)
    if fit.kind == "regression" or not _gives_probabilities(model):
        return outputs
    clipped = np.clip(outputs, _TINY, 1 - _TINY)
    return np.log(clipped / (1 - clipped)) if fit.kind == "binary" else np.log(clipped)
