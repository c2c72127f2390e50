"""`diagnose`: why a network does no better, for a pipeline that is not published, or a history."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dataaudit import proof, stages
from dataaudit.account import RowAccount
from dataaudit.choosing import settle
from dataaudit.cleansing import build_cleaning
from dataaudit.config import load
from dataaudit.contract import load_contract
from dataaudit.engines import open_engine
from dataaudit.errors import DataError
from dataaudit.proof.diagnosis.history import diagnose_history
from dataaudit.proving import compared
from dataaudit.report.progress import Progress, Silent

__all__ = ["diagnose", "diagnose_history"]


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
        seen = stages.audited(config, contract, rules, engine, RowAccount(), progress=progress)
        table, outcomes = seen.table, seen.outcomes
        settled = settle(config, table, outcomes, progress, allow_code=allow_code)
        cleaning = build_cleaning(settled.config, table, rules, allow_code=allow_code)
        with progress.stage("prove") as stage:
            evidence = compared(
                config,
                table,
                cleaning,
                seen.sides.counts,
                most_rows=proof.MOST_ROWS,
                allow_code=allow_code,
                progress=stage.advance,
            )
        findings = {outcome.check: outcome.findings for outcome in outcomes}
        with progress.stage("diagnose"):
            return proof.diagnose(evidence, prove=config.prove, findings=findings)
