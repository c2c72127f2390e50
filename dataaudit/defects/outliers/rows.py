"""Rows that stand apart over all number columns at once, by an isolation forest."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dataaudit.defects.outliers.forest import grow, scores

_FEWEST_ROWS = 100
_FEWEST_COLUMNS = 2  # one column is what the rule for cells is for
_MOST_ROWS = 20_000  # scoring more costs seconds and finds the same kind of row
_APART = 0.6  # the contour that Liu, Ting and Zhou draw around potential anomalies


def isolation(frame: pd.DataFrame, seed: int) -> pd.Series:
    """Score how easily each row is split off from the others.

    Parameters
    ----------
    frame : DataFrame of shape (rows, columns)
        Number columns; missing and infinite cells are taken as the median.
    seed
        Decides the rows, 20,000 at most, and the trees.

    Returns
    -------
    Series of float64
        In 0..1 by the index of the frame, larger is more apart; empty below 100 rows or two columns
        that vary.
    """
    if len(frame) > _MOST_ROWS:
        frame = frame.sample(_MOST_ROWS, random_state=seed).sort_index()
    frame = frame.where(np.isfinite(frame))
    frame = frame.loc[:, frame.max() > frame.min()]
    if len(frame) < _FEWEST_ROWS or frame.shape[1] < _FEWEST_COLUMNS:
        return pd.Series(dtype="float64")
    matrix = frame.fillna(frame.median()).to_numpy(dtype="float64")
    return pd.Series(scores(grow(matrix, seed), matrix), index=frame.index)


def apart(scores: pd.Series) -> pd.Series:
    """Return the scores above 0.6, the most isolated row first."""
    return scores[scores > _APART].sort_values(ascending=False, kind="stable")
