"""How a network is built and trained, and what a remedy changes about it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dataaudit.proof.spec import TrainSpec

USUAL_RATES: Mapping[str, float] = {
    "adam": 0.001,
    "adamw": 0.001,
    "nadam": 0.001,
    "adamax": 0.001,
    "rmsprop": 0.001,
    "adagrad": 0.001,
    "sgd": 0.01,
}
"""Keras' own defaults: where a search for a learning rate begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What is known of a network and its training; None where it is not.

    Parameters
    ----------
    hidden
        Units of each hidden layer.
    activation
        Of the hidden layers.
    batch_norm, dropout
        Whether there is any; the share.
    optimizer, learning_rate
        By Keras' name in lower case, and at the start.
    stops_after, plateau_after
        Patience of early stopping and of the schedule that follows a plateau, in epochs.
    parameters
        Weights of the network.
    kind, outputs
        What it is to answer, and the units of its last layer.
    ending, loss, from_logits
        Of somebody's own network: activation of the last layer, Keras' name of the loss, and
        whether that expects logits.
    """

    hidden: tuple[int, ...] | None = None
    activation: str | None = None
    batch_norm: bool = False
    dropout: float = 0.0
    optimizer: str | None = None
    learning_rate: float | None = None
    stops_after: int | None = None
    plateau_after: int | None = None
    parameters: int | None = None
    kind: str | None = None
    outputs: int | None = None
    ending: str | None = None
    loss: str | None = None
    from_logits: bool = False

    @property
    def usual_rate(self) -> float:
        """The learning rate that Keras begins with for this optimizer."""
        return USUAL_RATES.get(self.optimizer or "", USUAL_RATES["adam"])

    @property
    def careful_rate(self) -> float:
        """Its learning rate, or the usual one where that is lower."""
        return min(self.learning_rate or self.usual_rate, self.usual_rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a remedy changes; None leaves it.

    Parameters
    ----------
    stops_after
        Epochs without a lower validation loss before training ends; the best weights are restored.
    clip
        The largest norm of a gradient; for somebody's own network.
    ending, loss
        Activation of the last layer and the loss; for somebody's own network.
    scaled, filled
        Whether the inputs are standardised first, and gaps filled; for somebody's own network.
    threshold
        Whether classes are decided at their shares; for somebody's own network.
    fresh
        Whether weights begin as Keras' defaults have them; ours always do.
    """

    learning_rate: float | None = None
    activation: str | None = None
    batch_norm: bool | None = None
    dropout: float | None = None
    l2: float | None = None
    hidden: tuple[int, ...] | None = None
    stops_after: int | None = None
    plateau_after: int | None = None
    clip: float | None = None
    ending: str | None = None
    loss: str | None = None
    scaled: bool = False
    filled: bool = False
    fresh: bool = False
    threshold: bool = False


def setup_of(train: TrainSpec, *, columns: int, outputs: int, kind: str) -> Setup:
    """Return the setup of one of our own networks.

    Examples
    --------
    >>> setup_of(TrainSpec(), columns=10, outputs=1, kind="binary").parameters
    4929
    """
    stopping, schedule = train.early_stopping, train.schedule
    is_plateau = schedule.name == "reduce_on_plateau"
    widths = [columns, *train.network.hidden, outputs]
    return Setup(
        hidden=train.network.hidden,
        activation=train.network.activation,
        batch_norm=train.network.batch_norm,
        dropout=train.network.dropout,
        optimizer=train.optimizer.name,
        learning_rate=train.optimizer.learning_rate,
        stops_after=None if stopping == "off" else stopping.patience,
        plateau_after=schedule.patience if is_plateau else None,
        parameters=sum((a + 1) * b for a, b in itertools.pairwise(widths)),
        kind=kind,
        outputs=outputs,
    )


def unwatched(train: TrainSpec) -> TrainSpec:
    """Return the recipe to its end, whatever the rows to stop by say: they halt no rate either.

    Examples
    --------
    >>> unwatched(TrainSpec()).early_stopping, unwatched(TrainSpec()).schedule.name
    ('off', 'constant')
    >>> unwatched(TrainSpec.model_validate({"schedule": {"name": "cosine"}})).schedule.name
    'cosine'
    """
    update: dict[str, Any] = {"early_stopping": "off"}
    if train.schedule.name == "reduce_on_plateau":
        update["schedule"] = train.schedule.model_copy(update={"name": "constant"})
    return train.model_copy(update=update)


def retrained(train: TrainSpec, change: Change) -> TrainSpec:
    """Return the recipe with the change; what only somebody's own network has is left out.

    Examples
    --------
    >>> retrained(TrainSpec(), Change(learning_rate=0.1)).optimizer.learning_rate
    0.1
    """
    network: dict[str, Any] = {
        key: getattr(change, key)
        for key in ("activation", "batch_norm", "dropout", "l2", "hidden")
        if getattr(change, key) is not None
    }
    update: dict[str, Any] = {"network": train.network.model_copy(update=network)}
    if change.learning_rate is not None:
        rate = {"learning_rate": change.learning_rate}
        update["optimizer"] = train.optimizer.model_copy(update=rate)
    if change.plateau_after is not None:
        plateau = {"name": "reduce_on_plateau", "patience": change.plateau_after}
        update["schedule"] = train.schedule.model_copy(update=plateau)
    spec = train.model_copy(update=update)
    if change.stops_after is None:
        return spec
    return TrainSpec.model_validate(
        {**spec.model_dump(), "early_stopping": {"patience": change.stops_after}}
    )
