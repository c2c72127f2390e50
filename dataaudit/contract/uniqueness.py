"""Which rows repeat a value of an earlier row: by hashes first, by values for the few that repeat.

Nothing is sorted, and of values that stand once only a hash of 8 bytes is held, in the engine.
"""

from __future__ import annotations

from collections.abc import Sequence

from dataaudit.contract.cells import Rows
from dataaudit.engine import Engine
from dataaudit.engine.sql import ident
from dataaudit.source.columns import ROW

_HASHES = "contract_hashes"


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
    names = [ident(f"k{i}") for i in range(len(keys))]
    present = " AND ".join(f"{rows.cells[column].value} IS NOT NULL" for column in group)
    hashed = f"hash({', '.join(keys)})"
    source = f"FROM {rows.sql} WHERE {present}"
    engine.store(
        _HASHES,
        f"SELECT h FROM (SELECT {hashed} AS h {source}) AS hashed GROUP BY h HAVING count(*) > 1",
    )
    if not engine.query(f"SELECT count(*) FROM {_HASHES}").column(0)[0].as_py():
        return False
    keyed = ", ".join(f"{key} AS {alias}" for key, alias in zip(keys, names, strict=True))
    candidates = f"SELECT {ROW}, {keyed} {source} AND {hashed} IN (SELECT h FROM {_HASHES})"
    firsts = (
        f"SELECT {', '.join(names)}, min({ROW}) AS first FROM ({candidates}) AS candidates "
        f"GROUP BY {', '.join(names)} HAVING count(*) > 1"
    )
    equal = " AND ".join(f"c.{alias} = f.{alias}" for alias in names)
    engine.store(
        name,
        f"SELECT c.{ROW} FROM ({candidates}) AS c JOIN ({firsts}) AS f ON {equal} "
        f"WHERE c.{ROW} > f.first",
    )
    return True


def _key(rows: Rows, column: str) -> str:
    """Return what is compared: 0.0 equals -0.0, so both are made one before they are hashed."""
    cell = rows.cells[column]
    if cell.column.dtype == "float":
        return f"CASE WHEN {cell.value} = 0 THEN CAST(0 AS DOUBLE) ELSE {cell.value} END"
    return cell.value
