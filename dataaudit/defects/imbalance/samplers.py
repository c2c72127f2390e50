"""Oversample and Undersample: resampling for frames of any column types and any number of rows.

imbalanced-learn has one SMOTE for numbers, one for numbers with categories and one for categories
alone; each fails in its own way on dates, booleans, missing cells and small classes, and with
categories none gets through a million rows. `Oversample` is one for all: it makes the rows that
SMOTE and SMOTENC make, keeps types and names, needs the rows of the rarer classes alone, and
refuses with a reason. `Undersample` is imbalanced-learn's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from imblearn.under_sampling import RandomUnderSampler
from sklearn.utils import check_random_state

from dataaudit.defects.imbalance.smote import MOST_ROWS, SyntheticRows
from dataaudit.errors import ConfigError, DataError
from dataaudit.estimator import floats, numbers
from dataaudit.parquet import ROW_GROUP
from dataaudit.sampler import FrameSampler

_FEWEST_ROWS = 6  # five neighbours and the row itself, imbalanced-learn's default


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
    note_ : str
        Says where the synthetic rows were drawn between a part of a class; else empty.

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
        missing = self.missing(dict(enumerate(counts.tolist())))
        classes = {code: frame[codes == code] for code in missing}
        made, donors = [frame.iloc[:0]], [np.empty(0, dtype=np.intp)]
        for batch, code in self._stream(classes, missing, ROW_GROUP):
            made.append(batch)
            donors.append(np.full(len(batch), np.argmax(codes == code)))
        return np.arange(len(frame)), pd.concat(made), np.concatenate(donors)

    def missing(self, counts: Mapping[Any, int]) -> dict[Any, int]:
        """Return how many rows each class lacks, by the rows that it has; only those that do.

        Examples
        --------
        >>> Oversample(ratio=0.5).missing({"no": 90, "yes": 10})
        {'yes': 35}
        """
        wanted = int(np.floor(self.ratio * max(counts.values())))
        return {label: wanted - rows for label, rows in counts.items() if rows < wanted}

    def stream(
        self,
        classes: Mapping[Any, pd.DataFrame],
        missing: Mapping[Any, int],
        *,
        size: int = ROW_GROUP,
    ) -> Iterator[tuple[pd.DataFrame, Any]]:
        """Yield synthetic rows where the training rows do not fit in memory.

        The rows are those of `fit_resample`, whatever the size of a batch.

        Parameters
        ----------
        classes
            By label, the rows that others are drawn between; `MOST_ROWS` of a class do.
        missing
            By label, how many synthetic rows to draw; see `missing`.
        size
            Rows of a frame at most.

        Yields
        ------
        DataFrame, label
            Class by class.

        Raises
        ------
        DataError
            As `fit_resample`.
        """
        for label in missing:
            _refuse_gaps(classes[label])
        yield from self._stream(classes, missing, size)

    def _stream(
        self, classes: Mapping[Any, pd.DataFrame], missing: Mapping[Any, int], size: int
    ) -> Iterator[tuple[pd.DataFrame, Any]]:
        """Yield synthetic rows of checked classes."""
        self.note_ = ""
        if not missing:
            return
        largest = max(len(classes[label]) for label in missing)
        if largest > MOST_ROWS:
            self.note_ = f"drawn between {MOST_ROWS:,} of the {largest:,} rows of a class"
        smallest = min(len(classes[label]) for label in missing)
        self._refuse_small(smallest)
        count = min(self.neighbours, smallest - 1)
        seed = self.random_state
        if not isinstance(seed, Integral):
            seed = check_random_state(seed).randint(2**31)
        for label, rows in missing.items():
            drawn = SyntheticRows(classes[label], neighbours=count, seed=int(seed), most=MOST_ROWS)
            for batch in drawn.batches(rows, size=size):
                yield batch, label

    def _checked(self, X: Any, y: Any) -> tuple[pd.DataFrame, np.ndarray]:
        frame, labels = super()._checked(X, y)
        _refuse_gaps(frame)
        return frame, labels

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = False
        return tags

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
