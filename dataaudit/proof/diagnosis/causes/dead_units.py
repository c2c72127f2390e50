"""ReLU units that are 0 for every row: they learn nothing any more.

A unit that no row can reach gets no gradient. Too large a step, a negative bias or inputs far from
0 push units there, so those are asked first. The signal is the share of dead units of a layer over
rows to learn from; healthy networks have up to .08 (science.md section 3). The proof is a refit
with units that keep a slope below 0, fresh weights and no more than the usual learning rate.
"""

from __future__ import annotations

from typing import Any

from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.examined import Examined
from dataaudit.proof.diagnosis.setup import Change

_DEAD = 0.4  # science.md section 3: worth a warning; .9 is fatal


class DeadUnits(Cause):
    """See the file."""

    code, precedence = "T107", 50
    title = "Many units are dead"
    trial = "With units that keep a slope below 0, and fresh weights,"
    next = "Use `leaky_relu`, biases that begin at 0 and a lower learning rate."

    def signal(self, examined: Examined) -> Signal | str:
        """Take the layer with the most dead units at the end."""
        dead = examined.trace.dead
        if dead is None:
            is_other = examined.setup.activation not in (None, "relu")
            return "No layer has ReLU units." if is_other else "The units were not watched."
        share = float(dead[-1].max())
        layer = int(dead[-1].argmax()) + 1
        return Signal(
            is_present=share > _DEAD,
            strength=share / _DEAD,
            evidence={"dead": share, "layer": layer},
            sentence=f"{share:.0%} of the units of hidden layer {layer} are 0 for every row.",
        )

    def remedy(self, examined: Examined) -> Any | None:
        """Keep a slope below 0."""
        rate = examined.setup.careful_rate
        return examined.changed(Change(activation="leaky_relu", learning_rate=rate, fresh=True))
