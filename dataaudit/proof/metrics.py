"""Every metric as a value and each row's influence on it, so that one formula gives all intervals.

A metric is close to a mean over rows. The influence of a row is how far it moves the metric from
its value; the standard error is the root of the summed squares, over groups where rows belong
together. For a mean it is the textbook standard error, for the AUC it is DeLong's (1988), for a
ratio the delta method. Two arms are compared by the difference of their influences, row by row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from dataaudit.proof.target import Answers, Target

Floats = NDArray[np.float64]
_TINY = 1e-7  # Keras' epsilon: the smallest probability that has a logarithm
_SLOPE_ROUNDS = 50


@dataclass(frozen=True, slots=True)
class Estimate:
    """A metric over all judged rows.

    Parameters
    ----------
    value
        The metric.
    influence
        Of each row, shape (rows,); sums to 0.
    said
        What each row contributes in each repeat, shape (repeats, rows): the metric of that repeat
        plus rows times influence, so that their mean is the metric. None where no network said it.
    parts
        The fold of each row in each repeat: rows of one fold and repeat share a network.
    """

    value: float
    influence: Floats
    said: Floats | None = None
    parts: NDArray[np.intp] | None = None


Metric = Callable[[Answers, Floats, Target], Estimate]


def mean_of(estimates: Sequence[Estimate], parts: Sequence[Any] | None = None) -> Estimate:
    """Average over repeats: the same rows, judged again; by which networks, if `parts` say so."""
    value = float(np.mean([estimate.value for estimate in estimates]))
    influence = np.mean([estimate.influence for estimate in estimates], axis=0)
    if not parts:
        return Estimate(value, influence)
    said = np.array([one.value + len(one.influence) * one.influence for one in estimates])
    return Estimate(value, influence, said, np.asarray(parts))


def total(terms: Iterable[tuple[float, Estimate]]) -> Estimate:
    """Return a weighted sum of estimates over the same rows, row by row.

    Examples
    --------
    >>> total([(2.0, Estimate(0.5, np.array([0.1, -0.1])))]).influence.tolist()
    [0.2, -0.2]
    """
    listed = list(terms)
    value = math.fsum(weight * estimate.value for weight, estimate in listed)
    influence = np.sum([weight * estimate.influence for weight, estimate in listed], axis=0)
    said = [weight * one.said for weight, one in listed if one.said is not None]
    if len(said) < len(listed):
        return Estimate(value, influence)
    return Estimate(value, influence, np.sum(said, axis=0), listed[0][1].parts)


def difference(after: Estimate, before: Estimate) -> Estimate:
    """Return after minus before, row by row."""
    return total([(1.0, after), (-1.0, before)])


def row_mean(values: Floats) -> Estimate:
    """Return a plain mean; n / (n - 1) makes its squared influences the sample variance."""
    n = len(values)
    value = float(values.mean())
    return Estimate(value, (values - value) / n * np.sqrt(n / max(n - 1, 1)))


def _mean_by_class(values: Floats, codes: Floats) -> Estimate:
    """Return the mean of the class means."""
    present = np.unique(codes)
    value, influence = 0.0, np.zeros(len(values))
    for code in present:
        rows = codes == code
        part = row_mean(values[rows])
        value += part.value / len(present)
        influence[rows] = part.influence / len(present)
    return Estimate(value, influence)


def _ratio(numerator: Floats, denominator: Floats) -> Estimate:
    """Return a ratio of sums."""
    total = denominator.sum()
    if total == 0:
        return Estimate(0.0, np.zeros(len(numerator)))
    value = float(numerator.sum() / total)
    n = len(numerator)
    return Estimate(value, (numerator - value * denominator) / total * np.sqrt(n / max(n - 1, 1)))


def accuracy(said: Answers, truth: Floats, target: Target) -> Estimate:  # noqa: ARG001 - one signature for all
    """Share of rows that are right."""
    return row_mean((said.labels == truth).astype("float64"))


def balanced_accuracy(said: Answers, truth: Floats, target: Target) -> Estimate:  # noqa: ARG001 - the same
    """Mean of the classes' recalls."""
    return _mean_by_class((said.labels == truth).astype("float64"), truth)


def macro_f1(said: Answers, truth: Floats, target: Target) -> Estimate:
    """Mean of the classes' F1."""
    parts = []
    for code in range(len(target.classes)):
        told, true = said.labels == code, truth == code
        parts.append(_ratio(2.0 * (told & true), 1.0 * told + 1.0 * true))
    found = mean_of(parts)
    return Estimate(found.value, _within(found.influence, truth))


def auc(said: Answers, truth: Floats, target: Target) -> Estimate:
    """Area under the ROC curve; over more than two classes the mean of each against the rest."""
    codes = [1] if target.kind == "binary" else range(len(target.classes))
    present = [code for code in codes if 0 < (truth == code).sum() < len(truth)]
    if not present:
        return Estimate(float("nan"), np.zeros(len(truth)))
    return mean_of([_auc(said.shares[:, code], truth == code) for code in present])


def _auc(score: Floats, is_positive: NDArray[np.bool_]) -> Estimate:
    """Return the AUC with DeLong's placements as influence (Sun and Xu 2014, by ranks)."""
    ranks = rankdata(score)
    m, n = int(is_positive.sum()), int((~is_positive).sum())
    placed = np.empty(len(score))
    placed[is_positive] = (ranks[is_positive] - rankdata(score[is_positive])) / n
    placed[~is_positive] = 1 - (ranks[~is_positive] - rankdata(score[~is_positive])) / m
    halves = _mean_by_class(placed, is_positive.astype("float64"))
    return Estimate(halves.value, 2 * halves.influence)


def average_precision(said: Answers, truth: Floats, target: Target) -> Estimate:
    """Mean precision over the rows of a class, ranked; of the rarer of two, else over all classes.

    The influence is the derivative by a row's weight, within its class: what a bootstrap stratified
    by class gives, without drawing.
    """
    counts = np.bincount(truth.astype(np.intp), minlength=len(target.classes))
    codes = [int(np.argmin(counts))] if target.kind == "binary" else range(len(counts))
    present = [code for code in codes if 0 < counts[code] < len(truth)]
    if not present:
        return Estimate(float("nan"), np.zeros(len(truth)))
    return mean_of([_average_precision(said.shares[:, code], truth == code) for code in present])


def _average_precision(score: Floats, is_positive: NDArray[np.bool_]) -> Estimate:
    """Return the step-wise area under precision and recall; equal scores share a threshold."""
    level = np.unique(-score, return_inverse=True)[1]
    positives, rows = np.bincount(level, is_positive), np.bincount(level)
    hits, named = np.cumsum(positives), np.cumsum(rows)
    share = positives / positives.sum()
    value = float(np.sum(share * hits / named))
    # A row counts at its own threshold and at all below: in what is named, and, if it is one, hit.
    one_more = _from_here(share / named)[level] * is_positive
    own = is_positive * (hits[level] / named[level] - value) / positives.sum()
    influence = own + one_more - _from_here(share * hits / named**2)[level]
    return Estimate(value, _within(influence, is_positive))


def _from_here(values: Floats) -> Floats:
    """Return the sum of each value and all that follow."""
    return np.cumsum(values[::-1])[::-1]


def _within(influence: Floats, codes: Any) -> Floats:
    """Return influences within each class, whose size is fixed by the folds; see `row_mean`."""
    centred = np.zeros(len(influence))
    for code in np.unique(codes):
        rows = codes == code
        n = int(rows.sum())
        centred[rows] = (influence[rows] - influence[rows].mean()) * np.sqrt(n / max(n - 1, 1))
    return centred


def log_loss(said: Answers, truth: Floats, target: Target) -> Estimate:  # noqa: ARG001 - the same
    """Mean negative log-probability of the true class."""
    chosen = said.shares[np.arange(len(truth)), truth.astype(np.intp)]
    return row_mean(-np.log(np.clip(chosen, _TINY, 1.0)))


def brier(said: Answers, truth: Floats, target: Target) -> Estimate:
    """Mean squared distance of the probabilities from the truth; two classes count once."""
    wanted = np.eye(len(target.classes))[truth.astype(np.intp)]
    squares = ((said.shares - wanted) ** 2).sum(axis=1)
    return row_mean(squares / 2 if target.kind == "binary" else squares)


def predicted_over_actual(said: Answers, truth: Floats, target: Target) -> Estimate:
    """Rows of the rarest class by their probabilities, over the rows it has; 1 is right."""
    rarest = int(np.argmin(np.bincount(truth.astype(np.intp), minlength=len(target.classes))))
    return _ratio(said.shares[:, rarest], (truth == rarest).astype("float64"))


def calibration_slope(said: Answers, truth: Floats, target: Target) -> Estimate:
    """Slope of a logistic regression of the truth on the logit: 1 is right, below 1 overconfident.

    Over more than two classes one common factor of the log-probabilities, without intercepts.
    Solved by Newton's method; the influence is that of the likelihood's score.
    """
    codes = truth.astype(np.intp)
    logs = np.log(np.clip(said.shares, _TINY, 1.0))
    with_intercept = target.kind == "binary"
    design = np.zeros((*logs.shape, 1 + with_intercept))
    design[:, :, 0] = logs
    design[:, 1:, 1:] = 1.0
    slope = np.eye(1 + with_intercept)[0]
    for _ in range(_SLOPE_ROUNDS):
        score, information = _likelihood(design, codes, slope)
        step = np.linalg.pinv(information) @ score.sum(axis=0)
        slope += np.clip(step, -1, 1)
        if np.abs(step).max() < _TINY:
            break
    influence = score @ np.linalg.pinv(information)[:, 0]
    return Estimate(float(slope[0]), influence)


def _likelihood(design: Floats, codes: NDArray[np.intp], slope: Floats) -> tuple[Floats, Floats]:
    """Return each row's score and the information of a conditional logit."""
    linear = design @ slope
    shares = np.exp(linear - linear.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    expected = np.einsum("nk,nkp->np", shares, design)
    score = design[np.arange(len(codes)), codes] - expected
    second = np.einsum("nk,nkp,nkq->pq", shares, design, design)
    return score, second - expected.T @ expected


def r2(said: Answers, truth: Floats, target: Target) -> Estimate:  # noqa: ARG001 - the same
    """Share of the variance explained; the variance of the target counts as known."""
    part = row_mean((truth - said.labels) ** 2 / truth.var())
    return Estimate(1 - part.value, -part.influence)


def mae(said: Answers, truth: Floats, target: Target) -> Estimate:  # noqa: ARG001 - the same
    """Mean absolute error, in units of the target."""
    return row_mean(np.abs(truth - said.labels))


def rmse(said: Answers, truth: Floats, target: Target) -> Estimate:  # noqa: ARG001 - the same
    """Root of the mean squared error, in units of the target."""
    part = row_mean((truth - said.labels) ** 2)
    root = float(np.sqrt(part.value))
    return Estimate(root, part.influence / (2 * root) if root else part.influence)


CLASSIFICATION: dict[str, Metric] = {
    "accuracy": accuracy,
    "balanced_accuracy": balanced_accuracy,
    "macro_f1": macro_f1,
    "auc": auc,
    "average_precision": average_precision,
    "log_loss": log_loss,
    "brier": brier,
    "oe": predicted_over_actual,
    "calibration_slope": calibration_slope,
}
REGRESSION: dict[str, Metric] = {"r2": r2, "mae": mae, "rmse": rmse}
LOWER_IS_BETTER = frozenset({"log_loss", "brier", "mae", "rmse"})
WITHIN_ONE = frozenset(
    {"accuracy", "balanced_accuracy", "macro_f1", "auc", "average_precision", "brier"}
)
_MOST_COMMON = 0.7  # above this share of one class, doing nothing looks good; science.md 1.4


def primary(target: Target) -> str:
    """Return the metric that verdicts are about, fixed before anything is trained."""
    if not target.classes:
        return "r2"
    common = target.counts(target.coded).max()
    return "accuracy" if common <= _MOST_COMMON else "balanced_accuracy"


def known(target: Target) -> dict[str, Metric]:
    """Return the metrics that fit the target, by name."""
    return CLASSIFICATION if target.classes else REGRESSION
