"""Proof: the same network before and after, on the same untouched rows.

Read in this order: `spec` (the keys of ``train`` and ``prove``), `arms` (what is compared), `folds`
(which rows learn and which judge), `training` (many fits in, predictions out), `fitting` and
`judging` (every arm in every fold), `metrics`, `statistics` and `verdict` (what may be said),
`evidence` (all of it together), `attribution` (the bill), `pipelines` (the same for anybody's
scikit-learn pipelines). Keras is imported by `network.load_keras` alone, when a network is built.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataaudit.lazy import on_first_use

if TYPE_CHECKING:
    from dataaudit.proof.arms import standard_arms
    from dataaudit.proof.attribution.lacking import lacking
    from dataaudit.proof.attribution.reckoning import attribute
    from dataaudit.proof.diagnosis.diagnosing import Diagnosis, diagnose
    from dataaudit.proof.estimators import KerasClassifier, KerasRegressor
    from dataaudit.proof.evidence import Evidence, compare
    from dataaudit.proof.final import FinalNetwork, load_network
    from dataaudit.proof.mistakes import find_mistakes
    from dataaudit.proof.pipelines import prove
    from dataaudit.proof.plan import MOST_ROWS
    from dataaudit.proof.streamed import Streamed, fit_streamed

__all__ = [
    "MOST_ROWS",
    "Diagnosis",
    "Evidence",
    "FinalNetwork",
    "KerasClassifier",
    "KerasRegressor",
    "Streamed",
    "attribute",
    "compare",
    "diagnose",
    "find_mistakes",
    "fit_streamed",
    "lacking",
    "load_network",
    "prove",
    "standard_arms",
]
_HOMES = {
    "MOST_ROWS": "plan",
    "Diagnosis": "diagnosis.diagnosing",
    "Evidence": "evidence",
    "FinalNetwork": "final",
    "KerasClassifier": "estimators",
    "KerasRegressor": "estimators",
    "Streamed": "streamed",
    "attribute": "attribution.reckoning",
    "compare": "evidence",
    "diagnose": "diagnosis.diagnosing",
    "find_mistakes": "mistakes",
    "fit_streamed": "streamed",
    "lacking": "attribution.lacking",
    "load_network": "final",
    "prove": "pipelines",
    "standard_arms": "arms",
}


__getattr__ = on_first_use(__name__, {name: f"{__name__}.{part}" for name, part in _HOMES.items()})
