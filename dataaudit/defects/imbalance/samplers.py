"""Oversample and Undersample: imbalanced-learn's samplers for frames of any column types.

imbalanced-learn has one SMOTE for numbers, one for numbers with categories and one for categories
alone; each fails in its own way on dates, booleans, missing cells and small classes. `Oversample`
picks the right one, keeps types and names, and refuses with a reason.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC
from imblearn.under_sampling import RandomUnderSampler

from dataaudit.errors import ConfigError, DataError
from dataaudit.estimator import dates, floats, numbers
from dataaudit.sampler import FrameSampler

_FEWEST_ROWS = 6  # five neighbours and the row itself, imbalanced-learn's default
_MOST_BYTES = 2e9  # SMOTENC holds new rows x neighbours x levels as dense doubles


class _Balancer(FrameSampler):
    """What both samplers share: the check of ratio and classes."""

    _stage = "imbalance"

    def _counted(self, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the code of each row's class and the rows of each class."""
        if not 0 < self.ratio <= 1:
            raise ConfigError("imbalance.ratio", expected="above 0, at most 1", found=self.ratio)
        codes, classes = pd.factorize(labels, sort=True)
        if len(classes) < 2:  # noqa: PLR2004 - two classes
            raise DataError(self._stage, "there is nothing to balance with one class")
        return codes, np.bincount(codes)


class Oversample(_Balancer):
    """Add synthetic rows of the rarer classes by SMOTE, whatever the columns hold.

    Numbers and dates are drawn between a row and one of its nearest rows of the same class; text,
    categories, booleans and number columns with two values take the most frequent value among
    those rows. The given rows come first and unchanged. SMOTE moves the operating point and costs
    calibration: see the page of the defect.

    Parameters
    ----------
    neighbours : int, default=5
        Nearest rows to draw between; fewer where the smallest class has fewer.
    ratio : float, default=1.0
        Rows of each rarer class over rows of the most frequent one, at least; in (0, 1].
    random_state : int or None, default=None
        Seed; None draws anew on each call.

    Attributes
    ----------
    sample_indices_ : ndarray of int, shape (n_samples_out,)
        Position of each row in the input, -1 for a synthetic one.
    sampling_strategy_ : dict
        Rows of each class afterwards.

    Raises
    ------
    DataError
        In `fit_resample`: cells missing or infinite, one class, a class below 6 rows, no classes.

    References
    ----------
    Chawla et al., SMOTE: synthetic minority over-sampling technique, JAIR 16, 2002.

    Examples
    --------
    >>> import pandas as pd
    >>> X = pd.DataFrame({"age": range(20), "job": list("ab") * 10})
    >>> sampler = Oversample(random_state=0)
    >>> X_out, y_out = sampler.fit_resample(X, ["no"] * 14 + ["yes"] * 6)
    >>> len(X_out), y_out.count("yes"), int((sampler.sample_indices_ == -1).sum())
    (28, 14, 8)
    """

    def __init__(
        self, *, neighbours: int = 5, ratio: float = 1.0, random_state: int | None = None
    ) -> None:
        self.neighbours, self.ratio, self.random_state = neighbours, ratio, random_state

    def _fit_resample(
        self, frame: pd.DataFrame, labels: np.ndarray
    ) -> tuple[np.ndarray, pd.DataFrame, np.ndarray]:
        codes, counts = self._counted(labels)
        wanted = np.maximum(counts, np.floor(self.ratio * counts.max()).astype(int))
        rows = np.arange(len(frame))
        grown = np.flatnonzero(wanted > counts)
        if not len(grown):
            return rows, frame.iloc[:0], rows[:0]
        self._refuse_small(counts[grown].min())
        coder = _Coder(frame)
        smote = self._smote(coder, min(self.neighbours, counts[grown].min() - 1))
        coder.refuse_size((wanted - counts).max() * smote.k_neighbors)
        smote.set_params(sampling_strategy={int(c): int(wanted[c]) for c in grown})
        matrix, new_codes = smote.fit_resample(coder.matrix, codes)
        first = np.array([np.flatnonzero(codes == code)[0] for code in range(len(counts))])
        synthetic = coder.decode(np.asarray(matrix[len(frame) :], dtype=float))
        return rows, synthetic, first[new_codes[len(frame) :]]

    def _checked(self, X: Any, y: Any) -> tuple[pd.DataFrame, np.ndarray]:
        frame, labels = super()._checked(X, y)
        _refuse_gaps(frame)
        return frame, labels

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = False
        return tags

    def _smote(self, coder: _Coder, neighbours: int) -> Any:
        """Pick the SMOTE that fits the columns."""
        common = {"k_neighbors": int(neighbours), "random_state": self.random_state}
        if coder.is_category.all():
            return SMOTEN(**common)
        if coder.is_category.any():
            return SMOTENC(np.flatnonzero(coder.is_category).tolist(), **common)
        return SMOTE(**common)

    def _refuse_small(self, rows: int) -> None:
        """Refuse to invent a class from a handful of rows."""
        if self.neighbours < 1:
            raise ConfigError("imbalance.neighbours", expected="at least 1", found=self.neighbours)
        if rows < _FEWEST_ROWS:
            raise DataError(
                self._stage,
                f"a class has {rows} training rows, too few to draw others between "
                f"({_FEWEST_ROWS} at least)",
                remedy="Take `method: class_weight` or `threshold`, or merge classes.",
            )


class Undersample(_Balancer):
    """Leave out rows of the more frequent classes by chance; the order stays.

    Parameters
    ----------
    ratio : float, default=1.0
        Rows of the rarest class over rows of each more frequent one, at least; in (0, 1].
    random_state : int or None, default=None
        Seed; None draws anew on each call.

    Attributes
    ----------
    sample_indices_ : ndarray of int, shape (n_samples_out,)
        Position of each row in the input, ascending.
    sampling_strategy_ : dict
        Rows of each class afterwards.

    Examples
    --------
    >>> Undersample(random_state=0).fit_resample([[1], [2], [3], [4]], [0, 0, 0, 1])
    ([[3], [4]], [0, 1])
    """

    def __init__(self, *, ratio: float = 1.0, random_state: int | None = None) -> None:
        self.ratio, self.random_state = ratio, random_state

    def _fit_resample(
        self, frame: pd.DataFrame, labels: np.ndarray
    ) -> tuple[np.ndarray, pd.DataFrame, np.ndarray]:
        codes, counts = self._counted(labels)
        wanted = np.minimum(counts, np.ceil(counts.min() / self.ratio).astype(int))
        cut = {int(c): int(wanted[c]) for c in np.flatnonzero(wanted < counts)}
        sampler = RandomUnderSampler(sampling_strategy=cut, random_state=self.random_state)
        sampler.fit_resample(np.arange(len(frame)).reshape(-1, 1), codes)
        kept = np.sort(sampler.sample_indices_)
        return kept, frame.iloc[:0], kept[:0]


class _Coder:
    """Turn a frame into the matrix that SMOTE takes, and its synthetic rows back into a frame."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        number, date = set(numbers(frame)), set(dates(frame))
        self.levels: dict[Any, Any] = {}
        columns = []
        for name, values in frame.items():
            if name in date:
                columns.append(_standard(values)[0])
            elif name in number and values.nunique() > 2:  # noqa: PLR2004 - a flag has two values
                columns.append(floats(values))
            else:
                codes, self.levels[name] = pd.factorize(values)
                columns.append(codes.astype("float64"))
        self.matrix = np.column_stack(columns)
        self.is_category = np.array([name in self.levels for name in frame.columns])

    def refuse_size(self, drawn: int) -> None:
        """Refuse what SMOTENC could not hold in memory."""
        if drawn * sum(len(levels) for levels in self.levels.values()) * 8 < _MOST_BYTES:
            return
        most = max(self.levels, key=lambda name: len(self.levels[name]))
        raise DataError(
            "imbalance",
            f"SMOTE cannot hold the {len(self.levels[most]):,} levels of `{most}` in memory",
            remedy=f"Put `{most}` under `task.ignore`, pool its levels before, "
            "or take `method: class_weight`.",
        )

    def decode(self, matrix: np.ndarray) -> pd.DataFrame:
        """Return synthetic rows in the columns and types of the frame."""
        cells = zip(self.frame.items(), matrix.T, strict=True)
        return pd.DataFrame(
            {name: self._decoded(name, values, column) for (name, values), column in cells}
        )

    def _decoded(self, name: Any, values: pd.Series, cells: np.ndarray) -> pd.Series:
        """Return one column of the synthetic rows in the type of the given one."""
        if name in self.levels:
            return pd.Series(self.levels[name].take(np.rint(cells).astype(int)), dtype=values.dtype)
        if values.dtype.kind == "M":
            _, middle, spread = _standard(values)
            whole = np.rint(cells * spread).astype("int64") + middle
            return pd.Series(whole).astype(values.dtype)
        return pd.Series(np.rint(cells) if values.dtype.kind in "iu" else cells, dtype=values.dtype)


def _standard(values: pd.Series) -> tuple[np.ndarray, int, float]:
    """Return dates in standard deviations from a middle, so that no distance is dates alone."""
    ticks = values.astype("int64").to_numpy()
    middle = int(np.median(ticks))
    spread = float(np.std((ticks - middle).astype("float64"))) or 1.0
    return (ticks - middle) / spread, middle, spread


def _refuse_gaps(frame: pd.DataFrame) -> None:
    """Refuse missing and infinite cells: no row is near to them."""
    gaps = [name for name in frame.columns if frame[name].isna().any()]
    if gaps:
        more = f" and {len(gaps) - 1} more columns" if len(gaps) > 1 else ""
        raise DataError(
            "imbalance",
            f"SMOTE cannot take the missing cells (NaN) of `{gaps[0]}`{more}",
            remedy="Put `missing` before `imbalance`.",
        )
    for name in numbers(frame):
        if not np.isfinite(floats(frame[name])).all():
            raise DataError(
                "imbalance",
                f"SMOTE cannot take the infinite cells (inf) of `{name}`",
                remedy="Put `outliers: {action: blank}` and `missing` before `imbalance`.",
            )
