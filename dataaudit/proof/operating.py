"""Where each class is decided for, and what a preparation that moves this point costs.

SMOTE, undersampling and class weights make a network name the rare classes more often. Plain
accuracy by class cannot tell that from a network that has learnt more. So every arm is read once
more by the same rule, ranking and log-loss are compared beside it, and the probabilities are judged
as they come out of training, before the shares of the classes are put back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from dataaudit.proof.judging import Judged, Judgement
from dataaudit.proof.metrics import (
    Estimate,
    balanced_accuracy,
    difference,
    log_loss,
    mean_of,
    predicted_over_actual,
)
from dataaudit.proof.statistics import interval
from dataaudit.proof.target import Answers, Floats, Target

RULE = "the class whose probability is the largest multiple of its share"
_COMPARED = ("auc", "log_loss")
_TINY = 1e-7  # Keras' epsilon, as in `metrics`


def describe(
    judgement: Judgement,
    estimates: Mapping[str, Mapping[str, Estimate]],
    target: Target,
    *,
    pairs: Iterable[tuple[str, str]],
    groups: np.ndarray,
) -> dict[str, Any]:
    """Compare arms by the same rule, by ranking and by log-loss.

    Parameters
    ----------
    judgement, estimates
        What the arms said, and their metrics.
    pairs
        (before, after).
    groups
        See `standard_error`.

    Returns
    -------
    dict
        ``rule``; ``arms`` by name with ``balanced_accuracy`` by that rule, and ``as_trained``
        (``oe``, ``log_loss``) where probabilities were corrected; ``differences``, after minus
        before with 95 % intervals. Empty for regression.

    References
    ----------
    Menon et al., On the statistical consistency of algorithms for binary classification under class
    imbalance, 2013: the share of a class is the threshold that is best for balanced accuracy.
    """
    if not target.classes:
        return {}
    truth = judgement.truth
    moved = {arm: _by_share(judged, truth, target) for arm, judged in judgement.arms.items()}
    arms: dict[str, Any] = {}
    for arm, judged in judgement.arms.items():
        found = interval(moved[arm], groups).to_dict(lowest=0.0, highest=1.0)
        arms[arm] = {"balanced_accuracy": found, **_as_trained(judged, truth, target)}
    differences = [
        {
            "before": before,
            "after": after,
            "balanced_accuracy": _apart(moved[after], moved[before], groups),
            **{
                name: _apart(estimates[after][name], estimates[before][name], groups)
                for name in _COMPARED
            },
        }
        for before, after in pairs
    ]
    return {"rule": RULE, "arms": arms, "differences": differences}


def _by_share(judged: Judged, truth: Floats, target: Target) -> Estimate:
    """Return balanced accuracy where every class is decided for by its probability over its share.

    The shares are those of all judged rows: a training fold has the same up to one row a class.
    """
    shares = np.bincount(truth.astype(np.intp), minlength=len(target.classes)) / len(truth)
    cut = np.log(np.where(shares > 0, shares, 1.0))
    return mean_of(
        [
            balanced_accuracy(_decided(answer.shares, cut), truth, target)
            for answer in judged.answers
        ],
        judged.parts,
    )


def _decided(shares: Floats, cut: Floats) -> Answers:
    """Decide anew."""
    labels = np.argmax(np.log(np.clip(shares, _TINY, 1.0)) - cut, axis=1)
    return Answers(labels=labels.astype("float64"), shares=shares)


def _as_trained(judged: Judged, truth: Floats, target: Target) -> dict[str, Any]:
    """Return how far the probabilities were off before they were corrected, if they were."""
    said = [a for a in judged.answers if a.uncorrected is not None]
    if not said or all(np.allclose(a.uncorrected, a.shares) for a in said):  # type: ignore[arg-type] # none is None
        return {}
    raw = [Answers(labels=a.labels, shares=a.uncorrected) for a in said]  # type: ignore[arg-type] # the same
    measures = {"oe": predicted_over_actual, "log_loss": log_loss}
    return {
        "as_trained": {
            name: mean_of([measure(answer, truth, target) for answer in raw]).value
            for name, measure in measures.items()
        }
    }


def _apart(after: Estimate, before: Estimate, groups: np.ndarray) -> dict[str, float | None]:
    """Return after minus before with its interval; None where one cannot be had."""
    change = difference(after, before)
    if not np.isfinite(change.value):
        return {"effect": None, "low": None, "high": None}
    found = interval(change, groups)
    return {"effect": found.value, "low": found.low, "high": found.high}
