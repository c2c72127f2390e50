"""Deal the labelled rows to the sides, and say how it was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from dataaudit.engine import Engine, mapping, one_row
from dataaudit.engine.sql import ident
from dataaudit.errors import DataError
from dataaudit.naming import listed
from dataaudit.source.columns import ROW, Column
from dataaudit.split import key
from dataaudit.split.sides import SIDES, by_time, stratified
from dataaudit.table import Task

if TYPE_CHECKING:
    import pandas as pd

STRATIFIED_ROWS = 1_000_000  # above, the key alone decides
SIDE = "__side__"
"""The column of ``dealt`` that bears train, validation or test."""

_POSITION = "__position__"
SIDE = "__side__"
"""The column of ``sided`` that bears train, validation or test."""

_POSITION = "__position__"
_DECILES = 10
_NAMED = 5  # classes spelt out in a note
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
    """Rows on each side, and sentences about how they came there.

    ``is_by_unit``: each group, id or set of equal features is on one side, without exception.
    """

    counts: Mapping[str, int]
    notes: tuple[str, ...]
    is_by_unit: bool = False


def deal_rows(
    engine: Engine, columns: Mapping[str, Column], task: Task, wanted: Wanted, rows: int
) -> Dealt:
    """Make ``sides`` and ``sided`` from ``labelled``, which has so many rows.

    ``sided`` has the rows of ``labelled`` in their order, each with its `SIDE`.
    """
    is_by_unit = False
    if rows > STRATIFIED_ROWS and task.time is None:
        notes, is_by_unit = _by_key(engine, columns, task, wanted)
    else:
        notes = _in_memory(engine, columns, task, wanted)
    engine.view("sides", f"SELECT {ident(ROW)}, side FROM dealt")
    is_wanted = {"test": wanted.test > 0, "validation": wanted.validation > 0, "train": True}
    return _account(engine, task, notes, is_wanted, is_by_unit=is_by_unit)


def by_table(engine: Engine, test_from: int) -> None:
    """Make ``sides`` of a test table of its own and the other rows, which are not dealt.

    Raises
    ------
    DataError
        Where one of the tables has no row with a target.
    """
    row = ident(ROW)
    side = f"CASE WHEN {row} >= {test_from} THEN 'test' ELSE 'train' END AS side"
    engine.view("sides", f"SELECT {row}, {side} FROM labelled")
    rows = np.array(one_row(engine, f"SELECT min({row}), max({row}) FROM labelled"))
    _check_table_sides(rows < test_from, test_from)


def _by_key(
    engine: Engine, columns: Mapping[str, Column], task: Task, wanted: Wanted
) -> tuple[list[str], bool]:
    """Deal any number of rows without bringing them into memory; say whether keys held together."""
    label = f"{ident(str(task.target))} AS y" if task.kind == "classification" else "'' AS y"
    notes = [f"Above {STRATIFIED_ROWS:,} rows a key of each row decides its side, without strata."]
    named, row = task.group or task.id, ident(ROW)
    by_row = _row_position(wanted.seed)  # for rows so much alike that there are few keys to deal
    for position in (key.fingerprint(columns, task, wanted.seed), by_row):
        engine.store(
            "dealt",
            f"SELECT {row}, {_side(wanted)} AS side, y "
            f"FROM (SELECT {row}, {position} AS position, {label} FROM labelled) AS keyed",
        )
        # Decided anew for each row: a join of so many rows would lose their order.
        keyed = f"SELECT *, {position} AS {_POSITION} FROM labelled"
        side = _side(wanted, _POSITION)
        engine.view("sided", f"SELECT *, {side} AS {SIDE} FROM ({keyed}) AS keyed")
        is_forced = named is not None or wanted.test_from is not None
        if is_forced or _is_near(_sides_counted(engine), wanted.shares):
            break
    if position != by_row:
        return notes, wanted.test_from is None
    notes.append("So many rows have the same features that they were not held on one side.")
    return notes, False


def _side(wanted: Wanted, position: str = "position") -> str:
    """Return the SQL of the side of a position."""
    test, validation = (int(share * key.RANGE) for share in wanted.shares)
    is_test = "FALSE" if wanted.test_from is None else f"{ident(ROW)} >= {wanted.test_from}"
    return (
        f"CASE WHEN {is_test} OR {position} < {test} THEN 'test' "
        f"WHEN {position} < {test + validation} THEN 'validation' ELSE 'train' END"
    )


def _row_position(seed: int) -> str:
    """Return the SQL of a position that depends on ``__row__`` alone."""
    return key.fingerprint({}, Task(), seed)


def _sides_counted(engine: Engine) -> np.ndarray:
    """Return the rows of `SIDES`."""
    rows = mapping(engine, "SELECT side, count(*) FROM dealt GROUP BY side")
    return np.array([rows.get(side, 0) for side in SIDES])


def _in_memory(
    engine: Engine, columns: Mapping[str, Column], task: Task, wanted: Wanted
) -> list[str]:
    """Deal with one key, one stratum and one moment per row in memory."""
    frame = _frame(engine, columns, task)
    rows = frame[ROW].to_numpy()
    own = np.ones(len(rows), bool) if wanted.test_from is None else rows < wanted.test_from
    _check_table_sides(own, wanted.test_from)
    codes, notes = _deal(frame[own], task, wanted.shares, wanted.seed)
    side = np.full(len(rows), "test", dtype=object)
    side[own] = np.array(SIDES, dtype=object)[codes]
    if wanted.test_from is not None:
        notes.insert(0, "The test side is a table of its own.")
    label = frame["y"] if task.kind == "classification" else np.full(len(rows), "")
    dealt = {ROW: rows, "side": side.astype(str), "y": label}
    engine.register("dealt", pa.table({name: pa.array(cells) for name, cells in dealt.items()}))
    joined = f"FROM labelled JOIN dealt USING ({ident(ROW)}) ORDER BY {ident(ROW)}"
    engine.view("sided", f"SELECT labelled.*, dealt.side AS {SIDE} {joined}")
    return notes


def _check_table_sides(own: np.ndarray, test_from: int | None) -> None:
    """Refuse a training or test table without a labelled row."""
    if test_from is not None and (own.all() or not own.any()):
        which = "test" if own.all() else "training"
        problem = f"no row of the {which} table has a target"
        raise DataError(_STAGE, problem, remedy="Look at the target column of that table.")


def _frame(engine: Engine, columns: Mapping[str, Column], task: Task) -> pd.DataFrame:
    """Bring ``__row__``, key, target and time into memory, by ``__row__``."""
    row, named = ident(ROW), key.named(task)
    time = "NULL" if task.time is None else key.number_sql(columns[task.time])
    unit = named or key.fingerprint(columns, task, 0)
    names = f"{row}, {unit} AS unit, {ident(str(task.target))} AS y, {time} AS moment"
    frame = engine.query(f"SELECT {names} FROM labelled ORDER BY {row}").to_pandas()
    alike = frame["unit"].duplicated(keep=False)
    if named is None and alike.any():  # equal fingerprints need not mean equal rows
        engine.register("alike", pa.table({ROW: frame.loc[alike, ROW].to_numpy()}))
        found = engine.query(
            f"SELECT {key.exact(columns, task)} FROM labelled "
            f"WHERE {row} IN (SELECT {row} FROM alike) ORDER BY {row}"
        )
        frame["unit"] = frame["unit"].astype("str")
        frame.loc[alike, "unit"] = found.column(0).to_numpy(zero_copy_only=False)
    return frame


def _deal(
    frame: pd.DataFrame, task: Task, shares: tuple[float, float], seed: int
) -> tuple[np.ndarray, list[str]]:
    """Return a code into `SIDES` for each row, and how it was decided."""
    import pandas as pd

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
    if not _is_near(np.bincount(codes, minlength=len(SIDES)), shares):
        codes = stratified(np.arange(len(unit)), strata, shares, seed, first=first)
        notes.append("So many rows have the same features that they were not held on one side.")
    elif sizes.max() > 1:
        twins = f"{sizes[sizes > 1].sum():,} rows share all features with another"
        notes.append(f"{twins}; each such group is on one side.")
    return codes, notes


def _is_near(counts: np.ndarray, shares: tuple[float, float]) -> bool:
    """Say whether each side got roughly the rows that were wanted."""
    wanted = np.array([*shares, 1 - sum(shares)]) * counts.sum()
    return bool((np.abs(counts - wanted) <= _FARTHEST * wanted + 1).all())


def _strata(y: pd.Series, task: Task) -> np.ndarray:
    """Return a class code or a decile per row."""
    if task.kind == "classification":
        import pandas as pd

        return pd.factorize(y, sort=True)[0]
    values = y.to_numpy(dtype=float)
    edges = np.unique(np.quantile(values, np.arange(1, _DECILES) / _DECILES))
    return np.searchsorted(edges, values, side="right")


def _account(
    engine: Engine,
    task: Task,
    notes: Sequence[str],
    is_wanted: Mapping[str, bool],
    *,
    is_by_unit: bool,
) -> Dealt:
    """Count the sides, refuse an empty one, and name classes that are not everywhere."""
    found = engine.query("SELECT side, y, count(*) FROM dealt GROUP BY 1, 2 ORDER BY 1, 2")
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
    return Dealt(
        counts=counts,
        notes=(*notes, f"Rows: {total}.", *_absent(task, seen, counts)),
        is_by_unit=is_by_unit,
    )


def _absent(
    task: Task, seen: Mapping[str, Mapping[str, int]], counts: Mapping[str, int]
) -> list[str]:
    """Name the classes that a side lacks."""
    notes: list[str] = []
    for side, classes in seen.items():
        lacking = [label for label in task.classes if label not in classes]
        if lacking and counts[side]:
            notes.append(f"No row of {listed(lacking, _NAMED)} is on the {side} side.")
    return notes
