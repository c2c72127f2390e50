"""The rows put aside, as they were read, each with all its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from dataaudit.contract.clauses import Clause
from dataaudit.engine.sql import ident
from dataaudit.finding import Severity
from dataaudit.source.columns import ROW

LINE, RAW, ERRORS = "__line__", "__raw__", "__errors__"
_REASON = pa.struct([(key, pa.string()) for key in ("rule", "column", "message", "severity")])
_WANTED = "quarantine_rows"
_UNREADABLE = "line"
"""The rule that a line broke which could not be split into cells."""


def quarantined_rows(source: Any, reasons: pd.DataFrame, found: Sequence[Clause]) -> pa.Table:
    """Collect the rows put aside.

    Parameters
    ----------
    source
        The source; its lines that could not be split come last.
    reasons
        ``__row__``, ``clause`` and ``is_error``, sorted; rows without an error stay and are left
        out, a row with one shows its warnings too.
    found
        The clauses.
    """
    rows = sorted(set(reasons.loc[reasons["is_error"], ROW]))
    split = _rows(source, rows, _reasons_by_row(reasons, found, rows))
    return pa.concat_tables([split, _bad_lines(source.bad_lines, split.schema)])


def set_aside(source: Any, rows: Sequence[int], column: str, reason: str) -> pa.Table:
    """Return rows in the form of the quarantine that a later stage cannot use.

    Parameters
    ----------
    source
        The source that `check` looked at.
    rows
        Their ``__row__``.
    column, reason
        The column at fault, and why, in words: "target missing".
    """
    given = {"rule": reason, "column": column, "severity": str(Severity.ERROR)}
    found = [{**given, "message": f"`{column}`: {reason}"}]
    wanted = sorted(int(row) for row in rows)
    return _rows(source, wanted, dict.fromkeys(wanted, found))


def _rows(source: Any, rows: Sequence[int], reasons: Mapping[int, Any]) -> pa.Table:
    """Return rows as they were read, each with its reasons, ascending."""
    names = list(source.columns)
    source.engine.register(_WANTED, pa.table({ROW: pa.array(rows, pa.int64())}))
    cells = "".join(f"CAST({ident(name)} AS VARCHAR) AS {ident(name)}, " for name in names)
    read = source.engine.query(
        f"SELECT {cells}{ROW} FROM raw WHERE {ROW} IN (SELECT {ROW} FROM {_WANTED}) ORDER BY {ROW}"
    )
    gaps = pa.nulls(read.num_rows)
    errors = [reasons[row] for row in read.column(ROW).to_pylist()]
    schema = _schema(names)
    arrays = [*read.columns, gaps, gaps, pa.array(errors, pa.list_(_REASON))]
    return pa.table(
        [array.cast(field.type) for array, field in zip(arrays, schema, strict=True)], schema=schema
    )


def _schema(names: Sequence[str]) -> pa.Schema:
    """Return the columns of a quarantine: every cell as text, then ours."""
    ours = [(ROW, pa.int64()), (LINE, pa.int64()), (RAW, pa.string()), (ERRORS, pa.list_(_REASON))]
    return pa.schema([*((name, pa.string()) for name in names), *ours])


def _reasons_by_row(
    reasons: pd.DataFrame, found: Sequence[Clause], rows: Sequence[int]
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
