"""What a step is given, in the form that a source reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dataaudit.split.target import are_classes
from dataaudit.table import Task

_TARGET = "target"
"""The name of labels that come without one."""


def named(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the columns names of text and the rows their positions; the frame itself stays."""
    names = [f"x{name}" if isinstance(name, int) else str(name) for name in frame.columns]
    return frame.set_axis(names, axis=1).reset_index(drop=True)


def with_target(columns: pd.DataFrame, y: Any) -> tuple[pd.DataFrame, Task]:
    """Put the target beside the features, and say what it is."""
    values = np.asarray(y).ravel()
    if y is None or len(values) != len(columns):  # several targets are none that we know
        return columns, Task()
    labels = pd.Series(values)
    name = str(getattr(y, "name", None) or _TARGET)
    while name in columns:
        name = f"{name}_"
    if not are_classes(labels):
        return columns.assign(**{name: labels}), Task(target=name, kind="regression")
    text = labels.where(labels.isna(), labels.astype("str")).astype("str")
    classes = tuple(map(str, text.value_counts().index))
    task = Task(target=name, kind="classification", classes=classes)
    return columns.assign(**{name: text}), task
