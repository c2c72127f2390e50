"""The metric of an arm over its repeats, with the networks that said what."""

from __future__ import annotations

from typing import Any

from dataaudit.proof.judging import Judged
from dataaudit.proof.metrics import Estimate, Metric, mean_of
from dataaudit.proof.target import Answers, Floats, Target


def scored(
    judged: Judged, measure: Metric, truth: Floats, target: Target, *, kept: Any = slice(None)
) -> Estimate:
    """Return a metric of what an arm said, averaged over repeats.

    Parameters
    ----------
    judged
        What it said, and in which fold.
    measure
        One of `metrics.known`.
    truth
        The targets of the judged rows.
    kept
        Which of the judged rows count.
    """
    some = [Answers(labels=said.labels[kept], shares=said.shares[kept]) for said in judged.answers]
    found = [measure(said, truth[kept], target) for said in some]
    return mean_of(found, [part[kept] for part in judged.parts])
