"""Somebody's own Keras network: read how it is built, and build it again with a change."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataaudit.errors import DataError
from dataaudit.proof.diagnosis.layers import activation_of
from dataaudit.proof.diagnosis.setup import Change, Setup
from dataaudit.proof.network import load_keras

_CLASSES = 20  # whole numbers up to so many are classes, as `task.type: auto` has it
_LOOK_ROWS = 2_000  # evenly spaced; enough for losses, gradients and dead units of an epoch
_CONTAINERS = ("InputLayer",)
_MATRIX = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """The target as somebody's ``fit`` got it, and as numbers.

    Parameters
    ----------
    given
        As it was given: codes, one column a class, or numbers.
    coded
        The number of each row's class, or the target itself. Shape (rows,).
    kind, classes
        What is to be answered; how many classes, 0 for a number.
    """

    given: NDArray[Any]
    coded: NDArray[np.float64]
    kind: str
    classes: int

    @classmethod
    def of(cls, y: Any) -> Labels:
        """Read the target.

        Raises
        ------
        DataError
            Where a label is missing or is text.

        Examples
        --------
        >>> Labels.of([0, 1, 1]).kind, Labels.of([0.5, 1.25, 3.0]).kind
        ('binary', 'regression')
        """
        given = np.asarray(y)
        if not np.issubdtype(given.dtype, np.number) and given.dtype != bool:
            raise DataError("diagnose", "labels must be numbers, as Keras takes them")
        values = given.astype("float64")
        if not np.isfinite(values).all() or not values.size:
            raise DataError("diagnose", "the target is empty or holds cells that are no number")
        if values.ndim == _MATRIX and values.shape[1] > 1:
            coded = values.argmax(axis=1).astype("float64")
            return cls(given=given, coded=coded, kind="multiclass", classes=values.shape[1])
        coded = values.ravel()
        distinct = np.unique(coded)
        if len(distinct) > _CLASSES or (distinct % 1 != 0).any():
            return cls(given=given, coded=coded, kind="regression", classes=0)
        kind = "binary" if len(distinct) <= _MATRIX else "multiclass"
        return cls(given=given, coded=coded, kind=kind, classes=int(distinct.max()) + 1)

    def part(self, rows: Any) -> Labels:
        """Return some rows."""
        return Labels(
            given=self.given[rows], coded=self.coded[rows], kind=self.kind, classes=self.classes
        )


def setup_of(model: Any, labels: Labels | None = None) -> Setup:
    """Return what is known of a compiled network.

    Parameters
    ----------
    labels
        Of the rows, where there are any; else the loss tells what is answered.
    """
    dense = [layer for layer in _layers(model) if hasattr(layer, "units")]
    optimizer, loss = getattr(model, "optimizer", None), _loss_name(model)
    activations = [activation_of(layer) for layer in _layers(model)[:-1]]
    hidden = [name for name in activations if name not in ("", "linear")]
    names = [type(layer).__name__ for layer in model.layers]
    dropout = [layer.rate for layer in model.layers if type(layer).__name__ == "Dropout"]
    return Setup(
        hidden=tuple(int(layer.units) for layer in dense[:-1]),
        activation=hidden[0] if hidden else None,
        batch_norm="BatchNormalization" in names,
        dropout=float(max(dropout, default=0.0)),
        optimizer=None if optimizer is None else type(optimizer).__name__.lower(),
        learning_rate=rate_of(model),
        parameters=int(model.count_params()),
        kind=labels.kind if labels is not None else _kind_of(loss),
        outputs=int(model.output_shape[-1]),
        ending=activation_of(_layers(model)[-1]) or "linear",
        loss=loss,
        from_logits=bool(getattr(_loss(model), "from_logits", False)),
    )


def rate_of(model: Any) -> float | None:
    """Return the learning rate as it is now."""
    optimizer = getattr(model, "optimizer", None)
    return None if optimizer is None else float(np.asarray(optimizer.learning_rate))


def _layers(model: Any) -> list[Any]:
    """Return the layers that compute something."""
    return [layer for layer in model.layers if type(layer).__name__ not in _CONTAINERS]


def _loss(model: Any) -> Any:
    """Return the loss as an object."""
    given = getattr(model, "loss", None)
    return load_keras().losses.get(given) if isinstance(given, str) else given


def _loss_name(model: Any) -> str | None:
    """Return the name of the loss, as Keras writes it."""
    loss = _loss(model)
    found = getattr(loss, "name", None) or getattr(loss, "__name__", None)
    return None if found is None else str(found)


def _kind_of(loss: str | None) -> str | None:
    """Return what a loss is for."""
    if loss is None:
        return None
    if "binary" in loss:
        return "binary"
    return "multiclass" if "categorical" in loss else "regression"


def decided(outputs: Any, labels: Labels, setup: Setup) -> NDArray[np.float64]:
    """Return the class that each row is decided for, or the number, shape (rows,)."""
    values = np.asarray(outputs, dtype="float64").reshape(len(outputs), -1)
    if labels.kind == "regression":
        return values[:, 0]
    if values.shape[1] > 1:
        return values.argmax(axis=1).astype("float64")
    return (values[:, 0] > (0.0 if setup.from_logits else 0.5)).astype("float64")


def rebuilt(model: Any, change: Change, labels: Labels, columns: int) -> Any | None:
    """Return a fresh, compiled copy of a network with a change; None where it cannot be made.

    Layers can be put in or left out only where each follows the one before it.
    """
    keras = load_keras()
    layers = _layers(model)
    if not _is_chain(model):
        return None
    made, hidden = [keras.Input((columns,))], list(change.hidden or ())
    seen = -1
    for i, layer in enumerate(layers):
        is_last = i == len(layers) - 1
        config = _changed(layer, change, labels, is_last=is_last)
        if hasattr(layer, "units") and not is_last:
            seen += 1
            if hidden and seen < len(hidden):
                config["units"] = hidden[seen]
        if is_last and len(hidden) > seen + 1:
            made += [_dense(units, change, model) for units in hidden[seen + 1 :]]
        made.append(type(layer).from_config(config))
        if hasattr(layer, "units") and not is_last:
            made += _after(change)
    fresh = keras.Sequential(made)
    # XLA would compile each copy anew, for longer than it trains.
    fresh.compile(
        optimizer=_optimizer(model, change), loss=change.loss or model.loss, jit_compile=False
    )
    return fresh


def _is_chain(model: Any) -> bool:
    """Tell whether each layer follows the one before it, from one input to one output."""
    if type(model).__name__ == "Sequential":
        return True
    nodes = [len(getattr(layer, "_inbound_nodes", [])) for layer in _layers(model)]
    parents = [
        len(node.parent_nodes)
        for layer in _layers(model)
        for node in layer._inbound_nodes  # noqa: SLF001 - Keras has no other way to ask
    ]
    return len(model.inputs) == 1 and set(nodes) <= {1} and set(parents) <= {1}


def _changed(layer: Any, change: Change, labels: Labels, *, is_last: bool) -> dict[str, Any]:
    """Return the layer's configuration, changed."""
    config: dict[str, Any] = layer.get_config()
    if is_last and change.ending is not None:
        config["activation"] = change.ending
        config["units"] = labels.classes if labels.kind == "multiclass" else 1
    has_activation = activation_of(layer) not in ("", "linear") and "activation" in config
    if change.activation is not None and not is_last and has_activation:
        config["activation"] = change.activation
    if change.fresh and "kernel_initializer" in config:
        config["kernel_initializer"] = "glorot_uniform"
        if "bias_initializer" in config:
            config["bias_initializer"] = "zeros"
    if change.l2 is not None and "kernel_regularizer" in config and not is_last:
        config["kernel_regularizer"] = load_keras().regularizers.L2(change.l2)
    return config


def _dense(units: int, change: Change, model: Any) -> Any:
    """Return one more hidden layer."""
    hidden = [activation_of(layer) for layer in _layers(model)[:-1]]
    known = [name for name in hidden if name not in ("", "linear")]
    activation = change.activation or (known[0] if known else "relu")
    return load_keras().layers.Dense(units, activation=activation)


def _after(change: Change) -> list[Any]:
    """Return what comes behind a hidden layer."""
    layers = load_keras().layers
    norm = [layers.BatchNormalization()] if change.batch_norm else []
    return norm + ([layers.Dropout(change.dropout)] if change.dropout else [])


def _optimizer(model: Any, change: Change) -> Any:
    """Return a fresh optimizer like the network's."""
    config = model.optimizer.get_config()
    if change.learning_rate is not None:
        config["learning_rate"] = change.learning_rate
    if change.clip is not None:
        config.update(clipnorm=change.clip, clipvalue=None, global_clipnorm=None)
    return type(model.optimizer).from_config(config)


def with_callbacks(setup: Setup, callbacks: Any) -> Setup:
    """Return the setup with the patience of early stopping and of a falling rate."""
    found: dict[str, Any] = {}
    for callback in callbacks:
        if type(callback).__name__ == "EarlyStopping":
            found["stops_after"] = int(callback.patience)
        if type(callback).__name__ == "ReduceLROnPlateau":
            found["plateau_after"] = int(callback.patience)
    return replace(setup, **found)


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Keep Keras from warning once more of what somebody built; the diagnosis says it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


def matrix(X: Any) -> Any:
    """Return inputs as 32-bit numbers.

    Raises
    ------
    DataError
        Where they are none, or are no table.
    """
    try:
        values = np.asarray(X, dtype="float32")
    except (TypeError, ValueError) as error:
        raise DataError("DiagnosisCallback", f"X must be numbers ({error})") from error
    if values.ndim != _MATRIX or not len(values):
        raise DataError("DiagnosisCallback", f"X must have rows and columns, got {values.shape}")
    return values


def evenly(rows: int) -> Any:
    """Return positions of evenly spaced rows."""
    return np.unique(np.linspace(0, rows - 1, min(_LOOK_ROWS, rows)).astype(int))
