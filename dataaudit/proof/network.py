"""The only door to Keras: load it quietly, build a network, set its weights, save and load one."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dataaudit.errors import CodeRefusedError, ConfigError, DataAuditError, MissingExtraError
from dataaudit.proof.spec import NetworkSpec, OptimizerSpec

Kind = Literal["binary", "multiclass", "regression"]
Build = Callable[[int, int], Any]

_ENVIRONMENT = {
    "KERAS_BACKEND": "tensorflow",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",  # its results depend on the processor, and it gains nothing here
}


@cache
def load_keras() -> Any:
    """Return the module ``keras``, on TensorFlow, loaded without a word on stderr.

    Raises
    ------
    MissingExtraError
        Without TensorFlow or Keras.
    ConfigError
        Where the process already runs Keras on another backend.
    """
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    try:
        with _silence(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tensorflow = importlib.import_module("tensorflow")
            keras = importlib.import_module("keras")
    except ImportError as error:
        feature = "prove"
        raise MissingExtraError(feature, "keras") from error
    # On a graphics card ten bits of a number instead of 23 are faster and give other networks, so
    # neither this nor 16-bit training is used.
    tensorflow.config.experimental.enable_tensor_float_32_execution(False)
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # advice on retracing is not for users
    if keras.backend.backend() != "tensorflow":
        raise ConfigError("KERAS_BACKEND", expected="tensorflow", found=keras.backend.backend())
    return keras


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Send the process's stderr nowhere: TensorFlow writes there before its log level counts."""
    sys.stderr.flush()
    saved, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)


def build(spec: NetworkSpec, *, columns: int, outputs: int) -> Any:
    """Build the network; its outputs are logits, or the standardised target for regression.

    Parameters
    ----------
    spec
        The layers. ``file`` is not looked at here; see `load_build`.
    columns
        Width of the input.
    outputs
        1 for two classes and for regression, else the number of classes.
    """
    keras = load_keras()
    layers = [keras.Input((columns,), name="features")]
    for units in spec.hidden:
        # Before batch norm a bias does nothing, but Adam scales up the rounding errors.
        with_bias = not spec.batch_norm
        layers.append(
            keras.layers.Dense(units, use_bias=with_bias, kernel_regularizer=_penalty(spec))
        )
        if spec.batch_norm:
            layers.append(keras.layers.BatchNormalization())
        layers.append(keras.layers.Activation(spec.activation))
        if spec.dropout:
            layers.append(keras.layers.Dropout(spec.dropout, seed=0))
    layers.append(keras.layers.Dense(outputs, kernel_regularizer=_penalty(spec)))
    return keras.Sequential(layers)


def _penalty(spec: NetworkSpec) -> Any:
    """Return the regularizer, or None without a penalty."""
    if not spec.l1 and not spec.l2:
        return None
    return load_keras().regularizers.L1L2(l1=spec.l1, l2=spec.l2)


def optimizer(spec: OptimizerSpec) -> Any:
    """Return the Keras optimizer."""
    optimizers, rate = load_keras().optimizers, spec.learning_rate
    match spec.name:
        case "adam":
            return optimizers.Adam(rate)
        case "adamw":
            return optimizers.AdamW(rate, weight_decay=spec.weight_decay)
        case "sgd":
            return optimizers.SGD(rate, momentum=spec.momentum)
        case "rmsprop":
            return optimizers.RMSprop(rate, momentum=spec.momentum)


def initialise(model: Any, seed: int) -> None:
    """Set every weight of a network made by `build` as a fresh one with this seed would have it."""
    drawn = initial(model, seed)
    for variable in (*model.trainable_variables, *model.non_trainable_variables):
        variable.assign(drawn[id(variable)])


def initial(model: Any, seed: int, *, columns: int | None = None) -> dict[int, NDArray[Any]]:
    """Return what a fresh network with this seed has, by the `id` of each variable.

    Drawn in plain NumPy, which costs a hundredth of an eager Keras initialiser.

    Parameters
    ----------
    model
        A network from `build`.
    seed
        Decides the kernels (Glorot uniform, as in Keras) and the dropout masks.
    columns
        Real input columns, where the model is wider: the kernel rows beyond are zero, so that
        padded columns change nothing.
    """
    keras, drawn = load_keras(), dict[int, NDArray[Any]]()
    numbers = np.random.SeedSequence(seed).generate_state(len(model.layers))
    for i, (layer, number) in enumerate(zip(model.layers, numbers, strict=True)):
        if isinstance(layer, keras.layers.Dense):
            drawn[id(layer.kernel)] = _kernel(layer, int(number), columns if i == 0 else None)
            if layer.use_bias:
                drawn[id(layer.bias)] = np.zeros(layer.bias.shape, dtype="float32")
        elif isinstance(layer, keras.layers.BatchNormalization):
            for weight in layer.weights:
                is_one = weight is layer.gamma or weight is layer.moving_variance
                drawn[id(weight)] = np.full(weight.shape, float(is_one), dtype="float32")
        elif isinstance(layer, keras.layers.Dropout):
            state = layer.seed_generator.state
            drawn[id(state)] = np.array([number, 0], dtype="uint32")
    return drawn


def _kernel(layer: Any, seed: int, columns: int | None) -> NDArray[np.float32]:
    """Draw a kernel."""
    wide, units = layer.kernel.shape
    narrow = wide if columns is None else columns
    limit = np.sqrt(6 / (narrow + units))  # Glorot and Bengio (2010)
    kernel = np.zeros((wide, units), dtype="float32")
    kernel[:narrow] = np.random.default_rng(seed).uniform(-limit, limit, (narrow, units))
    return kernel


def loss(kind: Kind, *, from_logits: bool = True) -> Any:
    """Return the Keras loss for a network's outputs."""
    losses = load_keras().losses
    if kind == "regression":
        return losses.MeanSquaredError()
    if kind == "binary":
        return losses.BinaryCrossentropy(from_logits=from_logits)
    return losses.SparseCategoricalCrossentropy(from_logits=from_logits)


def load_build(where: str, *, base: Path, allow_code: bool) -> Build:
    """Load the user's function from ``file.py:function`` or ``package.module:function``.

    Raises
    ------
    CodeRefusedError
        Unless ``allow_code``.
    ConfigError
        Where there is no such file, module or function.
    """
    if not allow_code:
        raise CodeRefusedError("train.network.file", where)
    source, _, name = where.rpartition(":")
    try:
        module = _module(source, base)
    except (ImportError, OSError, SyntaxError) as error:
        raise ConfigError("train.network.file", expected="importable code", found=error) from error
    function = getattr(module, name, None)
    if not callable(function):
        raise ConfigError(
            "train.network.file", expected='a function, as in "model.py:build"', found=where
        )
    return function


def _module(source: str, base: Path) -> Any:
    """Import a file beside the config, or a module by its dotted name."""
    if not source.endswith(".py"):
        return importlib.import_module(source)
    path = base / source
    found = importlib.util.spec_from_file_location(path.stem, path)
    if found is None or found.loader is None or not path.is_file():
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


class OutputShapeError(DataAuditError):
    """A user's network has not one output per class."""

    exit_code = ConfigError.exit_code

    def __init__(self, expected: int, found: object) -> None:
        super().__init__(
            f"The network of `train.network.file` must have {expected} outputs, got {found}. "
            "Use the second argument of the function as the number of units of the last layer."
        )
