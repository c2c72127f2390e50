"""What must hold of an arm in a fold, beyond its rows: nothing is learnt elsewhere.

What must hold of folds and of prepared rows stands in `folds`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from dataaudit.proof.fit import Fit
from dataaudit.proof.folds import InvariantError

_MOST_STEPS = 1_000  # a longer list holds values, not estimators


def check_unfitted(arm: str, preparation: Any, rows: int) -> None:
    """Refuse a preparation that has learnt before it is given its training rows.

    Parameters
    ----------
    preparation
        A clone, before it is fitted. What ends in ``_`` is learnt, as everywhere in scikit-learn;
        a table as long as the training rows is one that was brought along.
    rows
        That it will be given.

    Raises
    ------
    InvariantError
        Naming what it has learnt.
    """
    for owner, name, value in _attributes(preparation, set()):
        if name.endswith("_") and not name.startswith("_"):
            raise InvariantError(
                arm,
                f"comes with a fitted {type(owner).__name__} (`{name}`), whose rows may be those "
                "that judge; hand it over unfitted",
            )
        if isinstance(value, pd.DataFrame | pd.Series) and len(value) >= rows:
            raise InvariantError(
                arm, f"brings {len(value):,} rows of its own along (`{name}`), which may judge it"
            )


def _attributes(thing: Any, seen: set[int]) -> Iterator[tuple[Any, str, Any]]:
    """Yield every attribute of an estimator and of those in it, with its owner and name."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, list | tuple | dict) and len(thing) < _MOST_STEPS:
        for part in thing.values() if isinstance(thing, dict) else thing:
            yield from _attributes(part, seen)
    elif isinstance(thing, BaseEstimator) or hasattr(type(thing), "fit_resample"):
        for name, value in vars(thing).items():
            yield thing, name, value
            yield from _attributes(value, seen)


def check_learnt(arm: str, preparation: Any, given: int, made: int) -> None:
    """Refuse a preparation that counts more rows than it was given to learn from.

    Parameters
    ----------
    preparation
        Fitted.
    given, made
        Training rows before and after resampling.

    Raises
    ------
    InvariantError
        Where an ``n_samples_seen_``, as scikit-learn's scalers have it, is larger.
    """
    for owner, name, value in _attributes(preparation, set()):
        if name == "n_samples_seen_" and np.max(value) > max(given, made):
            raise InvariantError(
                arm,
                f"was fitted on {int(np.max(value)):,} rows ({type(owner).__name__}), "
                f"of which the training part has {given:,}",
            )


def check_stopping(arm: str, fit: Fit | None, values: Any, rows: int) -> None:
    """Refuse a network that stops by other rows than those of the fold.

    Parameters
    ----------
    values : array of shape (rows,)
        What the rows to stop by have as target, as the network is given it, in their order.
    rows
        How many there are: real ones, the same for every arm.

    Raises
    ------
    InvariantError
        Where rows are missing, made up, relabelled or in another order.
    """
    X, told = (None, None) if fit is None else (fit.X_validation, fit.y_validation)
    if X is None or told is None or len(X) != rows:
        raise InvariantError(arm, f"would stop by other rows than the {rows:,} of the fold")
    if not np.array_equal(told, np.asarray(values, dtype=told.dtype)):
        raise InvariantError(arm, "would stop by rows with other targets than the fold has")
