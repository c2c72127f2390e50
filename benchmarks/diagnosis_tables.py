"""Tables for `bill_diagnosis`: scikit-learn's own, and made up ones whose truth is known; gaps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn import datasets

from dataaudit.proof.arms import Base
from dataaudit.proof.diagnosis.wrapping import Then

Table = tuple[pd.DataFrame, pd.Series, str]
CALM = ("breast cancer", "wine", "digits")


def _loaded(loader: Callable[..., Any], kind: str = "classification", rows: int = 600) -> Table:
    """Return some rows of one of scikit-learn's tables."""
    found = loader(as_frame=True)
    some = np.random.default_rng(0).permutation(len(found.data))[:rows]
    y = found.target.iloc[some]
    return (
        found.data.iloc[some].reset_index(drop=True),
        (y.astype(str) if kind == "classification" else y.astype(float)).reset_index(drop=True),
        kind,
    )


def made(
    truth: Callable[[Any], Any], *, rows: int = 600, columns: int = 6, noise: float = 0, seed: int
) -> Table:
    """Return two classes: which side of 0 a score of columns between -1 and 1 lies, and noise."""
    draw = np.random.default_rng(seed)
    X = draw.uniform(-1, 1, size=(rows, columns))
    score = truth(X) + noise * draw.normal(size=rows)
    y = pd.Series(np.where(score > 0, "yes", "no"))
    return pd.DataFrame(X).add_prefix("x"), y, "classification"


def wide(name: str) -> Table:
    """Return a table with one more column, of no use, whose numbers are in the ten thousands."""
    X, y, kind = TABLES[name]()
    others = 1e4 * np.random.default_rng(0).normal(size=len(X))
    return X.assign(wide=others), y, kind


def stepped(seed: int) -> Table:
    """Return a target that jumps along single columns, as trees like it."""
    heights = np.random.default_rng(seed).normal(size=(3, 16))
    return made(
        lambda X: sum(heights[i][(8 * X[:, i] + 8).astype(int)] for i in range(3)),
        rows=1500,
        columns=8,
        seed=seed,
    )


def rare(seed: int) -> Table:
    """Return a class of one row in twenty, and columns that say little of it."""
    return made(lambda X: X[:, 0] + X[:, 1] - 2, rows=1500, noise=0.9, seed=seed)


def few(seed: int) -> Table:
    """Return too few rows for their truth: four of twelve columns, in two products."""
    return made(lambda X: X[:, 0] * X[:, 1] + X[:, 2] * X[:, 3], rows=400, columns=12, seed=seed)


def few_digits(seed: int) -> Table:
    """Return a sixth of the digits."""
    X, y, kind = _loaded(datasets.load_digits, rows=1797)
    some = np.random.default_rng(seed).permutation(len(X))[:300]
    return X.iloc[some].reset_index(drop=True), y.iloc[some].reset_index(drop=True), kind


def noisy(seed: int) -> Table:
    """Return a table that gives no more away than a line does."""
    return made(lambda X: X[:, 0] + X[:, 1], rows=4000, noise=0.5, seed=seed)


def scattered(seed: int) -> Table:
    """Return numbers that are half noise, to be learnt by heart."""
    X, y = datasets.make_friedman1(500, 20, noise=4.0, random_state=seed)
    return pd.DataFrame(X).add_prefix("x"), pd.Series(y), "regression"


def slanted(seed: int) -> Table:
    """Return a line in noise: whatever is learnt beyond the line is noise.

    In more noise a narrow network does no better than the mean either, and nothing can be told.
    """
    draw = np.random.default_rng(seed)
    X = draw.normal(size=(400, 6))
    y = X[:, :4].sum(axis=1) / 2 + 1.2 * draw.normal(size=400)
    return pd.DataFrame(X).add_prefix("x"), pd.Series(y), "regression"


class Gaps(Then):
    """Leaves every twentieth cell missing."""

    def __init__(self, preparation: Any = None) -> None:
        super().__init__(Base() if preparation is None else preparation)

    def _learn(self, X: pd.DataFrame) -> None:
        """Learn nothing."""

    def _then(self, X: pd.DataFrame) -> pd.DataFrame:
        return X.mask(np.random.default_rng(0).random(X.shape) < 1 / 20)


TABLES: dict[str, Callable[[], Table]] = {
    "breast cancer": lambda: _loaded(datasets.load_breast_cancer),
    "wine": lambda: _loaded(datasets.load_wine),
    "digits": lambda: _loaded(datasets.load_digits, rows=900),
    "diabetes": lambda: _loaded(datasets.load_diabetes, "regression"),
    "iris": lambda: _loaded(datasets.load_iris),
    "ring": lambda: made(lambda X: X[:, 0] ** 2 + X[:, 1] ** 2 - 0.6, noise=0.1, seed=0),
    "product": lambda: made(lambda X: X[:, 0] * X[:, 1], noise=0.05, seed=0),
    "slope": lambda: made(lambda X: X[:, 0] + X[:, 1] - X[:, 2], noise=0.3, seed=0),
}
