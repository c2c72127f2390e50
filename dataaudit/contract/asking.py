"""What has no form in SQL is asked of pandera, a batch of rows at a time where that is the same.

A check that looks at one cell at a time may be asked in batches; so may a function of the user's
own that judges each value by itself, as parts of the first batch show that get the verdicts they
got within it. What looks further (groups, one answer for a whole column, ranks, missing cells
that pandera reports only among others) has no answer but for all rows together: the columns it
needs, and no others, are then brought into memory. That parts agree is evidence and no proof;
``element_wise=True`` says it outright.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from dataaudit.contract.bridge import check_of
from dataaudit.contract.cells import Rows
from dataaudit.contract.library import ParserError
from dataaudit.contract.terms import Condition
from dataaudit.engine import Engine
from dataaudit.engine.sql import ident
from dataaudit.parquet import ROW_GROUP
from dataaudit.source.columns import ROW

AT_ONCE = 4 * ROW_GROUP
"""Rows asked at once; a table that is no longer is asked as a whole, as pandera would."""

_FRAME_TYPES = {
    pa.int64(): pd.Int64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
    pa.string(): pd.StringDtype("python", na_value=np.nan),  # patterns are Python's, not RE2's
}


@dataclass(slots=True, kw_only=True)
class Question:
    """A question to pandera, and its answer.

    Parameters
    ----------
    column
        Whose values are asked about; "" for whole rows.
    condition
        The check; None to ask whether values fit a type.
    dtype
        That type.
    rows
        Pieces of ``__row__`` of the rows that fail, int64.
    is_whole
        Whether the table as a whole fails, or the check broke down.
    """

    column: str
    condition: Condition | None = None
    dtype: object = None
    rows: list[np.ndarray] = field(default_factory=list)
    is_whole: bool = False

    @property
    def needs(self) -> list[str] | None:
        """The columns it looks at; None for all."""
        groups = getattr(self.condition and self.condition.check, "groupby", None)
        if not self.column or callable(groups):
            return None
        return [self.column, *([groups] if isinstance(groups, str) else groups or [])]


def ask(
    engine: Engine,
    rows: Rows,
    questions: Sequence[Question],
    *,
    at_once: int = AT_ONCE,
) -> None:
    """Ask pandera about every row and enter what fails into the questions.

    Parameters
    ----------
    engine, rows
        Where the rows are.
    questions
        What to ask.
    at_once
        Rows that are brought into memory at once.
    """
    pieces = _pieces(engine, rows, _needed(rows, questions), at_once)
    first, second = next(pieces, None), next(pieces, None)
    if first is None:
        return
    together = []
    for question in questions:
        if second is None or not _is_by_row(question, first):
            together.append(question)
        else:
            _enter(question, first)
            _enter(question, second)
    apart = [question for question in questions if question not in together]
    for piece in pieces if apart else ():
        for question in apart:
            _enter(question, piece)
    for question in together:
        _enter(question, first if second is None else _all(engine, rows, question))


def _needed(rows: Rows, questions: Sequence[Question]) -> list[str]:
    """Return every column that a question needs."""
    needs = [question.needs for question in questions]
    if None in needs:
        return list(rows.cells)
    wanted = {name for need in needs for name in need or ()}
    return [name for name in rows.cells if name in wanted]


def _pieces(
    engine: Engine, rows: Rows, names: Sequence[str], at_once: int
) -> Iterator[pd.DataFrame]:
    """Yield the typed columns, in the order of the rows, in frames of so many."""
    waiting: list[pa.RecordBatch] = []
    for batch in engine.batches(_select(rows, names), min(at_once, ROW_GROUP)):
        waiting.append(batch)
        while sum(map(len, waiting)) >= at_once:
            table = pa.Table.from_batches(waiting)
            yield _frame(table.slice(0, at_once))
            waiting = table.slice(at_once).to_batches()
    if sum(map(len, waiting)):
        yield _frame(pa.Table.from_batches(waiting))


def _select(rows: Rows, names: Sequence[str]) -> str:
    selected = [ROW, *(f"{rows.cells[name].value} AS {ident(name)}" for name in names)]
    return f"SELECT {', '.join(selected)} FROM {rows.sql} ORDER BY {ROW}"


def _frame(table: pa.Table) -> pd.DataFrame:
    """Return a table as a frame, each column in a type that keeps every value and gap."""
    return table.to_pandas(types_mapper=_FRAME_TYPES.get).set_index(ROW)


def _all(engine: Engine, rows: Rows, question: Question) -> pd.DataFrame:
    """Bring the columns of one question into memory."""
    names = question.needs
    known = list(rows.cells) if names is None else [name for name in rows.cells if name in names]
    return _frame(engine.query(_select(rows, known)))


def _is_by_row(question: Question, frame: pd.DataFrame) -> bool:
    """Tell whether pieces of a table get the verdicts that the table gets."""
    condition = question.condition
    if condition is None or condition.kind:
        return condition is None or condition.kind != "unique_values_eq"
    if condition.check.groupby is not None or not condition.check.ignore_na:
        return False
    if condition.check.element_wise:
        return True
    verdicts = [_verdict(question, frame.iloc[rows]) for rows in _probes(len(frame))]
    whole, *others = verdicts
    return whole is not None and all(
        found is not None and np.array_equal(found, whole[rows])
        for found, rows in zip(others, _probes(len(frame))[1:], strict=True)
    )


def _probes(count: int) -> list[np.ndarray]:
    """Return all rows, halves, every row twice, and some alone: what judges by row is alike in all.

    Means and ranks show in the halves, repeats in what stands twice, and much else in single rows.
    """
    every = np.arange(count)
    alone = [every[i : i + 1] for i in range(min(count, _ALONE))]
    return [every, *np.array_split(every, 2), np.concatenate([every, every[::-1]]), *alone]


_ALONE = 10


def _verdict(question: Question, frame: pd.DataFrame) -> np.ndarray | None:
    """Return for each row whether it fails, shape (rows,), bool; None where there is no such."""
    answer = _asked(question, frame.reset_index(drop=True))
    if answer is None or not isinstance(answer.check_output, pd.Series | pd.DataFrame):
        return None
    failed = _failing(answer)
    return None if failed is None else np.isin(np.arange(len(frame)), failed)


def _enter(question: Question, frame: pd.DataFrame) -> None:
    """Ask about one frame and enter the rows that fail."""
    if question.condition is None:
        failed = _unfit(frame[question.column], question.dtype)
    else:
        failed = _failing(_asked(question, frame))
    if failed is None:
        question.is_whole = True
    elif len(failed):
        question.rows.append(failed)


def _asked(question: Question, frame: pd.DataFrame) -> Any:
    """Ask pandera; None where the check breaks down."""
    assert question.condition is not None  # noqa: S101 - for the type checker
    check = check_of(question.condition)
    try:
        if not question.column:
            return check(frame)
        if check.groupby is not None:
            return check(frame, question.column)
        return check(frame[question.column])
    except Exception:  # noqa: BLE001 - the user's own code may do anything; the table fails then
        return None


def _failing(answer: Any) -> np.ndarray | None:
    """Return the rows that pandera blames; None where it blames the table."""
    if answer is None:
        return None
    if answer.check_passed:
        return np.empty(0, dtype=np.int64)
    cases = answer.failure_cases
    return None if cases is None else np.unique(cases.index.to_numpy(dtype=np.int64))


def _unfit(values: pd.Series, dtype: Any) -> np.ndarray | None:
    """Return the rows whose value does not fit a narrower type of pandera: no category of it."""
    try:
        dtype.try_coerce(values.dropna())
    except ParserError as error:
        cases = error.failure_cases
        return None if cases is None else np.asarray(cases["index"], dtype=np.int64)
    return np.empty(0, dtype=np.int64)
