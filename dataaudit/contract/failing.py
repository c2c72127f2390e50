"""Which row breaks which rule: pandera is asked about a frame, DuckDB about SQL.

`failures` is the one function that a faster way of finding the same (rules compiled to SQL) has to
replace.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from dataaudit.contract.clauses import Clause, columns_in, unique_groups
from dataaudit.contract.library import (
    ParserError,
    SchemaErrorReason,
    SchemaErrors,
    pandera,
)
from dataaudit.contract.schema import PANDERA_DTYPES, Contract, failing_rows_sql, own_checks
from dataaudit.contract.spec import Rule
from dataaudit.engine import Engine
from dataaudit.engine.sql import ident
from dataaudit.errors import ConfigError, QueryError
from dataaudit.source.casts import is_gap, native_dtype
from dataaudit.source.columns import ROW, Column, column_kinds

WHOLE_TABLE = -1
"""Stands for the row where a rule judges the table as a whole, or could not be computed."""

_FRAME_TYPES = {
    pa.int64(): pd.Int64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
    pa.string(): pd.StringDtype("python", na_value=np.nan),  # patterns are Python's, not RE2's
}
Failed = Iterator[tuple[Clause, Any]]


def failures(
    engine: Engine,
    contract: Contract,
    found: Sequence[Clause],
    columns: Mapping[str, Column],
    *,
    raw: str = "raw",
    typed: str = "typed",
) -> pd.DataFrame:
    """Find every row that breaks a rule.

    Parameters
    ----------
    engine
        Where the rows are.
    contract, found
        The contract, and its clauses for this table.
    columns
        The columns of the table.
    raw, typed
        The relations with the cells as read and as values.

    Returns
    -------
    DataFrame
        ``__row__`` (int64; `WHOLE_TABLE` where no single row is to blame) and ``clause``, the
        position in ``found`` (int64); one line a failure, sorted.
    """
    case = _Case(engine, contract, tuple(found), columns, raw, typed)
    frame = _frame(engine, typed, _needed(contract, columns))
    position = {id(clause): i for i, clause in enumerate(found)}
    rows, places = [], []
    for clause, failed in _all(case, frame):
        rows.append(np.asarray(failed, dtype=np.int64))
        places.append(np.full(len(failed), position[id(clause)], dtype=np.int64))
    empty = np.empty(0, dtype=np.int64)
    result = pd.DataFrame(
        {ROW: np.concatenate([empty, *rows]), "clause": np.concatenate([empty, *places])}
    )
    return result.drop_duplicates().sort_values([ROW, "clause"], ignore_index=True)


@dataclass(frozen=True, slots=True)
class _Case:
    """What `failures` was asked."""

    engine: Engine
    contract: Contract
    found: tuple[Clause, ...]
    columns: Mapping[str, Column]
    raw: str
    typed: str


def _all(case: _Case, frame: pd.DataFrame) -> Failed:
    """Yield the rows that break each clause."""
    wrong = {}
    for clause in case.found:
        if clause.rule == "dtype":
            wrong[clause.column] = _unreadable(case, clause.column, frame)
            yield clause, wrong[clause.column]
    names = list(case.columns)
    for clause, failed in _asked_of_pandera(case.contract.schema, case.found, names, frame):
        # A cell that is no number is reported as that, not as missing or below the minimum too.
        yield clause, np.setdiff1d(failed, wrong.get(clause.column, []))
    in_sql = {clause.rule: clause for clause in case.found if clause.is_sql}
    for rule in case.contract.rules:
        yield in_sql[rule.name], _asked_of_engine(case, rule)


def _needed(contract: Contract, columns: Mapping[str, Column]) -> list[str]:
    """Return the columns that pandera has to see; a check written in Python sees them all."""
    if own_checks(contract.schema) or contract.schema.unique:
        return list(columns)
    return [name for name, _ in columns_in(contract.schema, list(columns))]


def _frame(engine: Engine, typed: str, names: Sequence[str]) -> pd.DataFrame:
    """Bring typed columns into memory, each in a pandas type that keeps every value and gap."""
    selected = ", ".join(map(ident, [ROW, *names]))
    rows = engine.query(f"SELECT {selected} FROM {ident(typed)} ORDER BY {ident(ROW)}")
    return rows.to_pandas(types_mapper=_FRAME_TYPES.get).set_index(ROW)


def _unreadable(case: _Case, name: str, frame: pd.DataFrame) -> np.ndarray:
    """Return the rows whose cell is no value of the column's type."""
    pandera_dtype = dict(columns_in(case.contract.schema, [name]))[name].dtype
    unparsed = _unparsed(case, case.columns[name])
    return np.union1d(unparsed, _unfit(frame[name], pandera_dtype)).astype(np.int64)


def _unparsed(case: _Case, column: Column) -> list[int]:
    """Return the rows where something was read that is neither a value nor a null token."""
    kind = column_kinds(case.engine, case.raw)[column.name]
    if column.dtype == "str" or native_dtype(kind) == column.dtype:
        return []
    name = ident(column.name)
    gap = is_gap(f"r.{name}", kind, column.nulls)
    sql = (
        f"SELECT {ROW} FROM {ident(case.raw)} AS r JOIN {ident(case.typed)} AS t USING ({ROW}) "
        f"WHERE t.{name} IS NULL AND r.{name} IS NOT NULL AND NOT {gap} ORDER BY 1"
    )
    return case.engine.query(sql).column(0).to_pylist()


def _unfit(values: pd.Series, dtype: Any) -> list[int]:
    """Return the rows whose value does not fit a narrower type of pandera: 300 in int8."""
    if str(dtype) in PANDERA_DTYPES.values() or str(dtype).startswith(_ANY_VALUE):
        return []
    try:
        dtype.try_coerce(values.dropna())
    except ParserError as error:
        cases = error.failure_cases
        return [WHOLE_TABLE] if cases is None else cases["index"].tolist()
    return []


_ANY_VALUE = ("int64", "bool", "string", "datetime64", "object")


def _asked_of_pandera(
    schema: Any, found: Sequence[Clause], names: Sequence[str], frame: pd.DataFrame
) -> Failed:
    """Validate the frame and yield what pandera found."""
    if frame.empty:
        return
    asked, clause_of = _questions(schema, found, names)
    try:
        asked.validate(frame, lazy=True)
    except SchemaErrors as errors:
        for error in errors.schema_errors:
            yield clause_of[_key(error)], _rows(error)


def _questions(
    schema: Any, found: Sequence[Clause], names: Sequence[str]
) -> tuple[Any, dict[Any, Clause]]:
    """Return the schema without what pandera does badly, and the clause behind each question.

    Types are left out (they were read cell by cell, and one bad cell would silence all checks of
    its column), and of equal values the first is kept.
    """
    of_check = {(c.column, id(c.check)): c for c in found if c.check is not None}
    clause_of: dict[Any, Clause] = {}
    columns = {}
    for name, column in columns_in(schema, names):
        clause_of |= {(name, i): of_check[name, id(c)] for i, c in enumerate(column.checks)}
        columns[name] = pandera.Column(
            None,
            [_strict(check) for check in column.checks],
            nullable=column.nullable,
            unique=column.unique,
            report_duplicates="exclude_first",
        )
    named = {(c.column, c.rule): c for c in found if c.check is None and not c.is_sql}
    checks = [_strict(check) for check in own_checks(schema)]
    clause_of |= {("", i): of_check["", id(c)] for i, c in enumerate(own_checks(schema))}
    for group in unique_groups(schema):
        clause_of["", len(checks)] = named[", ".join(group), "unique"]
        checks.append(pandera.Check(_FirstOfEach(group), name="unique", ignore_na=False))
    return pandera.DataFrameSchema(columns, checks=checks), {**clause_of, **named}


class _FirstOfEach:
    """Pass the first row of equal ones; pandera's own stops at the first group broken."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)

    def __call__(self, frame: pd.DataFrame) -> pd.Series:
        return ~frame.duplicated(self.names) | frame[self.names].isna().any(axis=1)


def _strict(check: Any) -> Any:
    """Return a copy of a check that reports every failure, also where it only warns."""
    result = copy.copy(check)
    result.raise_warning, result.n_failure_cases = False, None
    return result


def _key(error: Any) -> Any:
    """Return what `_questions` knows the failed rule by: its column, and its name or position."""
    column = error.schema.name or ""
    if error.reason_code is SchemaErrorReason.SERIES_CONTAINS_NULLS:
        return column, "nullable"
    if error.reason_code is SchemaErrorReason.SERIES_CONTAINS_DUPLICATES:
        return column, "unique"
    return column, error.check_index


def _rows(error: Any) -> list[int]:
    """Return the rows pandera blames; a check that broke down blames the whole table."""
    cases = error.failure_cases
    if isinstance(cases, pd.DataFrame) and "index" in cases and cases["index"].notna().all():
        return cases["index"].astype(np.int64).tolist()
    return [WHOLE_TABLE]


def _asked_of_engine(case: _Case, rule: Rule) -> list[int]:
    """Return the rows that break a rule in SQL."""
    sql = failing_rows_sql(rule, case.typed, list(case.columns))
    try:
        return case.engine.query(sql).column(0).to_pylist()
    except QueryError as error:
        raise ConfigError(
            f"contract.rules.{rule.name}",
            expected="an expression that these columns can be put into",
            found=None if case.contract.sensitive else error.problem,
        ) from error
