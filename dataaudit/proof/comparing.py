"""Which arms can be compared on a table, and the verdicts of a report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from dataaudit.proof import describing
from dataaudit.proof.arms import Preparation
from dataaudit.proof.folds import Rows
from dataaudit.proof.judging import Case, Judgement
from dataaudit.proof.metrics import Estimate
from dataaudit.proof.spec import ProveSpec
from dataaudit.proof.statistics import nadeau_bengio
from dataaudit.proof.target import Target
from dataaudit.proof.verdict import HELPS, Verdict, corrected, decide, least_error, smallest

PAIRS = (("naive", "clean"), ("base", "clean"), ("base", "drop"), ("clean", "tree"))
"""What is compared by default: (before, after)."""


def available(
    arms: Mapping[str, Any], X: pd.DataFrame, target: Target, parts: Iterable[Rows]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Leave out the arms that cannot learn from these rows.

    Parameters
    ----------
    arms
        An arm may have a method ``lacks(X, classes, parts)`` that says why it cannot.
    X, target
        The table.
    parts
        Positions of the rows of every training part.

    Returns
    -------
    arms, reasons
        Those that can, and why the others cannot, by name.
    """
    classes = target.coded if target.classes else np.zeros(len(X))
    known = list(parts)
    reasons = {
        name: arm.lacks(X, classes, known) if hasattr(arm, "lacks") else ""
        for name, arm in arms.items()
    }
    can = {name: arm for name, arm in arms.items() if not reasons[name]}
    return can, {name: reason for name, reason in reasons.items() if reason}


def count_networks(arms: Mapping[str, Any]) -> int:
    """Return how many arms have a network."""
    return sum(isinstance(arm, Preparation) for arm in arms.values())


def verdicts_of(
    pairs: Sequence[tuple[str, str]] | None,
    estimates: Mapping[str, Mapping[str, Estimate]],
    judgement: Judgement,
    case: Case,
    prove: ProveSpec,
) -> list[Verdict]:
    """Compare the arms on the primary metric; all intervals hold together, and all p-values."""
    metric, target = case.recipe.metric, case.recipe.target
    wished = PAIRS if pairs is None else pairs
    chosen = [pair for pair in wished if set(pair) <= set(judgement.arms)]
    groups = np.unique(case.groups[judgement.rows], return_inverse=True)[1]
    made = []
    for before, after in chosen:
        matters = smallest(metric, prove.smallest_effect, estimates[before][metric].value)
        by_fold = [describing.by_fold(arm, metric, judgement, target) for arm in (before, after)]
        made.append(
            decide(
                (before, estimates[before][metric]),
                (after, estimates[after][metric]),
                metric=metric,
                groups=groups,
                smallest_effect=matters,
                family=len(chosen),
                least_error=least_error(metric, judgement.truth),
                floor=estimates["const"][metric] if "const" in estimates else None,
                second_opinion=nadeau_bengio(
                    by_fold[1] - by_fold[0], parts=case.plan.folds, rope=matters
                ),
            )
        )
    return corrected(made)


def remarks(verdicts: Sequence[Verdict], missing: Mapping[str, str]) -> list[str]:
    """Say which arms are missing, and whether the kind of network is the limit."""
    told = [f"`{arm}` was not compared: {reason}." for arm, reason in missing.items()]
    limits = [
        f"The kind of network is the limit, not the data. {verdict.sentence}"
        for verdict in verdicts
        if (verdict.before, verdict.after, verdict.verdict) == ("clean", "tree", HELPS)
    ]
    return [*told, *limits]
