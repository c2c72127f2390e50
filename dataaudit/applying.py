"""Give new rows the cleaning of a run: every row kept, in order."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from dataaudit import contract, proof
from dataaudit.config import Config, from_dict
from dataaudit.config.document import Lines
from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.errors import DataError, SourceError, hint
from dataaudit.output import (
    MANIFEST,
    refuse_overwriting,
    rows_table,
    whole,
    write_relation,
    write_rows,
)
from dataaudit.pipeline import Cleaning
from dataaudit.pipeline import load as load_pipeline
from dataaudit.publishing import MODEL, PIPELINE
from dataaudit.source import Column, Source, read
from dataaudit.table import select_rows, to_pandas


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What `apply` wrote.

    Parameters
    ----------
    output
        The cleaned rows: features, ``__row__``, with predictions where they were asked for.
    quarantine
        Rows of the table that break the contract, and lines that could not be split; None where
        there are none. The former stand in `output` as well.
    rows, broken
        How many rows were cleaned, and how many are in quarantine.
    """

    output: Path
    quarantine: Path | None
    rows: int
    broken: int

    @property
    def sentence(self) -> str:
        """One line for a person."""
        broken = f"; {self.broken:,} break the contract: {self.quarantine}" if self.broken else ""
        return f"{self.rows:,} rows cleaned: {self.output}{broken}"

    def to_dict(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        return {**asdict(self), "output": str(self.output), "quarantine": str(self.quarantine)}


def load(run: str | Path, *, allow_code: bool = False) -> Cleaning:
    """Load the fitted cleaning of a run.

    Parameters
    ----------
    run
        The run's folder, or ``latest``.
    allow_code
        Whether steps of the user's own (``use:``), as the run's config names them, may be loaded.

    Raises
    ------
    SourceError
        If there is no such run.
    """
    folder = Path(run)
    own = [str(params["use"]) for name, params in _config(folder).clean if name == "use"]
    return load_pipeline(folder / PIPELINE, allow_code=own if allow_code else ())


def apply(
    run: str | Path,
    table: Any,
    *,
    output: str | Path = "applied.parquet",
    score: bool = False,
    allow_code: bool = False,
) -> Applied:
    """Clean new rows as a run did and write them to Parquet.

    Parameters
    ----------
    run
        The run's folder, or ``latest``.
    table
        A file or a frame with the columns of training; the target is not needed.
    output
        The Parquet file to write. Rows that break the contract are written beside it as well.
    score
        Whether to add the predictions of the run's network.
    allow_code
        As for `load`.

    Raises
    ------
    SourceError
        If run or table cannot be read.
    DataError
        If a column of training is missing.
    OutputError
        If the files cannot be written, or would replace the table.
    """
    folder, target = Path(run), Path(output)
    refuse_overwriting(target, table)
    cleaning, config = load(folder, allow_code=allow_code), _config(folder)
    with DuckDBEngine() as engine:
        source = read(table, columns=_columns(folder), engine=engine)
        rows = _cleaned(source, cleaning, folder if score else None)
        checked = _checked(source, config, allow_code=allow_code)
        aside = target.with_suffix(".quarantine.parquet") if checked.quarantined else None
        with ExitStack() as files:  # neither takes its place before both are written
            if aside is not None:
                write_relation(engine, checked.quarantine, files.enter_context(whole(aside)))
            write_rows(rows, files.enter_context(whole(target)))
    return Applied(output=target, quarantine=aside, rows=rows.num_rows, broken=checked.quarantined)


def _cleaned(source: Source, cleaning: Cleaning, model: Path | None) -> pa.Table:
    """Return the cleaned rows with ``__row__``, and predictions where there is a model."""
    missing = [name for name in cleaning.columns_ if name not in source.columns]
    if missing:
        problem = f"the table lacks the column(s) {', '.join(missing)}"
        raise DataError("apply", problem, remedy=hint(missing[0], source.columns).strip())
    features = {name: source.columns[name] for name in cleaning.columns_}
    X = to_pandas(source.engine.query(select_rows("typed", features)), features)
    clean = cleaning.transform(X)
    if model is None:
        return rows_table(clean, X.index.to_numpy())
    answers = proof.load_network(model / MODEL).score(clean).add_prefix("__").add_suffix("__")
    return rows_table(pd.concat([clean, answers], axis=1), X.index.to_numpy())


def _checked(source: Source, config: Config, *, allow_code: bool) -> contract.Checked:
    """Hold the rows to the run's contract; what it says of the target is left out."""
    loaded = contract.load_contract(config.contract, base=Path(), allow_code=allow_code)
    target = config.task.target
    known = loaded if target in source.columns else loaded.without(target)
    return contract.check(source, known)


def _manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a run."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourceError(
            folder, "it is no folder of a run", remedy="Give <output.dir>/latest or a run's folder."
        ) from error
    keys = ("config", "columns") if isinstance(manifest, dict) else ()
    if not keys or not all(isinstance(manifest.get(key), dict) for key in keys):
        raise SourceError(folder / MANIFEST, "it is no manifest of a run")
    return dict(manifest)


def _config(folder: Path) -> Config:
    """Return the config that a run was made with."""
    config = _manifest(folder)["config"]
    return from_dict(config, Lines(config, str(folder / MANIFEST)))


def _columns(folder: Path) -> dict[str, Column]:
    """Return how the run read each column."""
    found = _manifest(folder)["columns"]
    try:
        return {name: Column(**{**c, "nulls": tuple(c["nulls"])}) for name, c in found.items()}
    except (KeyError, TypeError) as error:
        raise SourceError(folder / MANIFEST, f"its `columns` are damaged ({error})") from error
