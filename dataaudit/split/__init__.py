"""The target and the three sides: which rows are learnt from, and which are not looked at.

This happens before anything is learnt. Two relations stand on the engine afterwards: ``labelled``
(the rows that have a target, with the target cleaned) and ``sides`` (``__row__``, ``side``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from dataaudit.engine import Engine
from dataaudit.engine.sql import ident
from dataaudit.errors import ConfigError, UnknownNameError
from dataaudit.source.columns import ROW, Column, DType
from dataaudit.split.deal import SIDE, Wanted, by_table, deal_rows
from dataaudit.split.spec import SplitSpec, TaskSpec
from dataaudit.split.target import Target, read_target
from dataaudit.table import Task

TARGET_MISSING = "target missing"
_DTYPES: Mapping[str, DType] = {"classification": "str", "regression": "float"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """What became of the target.

    Parameters
    ----------
    task
        The task as every later stage sees it.
    columns
        The columns of ``labelled``: as given, but the target is text (classification) or a float.
    rows, missing
        Rows with a target and without.
    suggested
        Labels that differ in closing punctuation alone -> the more frequent one, for
        ``task.labels``; nothing was merged.
    notes
        Sentences about what was done.
    """

    task: Task
    columns: Mapping[str, Column]
    rows: int
    missing: int
    suggested: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Split(Labelled):
    """What the split decided.

    Parameters
    ----------
    set_aside
        ``__row__`` of the rows without a target, ascending, int64; reason `TARGET_MISSING`.
    counts
        Rows on each side.
    is_by_unit
        Whether each group, id or set of equal features is on one side, without exception.
    """

    set_aside: np.ndarray
    counts: Mapping[str, int]
    is_by_unit: bool = False


def label(
    engine: Engine, columns: Mapping[str, Column], task: TaskSpec, *, relation: str = "kept"
) -> Labelled:
    """Clean the target: make the relation ``labelled``, and count in one small query.

    Parameters
    ----------
    engine, columns, relation
        Where the typed rows are, what columns they have, under which name.
    task
        As in pipeline.yaml.

    Raises
    ------
    UnknownNameError, ConfigError, DataError
        As `split`.
    """
    _check_names(columns, task)
    target = read_target(engine, columns[task.target], task, relation)
    _check_metric(task.metric, target.kind)
    name, missing = ident(task.target), target.rows - target.present
    engine.view("cleaned", target.sql)
    where = f" WHERE {name} IS NOT NULL" if missing else ""
    engine.view("labelled", f"SELECT * FROM cleaned{where}")
    return Labelled(
        task=_task(task, target),
        columns={**columns, task.target: replace(columns[task.target], dtype=_DTYPES[target.kind])},
        rows=target.present,
        missing=missing,
        suggested=target.suggested,
        notes=target.notes,
    )


def split(
    engine: Engine,
    columns: Mapping[str, Column],
    task: TaskSpec,
    split: SplitSpec,
    *,
    seed: int,
    relation: str = "kept",
    test_from: int | None = None,
) -> Split:
    """Clean the target and deal the rows to train, validation and test.

    Parameters
    ----------
    engine, columns, relation
        Where the typed rows are, what columns they have, under which name.
    task, split
        As in pipeline.yaml.
    seed
        Decides which rows go where; together with ``__row__`` alone, never with an engine's order.
    test_from
        First ``__row__`` of a test table of its own: those rows are the test side.

    Raises
    ------
    UnknownNameError
        For a column or a positive class that does not exist.
    ConfigError
        Where the target has two roles at once, or the time column is text.
    DataError
        Where the target cannot be learnt, or the sides cannot be filled.
    """
    labels = label(engine, columns, task, relation=relation)
    wanted = Wanted(test=split.test, validation=split.validation, seed=seed, test_from=test_from)
    dealt = deal_rows(engine, columns, labels.task, wanted, labels.rows)
    return Split(
        task=labels.task,
        columns=labels.columns,
        rows=labels.rows,
        missing=labels.missing,
        suggested=labels.suggested,
        notes=(*labels.notes, *dealt.notes),
        set_aside=_without_target(engine, labels),
        counts=dealt.counts,
        is_by_unit=dealt.is_by_unit,
    )


def _check_names(columns: Mapping[str, Column], task: TaskSpec) -> None:
    """Refuse names that are no columns, and a target that is also something else."""
    roles = {"id": task.id, "group": task.group, "time": task.time}
    named = [task.target, *filter(None, roles.values()), *task.ignore]
    for name in named:
        if name not in columns:
            raise UnknownNameError(name, kind="column under `task`", known=columns)
    for role, other in (*roles.items(), *(("ignore", name) for name in task.ignore)):
        if other == task.target:
            raise ConfigError(
                f"task.{role}", expected="another column than the target", found=other
            )
    if task.time is not None and columns[task.time].dtype == "str":
        expected = "a date or number column (declare `dtype: date` in the contract)"
        raise ConfigError("task.time", expected=expected, found=task.time)


def _check_metric(metric: str, kind: str) -> None:
    """Refuse a metric of the other kind of task."""
    if metric != "auto" and (metric == "r2") != (kind == "regression"):
        expected = "r2" if kind == "regression" else "accuracy or balanced_accuracy"
        raise ConfigError("task.metric", expected=f"auto or {expected} for {kind}", found=metric)


def _task(spec: TaskSpec, target: Target) -> Task:
    """Join what the user said and what the target turned out to be."""
    return Task(
        target=spec.target,
        kind=target.kind,
        classes=target.classes,
        spellings=target.spellings,
        positive=target.positive,
        id=spec.id,
        group=spec.group,
        time=spec.time,
        ignore=spec.ignore,
    )


def _without_target(engine: Engine, labels: Labelled) -> np.ndarray:
    """Return the ids of the rows set aside."""
    if not labels.missing:
        return np.empty(0, dtype="int64")
    row, name = ident(ROW), ident(str(labels.task.target))
    found = engine.query(f"SELECT {row} FROM cleaned WHERE {name} IS NULL ORDER BY {row}")
    return found.column(0).to_numpy().astype("int64")


__all__ = [
    "SIDE",
    "TARGET_MISSING",
    "Labelled",
    "Split",
    "SplitSpec",
    "TaskSpec",
    "by_table",
    "label",
    "split",
]
