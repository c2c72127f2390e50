"""Many fits as one: every network is a slice of stacked weights, every step one for all of them.

A stack has a fixed number of slots, so one compilation serves any number of fits. A fit that ends,
early or not, leaves its slot to the next in the queue; no slot waits for the longest fit and the
memory stays that of one stack. Each fit keeps its own seed, batches, learning rate, schedule and
stopping, and equals the fit alone (Keras' stock ``fit`` is the reference of the tests).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dataaudit.proof.fit import Fit, Trained
from dataaudit.proof.stacked.grouping import CURVE_ROWS, grouped
from dataaudit.proof.stacked.running import run

__all__ = ["CURVE_ROWS", "train"]


def train(fits: Sequence[Fit]) -> Iterator[tuple[int, Trained]]:
    """Train networks of `network.build`; yield the position of each and what came of it."""
    for group in grouped(fits):
        yield from run(group, fits)
