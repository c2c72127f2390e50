"""What chance looks like where there is nothing to learn.

A chance pattern between two rows of different folds is in the model that judges the one and in the
model that judges the other: each pair of rows agrees, or disagrees, twice over. The variance of the
mean over rows is then up to double what rows that know nothing of each other would give. What has
been learnt outweighs it: equal arms that learn are told apart as often as they may be, with the
plain standard error (`benchmarks/bill_aa.py`).
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dataaudit.proof.metrics import Estimate, total
from dataaudit.proof.statistics import interval

TWICE = math.sqrt(2)
"""Of a standard error: the most that pairs which count twice make of it."""


def by_chance(change: Estimate) -> Estimate:
    """Return a difference with the influences that it has where nothing is learnt.

    Examples
    --------
    >>> by_chance(Estimate(0.5, np.array([1.0, -1.0]))).influence.round(3).tolist()
    [1.414, -1.414]
    """
    wider = total([(TWICE, change)])
    return replace(wider, value=change.value)


def has_learnt(above: Estimate, groups: NDArray[np.intp], *, least_error: float = 0.0) -> bool:
    """Tell whether an arm is shown to do better than always giving the same answer.

    Parameters
    ----------
    above
        What it has over that answer; more is better.
    groups, least_error
        See `dataaudit.proof.statistics.interval`.
    """
    return interval(by_chance(above), groups, least_error=least_error).low > 0
