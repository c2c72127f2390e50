"""Rows made up between the rows of one class: SMOTE for frames of any column types, as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dataaudit.defects.imbalance.neighbours import Floats, Rows, nearest
from dataaudit.estimator import dates, floats, numbers
from dataaudit.parquet import ROW_GROUP

MOST_ROWS = 100_000
"""Rows of a class that synthetic ones are drawn between; the search takes their square."""

_FLAG = 2  # values of a number column that is a flag, so no number lies between


class SyntheticRows:
    """Draw synthetic rows of one class between its rows and their nearest.

    Numbers and dates are drawn between a row and one of its nearest rows; text, categories,
    booleans and number columns with two values take the most frequent value among those rows. The
    distance is SMOTENC's: the squared distance of the numbers, and for each category that differs
    the square of the median of their standard deviations. In a table of categories alone it is the
    number of cells that differ.

    Parameters
    ----------
    frame : DataFrame
        The rows of the class, no cell missing or infinite; at least two.
    neighbours
        Nearest rows to draw between, fewer than rows.
    seed
        Decides what is drawn. The numbers are those of imbalanced-learn's SMOTE with this seed.
    most
        Of more rows so many are drawn from the class by the seed, and stand for it.

    Attributes
    ----------
    rows
        Rows that others are drawn between.
    neighbours : int array of shape (rows, neighbours)
        Their nearest.

    References
    ----------
    Chawla et al., SMOTE: synthetic minority over-sampling technique, JAIR 16, 2002.

    Examples
    --------
    >>> made = SyntheticRows(pd.DataFrame({"age": [20.0, 30.0, 50.0], "job": list("aab")}))
    >>> [len(batch) for batch in made.batches(5, size=2)]
    [2, 2, 1]
    """

    def __init__(
        self, frame: pd.DataFrame, *, neighbours: int = 1, seed: int = 0, most: int = MOST_ROWS
    ) -> None:
        if len(frame) > most:
            chosen = np.random.default_rng([seed, 2]).choice(len(frame), most, replace=False)
            frame = frame.iloc[np.sort(chosen)]
        self.rows, self._seed = len(frame), seed
        self._columns = _Columns(frame)
        self.neighbours: Rows = nearest(
            self._columns.numbers,
            self._columns.codes,
            mismatch=self._columns.mismatch,
            count=neighbours,
        )

    def batches(self, rows: int, *, size: int = ROW_GROUP) -> Iterator[pd.DataFrame]:
        """Yield so many synthetic rows, the same ones whatever the size of a batch.

        Parameters
        ----------
        rows
            In all.
        size
            Rows of a frame; the last one may be shorter.
        """
        for pair, share, chance in self._draws(rows, size):
            yield self._made(pair, share, chance)

    def _draws(self, rows: int, size: int) -> Iterator[tuple[Rows, Floats, Floats]]:
        """Yield a pair of rows, a share of the way and a chance per category, for each new row.

        imbalanced-learn draws all pairs and then all shares from one stream; a second stream that
        skips the pairs gives the shares a batch at a time.
        """
        first, second = (np.random.RandomState(self._seed) for _ in range(2))
        third = np.random.default_rng([self._seed, 1])
        pairs, categories = self.neighbours.size, self._columns.codes.shape[1]
        sizes = [min(size, rows - start) for start in range(0, rows, size)]
        for count in sizes:
            second.randint(0, pairs, count)
        for count in sizes:
            chance = third.random((count, categories))
            yield first.randint(0, pairs, count), second.uniform(size=count), chance

    def _made(self, pair: Rows, share: Floats, chance: Floats) -> pd.DataFrame:
        """Return synthetic rows."""
        rows, place = np.divmod(pair, self.neighbours.shape[1])
        around = self.neighbours[rows]
        values = self._columns.numbers[rows]
        values += share[:, None] * (
            self._columns.numbers[around[np.arange(len(rows)), place]] - values
        )
        codes = [
            _most_frequent(column[around], chance[:, i])
            for i, column in enumerate(self._columns.codes.T)
        ]
        return self._columns.decoded(values, codes)


def _most_frequent(codes: NDArray[Any], chance: Floats) -> NDArray[Any]:
    """Return the most frequent code of each row; where several are, the chance decides.

    Parameters
    ----------
    codes : int array of shape (rows, neighbours)
    chance : float array of shape (rows,)
        In [0, 1).
    """
    counts = sum((codes == codes[:, [i]]).astype("int32") for i in range(codes.shape[1]))
    is_most = counts == np.max(counts, axis=1, keepdims=True)
    # All the most frequent fill as many places, so a place by chance is a level by chance.
    wanted = np.floor(chance * is_most.sum(axis=1)) + 1
    place = np.argmax(np.cumsum(is_most, axis=1) >= wanted[:, None], axis=1)
    return codes[np.arange(len(codes)), place]


class _Columns:
    """A frame as numbers and codes, and synthetic rows back in its columns and types.

    Attributes
    ----------
    numbers : float64 array of shape (rows, number and date columns)
    codes : int array of shape (rows, other columns)
    mismatch
        What a differing category adds to a squared distance.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame.iloc[:0]
        number, date = set(numbers(frame)), set(dates(frame))
        self._levels: dict[Any, Any] = {}
        self._dates: dict[Any, tuple[int, float]] = {}
        values: list[Any] = [np.empty((len(frame), 0))]
        codes: list[Any] = [np.empty((len(frame), 0), dtype="int64")]
        for name, column in frame.items():
            if name in date:
                cells, middle, spread = _standard(column)
                self._dates[name] = middle, spread
                values.append(cells)
            elif name in number and column.nunique() > _FLAG:
                values.append(floats(column))
            else:
                found, self._levels[name] = pd.factorize(column)
                codes.append(found)
        self.numbers, self.codes = np.column_stack(values), np.column_stack(codes)
        spreads = self.numbers.std(axis=0)
        self.mismatch = float(np.median(spreads)) ** 2 if len(spreads) else 1.0

    def decoded(self, values: Floats, codes: list[NDArray[Any]]) -> pd.DataFrame:
        """Return synthetic rows in the columns and types of the frame."""
        value, code = iter(values.T), iter(codes)
        return pd.DataFrame(
            {
                name: self._levels[name].take(next(code))
                if name in self._levels
                else self._cells(name, column.dtype, next(value))
                for name, column in self._frame.items()
            }
        ).astype(self._frame.dtypes)

    def _cells(self, name: Any, dtype: Any, cells: Floats) -> Any:
        """Return drawn numbers as a column of a type."""
        if name not in self._dates:
            return np.rint(cells) if dtype.kind in "iu" else cells
        middle, spread = self._dates[name]
        ticks = pd.Series(np.rint(cells * spread).astype("int64") + middle)
        return ticks.astype(dtype)


def _standard(values: pd.Series) -> tuple[Floats, int, float]:
    """Return dates in standard deviations from a middle, so that no distance is dates alone."""
    ticks = values.astype("int64").to_numpy()
    middle = int(np.median(ticks))
    spread = float(np.std((ticks - middle).astype("float64"))) or 1.0
    return (ticks - middle) / spread, middle, spread
