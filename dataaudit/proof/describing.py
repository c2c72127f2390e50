"""The evidence as plain values: what stands in ``evidence.json``. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataaudit.proof import operating
from dataaudit.proof.final import Final
from dataaudit.proof.fit import History
from dataaudit.proof.judging import Case, Judged, Judgement
from dataaudit.proof.metrics import LOWER_IS_BETTER, WITHIN_ONE, Estimate, known
from dataaudit.proof.plan import LEAST_CLASS
from dataaudit.proof.statistics import interval, wilson
from dataaudit.proof.target import Answers, Floats, Target
from dataaudit.proof.verdict import Verdict

_BINS = 10  # of the reliability table, equal numbers of rows
_NEEDS_SCORES = frozenset({"auc", "average_precision", "calibration_slope"})  # that differ by row
_OUT_OF_TUNE = (0.8, 1.25)  # predicted over actual outside this is worth a sentence


def content(
    *,
    case: Case,
    judgement: Judgement,
    estimates: Mapping[str, Mapping[str, Estimate]],
    verdicts: Sequence[Verdict],
    finals: Mapping[str, Final],
    descriptions: Mapping[str, str],
    test_labels: Floats | None,
    unavailable: Mapping[str, str],
    notes: Sequence[str],
) -> dict[str, Any]:
    """Return the evidence as values that JSON can hold."""
    target, metric = case.recipe.target, case.recipe.metric
    groups = np.unique(case.groups[judgement.rows], return_inverse=True)[1]
    arms = {}
    for arm, judged in judgement.arms.items():
        arms[arm] = {
            "description": descriptions[arm],
            "metrics": {
                key: _metric(key, value, groups)
                for key, value in estimates[arm].items()
                if arm != "const" or key not in _NEEDS_SCORES
            },
            "per_class": per_class(judged, judgement.truth, target),
            "test": on_test(finals[arm], test_labels, target),
            "calibration": {} if arm == "const" else calibration(judged, judgement.truth, target),
            "failed_fits": judged.failed,
        }
    histories = {arm: final.history for arm, final in finals.items() if final.history}
    return {
        "metric": metric,
        "kind": "classification" if target.classes else "regression",
        "classes": list(target.classes),
        "plan": case.plan.to_dict(),
        "judged": {"rows": len(judgement.rows), "sha256": judgement.digest},
        "arms": arms,
        "unavailable": dict(unavailable),
        "verdicts": [verdict.to_dict() for verdict in verdicts],
        "operating_point": operating.describe(
            judgement,
            estimates,
            target,
            pairs=[(verdict.before, verdict.after) for verdict in verdicts],
            groups=groups,
        ),
        "curves": {arm: curve(history) for arm, history in histories.items()},
        "notes": [*notes, *_notes(case, judgement, arms, test_labels)],
    }


def _metric(name: str, estimate: Estimate, groups: NDArray[np.intp]) -> dict[str, float | None]:
    """Return a metric with its interval; None where it cannot be had."""
    if not np.isfinite(estimate.value):
        return {"value": None, "low": None, "high": None}
    bounds = {"lowest": 0.0, "highest": 1.0} if name in WITHIN_ONE else {}
    if name in LOWER_IS_BETTER:
        bounds["lowest"] = 0.0
    return {**interval(estimate, groups).to_dict(**bounds)}


def curve(history: History) -> dict[str, Any]:
    """Return the losses by step; None where one was no number."""
    found = {"train": history.train, "validation": history.validation}
    rounded = {
        side: [round(loss, 6) if np.isfinite(loss) else None for loss in losses]
        for side, losses in found.items()
    }
    return {**rounded, "steps": history.steps}


def per_class(judged: Judged, truth: Floats, target: Target) -> dict[str, Any]:
    """Return recall and precision of each class, averaged over repeats, by Wilson's interval."""
    found = {}
    for code, label in enumerate(target.classes):
        told = np.array([answer.labels == code for answer in judged.answers])
        true = truth == code
        hits, said = float((told & true).sum(axis=1).mean()), float(told.sum(axis=1).mean())
        rows = int(true.sum())
        found[label] = {
            "recall": wilson(hits / rows if rows else 0.0, rows).to_dict(),
            "precision": wilson(hits / said if said else 0.0, said).to_dict(),
            "rows": rows,
        }
    return found


def on_test(final: Final, labels: Floats | None, target: Target) -> dict[str, float]:
    """Return the metrics on the test rows whose label was seen in training."""
    if final.answers is None or labels is None:
        return {}
    seen = labels >= 0 if target.classes else np.isfinite(labels)
    if not seen.any():
        return {}
    said = Answers(labels=final.answers.labels[seen], shares=final.answers.shares[seen])
    return scores(said, labels[seen], target)


def scores(said: Answers, truth: Floats, target: Target) -> dict[str, float]:
    """Return the metrics that can be had."""
    found = {name: float(of(said, truth, target).value) for name, of in known(target).items()}
    return {name: value for name, value in found.items() if np.isfinite(value)}


def calibration(judged: Judged, truth: Floats, target: Target) -> dict[str, Any]:
    """Return predicted against actual shares of the rarest class, in ten bins of equal size."""
    if not target.classes:
        return {}
    rarest = int(np.argmin(np.bincount(truth.astype(np.intp), minlength=len(target.classes))))
    share = np.mean([answer.shares[:, rarest] for answer in judged.answers], axis=0)
    order = np.argsort(share, kind="stable")
    bins = [part for part in np.array_split(order, _BINS) if len(part)]
    return {
        "class": target.classes[rarest],
        "bins": [
            {
                "predicted": round(float(share[part].mean()), 6),
                "actual": round(float((truth[part] == rarest).mean()), 6),
                "rows": len(part),
            }
            for part in bins
        ],
    }


def by_fold(arm: str, metric: str, judgement: Judgement, target: Target) -> Floats:
    """Return the metric of every fold of every repeat."""
    measure, values = known(target)[metric], []
    for answer, parts in zip(judgement.arms[arm].answers, judgement.parts, strict=True):
        for part in np.unique(parts):
            rows = parts == part
            said = Answers(labels=answer.labels[rows], shares=answer.shares[rows])
            values.append(measure(said, judgement.truth[rows], target).value)
    found = np.array(values)
    return -found if metric in LOWER_IS_BETTER else found


def _notes(
    case: Case, judgement: Judgement, arms: Mapping[str, Any], test_labels: Floats | None
) -> list[str]:
    """Return what a reader must know to trust the figures."""
    metric, target = case.recipe.metric, case.recipe.target
    floor = arms["const"]["metrics"]
    notes = [*_metric_notes(metric, floor, target)]
    for arm, described in arms.items():
        failed = judgement.arms[arm].failed
        fits = case.plan.folds * case.plan.repeats
        if failed:
            notes.append(
                f"`{arm}`: training failed in {failed} of {fits} fits "
                "(the loss was no longer a number); doing nothing answered for them."
            )
        value = described["metrics"].get("accuracy", {}).get("value")
        if value is not None and value < floor["accuracy"]["value"]:
            notes.append(
                f"`{arm}` is right in {value:.1%} of the rows, less often than doing nothing "
                f"({floor['accuracy']['value']:.1%})."
            )
        predicted = described["metrics"].get("oe", {}).get("value")
        if predicted is not None and not _OUT_OF_TUNE[0] <= predicted <= _OUT_OF_TUNE[1]:
            notes.append(
                f"`{arm}` predicts the rarest class {predicted:.2f} times as often as it occurs."
            )
    counts = _counts(target).tolist() if target.classes else []
    rare = [c for c, n in zip(target.classes, counts, strict=True) if n < LEAST_CLASS]
    notes += [
        f"Class `{label}` has fewer than 4 rows: nothing can be said of it." for label in rare
    ]
    unknown = 0 if test_labels is None or not target.classes else int((test_labels < 0).sum())
    if unknown:
        notes.append(f"{unknown:,} test rows have a label that no training row has; not scored.")
    return notes


def _metric_notes(metric: str, floor: Mapping[str, Any], target: Target) -> list[str]:
    """Say why it is not accuracy."""
    if metric != "balanced_accuracy":
        return []
    value = floor["accuracy"]["value"]
    label = target.classes[int(np.argmax(_counts(target)))]
    note = (
        f"Accuracy misleads here: always saying `{label}` is right in {value:.1%} of the rows. "
        "Verdicts are about balanced accuracy, the mean of the classes' recalls."
    )
    return [note]


def _counts(target: Target) -> NDArray[np.intp]:
    """Return the rows of each class."""
    return np.bincount(target.coded.astype(np.intp), minlength=len(target.classes))
