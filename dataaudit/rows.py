"""Rows from the engine into memory: the key that chooses them, and the form that estimators get."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from dataaudit.engine import Engine
from dataaudit.engine.sql import ident
from dataaudit.source.columns import ROW, Column

if TYPE_CHECKING:
    import pandas as pd

KEYS = 2_147_483_647  # 2^31 - 1; row keys are below
_MULTIPLIER = 48_271  # the minimal standard generator of Park and Miller (1993)
_SPARE = 6.0  # standard deviations by which a bound lets through more rows than are wanted


def row_key(rows: np.ndarray, seed: int) -> np.ndarray:
    """Return a number in 0..2^31 - 2 for each ``__row__``, int64; a sample has the smallest.

    Integer arithmetic on row identity and seed alone: the same on every engine and in every order.
    """
    key = (rows.astype("int64") + seed % KEYS + 1) % KEYS * _MULTIPLIER % KEYS
    return key * _MULTIPLIER % KEYS


def key_sql(seed: int, row: str = ident(ROW)) -> str:
    """Return the SQL of `row_key`; `row` is the SQL of ``__row__``."""
    key = f"(({row} + {seed % KEYS} + 1) % {KEYS}) * {_MULTIPLIER} % {KEYS}"
    return f"{key} * {_MULTIPLIER} % {KEYS}"


def key_bound(rows: int, limit: int) -> int:
    """Return a key below which there are at least `limit` of so many rows, and hardly more.

    The keys are a permutation, so the number of them below a bound is known up to chance; a query
    that filters by it neither sorts nor holds more rows than it returns.
    """
    if rows <= limit:
        return KEYS
    wanted = limit + _SPARE * math.sqrt(limit) + 1
    return min(KEYS, math.ceil(KEYS * wanted / rows))


def smallest(rows: pa.Table, limit: int, seed: int) -> pa.Table:
    """Return the rows with the smallest keys, at most `limit`, by ``__row__``."""
    ids = rows.column(ROW).to_numpy()
    if len(ids) > limit:
        first = np.lexsort((ids, row_key(ids, seed)))[:limit]
        return rows.take(np.sort(first) if _ascend(ids) else first[np.argsort(ids[first])])
    return rows if _ascend(ids) else rows.take(np.argsort(ids, kind="stable"))


def _ascend(ids: np.ndarray) -> bool:
    return bool((ids[1:] >= ids[:-1]).all())


def lowest(
    engine: Engine,
    relation: str,
    columns: Mapping[str, Column],
    *,
    rows: int,
    limit: int,
    seed: int,
    where: str = "TRUE",
) -> pa.Table:
    """Bring the rows with the smallest keys into memory, by ``__row__``.

    Parameters
    ----------
    engine, relation, columns
        Where the rows are, under which name, and which columns are wanted.
    rows
        How many there are that `where` lets through.
    limit
        How many are wanted at most.
    seed
        Decides which.
    where
        A condition in SQL.
    """
    bound = key_bound(rows, limit)
    while True:
        found = engine.query(
            select_rows(relation, columns, where=f"({where}) AND {key_sql(seed)} < {bound}")
        )
        if found.num_rows >= min(rows, limit) or bound >= KEYS:
            return smallest(found, limit, seed)
        bound = min(KEYS, 2 * bound)


def select_rows(relation: str, columns: Mapping[str, Column], *, where: str = "TRUE") -> str:
    """Return the SELECT of ``__row__`` and these columns of a relation."""
    names = ", ".join([ident(ROW), *(ident(name) for name in columns)])
    return f"SELECT {names} FROM {ident(relation)} WHERE {where}"


def to_pandas(rows: pa.Table, columns: Mapping[str, Column]) -> pd.DataFrame:
    """Bring typed rows into the one form that estimators get.

    Every number and boolean is float64 with NaN, every date datetime64[us], all else pandas' text
    type; the index is ``__row__``, ascending.
    """
    import pandas as pd

    ids = rows.column(ROW).to_numpy()
    if not _ascend(ids):
        order = np.argsort(ids, kind="stable")
        rows, ids = rows.take(order), ids[order]
    frame = rows.drop_columns([ROW]).to_pandas()
    frame.index = pd.Index(ids, name=ROW)
    for name in frame.columns:
        column = columns.get(name)
        if column is None or column.dtype == "str":
            frame[name] = frame[name].astype("str")
        elif column.dtype == "date":
            frame[name] = frame[name].astype("datetime64[us]")
        else:
            frame[name] = frame[name].astype("float64")
    return frame


def as_number(values: pd.Series) -> pd.Series:
    """Turn dates into seconds since 1970, NaN where missing, and leave others alone."""
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(values):
        return (values - pd.Timestamp(0)).dt.total_seconds()
    return values
