"""What ``train`` and ``prove`` say in pipeline.yaml. Nothing here needs Keras."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from dataaudit.defects import Share

_SECONDS = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s|m|min|h)\s*")
_FROZEN = ConfigDict(extra="forbid", frozen=True)


def parse_seconds(value: object) -> object:
    """Turn "120s", "2m" or "1h" into seconds and leave everything else to the validation.

    Examples
    --------
    >>> parse_seconds("2m"), parse_seconds("1.5h"), parse_seconds(30)
    (120.0, 5400.0, 30)
    """
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    return float(match[1]) * _SECONDS[match[2]] if match else value


Seconds = Annotated[
    float,
    BeforeValidator(parse_seconds, json_schema_input_type=float | str),
    Field(gt=0, description='Seconds: 120, "120s", "2m" or "1h".'),
]
Activation = Literal["relu", "leaky_relu", "elu", "gelu", "tanh", "sigmoid"]


class NetworkSpec(BaseModel):
    """The layers between the columns and the answer.

    Parameters
    ----------
    hidden
        Units of each hidden layer, from the input on; empty for a linear model.
    activation
        After every hidden layer.
    dropout
        Share of units left out in a training step, after every hidden layer.
    batch_norm
        Normalise between each hidden layer and its activation.
    l1, l2
        Penalties on the weights (never on the biases), added to the training loss.
    file
        ``model.py:build`` or ``package.module:build`` instead of all this: a function (columns,
        outputs) -> Keras model. It is code, so it runs only where the caller allows code.

    Examples
    --------
    >>> NetworkSpec(hidden=[32]).hidden
    (32,)
    """

    model_config = _FROZEN
    hidden: tuple[Annotated[int, Field(ge=1)], ...] = (64, 64)
    activation: Activation = "relu"
    dropout: float = Field(default=0.0, ge=0, lt=1)
    batch_norm: bool = False
    l1: float = Field(default=0.0, ge=0)
    l2: float = Field(default=0.0, ge=0)
    file: str | None = None


class OptimizerSpec(BaseModel):
    """How a step is taken.

    Parameters
    ----------
    name
        Of Keras' optimizers.
    learning_rate
        At the start; the schedule may lower it.
    momentum
        Of ``sgd`` and ``rmsprop``.
    weight_decay
        Of ``adamw``; the default is Keras'.
    """

    model_config = _FROZEN
    name: Literal["adam", "adamw", "sgd", "rmsprop"] = "adam"
    learning_rate: float = Field(default=0.001, gt=0)
    momentum: float = Field(default=0.0, ge=0, lt=1)
    weight_decay: float = Field(default=0.004, ge=0)

    @property
    def rateless(self) -> Self:
        """The same at a rate of 1: what fits share that each have a rate of their own."""
        return self.model_copy(update={"learning_rate": 1.0})


class ScheduleSpec(BaseModel):
    """How the learning rate falls.

    Parameters
    ----------
    name
        ``constant``; ``exponential``: times ``factor`` each epoch after the first ``after``;
        ``cosine``: to zero at the last step; ``reduce_on_plateau``: times ``factor`` when the
        validation loss has not fallen for ``patience`` epochs.
    factor
        Above 0, below 1.
    after, patience
        Epochs.
    """

    model_config = _FROZEN
    name: Literal["constant", "exponential", "cosine", "reduce_on_plateau"] = "reduce_on_plateau"
    factor: float = Field(default=0.1, gt=0, lt=1)
    after: int = Field(default=0, ge=0)
    patience: int = Field(default=3, ge=1)


class EarlyStoppingSpec(BaseModel):
    """When to stop before the last epoch.

    Parameters
    ----------
    patience
        Epochs without a lower validation loss.
    restore_best
        Go back to the weights with the lowest validation loss, however training ended.
    """

    model_config = _FROZEN
    patience: int = Field(default=10, ge=1)
    restore_best: bool = True


class TrainSpec(BaseModel):
    """``train``: the one recipe that every arm is trained by.

    Parameters
    ----------
    network, optimizer, schedule, early_stopping
        See there; ``early_stopping: off`` trains to the end and keeps the last weights.
    epochs
        At most so many passes over the training rows.
    batch_size
        Rows a step.
    max_steps
        At most so many optimizer steps. An arm with more rows gets no more steps than the others.

    Examples
    --------
    >>> TrainSpec(network={"hidden": [32]}).optimizer.name
    'adam'
    """

    model_config = _FROZEN
    network: NetworkSpec = NetworkSpec()
    optimizer: OptimizerSpec = OptimizerSpec()
    schedule: ScheduleSpec = ScheduleSpec()
    early_stopping: EarlyStoppingSpec | Literal["off"] = EarlyStoppingSpec()
    epochs: int = Field(default=100, ge=1)
    batch_size: int = Field(default=64, ge=1)
    max_steps: int = Field(default=3000, ge=1)


class ProveSpec(BaseModel):
    """``prove``: how much evidence to gather, and which effect matters.

    Parameters
    ----------
    folds
        Parts of the rows, each judged once a repeat by a network that learnt from the others.
    repeats
        How often the rows are parted anew.
    smallest_effect
        The smallest change of the metric that would matter to you: 0.01 is one point of accuracy.
    budget
        Seconds that the fits may take by the cost formula, on the machine it was measured on. It
        becomes a plan of rows, folds and repeats before training; no clock is read.
    bill
        Whether each step of the cleaning gets its price. It may take the budget once more.
    diagnose
        Whether causes of a low score are looked for in data, network and training. Trials of their
        remedies may take half of the budget once more.

    Examples
    --------
    >>> ProveSpec(smallest_effect="2%", budget="3m").budget
    180.0
    """

    model_config = _FROZEN
    folds: Annotated[int, Field(ge=2)] | Literal["auto"] = "auto"
    repeats: Annotated[int, Field(ge=1)] | Literal["auto"] = "auto"
    smallest_effect: Share = 0.01
    budget: Seconds = 120.0
    bill: bool = True
    diagnose: bool = True
