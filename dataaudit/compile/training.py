"""Training rows that do not fit in memory: which of them stay, and which are made up beside them.

A cleaning learns from a sample; what its samplers do, they do to every row. What drops rows has an
SQL form, one function per type. What makes rows needs those of the rarer classes alone, which come
to memory; the rows made stream through the steps behind it into a file.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import singledispatch
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from dataaudit.compile.statement import Statement, compiled
from dataaudit.defects.duplicates.drop import DropDuplicateRows
from dataaudit.defects.imbalance.samplers import Oversample, Undersample
from dataaudit.defects.imbalance.smote import MOST_ROWS
from dataaudit.defects.outliers.drop import DropOutliers
from dataaudit.engine import Engine, mapping
from dataaudit.engine.sql import ident, literal
from dataaudit.errors import DataError
from dataaudit.parquet import write
from dataaudit.pipeline import Cleaning
from dataaudit.pipeline.flow import transformed
from dataaudit.rows import KEYS, key_sql, lowest, to_pandas
from dataaudit.source.columns import ROW, SYNTHETIC, WEIGHT, Column


@dataclass(frozen=True, kw_only=True)
class TrainingRows:
    """The training rows on the engine.

    Parameters
    ----------
    engine, relation
        Where they are: ``__row__``, the columns of training and the target, in the order of rows.
    columns
        How each column is typed.
    target
        Their target.
    seed
        Decides what is drawn.
    """

    engine: Engine
    relation: str
    columns: Mapping[str, Column]
    target: str
    seed: int

    def counts(self) -> dict[Any, int]:
        """Count the rows of each label, by label."""
        sql = f"SELECT {ident(self.target)}, count(*) FROM {ident(self.relation)} GROUP BY 1"
        return dict(sorted(mapping(self.engine, sql).items()))


@dataclass(frozen=True, kw_only=True)
class Sampled:
    """What the samplers made of the training rows.

    Parameters
    ----------
    rows
        Those that stay.
    made
        A relation of synthetic rows, clean: features, target, ``__row__`` (null),
        ``__synthetic__``, ``__weight__``; None where there are none.
    made_rows
        How many.
    notes
        Sentences for the report.
    """

    rows: TrainingRows
    made: str | None = None
    made_rows: int = 0
    notes: tuple[str, ...] = field(default=())


def sampled(
    rows: TrainingRows, cleaning: Cleaning, samplers: Sequence[tuple[int, str, Any]]
) -> Sampled:
    """Do to every training row what the samplers of a cleaning did to those it was fitted on.

    Parameters
    ----------
    rows
        All training rows.
    cleaning
        Fitted on a sample of them.
    samplers
        As `Resampled.samplers`.

    Raises
    ------
    DataError
        For a sampler of the user's own, one behind a sampler that makes rows, or where a class is
        too small.
    NoSqlFormError
        For a step before a sampler that SQL cannot follow.
    """
    result = Sampled(rows=rows)
    for position, name, sampler in samplers:
        if result.made is not None:
            remedy = "Put it before, or raise `fit_rows` above the number of training rows."
            raise DataError(
                f"clean.{name}", "it stands behind a step that makes rows", remedy=remedy
            )
        before = _before(result.rows, cleaning, position, name)
        if isinstance(sampler, Oversample):
            result = _made(result, before, cleaning, position, sampler)
        else:
            result = replace(result, rows=_stay(result.rows, before, name, sampler))
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The rows as a sampler sees them: a relation, and its features by kind."""

    relation: str
    target: str
    features: Mapping[str, str]
    counts: Mapping[Any, int]
    seed: int


def _before(rows: TrainingRows, cleaning: Cleaning, position: int, name: str) -> Before:
    """Name the rows as they are behind the first steps."""
    first = copy.copy(cleaning)
    first.fitted_ = cleaning.fitted_[:position]
    made: Statement = compiled(
        first,
        rows.columns,
        rows.relation,
        training=True,
        is_duckdb=rows.engine.dialect == "duckdb",
        keep=[rows.target, ROW],
    )
    relation = f"before_{name}"
    rows.engine.view(relation, made.sql)
    return Before(
        relation=relation,
        target=rows.target,
        features={cell.name: cell.kind for cell in made.cells},
        counts=rows.counts(),
        seed=rows.seed,
    )


def _stay(rows: TrainingRows, before: Before, name: str, sampler: Any) -> TrainingRows:
    """Return the rows that a sampler keeps."""
    kept, relation = f"kept_by_{name}", f"after_{name}"
    stays = f"NOT ({gone(sampler, before)})"
    rows.engine.store(kept, f"SELECT {ident(ROW)} FROM {ident(before.relation)} WHERE {stays}")
    source = f"SELECT * FROM {ident(rows.relation)}"
    inside = f"{ident(ROW)} IN (SELECT {ident(ROW)} FROM {ident(kept)})"
    rows.engine.view(relation, f"{source} WHERE {inside} ORDER BY {ident(ROW)}")
    return replace(rows, relation=relation)


@singledispatch
def gone(sampler: Any, before: Before) -> str:  # noqa: ARG001 - one signature for all
    """Return the SQL that is true for the rows that a fitted sampler drops, never null.

    Raises
    ------
    DataError
        For a type that has no function here.
    """
    raise DataError(
        "clean",
        f"{type(sampler).__name__} drops or makes rows in memory, and the training rows are more "
        "than `fit_rows`",
        remedy="Raise `fit_rows`, or leave the step out.",
    )


@gone.register
def _(sampler: DropOutliers, before: Before) -> str:
    far = [
        f"({ident(name)} < {literal(float(low))} OR {ident(name)} > {literal(float(high))})"
        for name, low, high in zip(sampler.numbers_, sampler.low_, sampler.high_, strict=True)
        if name in before.features
    ]
    return f"coalesce({' OR '.join(far)}, FALSE)" if far else "FALSE"


@gone.register
def _(sampler: DropDuplicateRows, before: Before) -> str:  # noqa: ARG001 - has no parameters
    names = ", ".join(ident(name) for name in [*before.features, before.target])
    firsts = f"SELECT min({ident(ROW)}) FROM {ident(before.relation)} GROUP BY {names}"
    return f"{ident(ROW)} NOT IN ({firsts})"


@gone.register
def _(sampler: Undersample, before: Before) -> str:
    wanted = int(np.ceil(min(before.counts.values()) / sampler.ratio))
    arms = [
        f"WHEN {literal(label)} THEN {key_sql(before.seed)} >= {int(KEYS * (wanted / rows))}"
        for label, rows in before.counts.items()
        if rows > wanted
    ]
    return f"CASE {ident(before.target)} {' '.join(arms)} ELSE FALSE END" if arms else "FALSE"


def _made(
    result: Sampled, before: Before, cleaning: Cleaning, position: int, sampler: Oversample
) -> Sampled:
    """Make rows of the rarer classes and clean them as the steps behind the sampler do."""
    missing = sampler.missing(before.counts)
    if not missing:
        return result
    engine = result.rows.engine
    classes = {label: _class(engine, before, label) for label in missing}
    path = engine.folder / "synthetic.parquet"

    def made() -> Iterator[pa.Table]:
        for frame, label in sampler.stream(classes, missing):
            for name, step in cleaning.fitted_[position:]:
                frame = transformed(name, step, frame)  # noqa: PLW2901 - the rows on their way
            yield _labelled(frame, before.target, label)

    tables = made()
    first = next(tables)
    write(chain([first], tables), first.schema, path)
    engine.view("made_rows", f"SELECT * FROM read_parquet({literal(str(path))})")
    notes = [
        f"synthetic rows of a class were drawn between {MOST_ROWS:,} of its "
        f"{before.counts[label]:,} rows, picked by row key"
        for label in missing
        if before.counts[label] > MOST_ROWS
    ]
    return replace(
        result,
        made="made_rows",
        made_rows=sum(missing.values()),
        notes=(*result.notes, *notes),
    )


def _class(engine: Engine, before: Before, label: Any) -> pd.DataFrame:
    """Bring the rows of a class into memory, a sample by row key where they are too many."""
    kinds: Mapping[str, Any] = {"number": "float", "date": "date", "text": "str"}
    columns = {name: Column(name=name, dtype=kinds[kind]) for name, kind in before.features.items()}
    found = lowest(
        engine,
        before.relation,
        columns,
        rows=before.counts[label],
        limit=MOST_ROWS,
        seed=before.seed,
        where=f"{ident(before.target)} = {literal(label)}",
    )
    return to_pandas(found, columns)


def _labelled(frame: pd.DataFrame, target: str, label: Any) -> pa.Table:
    """Put beside synthetic rows what is known of them."""
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()
    rows = len(frame)
    known = {
        target: pa.array([label] * rows),
        ROW: pa.nulls(rows, pa.int64()),
        SYNTHETIC: pa.array(np.ones(rows, bool)),
        WEIGHT: pa.array(np.ones(rows)),
    }
    for name, values in known.items():
        table = table.append_column(name, values)
    return table
