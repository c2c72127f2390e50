"""Ways to treat a rare class, side by side: operating point, ranking and calibration apart.

All that differs between the lines of this table is the way; the other steps are those of doing
nothing, and the networks are those of the first repeat, in which every way ran. Labels are decided
by the probability as training left it, at one half or at the fold's threshold; log-loss, Brier
score and predicted over actual are of the probability with the shares of the classes put back, and
what training left is named beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from dataaudit.proof.choice.candidates import Candidate
from dataaudit.proof.choice.race import Raced
from dataaudit.proof.metrics import Estimate, known
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
    """Describe one way."""
    said = raced.runs[one.name].answers[0]
    trained = None if said.uncorrected is None else replace(said, shares=said.uncorrected)
    return {
        "method": one.balance,
        **_values(said, _METRICS, raced, target),
        "as_trained": {} if trained is None else _values(trained, _AS_TRAINED, raced, target),
        **_of_class(said, raced.truth, rarest),
    }


def _values(said: Answers, names: Sequence[str], raced: Raced, target: Target) -> Mapping[str, Any]:
    """Return metrics with intervals; None where one cannot be had."""
    measures = known(target)
    return {name: _interval(measures[name](said, raced.truth, target), raced) for name in names}


def _interval(estimate: Estimate, raced: Raced) -> dict[str, float] | None:
    if not np.isfinite(estimate.value):
        return None
    return interval(estimate, raced.groups).to_dict(lowest=0.0)


def _of_class(said: Answers, truth: Floats, code: int) -> dict[str, float]:
    """Return recall and precision of one class."""
    told, true = said.labels == code, truth == code
    hits = float((told & true).sum())
    return {"recall": hits / max(1, int(true.sum())), "precision": hits / max(1, int(told.sum()))}


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
