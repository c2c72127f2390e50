"""Which rows repeat a value of an earlier row: by hashes first, by values for the few that repeat.

Of values that stand once only a hash of 8 bytes is held.
"""

from __future__ import annotations

from collections.abc import Sequence

from dataaudit.contract.cells import Rows
from dataaudit.engine import Engine, one_row
from dataaudit.engine.sql import ident
from dataaudit.source.columns import ROW
from dataaudit.twins import repeated

_ALIKE = "contract_alike"


def store_repeats(engine: Engine, rows: Rows, group: Sequence[str], name: str) -> bool:
    """Store the ``__row__`` of every row whose values an earlier row has; tell if there is any.

    Parameters
    ----------
    engine, rows
        Where the rows are.
    group
        The columns that must be unique together; a row with one missing is equal to none.
    name
        Of the relation to store.
    """
    keys = [_key(rows, column) for column in group]
    names = ", ".join(ident(f"k{i}") for i in range(len(keys)))
    present = " AND ".join(f"{rows.cells[column].value} IS NOT NULL" for column in group)
    hashed, source = f"hash({', '.join(keys)})", f"FROM {rows.sql} WHERE {present}"
    [count] = one_row(engine, f"SELECT count(*) FROM {rows.sql}")
    again = repeated(engine, f"SELECT {hashed} {source}", count)
    if again is None:
        return False
    keyed = ", ".join(f"{key} AS {ident(f'k{i}')}" for i, key in enumerate(keys))
    engine.store(_ALIKE, f"SELECT {ROW}, {keyed} {source} AND {hashed} IN ({again})")
    firsts = f"SELECT {names}, min({ROW}) AS first FROM {_ALIKE} GROUP BY {names}"
    engine.store(
        name,
        f"SELECT {ROW} FROM {_ALIKE} JOIN ({firsts}) AS firsts USING ({names}) WHERE {ROW} > first",
    )
    return True


def _key(rows: Rows, column: str) -> str:
    """Return what is compared: 0.0 equals -0.0, so both are made one before they are hashed."""
    cell = rows.cells[column]
    if cell.column.dtype == "float":
        return f"CASE WHEN {cell.value} = 0 THEN CAST(0 AS DOUBLE) ELSE {cell.value} END"
    return cell.value
