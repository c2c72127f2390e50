"""`diagnose`: why a network does no better, for a pipeline that is not published, or a history."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from dataaudit import proof, stages
from dataaudit.account import RowAccount
from dataaudit.choosing import settle
from dataaudit.cleansing import build_cleaning
from dataaudit.config import load
from dataaudit.contract import check as check_contract
from dataaudit.contract import load_contract
from dataaudit.defects import audit as audit_table
from dataaudit.engines import open_engine
from dataaudit.errors import DataError
from dataaudit.proof.diagnosis.history import diagnose_history
from dataaudit.report.progress import Progress, Silent
from dataaudit.table import Table

__all__ = ["diagnose", "diagnose_history"]
_SIDES = ("train", "validation")


def diagnose(
    pipeline: str | Path,
    *,
    overrides: Mapping[str, str] | None = None,
    allow_code: bool = False,
    progress: Progress | None = None,
) -> proof.Diagnosis:
    """Take a table as far as the arms, and say what keeps `clean` from doing better.

    Nothing is written.

    Parameters
    ----------
    pipeline
        A pipeline.yaml.
    overrides
        As for `dataaudit.config.load`.
    allow_code
        Whether Python code that the config names may run.
    progress
        Silent by default.

    Raises
    ------
    DataAuditError
        As `dataaudit.run`; `DataError` where nothing can be trained.
    """
    config, progress = load(pipeline, overrides), progress or Silent()
    if config.prove == "off":
        raise DataError("diagnose", "`prove` is off, and nothing is trained")
    contract = load_contract(config.contract, base=Path(), allow_code=allow_code)
    rules = stages.defects_of(config)
    with open_engine(config.engine) as engine:
        account = RowAccount()
        with progress.stage("source"):
            source = stages.read_source(config, contract, engine, account)
        with progress.stage("contract"):
            checked = check_contract(source, contract)
        with progress.stage("split"):
            sides, _ = stages.split_rows(config, source, checked, account)
        with progress.stage("audit"):
            table = stages.table_of(source, sides, contract, config.seed)
            outcomes = audit_table(table, rules, config.audit.ignore)
        settled = settle(config, table, outcomes, progress, allow_code=allow_code)
        cleaning = build_cleaning(settled.config, table, rules, allow_code=allow_code)
        with progress.stage("prove") as stage:
            X, y, stops = _rows(table)
            evidence = proof.compare(
                proof.standard_arms(cleaning),
                X,
                y,
                kind=table.task.kind or "classification",
                train=config.train,
                prove=config.prove,
                seed=config.seed,
                metric=config.task.metric,
                groups=table.along(config.task.group, X.index),
                order=table.along(config.task.time, X.index),
                validation=stops if stops.any() else None,
                allow_code=allow_code,
                progress=stage.advance,
            )
        findings = {outcome.check: outcome.findings for outcome in outcomes}
        with progress.stage("diagnose"):
            return proof.diagnose(evidence, prove=config.prove, findings=findings)


def _rows(table: Table) -> tuple[pd.DataFrame, pd.Series, np.ndarray]:
    """Return training and validation rows, and which are for validation."""
    parts = [table.side(side, limit=proof.MOST_ROWS) for side in _SIDES]
    X = pd.concat([frame for frame, _ in parts]).sort_index()
    y = pd.concat([labels for _, labels in parts]).loc[X.index]
    return X, y, X.index.isin(parts[1][0].index)
