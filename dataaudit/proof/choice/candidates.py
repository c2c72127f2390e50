"""What there is to choose from: lists of steps as they stand under ``clean``, nothing done first.

One thing is varied at a time, since effects on different steps mostly add up, and what goes
together by experience is varied together: robust scaling with mended cells, and the threshold with
the scalers. Fewer candidates also cost less to correct for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dataaudit.defects import configured
from dataaudit.estimator import numbers
from dataaudit.pipeline import Cleaning

Steps = tuple[tuple[str, Mapping[str, Any]], ...]

NOTHING = "do nothing"
YOURS = "the list under `clean`"
PLAIN: dict[str, Mapping[str, Any]] = {
    "missing": {"numeric": "median", "indicator": True},
    "scale": {"method": "standard"},
    "encode": {},
}
"""What doing nothing does, as a network cannot take text or gaps: the arm `base` as a list."""

_ORDER = ("disguised", "types", "categories", "constant", "outliers", "missing", "scale")
_SCALERS = ("robust", "quantile", "minmax", "none")
_FILLS: tuple[Mapping[str, Any], ...] = (
    {"numeric": "median", "indicator": False},
    {"numeric": "mean", "indicator": True},
)
_KNN: Mapping[str, Any] = {"numeric": "knn", "indicator": True}
_ITERATIVE: Mapping[str, Any] = {"numeric": "iterative", "indicator": True}
_BALANCES = ("threshold", "class_weight", "smote", "undersample")
_TOUCHES = {"threshold": 1, "class_weight": 2, "smote": 3, "undersample": 3, "none": 0}
"""How far each way reaches into training: the decision alone, the loss, the rows."""

_NOISY = "quantile"
_QUANTILE_ROWS = 300  # half of them, less those to stop by, still have a row for each percentile
_FEW_ROWS = 5_000  # science.md section 2: neighbours of more rows take too long to find
_FEW_COLUMNS = 20  # a regression for each column, ten times over
_RARE = 0.4  # of its fair share: a fifth of the rows where there are two classes


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One way to clean.

    Parameters
    ----------
    name
        In words, by what differs from doing nothing.
    steps
        As under ``clean``: (name, parameters) in order.
    changes
        How much it does beyond doing nothing; of two that are as good, the smaller is taken.
    """

    name: str
    steps: Steps
    changes: int

    @classmethod
    def of(cls, steps: Sequence[tuple[str, Mapping[str, Any]]], name: str = "") -> Candidate:
        """Name a list of steps and count what it changes.

        Examples
        --------
        >>> Candidate.of([("missing", {}), ("scale", {"method": "robust"}), ("encode", {})])
        Candidate(name='scale: robust', steps=(...), changes=1)
        """
        kept = tuple((step, dict(params)) for step, params in steps)
        words = [_words(step, params) for step, params in kept if _size(step, params)]
        if "scale" not in dict(kept):
            words.append(_words("scale", {"method": "none"}))
        size = sum(_size(step, params) for step, params in kept) + ("scale" not in dict(kept))
        return cls(name=name or " + ".join(words) or NOTHING, steps=kept, changes=size)

    def cleaning(self, kind: Any, seed: int, *, allow_code: bool = False) -> Cleaning:
        """Return the unfitted cleaning."""
        return Cleaning.build(self.steps, configured(), kind=kind, seed=seed, allow_code=allow_code)

    @property
    def balance(self) -> str:
        """What it does about rare classes."""
        params = dict(self.steps).get("imbalance")
        return "none" if params is None else str(params.get("method", "threshold"))

    @property
    def reaches_training(self) -> bool:
        """Whether it weighs, makes or leaves out rows to balance the classes."""
        return self.balance not in ("none", "threshold")


def _size(step: str, params: Mapping[str, Any]) -> int:
    """Return how much a step does beyond what doing nothing does."""
    if step == "imbalance":
        return _TOUCHES[str(params.get("method", "threshold"))]
    if step == "missing" and params.get("numeric", "median") in ("knn", "iterative"):
        return 2
    if step == "scale":
        return int(params.get("method", "robust") != "standard")
    plain = PLAIN.get(step)
    return int(plain is None or {**plain, **params} != plain)


def _words(step: str, params: Mapping[str, Any]) -> str:
    """Name a step by what is special about it."""
    if step == "missing":
        flag = "" if params.get("indicator", True) else ", no flag"
        return f"missing: {params.get('numeric', 'median')}{flag}"
    default = {"scale": "robust", "imbalance": "threshold", "outliers": "clip"}.get(step, "")
    said = params.get("method", params.get("action", default))
    return f"{step}: {said}" if said else step


def propose(
    X: pd.DataFrame,
    y: Any,
    *,
    kind: str,
    metric: str,
    mends: Sequence[str] = (),
    own: Sequence[tuple[str, Mapping[str, Any]]] = (),
) -> list[Candidate]:
    """Return the candidates for a table, doing nothing first.

    Parameters
    ----------
    X : DataFrame of shape (rows, columns)
        Training rows, as they came.
    y : array-like of shape (rows,)
    kind
        What the target is.
    metric
        Ways to treat a rare class are tried where it is balanced accuracy.
    mends
        Steps that the audit's findings call for, of ``disguised``, ``types``, ``categories`` and
        ``constant``.
    own
        A list of the user's, which is raced as well.

    Examples
    --------
    >>> X = pd.DataFrame({"a": [1.0, 2.0, None, 4.0]})
    >>> found = propose(X, ["no", "yes"] * 2, kind="classification", metric="accuracy")
    >>> [one.name for one in found][:3]
    ['do nothing', 'scale: robust', 'scale: minmax']
    """
    found = [_steps()]
    found += _of_numbers(X)
    if mends:
        found += [_steps(mends=mends), _steps(mends=mends, scale="robust")]
    if kind == "classification" and metric == "balanced_accuracy" and _is_rare(y):
        found += [_steps(balance=method) for method in _BALANCES]
        found.append(_steps(balance="threshold", scale="robust"))
        if len(X) >= _QUANTILE_ROWS:
            found.append(_steps(balance="threshold", scale=_NOISY))
        if mends:
            found.append(_steps(mends=mends, balance="threshold", scale="robust"))
    made = [Candidate.of(steps) for steps in found]
    if own:
        made.append(Candidate.of(own, YOURS))
    different = {repr(one.steps): one for one in reversed(made)}  # of equal ones the first stays
    return [one for one in made if different[repr(one.steps)] is one]


def _of_numbers(X: pd.DataFrame) -> Iterator[Any]:
    """Yield the ways to treat number columns; none without any."""
    names = numbers(X)
    if not names:
        return
    scalers = _SCALERS if len(X) >= _QUANTILE_ROWS else [one for one in _SCALERS if one != _NOISY]
    yield from (_steps(scale=method) for method in scalers)
    yield _steps(outliers={"action": "clip"})
    if not X[names].isna().to_numpy().any():
        return
    yield from (_steps(missing=params) for params in _FILLS)
    if len(X) <= _FEW_ROWS:
        yield _steps(missing=_KNN)
    if len(X) <= _FEW_ROWS and len(names) <= _FEW_COLUMNS:
        yield _steps(missing=_ITERATIVE)


def _steps(
    *,
    mends: Sequence[str] = (),
    outliers: Mapping[str, Any] | None = None,
    missing: Mapping[str, Any] | None = None,
    scale: str = "standard",
    balance: str = "none",
) -> list[tuple[str, Mapping[str, Any]]]:
    """Return a list in an order that works."""
    given: dict[str, Mapping[str, Any]] = {**PLAIN, **{name: {} for name in mends}}
    given["scale"] = {"method": scale}
    given["missing"] = missing or PLAIN["missing"]
    if outliers is not None:
        given["outliers"] = outliers
    steps = [(name, given[name]) for name in _ORDER if name in given]
    if balance != "none":
        steps.append(("imbalance", {"method": balance}))
    return [*steps, ("encode", {})]


def _is_rare(y: Any) -> bool:
    """Tell whether the rarest class has far less than its fair share of the rows."""
    counts = np.unique(np.asarray(pd.Series(y).astype(str)), return_counts=True)[1]
    return len(counts) > 1 and counts.min() / counts.sum() < _RARE / len(counts)
