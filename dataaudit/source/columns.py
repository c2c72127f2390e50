"""Columns, raw and typed: the one place that decides what type a column has and what is missing.

A source gives every column twice. ``raw`` is the text as read; ``typed`` is a number, a date, a
boolean or text, with null tokens (``?``, ``N/A``) read as missing. `decide` looks at the rows and
says what it decided and why; a contract that declares a type or null tokens is obeyed instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DType = Literal["int", "float", "bool", "date", "str"]
ROW = "__row__"


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
    reason
        What was seen, for the report: "1,605 of 300 x 28 cells are `?`".
    """

    name: str
    dtype: DType
    nulls: tuple[str, ...] = ()
    is_text: bool = True
    format: str | None = None
    reason: str = ""

    @property
    def is_number(self) -> bool:
        """Whether ``typed`` is numeric; booleans count, as 0 and 1."""
        return self.dtype in ("int", "float", "bool")
