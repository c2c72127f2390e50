"""A training that left nothing but its history: Keras' `history.history`, as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dataaudit.errors import SourceError
from dataaudit.proof.diagnosis.diagnosing import Diagnosis, examine
from dataaudit.proof.diagnosis.refitting import OfTraining
from dataaudit.proof.diagnosis.setup import Setup
from dataaudit.proof.diagnosis.trace import Trace

_RATES = ("learning_rate", "lr")
_REMEDY = "Write Keras' `history.history`, or use `DiagnosisCallback().save(path)`."


def diagnose_history(path: str | Path) -> Diagnosis:
    """Say what the history of a training makes suspect; without rows nothing can be proven.

    Raises
    ------
    SourceError
        Where it is no history: no JSON, no losses, lists of unequal length, or no numbers.
    """
    history = read_history(path)
    rates = next((history[name] for name in _RATES if name in history), [])
    setup = Setup(learning_rate=rates[0] if rates else None, kind=None)
    return examine(OfTraining(trace_of(history), setup), subject=str(path), most_proofs=0)


def read_history(path: str | Path) -> dict[str, list[float]]:
    """Read and check a history.

    Raises
    ------
    SourceError
        See `diagnose_history`.
    """
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise SourceError(path, error.strerror or str(error)) from error
    except (ValueError, RecursionError) as error:
        raise SourceError(path, f"it is no JSON ({error})", remedy=_REMEDY) from error
    if isinstance(found, Mapping) and isinstance(found.get("history"), Mapping):
        found = found["history"]
    if not isinstance(found, Mapping) or not isinstance(found.get("loss"), list):
        raise SourceError(path, "it has no list `loss`", remedy=_REMEDY)
    if not found["loss"]:
        raise SourceError(path, "no epoch stands in it", remedy=_REMEDY)
    kept = {str(name): _numbers(path, name, values) for name, values in found.items()}
    lengths = {len(values) for values in kept.values()}
    if len(lengths) != 1:
        raise SourceError(path, "its lists differ in length", remedy=_REMEDY)
    return kept


def _numbers(path: str | Path, name: str, values: Any) -> list[float]:
    """Return one list; null stands for a value that was no number."""
    if not isinstance(values, list):
        raise SourceError(path, f"`{name}` is no list", remedy=_REMEDY)
    try:
        return [math.nan if value is None else float(value) for value in values]
    except (TypeError, ValueError) as error:
        raise SourceError(path, f"`{name}` holds {error}", remedy=_REMEDY) from error


def trace_of(history: Mapping[str, Sequence[float]]) -> Trace:
    """Return what a history shows; its training loss is a running mean over each epoch."""
    train = [float(v) for v in history.get("loss", [])]
    validation = [float(v) for v in history.get("val_loss", [])]
    judged = validation or train
    best = int(np.nanargmin(judged)) if np.isfinite(judged).any() else 0
    return Trace(
        train=train,
        validation=validation,
        is_running=True,
        rates=list(next((history[name] for name in _RATES if name in history), [])),
        best=best,
        failed=not np.isfinite([*train, *validation]).all(),
    )
