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
from dataaudit.split.deal import Wanted, deal_rows
from dataaudit.split.spec import SplitSpec, TaskSpec
from dataaudit.split.target import Target, read_target
from dataaudit.table import Task

TARGET_MISSING = "target missing"
_DTYPES: Mapping[str, DType] = {"classification": "str", "regression": "float"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """What the split decided.

    Parameters
    ----------
    task
        The task as every later stage sees it.
    columns
        The columns of ``labelled``: as given, but the target is text (classification) or a float.
    set_aside
        ``__row__`` of the rows without a target, ascending, int64; reason `TARGET_MISSING`.
    counts
        Rows on each side.
    suggested
        Labels that differ in closing punctuation alone -> the more frequent one, for
        ``task.labels``; nothing was merged.
    notes
        Sentences about what was done.
    """

    task: Task
    columns: Mapping[str, Column]
    set_aside: np.ndarray
    counts: Mapping[str, int]
    suggested: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


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
    _check_names(columns, task)
    target = read_target(engine, columns[task.target], task, relation)
    _check_metric(task.metric, target.kind)
    decided = _task(task, target)
    labelled = f"SELECT * FROM ({target.sql}) AS cleaned WHERE {ident(task.target)} IS NOT NULL"
    engine.view("labelled", labelled)
    wanted = Wanted(test=split.test, validation=split.validation, seed=seed, test_from=test_from)
    dealt = deal_rows(engine, columns, decided, wanted)
    return Split(
        task=decided,
        columns={**columns, task.target: replace(columns[task.target], dtype=_DTYPES[target.kind])},
        set_aside=_without_target(engine, target, task.target),
        counts=dealt.counts,
        suggested=target.suggested,
        notes=(*target.notes, *dealt.notes),
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


def _without_target(engine: Engine, target: Target, name: str) -> np.ndarray:
    """Return the ids of the rows set aside."""
    row = ident(ROW)
    sql = f"SELECT {row} FROM ({target.sql}) AS cleaned WHERE {ident(name)} IS NULL ORDER BY {row}"
    return engine.query(sql).column(0).to_numpy().astype("int64")


__all__ = ["TARGET_MISSING", "Split", "SplitSpec", "TaskSpec", "split"]
