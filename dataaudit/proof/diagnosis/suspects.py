"""Rows whose label is probably wrong: confident learning on answers out of fold.

A row is doubtful where another class than its own is as probable as that class is, on average, for
the rows that bear its label. This names rows to look at; it does not tell wrong labels from rows
that are hard, so it raises no alarm by itself (on Haberman, with no wrong label planted, it names
34 % of the rows).

References
----------
C. Northcutt, L. Jiang, I. Chuang, Confident learning: estimating uncertainty in dataset labels,
JAIR 70, 2021.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

_FOLDS = 5
_NEIGHBOURS = 15
_MOST_OF_A_CLASS = 0.6  # at least the rest of a class is left to learn from


def doubtful(shares: Any, codes: Any) -> NDArray[np.bool_]:
    """Mark the rows off the diagonal of the confident joint.

    Parameters
    ----------
    shares : array of shape (rows, classes)
        Probabilities out of fold.
    codes : array of int, shape (rows,)
        The label of each row.

    Examples
    --------
    >>> shares = [[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.8], [0.95, 0.05]]
    >>> doubtful(shares, [0, 0, 1, 1, 1]).tolist()
    [False, False, False, False, True]
    """
    shares, codes = np.asarray(shares, dtype="float64"), np.asarray(codes, dtype=np.intp)
    limits = np.full(shares.shape[1], np.inf)
    for code in np.unique(codes):
        limits[code] = shares[codes == code, code].mean()
    above = np.where(shares >= limits, shares, -1.0)
    believed = above.argmax(axis=1)
    return np.asarray((above.max(axis=1) >= 0) & (believed != codes))


def suspects(X: pd.DataFrame, y: pd.Series) -> NDArray[np.bool_]:
    """Mark doubtful rows among prepared training rows, by learners too simple to learn by heart.

    Logistic regression or nearest neighbours, whichever is right more often out of fold. Of each
    class the least certain rows are named first, and never so many that little of it is left.
    """
    codes, labels = pd.factorize(np.asarray(y), sort=True)
    counts = np.bincount(codes)
    if len(labels) < 2 or counts.min() < _FOLDS:  # noqa: PLR2004 - one class, or too few of one
        return np.zeros(len(codes), dtype=bool)
    values = np.asarray(X, dtype="float64")
    said = [
        cross_val_predict(
            make_pipeline(StandardScaler(), learner),
            values,
            codes,
            cv=StratifiedKFold(_FOLDS, shuffle=True, random_state=0),
            method="predict_proba",
        )
        for learner in (
            LogisticRegression(max_iter=1000),
            KNeighborsClassifier(min(_NEIGHBOURS, len(codes) // _FOLDS)),
        )
    ]
    best = max(said, key=lambda shares: float((shares.argmax(axis=1) == codes).mean()))
    return _at_most(doubtful(best, codes), best, codes)


def _at_most(marked: NDArray[np.bool_], shares: Any, codes: Any) -> NDArray[np.bool_]:
    """Unmark the more probable rows of a class that would lose too many."""
    own = shares[np.arange(len(codes)), codes]
    for code in np.unique(codes):
        rows = np.flatnonzero(marked & (codes == code))
        most = int(_MOST_OF_A_CLASS * (codes == code).sum())
        marked[rows[np.argsort(own[rows], kind="stable")[most:]]] = False
    return marked
