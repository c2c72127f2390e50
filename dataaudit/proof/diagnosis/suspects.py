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
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

_FOLDS = 5
_NEIGHBOURS, _SHRUNKEN, _TREES, _LEAF = 31, 0.02, 40, 5  # smooth: labels are wrong here and there
_LEAST = 0.001  # no row is left out altogether


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
    limits = _usual(shares, codes)
    above = np.where(shares >= limits, shares, -1.0)
    believed = above.argmax(axis=1)
    return np.asarray((above.max(axis=1) >= 0) & (believed != codes))


def believed(X: pd.DataFrame, y: pd.Series) -> NDArray[np.float64]:
    """Return the probability of each row's classes, by learners that cannot learn it by heart.

    The mean of a strongly shrunken logistic regression, nearest neighbours and a forest of large
    leaves, each asked about rows that it has not seen.

    Returns
    -------
    array of shape (rows, classes)
        Classes in the order of their names; all ones where a class has too few rows to tell.
    """
    codes, labels = pd.factorize(np.asarray(y), sort=True)
    if len(labels) < 2 or np.bincount(codes).min() < _FOLDS:  # noqa: PLR2004 - one class
        return np.ones((len(codes), len(labels)))
    values = StandardScaler().fit_transform(np.asarray(X, dtype="float64"))
    said = [
        cross_val_predict(
            learner,
            values,
            codes,
            cv=StratifiedKFold(_FOLDS, shuffle=True, random_state=0),
            method="predict_proba",
        )
        for learner in (
            LogisticRegression(C=_SHRUNKEN, max_iter=1000),
            KNeighborsClassifier(min(_NEIGHBOURS, len(codes) // _FOLDS)),
            RandomForestClassifier(_TREES, min_samples_leaf=_LEAF, random_state=0),
        )
    ]
    shares: NDArray[np.float64] = np.mean(said, axis=0)
    return shares


def belief(X: pd.DataFrame, y: pd.Series) -> NDArray[np.float64]:
    """Return what each row's label counts for, shape (rows,): 1, or next to nothing in doubt.

    Here a row is in doubt where another class exceeds its usual probability by more than its own
    does. That doubts more rows than `doubtful`, which names only those that are worth a look: with
    25 % of the labels flipped, or 40 % of a class missed, it sees .95 and .84 of the wrong labels
    of breast cancer instead of .85 and .58, and a right row left out costs less than a wrong one
    learnt by heart. Comparing with what is usual sees labels that are wrong in one direction.
    """
    shares, codes = believed(X, y), pd.factorize(np.asarray(y), sort=True)[0]
    if (shares == 1).all():
        return np.ones(len(codes))
    return np.where((shares - _usual(shares, codes)).argmax(axis=1) != codes, _LEAST, 1.0)


def _usual(shares: NDArray[np.float64], codes: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return how probable each class is, on average, for the rows that bear its label."""
    limits = np.full(shares.shape[1], np.inf)
    for code in np.unique(codes):
        limits[code] = shares[codes == code, code].mean()
    return limits


def suspects(X: pd.DataFrame, y: pd.Series) -> NDArray[np.bool_]:
    """Mark the rows whose label simple learners doubt; see `doubtful`."""
    shares = believed(X, y)
    return doubtful(shares, pd.factorize(np.asarray(y), sort=True)[0]) & (shares < 1).any(axis=1)
