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
_LEAST = 0.01  # no row is left out altogether


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


def believed(X: pd.DataFrame, y: pd.Series) -> NDArray[np.float64]:
    """Return the probability of each row's classes, by learners too simple to learn by heart.

    Logistic regression or nearest neighbours, whichever is right more often out of fold.

    Returns
    -------
    array of shape (rows, classes)
        Classes in the order of their names; all ones where a class has too few rows to tell.
    """
    codes, labels = pd.factorize(np.asarray(y), sort=True)
    if len(labels) < 2 or np.bincount(codes).min() < _FOLDS:  # noqa: PLR2004 - one class
        return np.ones((len(codes), len(labels)))
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
    return max(said, key=lambda shares: float((shares.argmax(axis=1) == codes).mean()))


def belief(X: pd.DataFrame, y: pd.Series) -> NDArray[np.float64]:
    """Return how probable each row's own label is, at least a little, shape (rows,).

    As weights these leave the border between classes where it is: odds of q to 1 - q become their
    square, and one half stays one half.
    """
    codes = pd.factorize(np.asarray(y), sort=True)[0]
    return np.maximum(believed(X, y)[np.arange(len(codes)), codes], _LEAST)


def suspects(X: pd.DataFrame, y: pd.Series) -> NDArray[np.bool_]:
    """Mark the rows whose label simple learners doubt; see `doubtful`."""
    shares = believed(X, y)
    return doubtful(shares, pd.factorize(np.asarray(y), sort=True)[0]) & (shares < 1).any(axis=1)
