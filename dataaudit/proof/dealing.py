"""Clean Parquet as rows to train on: counted in one pass, dealt at random in another.

Batches that are cut from a file in its order teach a network that order: what was written last, all
synthetic rows above all, would come last. So rows are dealt once, by chance, into parts that fit in
memory, each a random sample of all rows; the first stays there and the others wait on disk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from dataaudit.parquet import ROW_GROUP
from dataaudit.proof.fit import Part
from dataaudit.proof.target import Target
from dataaudit.source.columns import SYNTHETIC, WEIGHT

_LARGEST = 3.4e38  # of a 32-bit number

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """What one pass over the target says.

    Parameters
    ----------
    rows
        Of the file.
    real
        Those that were not made up.
    counts
        Label -> (real rows, weight of all rows); empty for a number.
    weight
        Of all rows.
    middle, spread
        Mean and standard deviation of a number over the real rows.
    """

    rows: int
    real: int
    counts: dict[str, tuple[int, float]]
    weight: float
    middle: float = 0.0
    spread: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanFile:
    """A Parquet file of clean rows.

    Parameters
    ----------
    path
        As `dataaudit run` writes it, a file or a folder of files; ``__synthetic__`` and
        ``__weight__`` may be missing.
    columns
        The features, in the network's order.
    target
        The column to be predicted.
    """

    path: Path
    columns: Sequence[str]
    target: str

    @property
    def rows(self) -> int:
        """The number of rows."""
        return sum(pq.read_metadata(file).num_rows for file in self._files)

    @property
    def _files(self) -> list[Path]:
        """The file, or those of a folder that several machines wrote, by name."""
        return sorted(self.path.glob("*.parquet")) if self.path.is_dir() else [self.path]

    def count(self, *, is_number: bool) -> Census:
        """Read the target, the weights and what was made up, a batch at a time."""
        rows, real, weight = 0, 0, 0.0
        counts: dict[str, tuple[int, float]] = {}
        moments = np.zeros(3)
        for batch in self._batches([self.target]):
            made, weights = _made(batch), _weights(batch)
            rows, real, weight = rows + len(made), real + int((~made).sum()), weight + weights.sum()
            if is_number:
                values = _numbers(batch.column(self.target))[~made]
                moments = _merged(moments, values)
                continue
            codes, labels = _encoded(batch.column(self.target))
            for code, label in enumerate(labels):
                among = codes == code
                before = counts.get(label, (0, 0.0))
                added = int((among & ~made).sum()), float(weights[among].sum())
                counts[label] = before[0] + added[0], before[1] + added[1]
        spread = float(np.sqrt(moments[2] / max(moments[0], 1.0))) or 1.0
        return Census(
            rows=rows,
            real=real,
            counts=dict(sorted(counts.items())),
            weight=weight,
            middle=float(moments[1]),
            spread=spread,
        )

    def deal(self, sizes: Sequence[int], target: Target, seed: int) -> Iterator[list[Any]]:
        """Deal the rows at random; yield what each pile gets of every batch.

        Parameters
        ----------
        sizes
            Rows of each pile; what is left of the file goes to none.
        target
            Turns labels into numbers; a label that it does not know becomes -1.
        seed
            Decides which rows.

        Yields
        ------
        list of [X, y, weight, made], one for each pile
            X float32 of shape (rows, columns), y and weight float64, made bool.
        """
        draw = np.random.default_rng([seed, 4])
        left = np.array([*sizes, self.rows - sum(sizes)])
        for batch in self._batches([*self.columns, self.target]):
            taken = draw.multivariate_hypergeometric(left, batch.num_rows, method="marginals")
            left -= taken
            ends = np.cumsum(taken)[:-1]
            piles = np.split(draw.permutation(batch.num_rows), ends)[:-1]
            rows = batch.take(pa.array(np.concatenate([np.sort(pile) for pile in piles])))
            X = np.column_stack([_numbers(rows.column(name)) for name in self.columns])
            cells = (
                np.clip(X, -_LARGEST, _LARGEST).astype("float32"),
                _codes(rows.column(self.target), target),
                _weights(rows),
                _made(rows),
            )
            shares = [np.split(values, ends[:-1]) for values in cells]
            yield [list(share) for share in zip(*shares, strict=True)]

    def _batches(self, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield batches of these columns and of what is known of each row."""
        for path in self._files:
            with pq.ParquetFile(path) as file:
                known = [name for name in (SYNTHETIC, WEIGHT) if name in file.schema_arrow.names]
                for group in range(file.num_row_groups):  # all at once would pile up in memory
                    yield from file.iter_batches(ROW_GROUP, [group], [*names, *known])


class Parts:
    """Training rows in parts, the first in memory and the others in files.

    Parameters
    ----------
    folder
        For the files; it must exist.
    columns
        Width of X.
    """

    def __init__(self, folder: Path, columns: int) -> None:
        self._folder, self._columns = folder, columns
        self._files: list[Path] = []

    def fill(self, dealt: Iterator[list[Any]], piles: int) -> Part:
        """Write what is dealt; return the first part.

        Parameters
        ----------
        dealt
            As `CleanFile.deal` yields it, y and weight ready for training.
        piles
            How many parts there are.
        """
        self._files = [self._folder / f"part-{pile}.f32" for pile in range(1, piles)]
        first = []
        for shares in dealt:
            first.append(_wide(shares[0]))
            for file, share in zip(self._files, shares[1:], strict=True):
                with file.open("ab") as stream:
                    stream.write(_wide(share).tobytes())
        return self._part(np.concatenate(first))

    def further(self) -> Iterator[Part]:
        """Yield the parts behind the first."""
        for file in self._files:
            yield self._part(np.fromfile(file, "float32").reshape(-1, self._columns + 2))

    def _part(self, wide: Floats) -> Part:
        return Part(wide[:, : self._columns], wide[:, -2], wide[:, -1])


def _wide(share: Any) -> Floats:
    """Put X, y and weight side by side."""
    return np.column_stack(share[:3]).astype("float32")


def _codes(values: Any, target: Target) -> NDArray[np.float64]:
    """Return labels as class numbers, or numbers as they are."""
    if not target.classes:
        return _numbers(values)
    codes, labels = _encoded(values)
    known = {label: code for code, label in enumerate(target.classes)}
    return np.array([known.get(label, -1) for label in labels], dtype="float64")[codes]


def _encoded(values: Any) -> tuple[NDArray[np.intp], list[str]]:
    """Return the number of each row's label, and the labels as `Target` writes them."""
    found = pc.dictionary_encode(values)
    return found.indices.to_numpy(), [str(label) for label in found.dictionary.to_pylist()]


def _numbers(values: Any) -> NDArray[np.float64]:
    """Return an arrow column as float64, null as NaN."""
    numbers: NDArray[np.float64] = pc.cast(values, pa.float64()).to_numpy(zero_copy_only=False)
    return numbers


def _made(batch: pa.RecordBatch) -> NDArray[np.bool_]:
    """Tell the synthetic rows."""
    if SYNTHETIC not in batch.schema.names:
        return np.zeros(batch.num_rows, dtype=bool)
    made: NDArray[np.bool_] = batch.column(SYNTHETIC).to_numpy(zero_copy_only=False).astype(bool)
    return made


def _weights(batch: pa.RecordBatch) -> NDArray[np.float64]:
    """Return what each row counts for; 1 unless the file says more."""
    if WEIGHT not in batch.schema.names:
        return np.ones(batch.num_rows)
    return _numbers(batch.column(WEIGHT))


def _merged(moments: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add values to (count, mean, sum of squared deviations), as Chan et al. (1979) do."""
    if not len(values):
        return moments
    count, mean = moments[0] + len(values), values.mean()
    apart = mean - moments[1]
    squares = moments[2] + ((values - mean) ** 2).sum()
    squares += apart**2 * moments[0] * len(values) / count
    return np.array([count, moments[1] + apart * len(values) / count, squares])
