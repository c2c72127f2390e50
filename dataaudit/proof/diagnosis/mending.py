"""What remedies for the data are made of: the same arm behind cells, rows or columns put right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

import pandas as pd
from sklearn.base import clone

from dataaudit.pipeline import Resampled
from dataaudit.proof.arms import Base
from dataaudit.proof.careless import ZeroFilled
from dataaudit.proof.diagnosis.filling import Filled
from dataaudit.proof.diagnosis.suspects import belief
from dataaudit.proof.diagnosis.wrapping import Around


class Before:
    """A preparation, and steps ahead of it.

    Parameters
    ----------
    steps
        Unfitted scikit-learn transformers of frames.
    preparation
        Unfitted.
    """

    def __init__(self, steps: Sequence[Any], preparation: Any) -> None:
        self.steps, self.preparation = steps, preparation
        self.balance = getattr(preparation, "balance", "none")

    def clone(self) -> Self:
        """Return an unfitted copy."""
        return type(self)([clone(step) for step in self.steps], self.preparation.clone())

    def fit_resample(self, X: pd.DataFrame, y: pd.Series) -> Resampled:
        """Learn from training rows and return what to train on."""
        self.steps_ = []
        for step in self.steps:
            self.steps_.append(clone(step).fit(X, y))
            X = self.steps_[-1].transform(X)
        made: Resampled = self.preparation.fit_resample(X, y)
        return made

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Prepare other rows; every row stays, in order."""
        for step in self.steps_:
            X = step.transform(X)
        prepared: pd.DataFrame = self.preparation.transform(X)
        return prepared


def ahead(steps: Sequence[Any], preparation: Any) -> Before:
    """Put steps ahead of a preparation, behind those that are there; gaps are filled once, at last.

    Two imputers would flag a column twice.
    """
    if isinstance(preparation, Before):
        steps, preparation = [*preparation.steps, *steps], preparation.preparation
    fills = [step for step in steps if isinstance(step, Filled)]
    others = [step for step in steps if not isinstance(step, Filled)]
    return Before([*others, *fills[-1:]], preparation)


def is_filling(preparation: Any) -> bool:
    """Tell whether a preparation fills gaps and flags them by itself, as far as we know it."""
    inner = preparation
    while hasattr(inner, "preparation"):
        inner = inner.preparation
    is_base = isinstance(inner, Base) and not isinstance(inner, ZeroFilled)
    return is_base or bool(held(inner, "missing"))


def filled(preparation: Any, X: pd.DataFrame) -> Filled:
    """Return the step that fills what steps before it blank, and all gaps where nothing else does.

    Gaps that the preparation fills by itself are left to it, so that the remedy of another cause is
    not credited with filling them better.
    """
    gaps = X.columns[X.isna().any()].tolist() if is_filling(preparation) else []
    return Filled(left=gaps)


class Without:
    """A preparation that is not given some columns.

    Parameters
    ----------
    columns
        Their names.
    preparation
        Unfitted.
    """

    def __init__(self, columns: Sequence[Any], preparation: Any) -> None:
        self.columns, self.preparation = list(columns), preparation
        self.balance = getattr(preparation, "balance", "none")

    def clone(self) -> Self:
        """Return an unfitted copy."""
        return type(self)(self.columns, self.preparation.clone())

    def fit_resample(self, X: pd.DataFrame, y: pd.Series) -> Resampled:
        """Learn from training rows and return what to train on."""
        made: Resampled = self.preparation.fit_resample(X.drop(columns=self.columns), y)
        return made

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Prepare other rows; every row stays, in order."""
        prepared: pd.DataFrame = self.preparation.transform(X.drop(columns=self.columns))
        return prepared


class Balanced(Around):
    """A preparation whose labels are decided at the shares of the classes."""

    def __init__(self, preparation: Any) -> None:
        super().__init__(preparation)
        self.balance = "threshold"


class Believing(Around):
    """A preparation whose training rows count next to nothing where their label is in doubt.

    What is judged, and what training stops by, stays as it is.
    """

    def fit_resample(self, X: pd.DataFrame, y: pd.Series) -> Resampled:
        """Learn from training rows and return them weighed."""
        made = super().fit_resample(X, y)
        return replace(made, weight=made.weight * belief(made.X, made.y))


def held(preparation: Any, step: str) -> str:
    """Say that a cleaning has a step already; "" where it has not."""
    steps = [each[0] for each in getattr(preparation, "steps", []) if isinstance(each, tuple)]
    return f"The cleaning does it already (`{step}`); the bill says what for." * (step in steps)
