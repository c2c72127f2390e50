"""One function for each stage of the chain: from the config's keys to the stage's own call."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from dataaudit import fingerprint, proof
from dataaudit.account import RowAccount
from dataaudit.auditing import enter_source, labelled
from dataaudit.config import Config
from dataaudit.contract import Checked, Contract, set_aside
from dataaudit.defects import Defect, configured
from dataaudit.engine import Engine
from dataaudit.errors import ContractError, DataError, MissingExtraError
from dataaudit.finding import Severity
from dataaudit.output import RunFolder, clean_table, write_table
from dataaudit.pipeline import Cleaning, Resampled, save
from dataaudit.source import ReadOptions, Source, read
from dataaudit.source.columns import ROW
from dataaudit.split import TARGET_MISSING, Split, split
from dataaudit.table import Table

Kind = Literal["classification", "regression"]


@dataclass(frozen=True, kw_only=True)
class Cleaned:
    """What the cleaning made of the sides.

    Parameters
    ----------
    cleaning
        Fitted on the training rows.
    train
        The training rows after `Cleaning.fit_resample`.
    rows
        ``__row__`` of each of them, -1 for a synthetic one.
    others
        validation and test -> (X cleaned, y).
    """

    cleaning: Cleaning
    train: Resampled
    rows: np.ndarray
    others: dict[str, tuple[pd.DataFrame, pd.Series]]


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
    steps = {name: params for name, params in config.clean if name not in ("use", "encode")}
    return configured(config.audit.checks, steps)


def build_cleaning(
    config: Config, table: Table, defects: dict[str, Defect], *, allow_code: bool
) -> Cleaning:
    """Build the unfitted cleaning; an order that cannot work is refused here."""
    kind: Kind = table.task.kind or "classification"
    return Cleaning.build(config.clean, defects, kind=kind, seed=config.seed, allow_code=allow_code)


def clean(
    config: Config,
    table: Table,
    defects: dict[str, Defect],
    account: RowAccount,
    *,
    allow_code: bool,
) -> Cleaned:
    """Fit the cleaning on the training rows and apply it to the others."""
    cleaning = build_cleaning(config, table, defects, allow_code=allow_code)
    X, y = table.side("train")
    train = cleaning.fit_resample(X, y)
    real = train.rows >= 0
    rows = np.where(real, X.index.to_numpy()[np.where(real, train.rows, 0)], -1)
    others = {}
    for side in ("validation", "test"):
        X_side, y_side = table.side(side)
        others[side] = (cleaning.transform(X_side), y_side)
    account.add(
        "clean",
        rows_in=len(X) + sum(len(y_side) for _, y_side in others.values()),
        rows_out=len(train.y) + sum(len(y_side) for _, y_side in others.values()),
        dropped=len(X) - int(real.sum()),
        added=int((~real).sum()),
        note="rows vanish or appear in training only",
    )
    return Cleaned(cleaning=cleaning, train=train, rows=rows, others=others)


def prove(
    config: Config, table: Table, cleaned: Cleaned, progress: Any, *, allow_code: bool
) -> tuple[proof.Evidence | None, str]:
    """Train the arms, or say in one line why nothing was trained."""
    if config.prove == "off":
        return None, "`prove` is off."
    X, y = table.side("train", "validation")
    held_out, stop = table.side("test"), table.side("validation")[0].index
    try:
        evidence = proof.compare(
            proof.standard_arms(cleaned.cleaning.clone()),
            X,
            y,
            kind=table.task.kind or "classification",
            train=config.train,
            prove=config.prove,
            seed=config.seed,
            metric=config.task.metric,
            groups=table.along(config.task.group, X.index),
            order=table.along(config.task.time, X.index),
            validation=X.index.isin(stop) if len(stop) else None,
            test=held_out if len(held_out[1]) else None,
            allow_code=allow_code,
            progress=progress,
        )
    except (DataError, MissingExtraError) as error:
        return None, str(error)
    return evidence, ""


def write_clean(folder: RunFolder, table: Table, cleaned: Cleaned, mark: str) -> None:
    """Write the three Parquet files and the fitted pipeline."""
    target = table.task.target
    train = cleaned.train
    sides = {
        "train": clean_table(
            train.X, train.y, rows=cleaned.rows, target=target, weight=train.weight
        )
    }
    for side, (X, y) in cleaned.others.items():
        sides[side] = clean_table(X, y, rows=X.index.to_numpy(), target=target)
    for side, rows in sides.items():
        with folder.file(f"clean/{side}.parquet") as path:
            write_table(rows, path, mark)
    with folder.file("pipeline.skops") as path:
        save(cleaned.cleaning, path)


def digest(source: Source) -> str:
    """Return the fingerprint of what was read: of the files, or of the rows of a frame."""
    files = [Path(file) for file in source.files]
    if files:
        return fingerprint.of_files(files)
    if listing := [each for part in source.tables for each in part.get("listing", [])]:
        return fingerprint.of_listing(listing)
    return fingerprint.of_table(source.engine.query(f"SELECT * FROM raw ORDER BY {ROW}"))
