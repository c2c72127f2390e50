"""What the network said of each row: confident mistakes, confusions, calibration, residuals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dataaudit.proof.target import Answers, Floats, Target

_SURE = 0.9  # the probability from which a wrong answer is a confident mistake
_NAMED = 20  # rows that are named of a kind
_CONFUSIONS = 10  # pairs of classes
_OF_A_PAIR = 5  # rows that are named of each
_BINS = 10  # of equal numbers of rows


def confident(
    said: Sequence[Answers], truth: Floats, ids: pd.Index, target: Target
) -> dict[str, Any]:
    """Return the rows that the network is sure of, averaged over repeats, and wrong."""
    shares = np.mean([answer.shares for answer in said], axis=0)
    told, sure = shares.argmax(axis=1), shares.max(axis=1)
    is_sure = sure >= _SURE
    wrong = np.flatnonzero(is_sure & (told != truth))
    wrong = wrong[np.argsort(-sure[wrong], kind="stable")]
    start = f"Of {int(is_sure.sum()):,} rows that the network is at least {_SURE:.0%} sure of, "
    if len(wrong) == 1:
        sentence = f"{start}one is wrong: its label is worth a look."
    elif len(wrong):
        sentence = f"{start}{len(wrong):,} are wrong: their labels are worth a look."
    else:
        sentence = f"{start}none is wrong."
    return {
        "sure": int(is_sure.sum()),
        "wrong": len(wrong),
        "rows": [
            {
                "row": plain(ids[at]),
                "said": target.classes[told[at]],
                "label": target.classes[int(truth[at])],
                "probability": round(float(sure[at]), 4),
            }
            for at in wrong[:_NAMED]
        ],
        "sentence": sentence,
    }


def confusions(
    said: Sequence[Answers], truth: Floats, ids: pd.Index, target: Target
) -> dict[str, Any]:
    """Return which class is taken for which, in rows a repeat, the most frequent first."""
    count, codes = len(target.classes), truth.astype(np.intp)
    taken = np.stack([answer.labels.astype(np.intp) for answer in said])
    table = np.zeros((count, count))
    for one in taken:
        np.add.at(table, (codes, one), 1 / len(taken))
    off = table - np.diag(np.diag(table))
    order = np.argsort(-off, axis=None, kind="stable")[:_CONFUSIONS]
    pairs = []
    for true, told in zip(*np.unravel_index(order, off.shape), strict=True):
        if not off[true, told]:
            break
        often = (taken == told).mean(axis=0) * (codes == true)
        rows = np.argsort(-often, kind="stable")[:_OF_A_PAIR]
        pairs.append(
            {
                "label": target.classes[true],
                "said": target.classes[told],
                "rows": round(float(off[true, told]), 1),
                "share": float(off[true, told] / table[true].sum()),
                "examples": [plain(ids[at]) for at in rows if often[at] > 0],
            }
        )
    return {"table": table.round(1).tolist(), "pairs": pairs, "sentence": _most(pairs)}


def _most(pairs: Sequence[Any]) -> str:
    """Say which confusion is the most frequent."""
    if not pairs:
        return "No class is taken for another."
    top = pairs[0]
    return (
        f"The most frequent mistake: {top['share']:.1%} of `{top['label']}` "
        f"are taken for `{top['said']}` ({top['rows']:,.0f} rows)."
    )


def calibration(said: Sequence[Answers], truth: Floats, target: Target) -> dict[str, Any]:
    """Return for each class how far its probabilities are from how often it came.

    ``gap`` is the expected calibration error over ten bins of equal numbers of rows (Naeini, Cooper
    and Hauskrecht 2015).
    """
    shares = np.mean([answer.shares for answer in said], axis=0)
    found = [_of_class(shares[:, code], truth == code) for code in range(len(target.classes))]
    classes = [{"class": label, **one} for label, one in zip(target.classes, found, strict=True)]
    worst = max(classes, key=lambda one: one["gap"])
    sentence = (
        f"The probabilities of `{worst['class']}` are off by {100 * worst['gap']:.1f} points on "
        f"average (predicted {worst['predicted']:.1%}, came {worst['actual']:.1%})."
    )
    return {"classes": classes, "sentence": sentence}


def _of_class(share: Floats, came: NDArray[np.bool_]) -> dict[str, Any]:
    """Return the calibration of one class."""
    order = np.argsort(share, kind="stable")
    bins = [part for part in np.array_split(order, _BINS) if len(part)]
    gaps = [abs(share[part].mean() - came[part].mean()) * len(part) for part in bins]
    return {
        "predicted": float(share.mean()),
        "actual": float(came.mean()),
        "gap": float(np.sum(gaps) / len(share)),
        "rows": int(came.sum()),
    }


def residuals(said: Sequence[Answers], truth: Floats, ids: pd.Index) -> dict[str, Any]:
    """Return the rows that the network is furthest from, in units of the target."""
    told = np.mean([answer.labels for answer in said], axis=0)
    off = told - truth
    rows = np.argsort(-np.abs(off), kind="stable")[:_NAMED]
    tenth = np.sort(off**2)[::-1][: max(1, len(off) // 10)].sum() / max((off**2).sum(), 1e-300)
    return {
        "rows": [
            {
                "row": plain(ids[at]),
                "said": float(told[at]),
                "label": float(truth[at]),
                "residual": float(off[at]),
            }
            for at in rows
        ],
        "share_of_worst_tenth": float(tenth),
        "sentence": f"A tenth of the rows makes {tenth:.0%} of the squared error.",
    }


def plain(row: Any) -> Any:
    """Return the id of a row as JSON holds it."""
    return row.item() if isinstance(row, np.generic) else row if isinstance(row, int) else str(row)
