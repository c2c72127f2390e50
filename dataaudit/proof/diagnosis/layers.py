"""What stands in a Keras network, ours or anybody's: kernels, ReLU units, the last layer."""

from __future__ import annotations

from typing import Any

from dataaudit.proof.network import load_keras

_MATRIX = 2  # dimensions of a kernel, at least


def kernels(model: Any) -> list[Any]:
    """Return the trainable kernels, from the input on."""
    return [v for v in model.trainable_variables if len(v.shape) >= _MATRIX]


def activation_of(layer: Any) -> str:
    """Return the name of a layer's activation; "" where it has none."""
    if type(layer).__name__ in _LAYERS:
        return _LAYERS[type(layer).__name__]
    return str(getattr(getattr(layer, "activation", None), "__name__", ""))


_LAYERS = {"ReLU": "relu", "LeakyReLU": "leaky_relu", "ELU": "elu", "Softmax": "softmax"}


def relu_outputs(model: Any) -> Any | None:
    """Return a network that gives what each hidden layer of ReLU units says; None without any."""
    keras = load_keras()
    hidden = [layer.output for layer in model.layers[:-1] if activation_of(layer) == "relu"]
    return keras.Model(_one(model.inputs), hidden) if hidden else None


def _one(inputs: Any) -> Any:
    """Return the one input of a network that has one; Keras warns of a list around it."""
    return inputs[0] if len(inputs) == 1 else inputs
