"""Rows of any number, cleaned into Parquet: by the engine, or batch by batch where SQL cannot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyarrow.parquet as pq

from dataaudit.compile.batches import Plan, count, write_batches
from dataaudit.compile.mapped import mapped
from dataaudit.compile.query import LARGEST
from dataaudit.compile.statement import compiled
from dataaudit.engine import Engine, one_row
from dataaudit.engine.sql import ident, literal
from dataaudit.errors import NoSqlFormError
from dataaudit.parquet import GapError
from dataaudit.pipeline import Cleaning
from dataaudit.pipeline.gate import refuse_gaps, refuse_others
from dataaudit.source.columns import Column


def write(
    engine: Engine,
    relation: str,
    columns: Mapping[str, Column],
    cleaning: Cleaning,
    path: Path,
    *,
    training: bool = False,
    keep: Sequence[str] = (),
    where: str | None = None,
    append: str | None = None,
    metadata: Mapping[str, str] | None = None,
    rows: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Clean rows into Parquet, in their order, without holding them.

    Parameters
    ----------
    engine, relation
        Where the typed rows are: ``__row__``, the columns of training, and those to keep.
    columns
        How each column is typed.
    cleaning
        Fitted.
    path
        The Parquet file (a folder where the engine writes folders). What stands there after an
        error is not whole.
    training
        Whether rows become what `Cleaning.fit_resample` makes of real ones, see `projection`.
    keep
        Columns of the relation that follow the features, as they are: target, ``__row__``, ...
    where
        Which rows, as SQL.
    append
        A relation whose rows follow, already clean: the columns written, by name.
    metadata
        Entered into the file.
    rows
        How many rows will be written, where it is known; else they are counted for `progress`.
    progress
        Is told how many of how many rows are written.

    Returns
    -------
    int
        The rows written.

    Raises
    ------
    DataError
        Where columns of text or missing cells are left after the last step.
    """
    plan = Plan(
        engine=engine, relation=relation, columns=columns, cleaning=cleaning, training=training,
        keep=keep, where=where,
    )  # fmt: skip
    counted = None if progress is None else _counted(plan, append, rows, progress)
    try:
        made = compiled(
            cleaning, columns, relation, training=training, keep=keep, where=where,
            is_duckdb=engine.dialect == "duckdb",
        )  # fmt: skip
    except NoSqlFormError:
        if engine.dialect != "spark":
            return write_batches(plan, path, append=append, metadata=metadata, progress=counted)
        return engine.copy(
            _appended(mapped(plan), append), path, metadata=metadata, progress=counted
        )
    names = [name for name, _ in cleaning.steps]
    features = [cell.name for cell in made.cells] if names else []
    if names:
        refuse_others([cell.name for cell in made.cells if cell.kind != "number"], names)
    try:
        written = engine.copy(
            _appended(made.sql, append), path, filled=features, metadata=metadata, progress=counted
        )
    except GapError as error:
        refuse_gaps(error.names, names)
        raise
    refuse_gaps(_gaps(engine, path, features), names)
    return written


def _counted(
    plan: Plan, append: str | None, rows: int | None, progress: Callable[[int, int], None]
) -> Callable[[int], None]:
    """Return what tells of how many rows those written are."""
    total = plan.rows + (count(plan.engine, append) if append else 0) if rows is None else rows
    return lambda written: progress(written, total)


def _appended(sql: str, relation: str | None) -> str:
    """Return the statement with the rows of a relation behind its own."""
    if relation is None:
        return sql
    return f"SELECT * FROM ({sql}) UNION ALL BY NAME SELECT * FROM {ident(relation)}"


def _gaps(engine: Engine, path: Path, names: Sequence[str]) -> list[str]:
    """Return the columns of a file with missing or infinite cells, by what its footer says."""
    files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    verdicts: dict[str, bool | None] = dict.fromkeys(names, False)
    for file in files:
        footer = pq.read_metadata(file)
        for group in range(footer.num_row_groups):
            for place, name in enumerate(names):
                has_gap = _has_gap(footer.row_group(group).column(place).statistics)
                verdicts[name] = verdicts[name] or has_gap
    unsaid = [name for name, has_gap in verdicts.items() if has_gap is None]
    return [
        name
        for name in names
        if verdicts[name] or (name in unsaid and _looked(engine, files, name))
    ]


def _has_gap(said: pq.Statistics | None) -> bool | None:
    """Tell whether a piece of a column has gaps; None where the footer does not say it."""
    if said is None or not said.has_null_count:
        return None
    if said.null_count:
        return True
    if not said.num_values:
        return False
    return None if not said.has_min_max else not -LARGEST <= said.min <= said.max <= LARGEST


def _looked(engine: Engine, files: Sequence[Path], name: str) -> bool:
    """Look through a column for gaps."""
    listed = ", ".join(literal(str(file)) for file in files)
    x = ident(name)
    sound = f"{x} BETWEEN -{LARGEST!r} AND {LARGEST!r}"
    sql = f"SELECT count(*) FROM read_parquet([{listed}]) WHERE {sound} IS NOT TRUE"
    return one_row(engine, sql) != [0]
