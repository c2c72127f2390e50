"""The network answers with one class, or never with another.

Where classes are rare and columns weak, the most frequent class is the answer that is right most
often, and a network that was pushed off balance gives nothing else. The signal is one class for 99
% of the rows, or a class of 20 rows and more that is hardly ever found. A network that cannot learn
ends the same way, so learning rate, dead units and gradients are asked first. The proof decides at
the shares of the classes instead of at one half; it can win only where the metric counts classes
alike.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.examined import Examined
from dataaudit.proof.diagnosis.mending import Balanced
from dataaudit.proof.diagnosis.setup import Change

_ALWAYS, _TRULY = 0.99, 0.97  # science.md section 3: share said, and share there is
_FOUND = 0.05  # the same: of a class's rows
_ROWS = 20  # the same: of a class, to say anything of it


class MajorityCollapse(Cause):
    """See the file."""

    code, precedence = "T110", 59
    title = "One class is answered for nearly all rows"
    trial = "With classes named where their probability is above their share of the rows,"
    next = "Move the threshold (`imbalance: {method: threshold}`), and look for stronger columns."

    def signal(self, examined: Examined) -> Signal | str:
        """Compare the classes that are said with those that there are."""
        said, true, recall = _shares(examined)
        if said is None or true is None:
            return "The target is a number, or the answers were not watched."
        top = int(np.argmax(said))
        always = bool(said[top] >= _ALWAYS and true[top] < _TRULY)
        return Signal(
            is_present=always or recall < _FOUND,
            strength=float(said[top]) / _ALWAYS,
            evidence={"said": float(said[top]), "true": float(true[top]), "recall": recall},
            sentence=(
                f"One class is the answer for {said[top]:.1%} of the rows and has {true[top]:.1%} "
                f"of them; of the class that is found least, {recall:.0%} of the rows are found."
            ),
        )

    def remedy(self, examined: Examined) -> Any | None:
        """Decide at the shares of the classes."""
        if not examined.is_table:
            return examined.changed(Change(threshold=True))
        table = examined.table
        balance = getattr(table.preparation, "balance", "none")
        if balance != "none" or table.metric != "balanced_accuracy":
            return None
        return table.prepared(Balanced(table.preparation))


def _shares(examined: Examined) -> tuple[Any, Any, float]:
    """Return the share of each class as said and as it is, and the lowest recall."""
    if not examined.is_table:
        return examined.trace.said, examined.trace.true, examined.trace.least_found
    table = examined.table
    if not table.target.classes:
        return None, None, 1.0
    labels = np.concatenate([said.labels for said in table.judged.answers])
    truth = np.tile(table.truth, len(table.judged.answers))
    counts = np.bincount(table.truth.astype(int), minlength=len(table.target.classes))
    found = [np.mean(labels[truth == code] == code) for code in np.flatnonzero(counts >= _ROWS)]
    return table.target.counts(labels), table.target.counts(truth), float(min(found, default=1.0))
