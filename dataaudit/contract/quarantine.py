"""The rows put aside, as they were read, each with all its reasons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from dataaudit.contract.clauses import Clause
from dataaudit.engine.sql import ident
from dataaudit.finding import Severity
from dataaudit.source.columns import ROW

LINE, RAW, ERRORS = "__line__", "__raw__", "__errors__"
_REASON = pa.struct([(key, pa.string()) for key in ("rule", "column", "message", "severity")])
_UNREADABLE = "line"
"""The rule that a line broke which could not be split into cells."""


def empty_quarantine(names: Sequence[str]) -> pa.Table:
    """Return a quarantine without rows, for a table with these columns."""
    return _schema(names).empty_table()


def quarantined_rows(
    source: Any, reasons: pd.DataFrame, found: Sequence[Clause], bad_rows: str
) -> pa.Table:
    """Collect the rows put aside.

    Parameters
    ----------
    source
        The source; its lines that could not be split come last.
    reasons
        ``__row__`` and ``clause``, sorted; those of rows that stay are left out.
    found
        The clauses.
    bad_rows
        The relation of the rows put aside.
    """
    names = list(source.columns)
    cells = ", ".join(f"CAST({ident(name)} AS VARCHAR) AS {ident(name)}" for name in names)
    rows = source.engine.query(
        f"SELECT {ident(ROW)}, {cells or 'NULL AS nothing'} FROM raw "
        f"WHERE {ROW} IN (SELECT {ROW} FROM {ident(bad_rows)}) ORDER BY {ROW}"
    )
    of_row = _reasons_by_row(reasons, found, set(rows.column(0).to_pylist()))
    gaps = pa.nulls(rows.num_rows)
    errors = pa.array([of_row[row] for row in rows.column(0).to_pylist()], pa.list_(_REASON))
    schema = _schema(names)
    arrays = [*(rows.column(1 + i) for i in range(len(names))), rows.column(0), gaps, gaps, errors]
    split = pa.table(
        [array.cast(field.type) for array, field in zip(arrays, schema, strict=True)], schema=schema
    )
    return pa.concat_tables([split, _bad_lines(source.bad_lines, schema)])


def _schema(names: Sequence[str]) -> pa.Schema:
    """Return the columns of a quarantine: every cell as text, then ours."""
    ours = [(ROW, pa.int64()), (LINE, pa.int64()), (RAW, pa.string()), (ERRORS, pa.list_(_REASON))]
    return pa.schema([*((name, pa.string()) for name in names), *ours])


def _reasons_by_row(
    reasons: pd.DataFrame, found: Sequence[Clause], rows: set[int]
) -> dict[int, list[dict[str, str]]]:
    """Return the reasons of each row put aside, in the order of the contract."""
    worded = [
        {
            "rule": clause.rule,
            "column": clause.column,
            "message": clause.message,
            "severity": str(clause.severity),
        }
        for clause in found
    ]
    result: dict[int, list[dict[str, str]]] = {row: [] for row in rows}
    for row, clause in zip(reasons[ROW], reasons["clause"], strict=True):
        if row in result:
            result[row].append(worded[clause])
    return result


def _bad_lines(lines: pa.Table, schema: pa.Schema) -> pa.Table:
    """Bring the lines that could not be split into the form of the others."""
    several = len(set(lines.column("__file__").to_pylist())) > 1
    errors = [
        [
            {
                "rule": _UNREADABLE,
                "column": "",
                "message": f"{file}: {reason}" if several else reason,
                "severity": str(Severity.ERROR),
            }
            for reason in reasons or []
        ]
        for file, reasons in zip(
            lines.column("__file__").to_pylist(), lines.column(ERRORS).to_pylist(), strict=True
        )
    ]
    given = {
        LINE: lines.column(LINE).cast(pa.int64()),
        RAW: lines.column(RAW).cast(pa.string()),
        ERRORS: pa.array(errors, pa.list_(_REASON)),
    }
    arrays = [given.get(field.name, pa.nulls(lines.num_rows, field.type)) for field in schema]
    return pa.table(arrays, schema=schema)
