"""Where a network is still wrong: on which rows, in which part of the table, how surely.

All of it from the answers to rows that the fit did not see, over all repeats.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from dataaudit.proof.evidence import Evidence
from dataaudit.proof.judging import Judgement
from dataaudit.proof.mistakes.answers import calibration, confident, confusions, plain, residuals
from dataaudit.proof.mistakes.parts import part
from dataaudit.proof.mistakes.slices import Slice, least_rows, weakest
from dataaudit.proof.target import Floats, Target

_EXAMPLES = 5  # rows that are named of a slice


def find_mistakes(
    evidence: Evidence,
    arm: str = "clean",
    *,
    hidden: Iterable[Any] = (),
    is_target_hidden: bool = False,
) -> dict[str, Any]:
    """Describe the mistakes of an arm.

    Parameters
    ----------
    evidence
        Of `dataaudit.proof.compare`.
    arm
        Whose.
    hidden
        Sensitive columns: no slice is cut by them, so none of their values is told.
    is_target_hidden
        Whether the target is sensitive: then no row is told with its label.

    Returns
    -------
    dict
        Values that JSON can hold. ``arm``; ``error``, the mean error over all rows: the share that
        is wrong, or the mean absolute error; ``tested``, slices looked at on rows that did not find
        them; ``slices``, those shown to be weak, each with ``where``, ``rows``, ``error``,
        ``excess``, ``low``, ``high``, ``p`` (Holm), ``examples`` and ``sentence``; for classes
        ``confident``, ``confusions``, ``calibration``; for numbers ``residuals``; ``sentence``.
    """
    judgement, target = evidence.judgement, evidence.target
    said, truth = judgement.arms[arm].answers, judgement.truth
    X = evidence.case.X.iloc[judgement.rows]
    groups = np.unique(evidence.case.groups[judgement.rows], return_inverse=True)[1]
    error = _errors(judgement, arm, target)
    is_balanced = evidence.metric == "balanced_accuracy"
    cuts = part(X, least=least_rows(len(X)) // 2, hidden=hidden)
    found, tested = weakest(
        cuts, error, _excess(error, truth, is_balanced=is_balanced), groups, evidence.case.seed
    )
    overall = float(error.mean())
    slices = [_slice(one, error, X.index, overall, target) for one in found]
    rest = (
        {
            "confident": confident(said, truth, X.index, target),
            "confusions": confusions(said, truth, X.index, target),
            "calibration": calibration(said, truth, target),
        }
        if target.classes
        else {"residuals": residuals(said, truth, X.index)}
    )
    if is_target_hidden:
        _hide(rest)
    sentence = slices[0]["sentence"] if slices else _none(tested)
    return {
        "arm": arm,
        "error": overall,
        "tested": tested,
        "slices": slices,
        **rest,
        "sentence": sentence,
    }


def _hide(found: dict[str, Any]) -> None:
    """Leave out what each row has as target, and what was said of it."""
    for kind in ("confident", "residuals"):
        for row in found.get(kind, {}).get("rows", []):
            for key in ("said", "label", "residual"):
                row.pop(key, None)
    for pair in found.get("confusions", {}).get("pairs", []):
        pair["examples"] = []


def _errors(judgement: Judgement, arm: str, target: Target) -> Floats:
    """Return the error of each row, averaged over repeats: 0 or 1, or in units of the target."""
    told = np.stack([answer.labels for answer in judgement.arms[arm].answers])
    off = told != judgement.truth if target.classes else np.abs(told - judgement.truth)
    return np.asarray(off.mean(axis=0), dtype="float64")


def _excess(error: Floats, truth: Floats, *, is_balanced: bool) -> Floats:
    """Return the error above that of all rows; of its class where classes count alike."""
    if not is_balanced:
        return error - error.mean()
    codes = truth.astype(np.intp)
    means = np.bincount(codes, error) / np.maximum(np.bincount(codes), 1)
    return error - means[codes]


def _slice(one: Slice, error: Floats, ids: Any, overall: float, target: Target) -> dict[str, Any]:
    """Return a slice as JSON holds it."""
    inside = np.flatnonzero(one.inside)
    worst = inside[np.argsort(-error[inside], kind="stable")][:_EXAMPLES]
    where = " and ".join(f"`{column}` {words}" for column, words in one.where)
    if target.classes:
        told = f"{one.error:.1%} of {one.rows:,} rows are wrong, against {overall:.1%} of all"
    else:
        told = f"the mean error of {one.rows:,} rows is {one.error:.4g}, against {overall:.4g}"
    return {
        "where": [list(condition) for condition in one.where],
        "rows": one.rows,
        "error": one.error,
        "excess": one.found.value,
        "low": one.found.low,
        "high": one.found.high,
        "p": one.p,
        "examples": [plain(ids[at]) for at in worst],
        "sentence": f"Where {where}, {told}.",
    }


def _none(tested: int) -> str:
    """Say that no slice is weak."""
    if not tested:
        return "No part of the table looks weaker than the rest."
    parts = "the one part" if tested == 1 else f"none of the {tested} parts"
    return (
        f"Mistakes are spread evenly: {parts} of the table that looked weak on half of the rows "
        f"{'was not' if tested == 1 else 'was'} so on the other half."
    )
