"""The rows put aside, as they were read, each with all its reasons: a relation on the engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from dataaudit.contract.clauses import Clause
from dataaudit.contract.failing import FAILED, Failed
from dataaudit.engine.sql import ident, literal
from dataaudit.finding import Severity
from dataaudit.source.columns import ROW

LINE, RAW, ERRORS = "__line__", "__raw__", "__errors__"
QUARANTINE = "quarantine"
_KEYS = ("rule", "column", "message", "severity")
_REASON = pa.struct([(key, pa.string()) for key in _KEYS])
_LINES, _WANTED, _BOTH = "contract_lines", "contract_set_aside", "quarantine_after_split"
_UNREADABLE = "line"
"""The rule that a line broke which could not be split into cells."""


def name_quarantine(source: Any, failed: Failed, found: Sequence[Clause], *, drops: bool) -> str:
    """Name the rows put aside as a relation, and return the name.

    Every cell is text, then come ``__row__``, ``__line__``, ``__raw__`` and ``__errors__``; in the
    order of the rows, lines that could not be split last.

    Parameters
    ----------
    source
        The source.
    failed, found
        What broke, and the clauses; a row with an error shows its warnings too.
    drops
        Whether rows are not put aside but dropped, so that only the lines are left.
    """
    names = list(source.columns)
    source.engine.register(_LINES, _bad_lines(source.bad_lines, _schema(names)))
    parts = [f"SELECT * FROM {_LINES}"]
    if not drops and failed.errors:
        worded = {i: _reason(found[i]) for i in failed.counts}
        parts.insert(0, _put_aside(names, worded, has_cells=failed.has_cells))
    source.engine.view(QUARANTINE, _ordered(parts))
    return QUARANTINE


def set_aside(source: Any, quarantine: str, rows: Sequence[int], column: str, reason: str) -> str:
    """Add rows that a later stage cannot use, and return the name of the relation with them.

    Parameters
    ----------
    source
        The source that `check` looked at.
    quarantine
        The relation that they are added to.
    rows
        Their ``__row__``.
    column, reason
        The column at fault, and why, in words: "target missing".
    """
    words = (reason, column, f"`{column}`: {reason}", str(Severity.ERROR))
    wanted = pa.array([int(row) for row in rows], pa.int64())
    source.engine.register(_WANTED, pa.table({ROW: wanted}))
    cells = _cells_of_raw(list(source.columns))
    added = (
        f"SELECT {cells}, {_ours('r', f'[{_struct(words)}]')} FROM raw AS r "
        f"JOIN {_WANTED} AS w ON r.{ROW} = w.{ROW}"
    )
    source.engine.view(_BOTH, _ordered([f"SELECT * FROM {ident(quarantine)}", added]))
    return _BOTH


def _ordered(parts: Sequence[str]) -> str:
    """Return all parts, in the order of the rows."""
    union = " UNION ALL ".join(parts)
    return f"SELECT * FROM ({union}) AS away ORDER BY {ROW} NULLS LAST, {LINE}, {RAW}"


def _put_aside(names: Sequence[str], worded: Any, *, has_cells: bool) -> str:
    """Return the SELECT of the rows with an error."""
    arms = [
        f"CASE WHEN list_contains(f.broken, {i}) THEN [{_struct(words)}] ELSE {_NO_REASON} END"
        for i, words in worded.items()
    ]
    ours = _ours("f", f"flatten([{', '.join(arms)}])")
    if has_cells:
        cells = ", ".join(f"f.cell_{i} AS {ident(name)}" for i, name in enumerate(names))
        return f"SELECT {cells}, {ours} FROM {FAILED} AS f WHERE f.is_error"
    joined = f"raw AS r JOIN {FAILED} AS f ON r.{ROW} = f.{ROW}"
    return f"SELECT {_cells_of_raw(names)}, {ours} FROM {joined} WHERE f.is_error"


def _cells_of_raw(names: Sequence[str]) -> str:
    return ", ".join(f"CAST(r.{ident(name)} AS VARCHAR) AS {ident(name)}" for name in names)


def _ours(relation: str, errors: str) -> str:
    """Return the columns that are ours."""
    gaps = f"CAST(NULL AS BIGINT) AS {LINE}, CAST(NULL AS VARCHAR) AS {RAW}"
    return f"{relation}.{ROW} AS {ROW}, {gaps}, {errors} AS {ERRORS}"


_NO_REASON = f"CAST([] AS STRUCT({', '.join(f'{ident(key)} VARCHAR' for key in _KEYS)})[])"


def _reason(clause: Clause) -> tuple[str, ...]:
    """Return what is said of a row that breaks a clause."""
    return clause.rule, clause.column, clause.message, str(clause.severity)


def _struct(words: Sequence[str]) -> str:
    pairs = zip(_KEYS, words, strict=True)
    return "{" + ", ".join(f"{literal(key)}: {literal(word)}" for key, word in pairs) + "}"


def _schema(names: Sequence[str]) -> pa.Schema:
    """Return the columns of a quarantine: every cell as text, then ours."""
    ours = [(ROW, pa.int64()), (LINE, pa.int64()), (RAW, pa.string()), (ERRORS, pa.list_(_REASON))]
    return pa.schema([*((name, pa.string()) for name in names), *ours])


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
