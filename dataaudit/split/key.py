"""What decides which rows share a side: a group, an id, or all features, as SQL.

Two rows with the same key are on one side, so a key may join rows that differ, but never part rows
that are equal. `fingerprint` uses that: plain arithmetic on numbers, which costs a tenth of their
text and is the same to the last bit on every engine. `exact` tells whether rows really are equal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dataaudit.engine.sql import ident, literal
from dataaudit.source.columns import ROW, Column
from dataaudit.table import Task

RANGE = 16**12
"""Fingerprints are below this: twelve hexadecimal digits of an MD5."""

_GOLDEN = 0.6180339887498949  # its multiples are spread evenly over 0..1
_UNITS = 2.0**40  # sums of fractions become whole numbers: 2^12 columns still fit 53 bits
_LARGEST = 1e15  # beyond it a double has no fraction to speak of


def features(columns: Mapping[str, Column], task: Task) -> list[Column]:
    """Return the columns that make rows twins."""
    others = {task.target, task.id, task.group, task.time, *task.ignore}
    return [column for name, column in columns.items() if name not in others]


def named(task: Task) -> str | None:
    """Return the SQL of the text that the user named as key, a group before an id; None: none."""
    for name in (task.group, task.id):
        if name is not None:
            return f"coalesce({ident(name)}::VARCHAR, 'row ' || {ident(ROW)}::VARCHAR)"
    return None


def exact(columns: Mapping[str, Column], task: Task) -> str:
    """Return the SQL of a text that is equal where all features are."""
    cells = [_cell(column) for column in features(columns, task)]
    return f"md5(concat_ws(chr(31), {', '.join(cells)}))" if cells else f"{ident(ROW)}::VARCHAR"


def fingerprint(columns: Mapping[str, Column], task: Task, seed: int) -> str:
    """Return the SQL of a whole number in 0..`RANGE` that is equal where the key is."""
    text = named(task)
    if text is None:
        among = features(columns, task)
        numbers = _numbers([column for column in among if column.dtype != "str"])
        texts = [_cell(column) for column in among if column.dtype == "str"]
        text = f"concat_ws(chr(31), {', '.join([*numbers, *texts])})" if among else None
    key = f"{literal(f'{seed} ')} || {text or f'{ident(ROW)}::VARCHAR'}"
    return f"('0x' || substr(md5({key}), 1, 12))::BIGINT"


def _numbers(columns: Sequence[Column]) -> list[str]:
    """Return the SQL of one whole number, as text, that all these cells make; none without any."""
    parts = []
    for place, column in enumerate(columns, start=1):
        x, factor = number_sql(column), 1 + place * _GOLDEN % 1
        turned = f"{x} * {literal(factor)}::DOUBLE"
        fraction = f"{turned} - floor({turned})"
        parts.append(f"CASE WHEN abs({x}) < {_LARGEST:.0f} THEN {fraction} ELSE 0.5::DOUBLE END")
    return [f"floor(({' + '.join(parts)}) * {_UNITS:.0f})::BIGINT::VARCHAR"] if parts else []


def number_sql(column: Column) -> str:
    """Return the SQL of a cell that is no text as a number; dates are in seconds."""
    x = ident(column.name)
    return f"epoch_us({x})::DOUBLE / 1000000" if column.dtype == "date" else f"{x}::DOUBLE"


def _cell(column: Column) -> str:
    """Return a cell as text that tells missing from every value, and 0.0 equal to -0.0."""
    x = f"({ident(column.name)} + 0.0)" if column.dtype == "float" else ident(column.name)
    return f"coalesce({x}::VARCHAR, chr(30))"
