"""dataaudit: why a neural network is weak, answered from the data and proven.

Every public name is loaded on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "audit": "dataaudit.chain",
    "run": "dataaudit.chain",
    "apply": "dataaudit.applying",
    "load": "dataaudit.applying",
    "RunResult": "dataaudit.result",
    "AuditResult": "dataaudit.result",
    "prove": "dataaudit.proof",
    "KerasClassifier": "dataaudit.proof",
    "KerasRegressor": "dataaudit.proof",
    "AuditTable": "dataaudit.steps",
    "ValidateContract": "dataaudit.steps",
    "WriteParquet": "dataaudit.steps",
    "BlankSentinels": "dataaudit.defects.disguised",
    "ParseTypes": "dataaudit.defects.types",
    "NormalizeLevels": "dataaudit.defects.categories",
    "ClipOutliers": "dataaudit.defects.outliers",
    "SmoothRobustScaler": "dataaudit.defects.scale",
    "Oversample": "dataaudit.defects.imbalance",
    "Undersample": "dataaudit.defects.imbalance",
    "DropConstant": "dataaudit.defects.constant",
    "DropDuplicateRows": "dataaudit.defects.duplicates",
    "EncodeDates": "dataaudit.encode",
    "CrossFitTargetEncoder": "dataaudit.encode",
    "Cleaning": "dataaudit.pipeline",
    "DataAuditError": "dataaudit.errors",
    "ExitCode": "dataaudit.errors",
    "Finding": "dataaudit.finding",
    "Severity": "dataaudit.finding",
}
__version__ = "0.1.0"
__all__ = [*_HOMES]  # noqa: PLE0604 - the names are the keys above


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
