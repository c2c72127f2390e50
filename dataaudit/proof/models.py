"""What arms without a network of ours say: a constant, or a model of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dataaudit.proof.arms import Model
from dataaudit.proof.folds import Rows
from dataaudit.proof.target import Answers, Floats, Target


def constant(target: Target, values: Floats, rows: int) -> Answers:
    """Say the most frequent class, or the mean, of every row."""
    if not target.classes:
        mean = np.full(rows, values.mean())
        return Answers(labels=mean, shares=mean[:, None])
    shares = target.counts(values)
    return Answers(
        labels=np.full(rows, float(np.argmax(shares))), shares=np.tile(shares, (rows, 1))
    )


def own_answers(
    arm: Model, X: pd.DataFrame, target: Target, *, fit: Rows, stop: Rows, judged: Any
) -> Answers:
    """Train a clone of an arm that brings its own model, and ask it."""
    learn = np.sort(np.concatenate([fit, stop]))
    given = X.iloc[learn]
    taught = (given, labels_of(target, target.coded[learn], given.index))
    more = (np.isin(learn, stop),) if getattr(arm, "stops", False) else ()
    model = arm.clone().fit(*taught, *more)
    outputs = np.asarray(model.outputs(judged, np.asarray(target.classes, dtype=object)))
    if not target.classes:
        return Answers(labels=outputs[:, 0], shares=outputs)
    return Answers(labels=np.argmax(outputs, axis=1).astype("float64"), shares=outputs)


def labels_of(target: Target, values: Floats, index: Any) -> pd.Series:
    """Return the target as an arm expects it: text, or numbers."""
    if not target.classes:
        return pd.Series(values, index=index, dtype="float64")
    return pd.Series(np.asarray(target.classes, dtype=object)[values.astype(np.intp)], index=index)
