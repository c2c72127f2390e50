"""The audit as a step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dataaudit.defects import audit, configured, registry
from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.errors import ConfigError
from dataaudit.estimator import FrameTransformer
from dataaudit.finding import Finding, Outcome
from dataaudit.source import Source, read
from dataaudit.steps.frames import named, with_target
from dataaudit.table import Table, Task


class AuditTable(FrameTransformer):
    """Look for defects in the training rows and pass every row on unchanged.

    Parameters
    ----------
    checks
        The checks to run: names, or name -> parameters, as under ``audit.checks``; None runs all.

    Attributes
    ----------
    findings_ : list of Finding
        Worst first.
    outcomes_ : list of Outcome
        How each check ended.

    Examples
    --------
    >>> import pandas as pd
    >>> step = AuditTable(checks=["constant"]).fit(pd.DataFrame({"a": [1, 1], "b": [1, 2]}))
    >>> step.findings_[0].message
    '`a` has the same value in every row.'
    """

    def __init__(self, checks: Any = None) -> None:
        self.checks = checks

    def _learn(self, frame: pd.DataFrame, y: Any) -> None:
        params = _parameters(self.checks)
        defects = configured(params)
        if self.checks is not None:
            defects = {name: defects[name] for name in registry() if name in params}
        columns, task = with_target(named(frame), y)
        with DuckDBEngine() as engine:
            table = _table(read(columns, engine=engine), task)
            self.outcomes_: list[Outcome] = audit(table, defects)
        found = [finding for outcome in self.outcomes_ for finding in outcome.findings]
        self.findings_: list[Finding] = sorted(found, key=lambda f: -f.severity.rank)

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame


def _parameters(checks: Any) -> dict[str, Mapping[str, Any]]:
    """Return name -> parameters of the checks that are asked for."""
    if checks is None:
        return {}
    if isinstance(checks, Mapping):
        return {name: params or {} for name, params in checks.items()}
    if isinstance(checks, Sequence) and not isinstance(checks, str):
        return {str(name): {} for name in checks}
    raise ConfigError("checks", expected="a list of names, or names with parameters", found=checks)


def _table(source: Source, task: Task) -> Table:
    return Table(source.engine, columns=source.columns, task=task)
