"""Columns cut into parts: levels of a text, fifths of a number or a date, and what is missing."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dataaudit.estimator import dates, numbers, texts

_FIFTHS = (0.2, 0.4, 0.6, 0.8)
_LONGEST = 40  # letters of a level that are shown
MISSING = "is missing"


@dataclass(frozen=True, slots=True)
class Parted:
    """A column in parts.

    Parameters
    ----------
    column
        Its name.
    codes : int array of shape (rows,)
        The part of each row; -1 for a level too rare to be one.
    words
        What is true of each part: "is `x`", "is at most 3", "is missing".
    """

    column: str
    codes: NDArray[np.intp]
    words: tuple[str, ...]


def part(X: pd.DataFrame, *, least: int, hidden: Iterable[Any] = ()) -> list[Parted]:
    """Cut every column into parts.

    Parameters
    ----------
    least
        Rows of a level that is a part.
    hidden
        Columns to leave out: no value of theirs may be shown.

    Examples
    --------
    >>> [cut] = part(pd.DataFrame({"a": ["x", "x", None, "y"]}), least=1)
    >>> cut.codes.tolist(), cut.words
    ([0, 0, 2, 1], ('is `x`', 'is `y`', 'is missing'))
    """
    known = X.drop(columns=[name for name in hidden if name in X.columns])
    ranked, named = {*numbers(known), *dates(known)}, set(texts(known))
    made = []
    for name in known.columns:
        if name in named or known[name].nunique() <= len(_FIFTHS) + 1:
            made.append(_levels(str(name), known[name], least))
        elif name in ranked:
            made.append(_fifths(str(name), known[name]))
    return [cut for cut in made if len(cut.words) > 1]


def _levels(name: str, values: pd.Series, least: int) -> Parted:
    """Return the frequent levels, and what is missing."""
    codes, levels = pd.factorize(values)
    counts = np.bincount(codes[codes >= 0], minlength=len(levels))
    kept = np.flatnonzero(counts >= least)
    number = np.full(len(levels) + 1, -1)
    number[kept] = np.arange(len(kept))
    words = [f"is `{_short(level)}`" for level in np.asarray(levels, dtype=object)[kept]]
    return _with_missing(name, number[codes], codes < 0, words)


def _fifths(name: str, values: pd.Series) -> Parted:
    """Return fifths by rank; equal values stay together."""
    order = values.astype("float64") if pd.api.types.is_bool_dtype(values) else values
    known = order.dropna()
    cuts = np.unique(known.quantile(list(_FIFTHS), interpolation="lower").to_numpy())
    gaps = order.isna().to_numpy()
    codes = np.searchsorted(cuts, order.fillna(known.iloc[0]).to_numpy(), side="left")
    ends = [_short(pd.Series([cut]).iloc[0]) for cut in cuts]
    between = [f"is above {a}, at most {b}" for a, b in itertools.pairwise(ends)]
    words = [f"is at most {ends[0]}", *between, f"is above {ends[-1]}"]
    return _with_missing(name, codes, gaps, words)


def _with_missing(name: str, codes: Any, gaps: Any, words: list[str]) -> Parted:
    """Return the parts with one more for missing cells, where there are any."""
    if not gaps.any():
        return Parted(name, codes, tuple(words))
    return Parted(name, np.where(gaps, len(words), codes), (*words, MISSING))


def _short(value: Any) -> str:
    """Write a value in few letters."""
    text = f"{value:.4g}" if isinstance(value, float | np.floating) else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
