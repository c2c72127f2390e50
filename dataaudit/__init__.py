"""dataaudit: why a neural network is weak, answered from the data and proven.

Every public name is loaded on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from dataaudit.lazy import on_first_use

_HOMES = {
    "audit": "dataaudit.auditing",
    "run": "dataaudit.chain",
    "tune": "dataaudit.tuning",
    "apply": "dataaudit.applying",
    "load": "dataaudit.applying",
    "inject": "dataaudit.injecting",
    "RunResult": "dataaudit.result",
    "AuditResult": "dataaudit.result",
    "prove": "dataaudit.proof",
    "KerasClassifier": "dataaudit.proof",
    "KerasRegressor": "dataaudit.proof",
    "DiagnosisCallback": "dataaudit.proof.diagnosis.callback",
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


__getattr__ = on_first_use(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
