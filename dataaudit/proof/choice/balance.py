"""Ways to treat a rare class, side by side: operating point, ranking and calibration apart.

All that differs between the rows of this table is the way; the other steps are those of doing
nothing. Labels are decided by the probability as training left it, at one half or at the fold's
threshold; log-loss, Brier score and predicted over actual are of the probability with the shares of
the classes put back, and what training left is named beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from dataaudit.proof.choice.candidates import Candidate
from dataaudit.proof.choice.race import Raced, Run
from dataaudit.proof.metrics import Estimate, known, mean_of
from dataaudit.proof.statistics import interval
from dataaudit.proof.target import Answers, Floats, Target

_METRICS = ("balanced_accuracy", "accuracy", "auc", "log_loss", "brier", "oe")
_AS_TRAINED = ("log_loss", "brier", "oe")
_WORDS = {
    "none": "nothing",
    "threshold": "the threshold",
    "class_weight": "class weights",
    "smote": "SMOTE",
    "undersample": "undersampling",
}


def describe(raced: Raced, chosen: Candidate) -> dict[str, Any]:
    """Compare the ways to treat a rare class.

    Parameters
    ----------
    raced
        The race.
    chosen
        What was recommended.

    Returns
    -------
    dict
        ``methods``, one for each way, with ``method``, its metrics, ``as_trained`` and the recall
        and precision of the rarest class, ``class``; ``advice``, a sentence. Empty where no way was
        tried.
    """
    alike = [one for one in raced.candidates if _others(one) == _others(raced.candidates[0])]
    target = raced.case.recipe.target
    if len(alike) == 1 or not target.classes:
        return {}
    rarest = int(np.argmin(np.bincount(raced.truth.astype(np.intp))))
    return {
        "class": target.classes[rarest],
        "methods": [_line(one, raced, target, rarest) for one in alike],
        "chosen": chosen.balance,
        "advice": _advice(chosen.balance, target.classes[rarest]),
    }


def _others(one: Candidate) -> list[Any]:
    """Return all steps but the one that treats the rare class."""
    return [(name, dict(params)) for name, params in one.steps if name != "imbalance"]


def _line(one: Candidate, raced: Raced, target: Target, rarest: int) -> dict[str, Any]:
    """Describe one way over the repeats that it ran."""
    run, truth = raced.runs[one.name], raced.truth
    trained = [replace(a, shares=a.uncorrected) for a in run.answers if a.uncorrected is not None]
    return {
        "method": one.balance,
        "repeats": len(run.answers),
        **_values(run.answers, _METRICS, raced, target),
        "as_trained": _values(trained, _AS_TRAINED, raced, target) if trained else {},
        **_of_class(run, truth, rarest),
    }


def _values(
    answers: Sequence[Answers], names: Sequence[str], raced: Raced, target: Target
) -> Mapping[str, Any]:
    """Return metrics with intervals; None where one cannot be had."""
    found = {}
    for name in names:
        estimate = mean_of([known(target)[name](said, raced.truth, target) for said in answers])
        found[name] = _interval(estimate, raced)
    return found


def _interval(estimate: Estimate, raced: Raced) -> dict[str, float] | None:
    if not np.isfinite(estimate.value):
        return None
    return interval(estimate, raced.groups).to_dict(lowest=0.0)


def _of_class(run: Run, truth: Floats, code: int) -> dict[str, float]:
    """Return recall and precision of one class, averaged over repeats."""
    told = np.array([answer.labels == code for answer in run.answers])
    true = truth == code
    hits, said = float((told & true).sum(axis=1).mean()), float(told.sum(axis=1).mean())
    return {"recall": hits / int(true.sum()), "precision": hits / said if said else 0.0}


def _advice(method: str, label: str) -> str:
    """Say what to do about the rare class."""
    if method == "none":
        return "Leave the classes as they are: no way to treat the rare one is shown to gain."
    if method == "threshold":
        return (
            f"Move the threshold for `{label}` and leave the data as they are: resampling and "
            "weights are not shown to gain more, and they change what the network learns from."
        )
    return (
        f"Use {_WORDS[method]} for `{label}`: shown to gain more than moving the threshold, which "
        "leaves the data as they are. Read the corrected probabilities."
    )
