"""Give new rows the cleaning of a run: every row kept, in order."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from dataaudit import compile as compiling
from dataaudit import contract, proof
from dataaudit.config import Config, from_dict
from dataaudit.config.document import Lines
from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.errors import DataError, SourceError, hint
from dataaudit.output import MANIFEST, refuse_overwriting, whole, write_relation
from dataaudit.parquet import ROW_GROUP, write
from dataaudit.pipeline import Cleaning
from dataaudit.pipeline import load as load_pipeline
from dataaudit.publishing import MODEL, PIPELINE
from dataaudit.report.progress import Progress, Silent
from dataaudit.source import Column, Source, read
from dataaudit.source.casts import typed
from dataaudit.source.columns import ROW


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
    own = [str(params["use"]) for name, params in _config(folder).steps if name == "use"]
    return load_pipeline(folder / PIPELINE, allow_code=own if allow_code else ())


def apply(
    run: str | Path,
    table: Any,
    *,
    output: str | Path = "applied.parquet",
    score: bool = False,
    allow_code: bool = False,
    progress: Progress | None = None,
) -> Applied:
    """Clean new rows as a run did and write them to Parquet, any number in little memory.

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
    progress
        Silent by default.

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
    with DuckDBEngine() as engine, (progress or Silent()).stage("apply") as stage:
        source = read(table, columns=_columns(folder), engine=engine)
        _refuse_missing(source, cleaning)
        network = proof.load_network(folder / MODEL) if score else None
        checked = _checked(source, config, allow_code=allow_code)
        aside = target.with_suffix(".quarantine.parquet") if checked.quarantined else None
        with ExitStack() as files:  # neither takes its place before both are written
            if aside is not None:
                write_relation(engine, checked.quarantine, files.enter_context(whole(aside)))
            place = files.enter_context(whole(target))
            clean = engine.folder / "clean.parquet" if network else place
            rows = compiling.write(
                engine,
                source.plain or "typed",
                source.columns,
                cleaning,
                clean,
                keep=[ROW],
                rows=source.rows,
                progress=stage.advance,
            )
            if network:
                _score(clean, network, place)
        stage.rows(source.rows, rows)
    return Applied(output=target, quarantine=aside, rows=rows, broken=checked.quarantined)


def export_sql(
    run: str | Path,
    *,
    dialect: str = "duckdb",
    relation: str = "input",
    is_typed: bool = False,
    allow_code: bool = False,
) -> str:
    """Return the cleaning of a run as one SELECT, for a warehouse to apply.

    Parameters
    ----------
    run
        The run's folder, or ``latest``.
    dialect
        What it is written in.
    relation
        The name of the table that it reads. Columns that the run read from text (CSV) are text
        there too, the others have the types that they had.
    is_typed
        Whether the table's columns have the types that the run gave them, null tokens left out.
    allow_code
        As for `load`.

    Raises
    ------
    NoSqlFormError
        Naming the step that SQL cannot follow.
    ConfigError
        For a dialect that is not known.
    """
    folder = Path(run)
    cleaning, columns = load(folder, allow_code=allow_code), _columns(folder)
    typing = {name: _typed(columns[name]) for name in cleaning.columns_}
    return compiling.projection(
        cleaning, columns, relation, dialect=dialect, typing=None if is_typed else typing
    )


def _typed(column: Column) -> str:
    """Return the SQL that types a column as the run did."""
    native = {"int": "BIGINT", "float": "DOUBLE", "bool": "BOOLEAN", "date": "TIMESTAMP"}
    kind = "VARCHAR" if column.is_text else native.get(column.dtype, "VARCHAR")
    return typed(column.name, kind, column.dtype, column.nulls, column.format)


def _refuse_missing(source: Source, cleaning: Cleaning) -> None:
    """Refuse a table that lacks columns of training."""
    missing = [name for name in cleaning.columns_ if name not in source.columns]
    if missing:
        problem = f"the table lacks the column(s) {', '.join(missing)}"
        raise DataError("apply", problem, remedy=hint(missing[0], source.columns).strip())


def _score(clean: Path, network: proof.FinalNetwork, path: Path) -> None:
    """Write cleaned rows again with the predictions of a network, a batch at a time."""
    with pq.ParquetFile(clean) as file:
        frames = (batch.to_pandas() for batch in file.iter_batches(ROW_GROUP))
        first = next(frames, file.schema_arrow.empty_table().to_pandas())
        scored = (_scored(frame, network) for frame in chain([first], frames))
        head = next(scored)
        write(chain([head], scored), head.schema, path)


def _scored(frame: pd.DataFrame, network: proof.FinalNetwork) -> pa.Table:
    """Put predictions behind the features."""
    answers = network.score(frame).add_prefix("__").add_suffix("__")
    scored = frame.drop(columns=ROW).join(answers).assign(**{ROW: frame[ROW]})
    return pa.Table.from_pandas(scored, preserve_index=False).replace_schema_metadata()


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
