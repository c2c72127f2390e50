"""What may come in and what may go out: columns by name, and numbers alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_consistent_length, column_or_1d

from dataaudit.errors import DataError
from dataaudit.estimator import dates, named_columns, texts
from dataaudit.naming import listed

_NAMED = 5  # columns spelt out in an error


def as_frame(X: Any) -> pd.DataFrame:
    """Return X as a frame with distinct names of text; an array gets the names x0, x1, ...

    Raises
    ------
    DataError
        Where two columns share a name or a name is no text.
    """
    frame = named_columns(X)
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise DataError(
            "clean", f"the column name {listed(twice, _NAMED)} stands there more than once"
        )
    if not all(isinstance(name, str) for name in frame.columns):
        raise DataError(
            "clean", "column names must be text", remedy="Rename them with astype(str)."
        )
    return frame


def labels_of(y: Any, frame: pd.DataFrame) -> pd.Series:
    """Return the target as a series beside the frame.

    Raises
    ------
    DataError
        Where there are no rows, or a row has no target.
    """
    if not len(frame):
        raise DataError("clean", "there are no training rows to learn from")
    check_consistent_length(frame, y)
    labels = pd.Series(column_or_1d(y, warn=True), index=frame.index, name=getattr(y, "name", None))
    if labels.isna().any():
        raise DataError("clean", f"{int(labels.isna().sum()):,} training rows have no target")
    return labels


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
        said = [f"lack {listed(missing, _NAMED)}"] * bool(missing) + [
            f"have {listed(extra, _NAMED)}, which training had not"
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
    refuse_others([*texts(frame), *dates(frame)], names)
    is_ready = np.isfinite(frame.to_numpy(dtype="float64", na_value=np.nan)).all(axis=0)
    refuse_gaps(frame.columns[~is_ready].tolist(), names)


def refuse_others(columns: Sequence[str], names: Sequence[str]) -> None:
    """Refuse columns that are text or dates after the last step.

    Raises
    ------
    DataError
        Where there are any.
    """
    if columns:
        raise DataError(
            "clean",
            f"{listed(columns, _NAMED)} {'is' if len(columns) == 1 else 'are'} text or dates "
            "after the last step, and a network takes numbers alone",
            remedy=_add("encode", names, "as the last step"),
        )


def refuse_gaps(columns: Sequence[str], names: Sequence[str]) -> None:
    """Refuse columns with missing or infinite cells after the last step.

    Raises
    ------
    DataError
        Where there are any.
    """
    if columns:
        raise DataError(
            "clean",
            f"after the last step cells are missing in {listed(columns, _NAMED)}",
            remedy=_add("missing", names, "before `scale`"),
        )


def _add(step: str, names: Sequence[str], place: str) -> str:
    if step in names:
        return f"`{step}` must stand behind the step that leaves them."
    return f"Add `{step}` under `clean`, {place}."
