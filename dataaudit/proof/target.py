"""The target as numbers for the network, and the network's outputs as answers."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax

from dataaudit.errors import DataError
from dataaudit.proof.network import Kind

Floats = NDArray[np.float64]
_TWO = 2
_DECILES = 10
_TINY = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What one fit says of some rows.

    Parameters
    ----------
    labels
        The class decided for, as a number; the predicted value for regression. Shape (rows,).
    shares
        The probability of each class after prior correction, shape (rows, classes); for regression
        the predicted value, shape (rows, 1).
    uncorrected
        The probabilities before prior correction, as training left them; None where nothing was
        corrected.
    """

    labels: Floats
    shares: Floats
    uncorrected: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is to be predicted.

    Parameters
    ----------
    kind
        What the network answers.
    classes
        Sorted labels; empty for regression.
    coded
        The number of each row's class, or the target itself. Shape (rows,).
    """

    kind: Kind
    classes: tuple[str, ...]
    coded: Floats

    @classmethod
    def of(cls, y: Any, kind: str) -> Target:
        """Read the target.

        Parameters
        ----------
        y : array-like of shape (rows,)
        kind : {"classification", "regression"}

        Raises
        ------
        DataError
            Where a label is missing, all are the same, or a number is none.
        """
        series = pd.Series(y)
        if series.isna().any():
            raise DataError("prove", f"{int(series.isna().sum()):,} rows have no target")
        if kind == "regression":
            values = series.to_numpy("float64")
            if not np.isfinite(values).all() or np.ptp(values) == 0:
                raise DataError("prove", "the target must be finite and must vary")
            return cls(kind="regression", classes=(), coded=values)
        classes, codes = np.unique(series.astype(str).to_numpy("object"), return_inverse=True)
        return cls(kind=kind_of(classes), classes=tuple(classes), coded=codes.astype("float64"))

    @property
    def outputs(self) -> int:
        """Units of the network's last layer."""
        return len(self.classes) if self.kind == "multiclass" else 1

    @property
    def strata(self) -> NDArray[np.intp]:
        """What folds are balanced by: the class, or the decile of the target."""
        if self.classes:
            return self.coded.astype(np.intp)
        ranks = pd.Series(self.coded).rank(method="first").to_numpy()
        return ((ranks - 1) * _DECILES // len(ranks)).astype(np.intp)

    def codes(self, y: Any) -> Floats:
        """Return labels as class numbers, or the values themselves."""
        if not self.classes:
            return pd.Series(y).to_numpy("float64")
        text = pd.Index(pd.Series(y).astype(str))
        return pd.Index(self.classes).get_indexer(text).astype("float64")

    def counts(self, codes: Floats, weight: Floats | None = None) -> Floats:
        """Return the weighted share of each class."""
        counted = np.bincount(codes.astype(np.intp), weight, minlength=len(self.classes))
        return counted / counted.sum()


def kind_of(classes: Sized) -> Kind:
    """Return what a network of these classes answers; a `DataError` where there are not two."""
    if len(classes) < _TWO:
        raise DataError("prove", f"the target has {len(classes)} class; two are needed")
    return "binary" if len(classes) == _TWO else "multiclass"


def shift_of(real: Floats, trained: Floats) -> Floats:
    """Return what to add to the log-probability of each class to undo resampling.

    ``log p' = log p + log pi - log pi_s`` (Saerens, Latinne and Decaestecker 2002); 0 for a class
    that either side lacks.
    """
    known = (real > 0) & (trained > 0)
    shift = np.zeros(len(real))
    shift[known] = np.log(real[known]) - np.log(trained[known])
    return np.where(np.abs(shift) < _TINY, 0.0, shift)


def as_outputs(shift: Floats, kind: Kind) -> Floats:
    """Bring a shift of classes to a shift of the network's outputs."""
    return shift[1:] - shift[:1] if kind == "binary" else shift


def as_classes(outputs: Any) -> Floats:
    """Return unnormalised log-probabilities, one column a class, from logits."""
    logits = np.asarray(outputs, dtype="float64")
    return np.hstack([np.zeros_like(logits), logits]) if logits.shape[1] == 1 else logits


def answers(outputs: Any, *, shift: Floats, cut: Floats) -> Answers:
    """Decide classes and correct the probabilities.

    Parameters
    ----------
    outputs : array of shape (rows, outputs)
        Logits.
    shift : array of shape (classes,)
        See `shift_of`; for the probabilities alone: correcting before deciding would undo what
        resampling was for.
    cut : array of shape (classes,)
        Taken from the log-probabilities before deciding: zeros, or the log of the thresholds.
    """
    logits = as_classes(outputs)
    decided = np.argmax(log_softmax(logits, axis=1) - cut, axis=1)
    return Answers(
        labels=decided.astype("float64"),
        shares=softmax(logits + shift, axis=1),
        uncorrected=softmax(logits, axis=1) if np.any(shift) else None,
    )
