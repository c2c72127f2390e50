"""What the trial of a remedy showed: two arms on the same rows, compared row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dataaudit.proof import describing
from dataaudit.proof.folds import Rows
from dataaudit.proof.judging import Judged, Judgement
from dataaudit.proof.metrics import known
from dataaudit.proof.scoring import scored
from dataaudit.proof.statistics import nadeau_bengio
from dataaudit.proof.target import Target
from dataaudit.proof.verdict import UNDECIDED, Verdict, decide, least_error, smallest
from dataaudit.proof.wording import signed, spoken, writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What the trial of a remedy showed.

    Parameters
    ----------
    metric, effect, low, high
        On the primary metric, after minus before, with an interval that holds for all proofs.
    percent
        How often such an interval holds.
    verdict
        helps, harms, no practical difference, or undecided.
    is_proven
        Whether the cause is convicted by it.
    arm, judged
        The remedy and what it said, where it may stay for the causes after this one.
    """

    metric: str
    effect: float
    low: float
    high: float
    verdict: str
    is_proven: bool
    percent: int = 95
    arm: Any = None
    judged: Any = None

    @property
    def gain(self) -> str:
        """The effect in words, as a sentence goes on."""
        label, write = spoken(self.metric), writer(self.metric)
        reach = f"{self.percent} % interval {write(self.low)} to {write(self.high)}"
        told = f"{label} changes by {signed(self.metric, self.effect)} ({reach})"
        return told if self.verdict != UNDECIDED else f"{told}, which may be chance"


def compared(
    judgement: Judgement,
    arms: Mapping[str, Judged],
    metric: str,
    target: Target,
    *,
    folds: int,
    groups: Rows,
    family: int,
    smallest_effect: float,
) -> Verdict:
    """Compare `before` and `after`; `const` is the floor.

    Parameters
    ----------
    judgement
        Says which rows were judged, and by which folds.
    arms
        The three, by these names.
    """
    judgement = replace(judgement, arms=arms)
    measure = known(target)[metric]
    found = {name: scored(said, measure, judgement.truth, target) for name, said in arms.items()}
    before, after = (describing.by_fold(n, metric, judgement, target) for n in ("before", "after"))
    matters = smallest(metric, smallest_effect, found["before"].value)
    return decide(
        ("before", found["before"]),
        ("after", found["after"]),
        metric=metric,
        groups=groups,
        smallest_effect=matters,
        family=family,
        least_error=least_error(metric, judgement.truth),
        floor=found["const"],
        second_opinion=nadeau_bengio(after - before, parts=folds, rope=matters),
    )
