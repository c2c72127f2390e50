"""What each step did to the training rows: counts, and one sentence without any value in it."""

from __future__ import annotations

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
    retyped = [name for name in shared if _kind(old[[name]]) != _kind(new[[name]])]
    same = [name for name in shared if name not in retyped]
    filled = {name: int((old[name].isna() & new[name].notna()).sum()) for name in same}
    blanked = {name: int((old[name].notna() & new[name].isna()).sum()) for name in same}
    changed = {name: _differing(old[name], new[name]) for name in same}
    return [
        *_counted("filled", "missing cell", filled),
        *_counted("blanked", "cell", blanked),
        *_counted("changed", "cell", changed),
        *_retyped(new, retyped),
        *_exchanged(old, new),
    ]


def _retyped(new: pd.DataFrame, names: list[str]) -> list[str]:
    """Word the columns that became numbers, dates or text."""
    kinds = {kind: [name for name in names if _kind(new[[name]]) == kind] for kind in _KINDS}
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


def _differing(old: pd.Series, new: pd.Series) -> int:
    """Count cells that are there on both sides and differ."""
    both = (old.notna() & new.notna()).to_numpy()
    return int((old.to_numpy()[both] != new.to_numpy()[both]).sum())


def _kind(frame: pd.DataFrame) -> str:
    return "number" if numbers(frame) else "date" if dates(frame) else "text cell"


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
