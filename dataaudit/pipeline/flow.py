"""Training rows on their way through the steps: the real ones, and those that a sampler made.

Steps learn from real rows alone; what they learnt is applied to the made rows as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dataaudit.errors import DataAuditError, DataError
from dataaudit.pipeline.order import is_sampler


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The rows between two steps.

    Parameters
    ----------
    real, labels
        The rows of the input that are left, in its order, and their targets.
    rows
        Their positions in the input, ascending.
    made, made_labels
        The synthetic rows and their targets.
    """

    real: pd.DataFrame
    labels: pd.Series
    rows: np.ndarray
    made: pd.DataFrame
    made_labels: pd.Series

    @classmethod
    def start(cls, frame: pd.DataFrame, labels: pd.Series) -> Flow:
        """Return the rows before the first step."""
        return cls(
            real=frame,
            labels=labels,
            rows=np.arange(len(frame)),
            made=frame.iloc[:0],
            made_labels=labels.iloc[:0],
        )

    def after(self, name: str, step: Any) -> Flow:
        """Fit a step and return the rows behind it; "passthrough" leaves them as they are."""
        if isinstance(step, str):
            return self
        try:
            return self.resampled(name, step) if is_sampler(step) else self.transformed(name, step)
        except DataAuditError:
            raise
        except (TypeError, ValueError) as error:  # what scikit-learn raises for unfit columns
            raise DataError(f"clean.{name}", str(error).splitlines()[0]) from error

    def transformed(self, name: str, step: Any) -> Flow:
        """Fit a transformer on the real rows and apply it to all."""
        real = framed(name, step, step.fit_transform(self.real, self.labels), self.real)
        made = transformed(name, step, self.made) if len(self.made) else real.iloc[:0]
        return Flow(
            real=real,
            labels=self.labels,
            rows=self.rows,
            made=made,
            made_labels=self.made_labels,
        )

    def resampled(self, name: str, sampler: Any) -> Flow:
        """Let a sampler drop rows and make new ones; rows that it keeps are kept as they were."""
        frame, labels = self.all()
        frame_out, labels_out = sampler.fit_resample(frame, labels)
        origin = _origin(name, sampler, frame, frame_out)
        kept = np.sort(origin[origin >= 0])
        was_real = kept[kept < len(self.real)]
        was_made = kept[kept >= len(self.real)] - len(self.real)
        new = pd.DataFrame(frame_out).loc[origin < 0].astype(frame.dtypes)
        new_labels = pd.Series(labels_out).loc[origin < 0].astype(labels.dtype)
        return Flow(
            real=self.real.iloc[was_real],
            labels=self.labels.iloc[was_real],
            rows=self.rows[was_real],
            made=pd.concat([self.made.iloc[was_made], new], ignore_index=True),
            made_labels=pd.concat([self.made_labels.iloc[was_made], new_labels], ignore_index=True),
        )

    def all(self) -> tuple[pd.DataFrame, pd.Series]:
        """Return real rows and then made ones, and their targets, numbered from 0."""
        parts = ([self.real, self.made], [self.labels, self.made_labels])
        if not len(self.made):
            return self.real.reset_index(drop=True), self.labels.reset_index(drop=True)
        return pd.concat(parts[0], ignore_index=True), pd.concat(parts[1], ignore_index=True)


def transformed(name: str, step: Any, frame: pd.DataFrame) -> pd.DataFrame:
    """Apply a fitted transformer to a frame."""
    return framed(name, step, step.transform(frame), frame)


def framed(name: str, step: Any, out: Any, before: pd.DataFrame) -> pd.DataFrame:
    """Return what a transformer gave as a frame with the index of the rows that it was given.

    Raises
    ------
    DataError
        Where it did not keep every row.
    """
    values = out.toarray() if hasattr(out, "toarray") else out
    if len(values) != len(before):
        raise DataError(
            "clean",
            f"step `{name}` gave {len(values):,} rows for {len(before):,}",
            remedy="A step that drops or adds rows must be a sampler (fit_resample).",
        )
    if isinstance(values, pd.DataFrame):
        return values.set_axis(before.index, axis=0)
    values = np.asarray(values)
    return pd.DataFrame(values, columns=_names(name, step, before, values), index=before.index)


def _names(name: str, step: Any, before: pd.DataFrame, values: np.ndarray) -> list[str]:
    """Name the columns of an array: by the step, else as before, else by number."""
    if hasattr(step, "get_feature_names_out"):
        return [str(column) for column in step.get_feature_names_out()]
    if values.shape[1] == before.shape[1]:
        return list(before.columns)
    return [f"{name}_{i}" for i in range(values.shape[1])]


def _origin(name: str, sampler: Any, before: pd.DataFrame, after: Any) -> np.ndarray:
    """Return for each row that a sampler gave its position before; -1 for new rows and for copies.

    Raises
    ------
    DataError
        Where a sampler does not say it and does not put the rows it was given first.
    """
    known = getattr(sampler, "sample_indices_", None)
    if known is not None:
        origin = np.asarray(known)
    else:
        if not pd.DataFrame(after).iloc[: len(before)].reset_index(drop=True).equals(before):
            raise DataError(
                "clean",
                f"step `{name}` ({type(sampler).__name__}) does not tell which rows it kept",
                remedy="Use a sampler with `sample_indices_`, or one that only adds rows.",
            )
        origin = np.r_[np.arange(len(before)), np.full(len(after) - len(before), -1)]
    is_copy = pd.Series(origin).duplicated().to_numpy()
    return np.where(is_copy, -1, origin)
