"""The metric that was watched is not what it is taken for: accuracy of probabilities.

`keras.metrics.Accuracy()` counts answers that equal the label exactly. A probability of .98 equals
no label, so the metric stays near 0 while the network is right. Nothing is wrong with the training;
the proof is the count itself, of rows whose decided class is right.
"""

from __future__ import annotations

from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.examined import Examined, Proof

_APART = 0.1  # between what the metric says and what is counted


class WrongMetric(Cause):
    """See the file."""

    code, precedence = "T116", 16
    title = "The accuracy that was watched compares probabilities with labels"
    trial = "Counted from decided classes,"
    next = 'Ask for `metrics=["accuracy"]` by its name, or `BinaryAccuracy`.'
    stays = False

    def signal(self, examined: Examined) -> Signal | str:
        """Compare the metric with the count."""
        trace = examined.trace
        if trace.claimed is None or trace.right_validation is None:
            return "No accuracy was watched next to the rows."
        apart = trace.right_validation - trace.claimed
        return Signal(
            is_present=apart > _APART,
            strength=apart / _APART,
            evidence={"claimed": trace.claimed, "counted": trace.right_validation},
            sentence=(
                f"The metric says {trace.claimed:.1%}; {trace.right_validation:.1%} of the rows "
                "are right."
            ),
        )

    def prove(self, examined: Examined) -> Proof | None:
        """Give the count."""
        trace = examined.trace
        if trace.claimed is None or trace.right_validation is None:
            return None
        apart = trace.right_validation - trace.claimed
        return Proof(
            metric="accuracy", effect=apart, low=apart, high=apart, verdict="helps", is_proven=True
        )
