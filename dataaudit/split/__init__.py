"""The target and the three sides: which rows are learnt from, and which are not looked at.

This happens before anything is learnt. Two relations stand on the engine afterwards: ``labelled``
(the rows that have a target, with the target cleaned) and ``sides`` (``__row__``, ``side``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from dataaudit.defects import Share
from dataaudit.engine import Engine
from dataaudit.engine.sql import ident
from dataaudit.errors import ConfigError, UnknownNameError
from dataaudit.source.columns import ROW, Column, DType
from dataaudit.split.deal import Wanted, deal_rows
from dataaudit.split.target import Target, read_target
from dataaudit.table import Task

TARGET_MISSING = "target missing"
_DTYPES: Mapping[str, DType] = {"classification": "str", "regression": "float"}
_LISTED = "listed under task.ignore"


def _label(value: object) -> object:
    """Read YAML's true, false and numbers as the labels they stand for."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _reasons(value: object) -> object:
    """Turn a list of columns into a mapping column -> reason."""
    return dict.fromkeys(value, _LISTED) if isinstance(value, list | tuple) else value


Label = Annotated[str, BeforeValidator(_label, json_schema_input_type=str | bool | int | float)]
Reasons = Annotated[
    dict[str, str],
    BeforeValidator(_reasons, json_schema_input_type=list[str] | dict[str, str]),
]


class TaskSpec(BaseModel):
    """The key ``task`` of pipeline.yaml: what is to be learnt.

    Examples
    --------
    >>> TaskSpec(target="income", ignore=["fnlwgt"]).ignore
    {'fnlwgt': 'listed under task.ignore'}
    """

    model_config = ConfigDict(extra="forbid")

    target: str = Field(description="The column to predict.")
    type: Literal["auto", "classification", "regression"] = Field(
        "auto", description="auto: text, boolean or at most 20 whole numbers -> classification."
    )
    positive: Label | None = Field(None, description="The class of interest; else the rarer one.")
    id: str | None = Field(None, description="A column that traces rows; never a feature.")
    labels: dict[Label, Label] = Field(
        default_factory=dict, description='Spellings to merge: {">50K.": ">50K"}.'
    )
    ignore: Reasons = Field(
        default_factory=dict, description="Columns that are no features; a list, or with reasons."
    )
    group: str | None = Field(None, description="Rows that share it stay on one side.")
    time: str | None = Field(None, description="Split by this column: the latest rows are test.")
    metric: Literal["auto", "accuracy", "balanced_accuracy", "r2"] = Field(
        "auto",
        description="What the verdict speaks of; auto: accuracy if the majority is <= 70 %, else "
        "balanced accuracy; R2 for regression.",
    )


class SplitSpec(BaseModel):
    """The key ``split`` of pipeline.yaml: the shares of rows put aside.

    Examples
    --------
    >>> SplitSpec(test="25%").test
    0.25
    """

    model_config = ConfigDict(extra="forbid")

    test: Share = Field(0.2, description="Share of rows that only score the final fit.")
    validation: Share = Field(0.1, description="Share of rows for early stopping.")

    @model_validator(mode="after")
    def _leaves_rows_to_learn_from(self) -> SplitSpec:
        if self.test + self.validation >= 1:
            raise ValueError("test and validation together must be below 100 %")
        return self


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
