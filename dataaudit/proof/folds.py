"""Which rows learn, which tell when to stop, and which judge; what must hold of them.

The judging rows of a fold are the same rows, with the same labels, in the same order for every arm:
never dropped, resampled, relabelled, nor learnt from. What an arm may know stands in `invariants`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold, TimeSeriesSplit

from dataaudit.errors import DataAuditError
from dataaudit.proof.target import Target

Rows = NDArray[np.intp]
_DISTINCT = 0.5  # below this share of distinct rows, equal rows are normal in this table, no twins
_STOPPING_ROWS = 50  # at least about so many: the loss of a few rows is mostly noise
_STOPPING_SHARES = (0.1, 0.25)


class InvariantError(DataAuditError):
    """The comparison would not have been fair, so it is not made."""

    def __init__(self, arm: str, problem: str) -> None:
        self.arm, self.problem = arm, problem
        super().__init__(f"prove: the comparison would be unfair, arm {arm!r} {problem}.")


@dataclass(frozen=True, slots=True)
class Fold:
    """Positions of rows: those to fit on, to stop by, and to judge by. No two share a row."""

    fit: Rows
    stop: Rows
    judge: Rows


def twins(X: pd.DataFrame) -> tuple[Rows, bool]:
    """Give equal rows one number.

    Returns
    -------
    groups, are_twins
        Without twins every row has its own number. In a table where more than half of the rows
        repeat another, equal rows are no copies of each other, and are told apart as well.
    """
    keys = pd.util.hash_pandas_object(X.astype("str"), index=False).to_numpy()
    groups = np.unique(keys, return_inverse=True)[1].astype(np.intp)
    distinct = int(groups.max(initial=-1)) + 1
    if distinct == len(X) or distinct < _DISTINCT * len(X):
        return np.arange(len(X)), False
    return groups, True


def folds(
    target: Target,
    groups: Rows,
    *,
    parts: int,
    seed: int,
    is_grouped: bool = False,
    order: Any = None,
) -> Iterator[Fold]:
    """Part the rows.

    Parameters
    ----------
    target
        Parts are balanced by its strata.
    groups
        Rows of one number stay together, also when the rows to stop by are drawn.
    parts
        How many folds.
    seed
        Decides which rows.
    is_grouped
        Whether the groups are the user's, with sizes that matter.
    order : array of shape (rows,), optional
        Time: then each fold learns from what came before the rows it is judged by.
    """
    strata = target.strata
    for learn, judge in _parted(strata, groups, parts, seed, is_grouped=is_grouped, order=order):
        is_stop = pick(strata[learn], groups[learn], stopping_share(len(learn)), seed)
        fold = Fold(fit=learn[~is_stop], stop=learn[is_stop], judge=judge)
        check_fold(fold, groups)
        yield fold


def _parted(
    strata: Rows, groups: Rows, parts: int, seed: int, *, is_grouped: bool, order: Any
) -> Iterator[tuple[Rows, Rows]]:
    """Yield the rows to learn from and to judge by."""
    if order is not None:
        by_time = np.argsort(np.asarray(order), kind="stable")
        for learn, judge in TimeSeriesSplit(n_splits=parts).split(by_time):
            rows = np.sort(by_time[learn])
            yield rows[~np.isin(groups[rows], groups[by_time[judge]])], np.sort(by_time[judge])
        return
    if is_grouped:
        splitter = StratifiedGroupKFold(n_splits=parts, shuffle=True, random_state=seed)
        yield from splitter.split(strata, strata, groups)
        return
    part = _dealt(strata, groups, parts, seed)
    for k in range(parts):
        yield np.flatnonzero(part != k), np.flatnonzero(part == k)


def _dealt(strata: Rows, groups: Rows, parts: int, seed: int) -> Rows:
    """Deal the groups of each stratum out like cards; return the part of each row."""
    first, inverse = np.unique(groups, return_index=True, return_inverse=True)[1:]
    shuffled = np.random.default_rng([seed, 2]).permutation(len(first))
    by_stratum = shuffled[np.argsort(strata[first][shuffled], kind="stable")]
    part = np.empty(len(first), dtype=np.intp)
    part[by_stratum] = np.arange(len(first)) % parts
    return part[inverse]


def stopping_share(rows: int) -> float:
    """Return the share of the training rows to stop by: a tenth, more of a small table.

    Examples
    --------
    >>> stopping_share(100), stopping_share(300), stopping_share(10_000)
    (0.25, 0.16666666666666666, 0.1)
    """
    return float(np.clip(_STOPPING_ROWS / rows, *_STOPPING_SHARES))


def pick(strata: Rows, groups: Rows, share: float, seed: int) -> NDArray[np.bool_]:
    """Mark about this share of the rows, the same share of each stratum, whole groups only."""
    first, inverse = np.unique(groups, return_index=True, return_inverse=True)[1:]
    shuffled = np.random.default_rng([seed, 3]).permutation(len(first))
    chosen = np.zeros(len(first), dtype=bool)
    for stratum in np.unique(strata):
        members = shuffled[strata[first][shuffled] == stratum]
        chosen[members[: round(share * len(members))]] = True
    if not chosen.any():
        chosen[shuffled[0]] = True
    return chosen[inverse]


def check_fold(fold: Fold, groups: Rows) -> None:
    """Refuse a fold whose judging rows, or their twins, are learnt from.

    Raises
    ------
    InvariantError
        Naming what is shared.
    """
    learnt = np.concatenate([fold.fit, fold.stop])
    if len(np.unique(learnt)) != len(learnt) or np.isin(fold.judge, learnt).any():
        raise InvariantError("all", "would learn from rows that judge it")
    if np.isin(groups[fold.judge], groups[learnt]).any():
        raise InvariantError("all", "would learn from twins of rows that judge it")


def check_prepared(arm: str, given: pd.DataFrame, prepared: Any) -> None:
    """Refuse prepared rows that are not the given ones in their order.

    Raises
    ------
    InvariantError
        Where rows vanished, came or moved.
    """
    if len(prepared) != len(given):
        raise InvariantError(arm, f"gave {len(prepared)} rows back for {len(given)} to judge")
    if isinstance(prepared, pd.DataFrame) and not prepared.index.equals(given.index):
        raise InvariantError(arm, "changed the order of the rows to judge")


def check_trained(arm: str, rows: Rows, synthetic: Any, given: int) -> None:
    """Refuse training rows from outside the training part of the fold.

    Raises
    ------
    InvariantError
        Where a real row has no position among the given ones.
    """
    real = np.asarray(rows)[~np.asarray(synthetic, dtype=bool)]
    if len(real) and (real.min() < 0 or real.max() >= given):
        raise InvariantError(arm, "trained on rows from outside the training part")


def digest(ids: Any, labels: Any) -> str:
    """Return a SHA-256 over row ids and labels in their order, equal for fair arms."""
    content = hashlib.sha256()
    for row, label in zip(ids, labels, strict=True):
        content.update(f"{row}\x1f{label}\x1e".encode())
    return content.hexdigest()
