"""Deal the labelled rows to the sides, and say how it was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from dataaudit.engine import Engine
from dataaudit.engine.sql import ident, literal
from dataaudit.errors import DataError
from dataaudit.source.columns import ROW, Column
from dataaudit.split.sides import SIDES, by_time, stratified
from dataaudit.table import Task

STRATIFIED_ROWS = 1_000_000  # above, the key alone decides
_DECILES = 10
_KEY_RANGE = 16**12  # twelve hexadecimal digits of an MD5, exact in a signed 64-bit integer
_FARTHEST = 0.5  # of the rows wanted on a side; farther off, twins are not worth holding together
_STAGE = "Split"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was asked for.

    Parameters
    ----------
    test, validation
        Shares of the rows, in 0..1; with a test table of its own `validation` is a share of the
        other rows and `test` does not count.
    seed
        Decides which rows.
    test_from
        First ``__row__`` of a test table of its own, or None.
    """

    test: float
    validation: float
    seed: int
    test_from: int | None = None

    @property
    def shares(self) -> tuple[float, float]:
        """What chance has to deal: test and validation."""
        return (0.0 if self.test_from is not None else self.test, self.validation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealt:
    """Rows on each side, and sentences about how they came there."""

    counts: Mapping[str, int]
    notes: tuple[str, ...]


def deal_rows(engine: Engine, columns: Mapping[str, Column], task: Task, wanted: Wanted) -> Dealt:
    """Make the relation ``sides`` from the relation ``labelled``."""
    key = key_sql(columns, task)
    if _count(engine) > STRATIFIED_ROWS and task.time is None:
        notes = _by_key(engine, key, wanted)
    else:
        notes = _in_memory(engine, columns, task, key, wanted)
    is_wanted = {"test": wanted.test > 0, "validation": wanted.validation > 0, "train": True}
    return _account(engine, task, notes, is_wanted)


def key_sql(columns: Mapping[str, Column], task: Task) -> str:
    """Return text that is equal for rows which must share a side: group, id, or all features."""
    for name in (task.group, task.id):
        if name is not None:
            return f"coalesce({ident(name)}::VARCHAR, 'row ' || {ident(ROW)}::VARCHAR)"
    others = {task.target, task.time, *task.ignore}
    cells = [_cell(column) for name, column in columns.items() if name not in others]
    if not cells:
        return f"{ident(ROW)}::VARCHAR"
    return f"md5(concat_ws(chr(31), {', '.join(cells)}))"


def _cell(column: Column) -> str:
    """Return a cell as text that tells missing from every value, and 0.0 equal to -0.0."""
    x = f"({ident(column.name)} + 0.0)" if column.dtype == "float" else ident(column.name)
    return f"coalesce({x}::VARCHAR, chr(30))"


def _count(engine: Engine) -> int:
    return int(engine.query("SELECT count(*) FROM labelled").column(0)[0].as_py())


def _by_key(engine: Engine, key: str, wanted: Wanted) -> list[str]:
    """Deal any number of rows without bringing them into memory."""
    position = f"('0x' || substr(md5({literal(f'{wanted.seed} ')} || {key}), 1, 12))::BIGINT"
    test, validation = (int(share * _KEY_RANGE) for share in wanted.shares)
    is_test = "FALSE" if wanted.test_from is None else f"{ident(ROW)} >= {wanted.test_from}"
    engine.view(
        "sides",
        f"SELECT {ident(ROW)}, CASE WHEN {is_test} OR position < {test} THEN 'test' "
        f"WHEN position < {test + validation} THEN 'validation' "
        "ELSE 'train' END AS side "
        f"FROM (SELECT {ident(ROW)}, {position} AS position FROM labelled)",
    )
    return [f"Above {STRATIFIED_ROWS:,} rows a key of each row decides its side, without strata."]


def _in_memory(
    engine: Engine, columns: Mapping[str, Column], task: Task, key: str, wanted: Wanted
) -> list[str]:
    """Deal with one key, one stratum and one moment per row in memory."""
    frame = _frame(engine, columns, task, key)
    rows = frame[ROW].to_numpy()
    own = np.ones(len(rows), bool) if wanted.test_from is None else rows < wanted.test_from
    _check_table_sides(own, wanted.test_from)
    codes, notes = _deal(frame[own], task, wanted.shares, wanted.seed)
    side = np.full(len(rows), "test", dtype=object)
    side[own] = np.array(SIDES, dtype=object)[codes]
    if wanted.test_from is not None:
        notes.insert(0, "The test side is a table of its own.")
    sides = {ROW: rows, "side": side.astype(str)}
    engine.register("sides", pa.table({name: pa.array(cells) for name, cells in sides.items()}))
    return notes


def _check_table_sides(own: np.ndarray, test_from: int | None) -> None:
    """Refuse a training or test table without a labelled row."""
    if test_from is not None and (own.all() or not own.any()):
        which = "test" if own.all() else "training"
        problem = f"no row of the {which} table has a target"
        raise DataError(_STAGE, problem, remedy="Look at the target column of that table.")


def _frame(engine: Engine, columns: Mapping[str, Column], task: Task, key: str) -> pd.DataFrame:
    """Bring ``__row__``, key, target and time into memory, by ``__row__``."""
    time = "NULL" if task.time is None else _moment(columns[task.time])
    names = f"{ident(ROW)}, {key} AS unit, {ident(str(task.target))} AS y, {time} AS moment"
    return engine.query(f"SELECT {names} FROM labelled ORDER BY {ident(ROW)}").to_pandas()


def _moment(column: Column) -> str:
    """Return a time as a number that orders it."""
    x = ident(column.name)
    return f"epoch_us({x})::DOUBLE" if column.dtype == "date" else f"{x}::DOUBLE"


def _deal(
    frame: pd.DataFrame, task: Task, shares: tuple[float, float], seed: int
) -> tuple[np.ndarray, list[str]]:
    """Return a code into `SIDES` for each row, and how it was decided."""
    unit = pd.factorize(frame["unit"])[0]
    if task.time is not None:
        moment = frame["moment"].to_numpy(dtype=float)
        return by_time(moment, unit if task.group else None, shares, task.time)
    strata, first = _strata(frame["y"], task), frame[ROW].to_numpy()
    codes = stratified(unit, strata, shares, seed, first=first)
    by = "class" if task.kind == "classification" else "tenths of the target"
    named = task.group or task.id
    if named:
        return codes, [f"Rows were dealt by {by}, rows that share `{named}` together."]
    sizes = np.bincount(unit)
    notes = [f"Rows were dealt by {by}."]
    if not _is_near(codes, shares):
        codes = stratified(np.arange(len(unit)), strata, shares, seed, first=first)
        notes.append("So many rows have the same features that they were not held on one side.")
    elif sizes.max() > 1:
        twins = f"{sizes[sizes > 1].sum():,} rows share all features with another"
        notes.append(f"{twins}; each such group is on one side.")
    return codes, notes


def _is_near(codes: np.ndarray, shares: tuple[float, float]) -> bool:
    """Say whether each side got roughly the rows that were wanted."""
    wanted = np.array([*shares, 1 - sum(shares)]) * len(codes)
    counts = np.bincount(codes, minlength=len(SIDES))
    return bool((np.abs(counts - wanted) <= _FARTHEST * wanted + 1).all())


def _strata(y: pd.Series, task: Task) -> np.ndarray:
    """Return a class code or a decile per row."""
    if task.kind == "classification":
        return pd.factorize(y, sort=True)[0]
    values = y.to_numpy(dtype=float)
    edges = np.unique(np.quantile(values, np.arange(1, _DECILES) / _DECILES))
    return np.searchsorted(edges, values, side="right")


def _account(
    engine: Engine, task: Task, notes: Sequence[str], is_wanted: Mapping[str, bool]
) -> Dealt:
    """Count the sides, refuse an empty one, and name classes that are not everywhere."""
    label = f"labelled.{ident(str(task.target))}" if task.kind == "classification" else "''"
    found = engine.query(
        f"SELECT sides.side, {label}, count(*) FROM sides JOIN labelled USING ({ident(ROW)}) "
        "GROUP BY 1, 2 ORDER BY 1, 2"
    )
    seen: dict[str, dict[str, int]] = {side: {} for side in reversed(SIDES)}
    for side, value, count in zip(*(column.to_pylist() for column in found.columns), strict=True):
        seen[side][value] = count
    counts = {side: sum(classes.values()) for side, classes in seen.items()}
    empty = [side for side, count in counts.items() if not count and is_wanted[side]]
    if empty:
        problem = f"no row is left for {' and '.join(empty)}"
        remedy = "Bring more rows or groups, or change the shares under `split`."
        raise DataError(_STAGE, problem, remedy=remedy)
    total = ", ".join(f"{count:,} {side}" for side, count in counts.items() if count)
    return Dealt(counts=counts, notes=(*notes, f"Rows: {total}.", *_absent(task, seen, counts)))


def _absent(
    task: Task, seen: Mapping[str, Mapping[str, int]], counts: Mapping[str, int]
) -> list[str]:
    """Name the classes that a side lacks."""
    notes: list[str] = []
    for side, classes in seen.items():
        lacking = [label for label in task.classes if label not in classes]
        if lacking and counts[side]:
            named = ", ".join(f"`{label}`" for label in lacking[:5])
            more = f" and {len(lacking) - 5:,} more" if len(lacking) > 5 else ""  # noqa: PLR2004 - enough to see which
            notes.append(f"No row of {named}{more} is on the {side} side.")
    return notes
