"""The chain of stages: one function, one call per stage, nothing computed in it.

``source -> contract -> split -> audit -> clean -> prove -> report``. A stage takes plain values and
returns plain values; none reaches back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dataaudit import fingerprint, publishing, stages
from dataaudit.account import RowAccount
from dataaudit.choosing import settle
from dataaudit.cleansing import build_cleaning, clean
from dataaudit.config import Config, from_dict, load
from dataaudit.contract import check as check_contract
from dataaudit.contract import load_contract
from dataaudit.engines import open_engine
from dataaudit.output import open_run, write_relation
from dataaudit.proving import prove
from dataaudit.report.progress import Progress, Silent
from dataaudit.result import Checkup, RunResult


def run(
    config: Config | Mapping[str, Any] | str | Path,
    *,
    allow_code: bool = False,
    run_id: str | None = None,
    progress: Progress | None = None,
) -> RunResult:
    """Take a table through every stage and publish the result.

    Parameters
    ----------
    config
        A path to pipeline.yaml, a dictionary of its shape, or a `Config`.
    allow_code
        Whether Python code that the config names may run.
    run_id
        The name of the run's folder; UTC time and 8 digits of the fingerprint by default.
    progress
        Silent by default.

    Returns
    -------
    RunResult
        Also where the gate fails (exit code 1).

    Raises
    ------
    ConfigError, UnknownNameError, CodeRefusedError
        Wrong configuration.
    ContractError
        The table as a whole breaks the contract, or leaves too few rows to learn from.
    SourceError, DataError
        The source cannot be read, or cannot carry a stage.
    OutputError
        Made but not published, or another run holds the folder.
    """
    config, started = as_config(config), datetime.now(UTC)
    progress, account = progress or Silent(), RowAccount()
    contract = load_contract(config.contract, base=Path(), allow_code=allow_code)
    rules = stages.defects_of(config)
    with open_run(Path(config.output.dir), run_id) as folder, open_engine(config.engine) as engine:
        seen = stages.audited(config, contract, rules, engine, account, progress=progress)
        table, outcomes = seen.table, seen.outcomes
        mark = fingerprint.of_run(stages.digest(seen.source), config.model_dump(mode="json"))
        with folder.file(publishing.QUARANTINE) as path:
            write_relation(engine, seen.quarantine, path, mark)
        settled = settle(config, table, outcomes, progress, allow_code=allow_code)
        with progress.stage("clean") as stage:
            cleaned = clean(
                settled.config,
                table,
                rules,
                folder,
                account,
                mark=mark,
                counts=seen.sides.counts,
                progress=stage.advance,
                allow_code=allow_code,
            )
            stage.rows(**account.last)
        with progress.stage("prove") as stage:
            evidence, unproven = prove(
                config,
                table,
                cleaned,
                stage.advance,
                outcomes=outcomes,
                settled=settled,
                allow_code=allow_code,
            )
        with progress.stage("report"):
            made = publishing.Made(
                config=config,
                mark=mark,
                seen=seen,
                cleaned=cleaned,
                evidence=evidence,
                unproven=unproven,
                account=account,
                started=started,
            )
            return publishing.publish(folder, made, run_id)


def check(config: Config | Mapping[str, Any] | str | Path, *, allow_code: bool = False) -> Checkup:
    """Hold the source to the contract and deal the rows; train nothing and write nothing.

    Raises
    ------
    DataAuditError
        As `run`.
    """
    config, account = as_config(config), RowAccount()
    contract = load_contract(config.contract, base=Path(), allow_code=allow_code)
    rules = stages.defects_of(config)
    with open_engine(config.engine) as engine:
        source = stages.read_source(config, contract, engine, account)
        checked = check_contract(source, contract)
        stages.enter_contract(checked, source, account)
        sides, _ = stages.split_rows(config, source, checked, account)
        table = stages.table_of(source, sides, contract, config.seed)
        build_cleaning(config, table, rules, allow_code=allow_code)
    return Checkup.of(checked, account, config.gate.fail_on)


def as_config(config: Config | Mapping[str, Any] | str | Path) -> Config:
    """Return a config from a path, a dictionary or itself."""
    if isinstance(config, Config):
        return config
    return from_dict(config) if isinstance(config, Mapping) else load(config)
