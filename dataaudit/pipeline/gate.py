"""What may come in and what may go out: columns by name, and numbers alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from dataaudit.errors import DataError
from dataaudit.estimator import dates, texts

_NAMED = 5  # columns spelt out in an error


def as_frame(X: Any) -> pd.DataFrame:
    """Return X as a frame with distinct names of text; an array gets the names x0, x1, ...

    Raises
    ------
    DataError
        Where two columns share a name or a name is no text.
    """
    frame = X if isinstance(X, pd.DataFrame) else _named(np.asarray(X))
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise DataError(
            "clean", f"the column name {_listed(list(twice))} stands there more than once"
        )
    if not all(isinstance(name, str) for name in frame.columns):
        raise DataError(
            "clean", "column names must be text", remedy="Rename them with astype(str)."
        )
    return frame


def _named(values: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(values, columns=[f"x{i}" for i in range(values.shape[1])])


def align(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return the columns in the order of training.

    Raises
    ------
    DataError
        Naming the columns that are missing and those that training had not.
    """
    known = set(columns)
    missing = [name for name in columns if name not in frame]
    extra = [name for name in frame.columns if name not in known]
    if missing or extra:
        said = [f"lack {_listed(missing)}"] * bool(missing) + [
            f"have {_listed(extra)}, which training had not"
        ] * bool(extra)
        raise DataError(
            "clean",
            f"the rows {' and '.join(said)}",
            remedy="Give the same columns as in training; their order does not matter.",
        )
    return frame[list(columns)]


def check_ready(frame: pd.DataFrame, *, names: Sequence[str]) -> None:
    """Refuse what a network cannot take.

    Parameters
    ----------
    frame
        The rows after the last step.
    names
        The steps there were.

    Raises
    ------
    DataError
        Naming the columns that are no numbers, or have missing or infinite cells.
    """
    others = [*texts(frame), *dates(frame)]
    if others:
        raise DataError(
            "clean",
            f"{_listed(others)} {'is' if len(others) == 1 else 'are'} text or dates after the last "
            "step, and a network takes numbers alone",
            remedy=_add("encode", names, "as the last step"),
        )
    is_ready = np.isfinite(frame.to_numpy(dtype="float64", na_value=np.nan)).all(axis=0)
    gaps = frame.columns[~is_ready].tolist()
    if gaps:
        raise DataError(
            "clean",
            f"after the last step cells are missing in {_listed(gaps)}",
            remedy=_add("missing", names, "before `scale`"),
        )


def _add(step: str, names: Sequence[str], place: str) -> str:
    if step in names:
        return f"`{step}` must stand behind the step that leaves them."
    return f"Add `{step}` under `clean`, {place}."


def _listed(names: Sequence[str]) -> str:
    """Return the names for a sentence, the first few spelt out."""
    shown = ", ".join(f"`{name}`" for name in names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED:,} more" if len(names) > _NAMED else shown
