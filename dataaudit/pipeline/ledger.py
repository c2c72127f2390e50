"""What each step did to the training rows: counts, and one sentence without any value in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from dataaudit.estimator import dates, numbers
from dataaudit.pipeline.flow import Flow

_KINDS = ("number", "date", "text cell")
_NAMED = 3  # columns spelt out in a sentence
_BALANCE = {
    "class_weight": "Weighed the rows so that every class counts the same.",
    "threshold": "Left the rows; the threshold is chosen in the training folds.",
}


def ledger_line(name: str, step: Any, before: Flow, after: Flow, balance: str) -> dict[str, Any]:
    """Return what a step did, as values that JSON can hold.

    Parameters
    ----------
    name, step
        As in the pipeline; "passthrough" for a step without an estimator.
    before, after
        The training rows on either side of it.
    balance
        What `imbalance` does.
    """
    if isinstance(step, str):
        sentence = _BALANCE.get(balance, "") if name == "imbalance" else ""
        sentence = sentence or "Configured to do nothing."
    else:
        sentence = _sentence([*_rows(before, after), *_cells(before, after), *_notes(step)])
    return {
        "name": name,
        "estimator": "" if isinstance(step, str) else type(step).__name__,
        "sentence": sentence,
        "rows_in": len(before.real) + len(before.made),
        "rows_out": len(after.real) + len(after.made),
        "synthetic": len(after.made),
        "columns_in": before.real.shape[1],
        "columns_out": after.real.shape[1],
    }


def _sentence(parts: list[str]) -> str:
    text = "; ".join(parts) or "changed nothing in the training rows"
    return f"{text[0].upper()}{text[1:]}."


def _rows(before: Flow, after: Flow) -> list[str]:
    """Word the rows that went and came."""
    gone, made = len(before.real) - len(after.real), len(after.made) - len(before.made)
    return [
        *([f"removed {_count(gone, 'training row')}"] if gone else []),
        *([f"made {_count(made, 'synthetic row')}"] if made > 0 else []),
    ]


def _notes(step: Any) -> list[str]:
    """Return what a step has to say of itself."""
    note = getattr(step, "note_", "")
    return [note] if note else []


def _cells(before: Flow, after: Flow) -> list[str]:
    """Word the cells that changed and the columns that went and came."""
    old, new = before.real, after.real
    if len(old) != len(new):
        return []
    shared = [name for name in old.columns if name in new]
    was, became = _kinds(old), _kinds(new)
    retyped = [name for name in shared if was[name] != became[name]]
    same = [name for name in shared if name not in set(retyped)]
    filled, blanked, changed = _counts(old[same], new[same], was)
    return [
        *_counted("filled", "missing cell", filled),
        *_counted("blanked", "cell", blanked),
        *_counted("changed", "cell", changed),
        *_retyped(became, retyped),
        *_exchanged(old, new),
    ]


def _retyped(became: Mapping[Any, str], names: list[str]) -> list[str]:
    """Word the columns that became numbers, dates or text."""
    kinds = {kind: [name for name in names if became[name] == kind] for kind in _KINDS}
    return [f"turned {_columns(these)} into {kind}s" for kind, these in kinds.items() if these]


def _exchanged(old: pd.DataFrame, new: pd.DataFrame) -> list[str]:
    """Word the columns that went and came."""
    gone = [name for name in old.columns if name not in new]
    come = [name for name in new.columns if name not in old]
    if gone and come:
        return [f"replaced {_columns(gone)} by {_count(len(come), 'column')}"]
    return [
        *([f"removed {_columns(gone)}"] if gone else []),
        *([f"added {_columns(come)}"] if come else []),
    ]


def _counts(
    old: pd.DataFrame, new: pd.DataFrame, kinds: Mapping[Any, str]
) -> tuple[dict[str, int], ...]:
    """Count by column the cells that were filled, blanked and changed.

    Number columns are counted together: one by one, this would take longer than the cleaning.
    """
    every = [str(name) for name in old]
    names = [name for name in every if kinds[name] == "number"]
    found: tuple[dict[str, int], ...] = ({}, {}, {})
    both = [frame[names].to_numpy("float64", na_value=np.nan) for frame in (old, new)]
    _note(found, names, both, [np.isnan(values) for values in both])
    for name in (name for name in every if kinds[name] != "number"):
        cells = [frame[[name]] for frame in (old, new)]
        gaps = [frame.isna().to_numpy() for frame in cells]
        _note(found, [name], [frame.to_numpy() for frame in cells], gaps)
    return tuple({name: one[name] for name in every} for one in found)


def _note(
    found: tuple[dict[str, int], ...],
    names: list[str],
    cells: Sequence[np.ndarray],
    gaps: Sequence[np.ndarray],
) -> None:
    """Add the counts of some columns, given before and after."""
    (old, new), (was_gap, is_gap) = cells, gaps
    differs = np.zeros(old.shape, dtype=bool)
    there = ~(was_gap | is_gap)
    differs[there] = old[there] != new[there]
    for counted, which in zip(found, (was_gap & ~is_gap, ~was_gap & is_gap, differs), strict=True):
        counted.update(zip(names, which.sum(axis=0).tolist(), strict=True))


def _kinds(frame: pd.DataFrame) -> dict[Any, str]:
    """Return what each column holds."""
    return {
        **dict.fromkeys(frame.columns, "text cell"),
        **dict.fromkeys(dates(frame), "date"),
        **dict.fromkeys(numbers(frame), "number"),
    }


def _counted(verb: str, noun: str, cells: dict[str, int]) -> list[str]:
    """Word a count of cells over the columns that have any."""
    names = [name for name, count in cells.items() if count]
    total = int(np.sum(list(cells.values()))) if names else 0
    return [f"{verb} {_count(total, noun)} in {_columns(names)}"] if names else []


def _columns(names: list[str]) -> str:
    """Word a list of columns: the count, and the first names."""
    shown = ", ".join(f"`{name}`" for name in names[:_NAMED])
    return f"{_count(len(names), 'column')} ({shown}{', ...' if len(names) > _NAMED else ''})"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
