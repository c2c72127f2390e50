"""One function for each stage of the chain: from the config's keys to the stage's own call.

`audited` makes the way that a run, a choice and a diagnosis have in common.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dataaudit import fingerprint
from dataaudit.account import RowAccount
from dataaudit.auditing import enter_source, labelled
from dataaudit.config import Config
from dataaudit.contract import Checked, Contract, set_aside
from dataaudit.contract import check as check_contract
from dataaudit.defects import Defect, configured
from dataaudit.defects import audit as audit_table
from dataaudit.engine import Engine
from dataaudit.errors import ContractError, DataError
from dataaudit.finding import Outcome, Severity
from dataaudit.report.progress import Progress
from dataaudit.source import ReadOptions, Source, read
from dataaudit.source.columns import ROW
from dataaudit.split import TARGET_MISSING, Split, split
from dataaudit.table import Table


@dataclass(frozen=True, kw_only=True)
class Audited:
    """A table after the audit, from where a run, a choice and a diagnosis go on.

    Parameters
    ----------
    source, checked, sides
        What reading, contract and split gave.
    quarantine
        The relation of the rows put aside by contract and split.
    table, outcomes
        What the audit saw, and what came of each check.
    """

    source: Source
    checked: Checked
    sides: Split
    quarantine: str
    table: Table
    outcomes: list[Outcome]


def audited(
    config: Config,
    contract: Contract,
    rules: Mapping[str, Defect],
    engine: Engine,
    account: RowAccount,
    *,
    progress: Progress,
) -> Audited:
    """Take a table through source, contract, split and audit.

    Raises
    ------
    DataAuditError
        As the stages.
    """
    with progress.stage("source") as stage:
        source = read_source(config, contract, engine, account)
        stage.rows(**account.last)
    with progress.stage("contract") as stage:
        checked = check_contract(source, contract)
        enter_contract(checked, source, account)
        stage.rows(**account.last)
    with progress.stage("split") as stage:
        sides, quarantine = split_rows(config, source, checked, account)
        stage.rows(**account.last)
    with progress.stage("audit"):
        table = table_of(source, sides, contract, config.seed)
        outcomes = audit_table(table, rules, config.audit.ignore)
    return Audited(
        source=source,
        checked=checked,
        sides=sides,
        quarantine=quarantine,
        table=table,
        outcomes=outcomes,
    )


def read_source(config: Config, contract: Contract, engine: Engine, account: RowAccount) -> Source:
    """Read the source as the config and the contract say."""
    keys = ReadOptions.model_fields
    options = ReadOptions(**{key: getattr(config.source, key) for key in keys})
    source = read(
        config.source.path,
        test=config.source.test,
        options=options,
        declared=contract.declared,
        engine=engine,
    )
    enter_source(source, account)
    return source


def enter_contract(checked: Checked, source: Source, account: RowAccount) -> None:
    """Enter what the contract did into the row account."""
    lines = source.bad_lines.num_rows
    account.add(
        "contract",
        rows_in=source.rows,
        rows_out=checked.kept,
        quarantined=checked.quarantined - lines,
        dropped=checked.dropped,
    )


def split_rows(
    config: Config, source: Source, checked: Checked, account: RowAccount
) -> tuple[Split, str]:
    """Clean the target, deal the rows, and put rows without a target into quarantine.

    Raises
    ------
    ContractError
        Where the rows cannot carry it because too many of them broke the contract.
    """
    try:
        sides = split(
            source.engine,
            checked.columns,
            config.task,
            config.split,
            seed=config.seed,
            test_from=source.test_from,
        )
    except DataError as error:
        if checked.severity is Severity.ERROR:
            raise _too_few(checked, error) from error
        raise
    quarantine = checked.quarantine
    if len(sides.set_aside):
        rows = sides.set_aside.tolist()
        quarantine = set_aside(source, quarantine, rows, config.task.target, TARGET_MISSING)
    account.add(
        "split",
        rows_in=checked.kept,
        rows_out=sum(sides.counts.values()),
        quarantined=len(sides.set_aside),
        note=", ".join(f"{side} {rows:,}" for side, rows in sides.counts.items()),
    )
    return sides, quarantine


def _too_few(checked: Checked, error: DataError) -> ContractError:
    """Word that so many rows broke the contract that the others cannot be learnt from."""
    worst = sorted(checked.results, key=lambda result: -result.rows)[:_SHOWN]
    why = " ".join(result.message for result in worst if result.rows)
    problem = f"{checked.kept:,} of {checked.read:,} rows hold it, too few to go on ({error})"
    return ContractError(problem, remedy=why)


_SHOWN = 3


def table_of(source: Source, sides: Split, contract: Contract, seed: int) -> Table:
    """Put together what the audit sees: in both views the rows that have a target."""
    return labelled(
        source,
        sides,
        "kept_raw",
        sides="sides",
        is_dealt_by_unit=sides.is_by_unit,
        sensitive=contract.sensitive,
        seed=seed,
    )


def defects_of(config: Config) -> dict[str, Defect]:
    """Build every defect once, from what ``audit.checks`` and ``clean`` say of it."""
    steps = {name: params for name, params in config.steps if name not in ("use", "encode")}
    return configured(config.audit.checks, steps)


def digest(source: Source) -> str:
    """Return the fingerprint of what was read: of the files, or of the rows of a frame."""
    files = [Path(file) for file in source.files]
    if files:
        return fingerprint.of_files(files)
    if listing := [each for part in source.tables for each in part.get("listing", [])]:
        return fingerprint.of_listing(listing)
    return fingerprint.of_table(source.engine.query(f"SELECT * FROM raw ORDER BY {ROW}"))
