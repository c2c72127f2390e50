"""The target column: its kind, its labels as one spelling each, and the rows that have none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa

from dataaudit.engine import Engine, mapping, one_row
from dataaudit.engine.sql import ident, literal
from dataaudit.errors import DataError, UnknownNameError
from dataaudit.naming import abridged
from dataaudit.source.columns import Column
from dataaudit.split.spec import TaskSpec

if TYPE_CHECKING:
    import pandas as pd

_MOST_WHOLE_NUMBERS = 20  # distinct whole numbers that are still classes
_FEWEST_ROWS = 10  # below, no fold can hold a class twice
_MOST_UNIQUE = 0.5  # labels that repeat less often than twice on average name rows, not classes
_MOST_CLASSES = 1000
_QUOTES = "'\"`"
_PUNCTUATION = ".,;:!"
_SHOWN = 5
_MOST_BRANCHES = 100  # spellings to replace; more are looked up in a table
_STAGE = "Target"
_ROWS = "target_rows"  # alias of the relation; a target may be called `label` like our own column


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What was worked out about the target.

    ``sql`` selects all columns of the relation with the target cleaned: VARCHAR labels or DOUBLE,
    null where a row has none. Of ``rows``, ``present`` have one. The other fields are those of
    `Split` and `Task`.
    """

    sql: str
    rows: int
    present: int
    kind: Literal["classification", "regression"]
    classes: tuple[str, ...] = ()
    spellings: Mapping[str, str] = field(default_factory=dict)
    positive: str | None = None
    suggested: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read_target(engine: Engine, column: Column, spec: TaskSpec, relation: str) -> Target:
    """Decide the kind of the target and clean it.

    Raises
    ------
    DataError
        Where it cannot be learnt: no rows, one class, all unique text, dates.
    """
    _check_type(column, spec)
    if _kind(engine, column, spec, relation) == "regression":
        return _numbers(engine, column, relation)
    return _labels(engine, column, spec, relation)


def _check_type(column: Column, spec: TaskSpec) -> None:
    """Refuse dates, and text where a number is to be predicted."""
    if column.dtype == "date":
        problem = f"`{column.name}` is a date, which is neither a class nor a number"
        raise DataError(_STAGE, problem, remedy="Predict a column derived from it.")
    if spec.type == "regression" and not column.is_number:
        problem = f"`{column.name}` is text, and regression needs numbers"
        remedy = f"Declare `{column.name}: {{dtype: float}}` in the contract, or the null tokens."
        raise DataError(_STAGE, problem, remedy=remedy)


def _kind(engine: Engine, column: Column, spec: TaskSpec, relation: str) -> str:
    """Return the declared kind, or what the values say."""
    if spec.type != "auto":
        return spec.type
    if column.dtype in ("str", "bool"):
        return "classification"
    x = f"{ident(column.name)}::DOUBLE"
    sql = f"SELECT count(DISTINCT {x}), bool_and({x} = floor({x})) FROM {ident(relation)}"
    distinct, is_whole = one_row(engine, sql)
    is_classes = is_whole is not False and distinct <= _MOST_WHOLE_NUMBERS
    return "classification" if is_classes else "regression"


def are_classes(labels: pd.Series) -> bool:
    """Tell labels from numbers to predict, as ``task.type: auto`` does of a column."""
    import pandas as pd

    present = labels.dropna()
    if not pd.api.types.is_numeric_dtype(present) or pd.api.types.is_bool_dtype(present):
        return True
    values = np.unique(present.to_numpy(dtype=float))
    return len(values) <= _MOST_WHOLE_NUMBERS and bool(np.all(values == np.round(values)))


def _numbers(engine: Engine, column: Column, relation: str) -> Target:
    """Read a regression target: finite numbers stay."""
    x = f"{ident(column.name)}::DOUBLE"
    number = f"CASE WHEN isfinite({x}) THEN {x} END"
    counts = f"SELECT count(*), count({number}), count(DISTINCT {number}) FROM {ident(relation)}"
    rows, present, distinct = one_row(engine, counts)
    _check_rows(column.name, rows, present)
    if distinct < 2:  # noqa: PLR2004 - one value is nothing to predict
        raise DataError(_STAGE, f"`{column.name}` has one value", remedy="Name another target.")
    notes = [f"The target `{column.name}` is a number: regression.", *_missing_note(rows, present)]
    sql = f"SELECT * REPLACE ({number} AS {ident(column.name)}) FROM {ident(relation)}"
    return Target(sql=sql, rows=rows, present=present, kind="regression", notes=tuple(notes))


def _labels(engine: Engine, column: Column, spec: TaskSpec, relation: str) -> Target:
    """Read a classification target: one spelling per class."""
    text = _label_sql(column)
    grouped = (
        f"SELECT {text}, count(*) FROM {ident(relation)} AS {_ROWS} GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    counts = mapping(engine, grouped)
    rows = sum(counts.values())
    counts.pop(None, None)
    spellings = merge_spellings(counts, spec.labels)
    classes: Counter[str] = Counter()
    for spelling, label in spellings.items():
        classes[label] += counts[spelling]
    present = classes.total()
    _check_rows(column.name, rows, present)
    _check_classes(column.name, classes, present)
    ordered = tuple(sorted(classes, key=lambda label: (-classes[label], label)))
    suggested = near_spellings(ordered)
    return Target(
        sql=_relabelled(
            engine, column.name, text, {old: spellings.get(old) for old in counts}, relation
        ),
        rows=rows,
        present=present,
        kind="classification",
        classes=ordered,
        spellings=spellings,
        positive=_positive(spec, classes),
        suggested=suggested,
        notes=tuple(_label_notes(column.name, classes, spellings, suggested, rows)),
    )


def _label_sql(column: Column) -> str:
    """Return the label as text; the whole number 1.0 is the label 1."""
    x = f"{_ROWS}.{ident(column.name)}"
    if column.dtype != "float":
        return f"{x}::VARCHAR"
    is_whole = f"{x} = floor({x}) AND abs({x}) < 1e15"  # larger ones have no exact whole value
    return (
        f"CASE WHEN {is_whole} THEN {x}::BIGINT::VARCHAR WHEN isfinite({x}) THEN {x}::VARCHAR END"
    )


def merge_spellings(counts: Mapping[str, int], declared: Mapping[str, str]) -> dict[str, str]:
    """Return spelling -> label: quotes and blanks stripped, case merged, declared merges applied.

    Parameters
    ----------
    counts
        Rows by spelling.
    declared
        ``task.labels``. Its labels stay as they are written, even where only case tells two apart.

    Examples
    --------
    >>> merge_spellings({"'Yes'": 3, "yes ": 1, "no.": 2}, {"no.": "no"})
    {"'Yes'": 'Yes', 'yes ': 'Yes', 'no.': 'no'}
    """
    stripped = {spelling: _strip(spelling) for spelling in counts}
    read = {
        spelling: declared.get(spelling, declared.get(label, label))
        for spelling, label in stripped.items()
        if label
    }
    totals: Counter[str] = Counter()
    for spelling, label in read.items():
        totals[label] += counts[spelling]
    fixed = {*declared.values(), *declared}
    best: dict[str, str] = {}
    for label in sorted(totals, key=lambda label: (label not in fixed, -totals[label], label)):
        best.setdefault(label.casefold(), label)
    return {
        spelling: label if label in fixed else best[label.casefold()]
        for spelling, label in read.items()
    }


def _strip(label: str) -> str:
    """Take blanks and pairs of outer quotes off."""
    label = label.strip()
    while len(label) > 1 and label[0] == label[-1] and label[0] in _QUOTES:
        label = label[1:-1].strip()
    return label


def near_spellings(classes: Iterable[str]) -> dict[str, str]:
    """Return labels that differ from a more frequent one in closing punctuation alone.

    Examples
    --------
    >>> near_spellings(["<=50K", ">50K", "<=50K.", ">50K."])
    {'<=50K.': '<=50K', '>50K.': '>50K'}
    """
    known: dict[str, str] = {}
    near = {}
    for label in classes:
        bare = label.rstrip(_PUNCTUATION + " ")
        first = known.setdefault(bare, label)
        if first != label and bare:
            near[label] = first
    return near


def _relabelled(
    engine: Engine, name: str, text: str, labels: Mapping[str, str | None], relation: str
) -> str:
    """Return the SELECT that replaces the spellings that differ from their label."""
    other = {spelling: label for spelling, label in labels.items() if spelling != label}
    read = text
    if len(other) > _MOST_BRANCHES:
        pairs = {"spelling": list(labels), "label": list(labels.values())}
        schema = pa.schema([("spelling", pa.string()), ("label", pa.string())])
        engine.register("target_labels", pa.table(pairs, schema=schema))
        read = f"(SELECT read.label FROM target_labels AS read WHERE read.spelling = {text})"
    elif other:
        branches = [f"WHEN {literal(old)} THEN {literal(new)}" for old, new in other.items()]
        read = f"CASE {text} {' '.join(branches)} ELSE {text} END"
    return f"SELECT * REPLACE ({read} AS {ident(name)}) FROM {ident(relation)} AS {_ROWS}"


def _positive(spec: TaskSpec, classes: Counter[str]) -> str | None:
    """Return the declared class of interest, else the rarer of two."""
    if spec.positive is not None:
        same = [label for label in classes if label.casefold() == spec.positive.casefold()]
        if not same:
            raise UnknownNameError(spec.positive, kind="class in `task.positive`", known=classes)
        return spec.positive if spec.positive in same else same[0]
    if len(classes) != 2:  # noqa: PLR2004 - only two classes have a rarer one
        return None
    first, second = sorted(classes)
    return first if classes[first] < classes[second] else second


def _check_rows(name: str, rows: int, present: int) -> None:
    """Refuse a table that is too small or has no target."""
    if rows and not present:
        remedy = "Look at the null tokens of the column in the contract, or name another target."
        raise DataError(_STAGE, f"`{name}` is missing in all {rows:,} rows", remedy=remedy)
    if present < _FEWEST_ROWS:
        problem = f"{present} rows have a target; at least {_FEWEST_ROWS} are needed"
        raise DataError(_STAGE, problem, remedy="Bring more rows.")


def _check_classes(name: str, classes: Counter[str], present: int) -> None:
    """Refuse one class, and labels that name rows instead of classes."""
    if len(classes) == 1:
        problem = f"every row of `{name}` has the same label"
        raise DataError(_STAGE, problem, remedy="Bring rows of another class, or name another one.")
    if len(classes) > min(_MOST_UNIQUE * present, _MOST_CLASSES):
        problem = f"`{name}` has {len(classes):,} different labels in {present:,} rows"
        remedy = "Name a target whose classes repeat, or set `task.type: regression` for a number."
        raise DataError(_STAGE, problem, remedy=remedy)


def _missing_note(rows: int, present: int) -> list[str]:
    """Say how many rows have no target."""
    missing = rows - present
    return [f"{missing:,} of {rows:,} rows have no target and are set aside."] if missing else []


def _label_notes(
    name: str,
    classes: Counter[str],
    spellings: Mapping[str, str],
    suggested: Mapping[str, str],
    rows: int,
) -> list[str]:
    """Say what was read, merged and left apart."""
    notes = [f"The target `{name}` has {len(classes):,} classes: classification."]
    notes += _missing_note(rows, classes.total())
    merged = [
        f"`{spelling}` as `{label}`" for spelling, label in spellings.items() if spelling != label
    ]
    if merged:
        notes.append(f"Labels read as one spelling: {abridged(merged, _SHOWN)}.")
    near = [f"`{label}` and `{first}`" for label, first in suggested.items()]
    if near:
        shown = ", ".join(near[:_SHOWN])
        notes.append(f"Labels that may mean the same: {shown}; merge them by `task.labels`.")
    return notes
