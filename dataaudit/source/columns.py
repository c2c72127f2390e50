"""Columns, raw and typed: how each is read.

A source gives every column twice. ``raw`` is the text as read; ``typed`` is a number, a date, a
boolean or text, with null tokens (``?``, ``N/A``) read as missing. Which it is, `decide` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dataaudit.engine import Engine
from dataaudit.engine.sql import ident
from dataaudit.source.casts import native_dtype, typed

DType = Literal["int", "float", "bool", "date", "str"]
ROW = "__row__"
SYNTHETIC, WEIGHT = "__synthetic__", "__weight__"
"""What clean rows bear beside ``__row__``: whether they were made up, and what they count for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """How one column is read.

    Parameters
    ----------
    name
        As in the source.
    dtype
        The type of ``typed``.
    nulls
        The tokens that mean missing, trimmed: ``("?", "N/A")``.
    is_text
        Whether the source stores text (CSV); False where it is typed already (Parquet, frames).
    format
        How text becomes a date (a ``strptime`` format) or a number ("1.234,5"); None: as SQL casts.
    has_gaps
        Whether a cell as read may mean missing; False where all were looked at and none does.
    reason
        What was seen, for the report: "298 of 300 cells are numbers; `?` is read as missing."
    """

    name: str
    dtype: DType
    nulls: tuple[str, ...] = ()
    is_text: bool = True
    format: str | None = None
    has_gaps: bool = True
    reason: str = ""

    @property
    def is_number(self) -> bool:
        """Whether ``typed`` is numeric; booleans count, as 0 and 1."""
        return self.dtype in ("int", "float", "bool")


def typed_select(
    engine: Engine, relation: str, columns: Mapping[str, Column], *, keeps_nan: bool = False
) -> str:
    """Return the SELECT of ``__row__`` and every column as its type.

    Parameters
    ----------
    engine, relation
        Where the rows are, as read.
    columns
        As `decide` gave them.
    keeps_nan
        Whether numbers that the source stores as such are not looked at: a NaN stays one.
    """
    kinds = column_kinds(engine, relation)
    parts = [
        f"{ident(name)}::DOUBLE AS {ident(name)}"
        if keeps_nan and column.dtype == native_dtype(kinds[name]) == "float" and not column.nulls
        else f"{typed_cell(column, kinds[name])} AS {ident(name)}"
        for name, column in columns.items()
    ]
    return f"SELECT {', '.join([ROW, *parts])} FROM {ident(relation)}"


def typed_cell(column: Column, kind: str) -> str:
    """Return the expression of a typed cell, for a column of some type of the engine."""
    if kind == "VARCHAR" and column.dtype == "str" and not column.has_gaps:
        return ident(column.name)
    return typed(column.name, kind, column.dtype, column.nulls, column.format)


def column_kinds(engine: Engine, relation: str) -> dict[str, str]:
    """Return the engine's type of every column of a relation but ``__row__``."""
    rows = engine.query(f"DESCRIBE {ident(relation)}")
    kinds = dict(zip(rows.column(0).to_pylist(), rows.column(1).to_pylist(), strict=True))
    kinds.pop(ROW, None)
    return kinds
