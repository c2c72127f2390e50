"""Decide what type every column has and which of its words mean missing: the one place for it.

Types are proposed from a fixed sample of rows (`propose`), tried on every row in one statement for
many columns, and judged (`verdict`). A column is a number, date or boolean only if practically
every cell parses: one in a thousand may fail, and each that fails is a contract failure later.
Numbers with leading zeros (``00501``) are codes, yes/no and 0/1 stay what they are, and mixed forms
stay text.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from dataaudit.engine import Engine
from dataaudit.engine.sql import ident
from dataaudit.source.casts import native_dtype
from dataaudit.source.cells import count_cells
from dataaudit.source.columns import ROW, Column, DType, column_kinds
from dataaudit.source.options import Declared
from dataaudit.source.propose import Proposal, propose
from dataaudit.source.shapes import DATE_FORMS, NUMBER_FORMS
from dataaudit.source.tokens import TEXT_TOKENS
from dataaudit.source.verdict import Evidence, decimal_mark, judge

_SAMPLE_ROWS = 2_000  # enough to see a form that nine in ten cells follow

_FEW = 20  # a sparse column shows fewer cells than this in the sample and is looked at by itself
_PRIME, _MULTIPLIER = 2_147_483_647, 48_271  # Park and Miller (1993), as for the table's sample


class Decided(NamedTuple):
    """How every column is read, and of text columns with few values how often each stands as read.

    Parameters
    ----------
    columns
        By name, in the order of the relation.
    counts
        As `count_levels` gives them, complete; over all rows of the relation.
    """

    columns: dict[str, Column]
    counts: dict[str, pa.Table]


def decide(
    engine: Engine,
    relation: str,
    *,
    text: Collection[str] | None = None,
    declared: Mapping[str, Declared] | None = None,
    decimal: str | None = None,
) -> Decided:
    """Decide the type and the null tokens of every column of a relation.

    Parameters
    ----------
    engine, relation
        Where the rows are; the relation has ``__row__`` and the columns as read.
    text
        The columns that hold text only because the source has nothing else (CSV). Text of other
        sources (Parquet, frames) is meant as text. None: every text column.
    declared
        What a contract says of a column; it wins.
    decimal
        The decimal mark, "." or ","; None works it out from the columns.
    """
    declared = declared or {}
    kinds = column_kinds(engine, relation)
    is_open = {
        name: kind == "VARCHAR" and (text is None or name in text) for name, kind in kinds.items()
    }
    words = [name for name in kinds if _is_searched(kinds[name], declared.get(name))]
    proposals = _proposals(engine, relation, words, is_open, declared)
    seen, counts = count_cells(engine, relation, kinds, proposals, declared)
    mark = decimal or decimal_mark(seen[name] for name in words if is_open[name])
    columns = {}
    for name, kind in kinds.items():
        told = declared.get(name, Declared())
        if told.dtype is not None and name in seen:
            columns[name] = _declared(
                name, seen[name], told, proposals[name], is_text=is_open[name]
            )
        elif name in seen and native_dtype(kind) in ("str", None):
            columns[name] = _worded(name, kind, seen[name], told, mark, is_text=is_open[name])
        else:
            columns[name] = _native(name, kind, told)
    return Decided(columns, counts)


def _is_searched(kind: str, told: Declared | None) -> bool:
    """Whether the cells of a column must be looked at as text."""
    native = native_dtype(kind)
    if told is not None and told.dtype is not None:
        return native != told.dtype or native == "str"
    return native in ("str", None)


def _proposals(
    engine: Engine,
    relation: str,
    words: Sequence[str],
    is_open: Mapping[str, bool],
    declared: Mapping[str, Declared],
) -> dict[str, list[Proposal]]:
    """Return what each column could be."""
    looked = [
        name for name in words if is_open[name] and declared.get(name, Declared()).dtype is None
    ]
    none: dict[str, list[Proposal]] = {name: [] for name in words}
    found = none | _from_sample(engine, relation, looked)
    for name in words:
        dtype = declared.get(name, Declared()).dtype
        if dtype is not None:
            found[name] = _all_of(dtype)
    return found


def _from_sample(engine: Engine, relation: str, names: Sequence[str]) -> dict[str, list[Proposal]]:
    """Propose from a fixed sample of whole rows, and for sparse columns from their own cells."""
    if not names:
        return {}
    key = f"({ROW} + 1) % {_PRIME} * {_MULTIPLIER} % {_PRIME}"
    rows = engine.query(
        f"SELECT {', '.join(ident(name) for name in names)} FROM {ident(relation)} "
        f"ORDER BY {key} LIMIT {_SAMPLE_ROWS}"
    )
    cells = {name: rows.column(i).drop_null().to_pylist() for i, name in enumerate(names)}
    if rows.num_rows == _SAMPLE_ROWS:
        for name in (name for name in names if len(cells[name]) < _FEW):
            sql = f"SELECT {ident(name)} FROM {ident(relation)} WHERE {ident(name)} IS NOT NULL"
            few = engine.query(f"{sql} ORDER BY {key} LIMIT {_SAMPLE_ROWS}")
            cells[name] = few.column(0).to_pylist()
    return {name: propose(cells[name]) for name in names}


def _all_of(dtype: DType) -> list[Proposal]:
    """Return every way to read a declared type; the one that reads most cells is taken."""
    if dtype == "date":
        return [Proposal("date", form) for form in DATE_FORMS]
    if dtype in ("int", "float"):
        return [Proposal("number", form) for form in NUMBER_FORMS]
    return []


def _declared(
    name: str, seen: Evidence, told: Declared, proposals: Sequence[Proposal], *, is_text: bool
) -> Column:
    """Build a column whose type the contract says; the form that reads most cells is taken."""
    form = None
    if proposals:
        form = max(proposals, key=lambda proposal: seen.parsed[proposal]).form
    tokens = seen.tokens
    if told.nulls is None and not proposals:
        tokens = tuple(token for token in tokens if token.lower() in TEXT_TOKENS)
    return Column(
        name=name,
        dtype=told.dtype or "str",
        nulls=told.nulls if told.nulls is not None else tokens,
        is_text=is_text,
        format=form,
        has_gaps=bool(seen.blank or seen.missing),
        reason="Declared by the contract.",
    )


def _worded(
    name: str, kind: str, seen: Evidence, told: Declared, mark: str | None, *, is_text: bool
) -> Column:
    """Build a column of text whose type nobody declared."""
    column = judge(name, seen, mark)
    nulls = column.nulls if told.nulls is None else told.nulls
    reason = column.reason
    if not is_text:
        what = "text" if native_dtype(kind) == "str" else "its text"
        shown = ", ".join(f"`{token}`" for token in nulls)
        tokens = f"; {shown} read as missing" if nulls else ""
        reason = f"Stored as {kind}, read as {what}{tokens}."
    return Column(
        name=name,
        dtype=column.dtype,
        nulls=nulls,
        is_text=is_text,
        format=column.format,
        has_gaps=bool(seen.blank or seen.missing),
        reason=reason,
    )


def _native(name: str, kind: str, told: Declared) -> Column:
    """Build a column that the source stores as a number, a date or a boolean."""
    dtype: Any = native_dtype(kind)
    return Column(
        name=name, dtype=dtype, nulls=told.nulls or (), is_text=False, reason=f"Stored as {kind}."
    )
