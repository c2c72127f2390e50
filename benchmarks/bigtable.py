"""Make the benchmark table: 30 columns, any number of rows, in one Parquet file.

18 floats of several shapes with 3 % missing and some extreme cells, 2 integers, 7 texts of 2 to
near-unique levels, a timestamp, a boolean and a target with 5 % "yes". `python
benchmarks/bigtable.py ROWS PATH` writes one; the same rows for the same seed, whatever the machine.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

PIECE = 1_000_000
ROW_GROUP = 122_880
FLOATS = [f"f{i:02d}" for i in range(18)]
LEVELS = {"t_two": 2, "t_six": 6, "t_twenty": 20, "t_fifty": 50, "t_ninety": 91, "t_many": 20_000}
CATEGORIES = list(LEVELS)[:5]
"""Texts that are one-hot encoded: 169 levels, 189 columns with the floats and integers."""
TARGET = "target"


def make(path: Path, rows: int, seed: int = 0) -> Path:
    """Write a table of so many rows unless it is there."""
    if path.exists():
        return path
    unfinished = path.with_suffix(".part")
    writer = None
    for start in range(0, rows, PIECE):
        piece = _piece(start, min(PIECE, rows - start), seed)
        writer = writer or pq.ParquetWriter(unfinished, piece.schema, compression="zstd")
        writer.write_table(piece, row_group_size=ROW_GROUP)
    if writer is not None:
        writer.close()
    unfinished.rename(path)
    return path


def _piece(start: int, rows: int, seed: int) -> pa.Table:
    """Return rows ``start`` to ``start + rows``."""
    rng = np.random.default_rng([seed, start])
    hidden = rng.normal(size=rows)
    columns: dict[str, pa.Array] = {}
    for i, name in enumerate(FLOATS):
        columns[name] = _floats(i, rng, hidden)
    columns["i_count"] = pa.array(rng.poisson(3.0, rows).astype("int64"))
    columns["i_code"] = pa.array(rng.integers(0, 1_000_000, rows))
    for position, (name, levels) in enumerate(LEVELS.items()):
        words = pa.array([f"{name[2:]} {level}" for level in range(levels)])
        draws = np.minimum(rng.zipf(1.3, rows) - 1, levels - 1) if position > 1 else None
        codes = rng.integers(0, levels, rows) if draws is None else draws
        mask = rng.random(rows) < 0.02 if position == 2 else None  # noqa: PLR2004 - one with gaps
        columns[name] = words.take(pa.array(codes.astype("int32"), mask=mask))
    ids = np.char.add("note ", rng.integers(0, 40 * rows, rows).astype("U"))
    columns["t_unique"] = pa.array(ids)
    seconds = 1_600_000_000 + rng.integers(0, 100_000_000, rows)
    columns["t_stamp"] = pa.array(seconds * 1_000_000, pa.timestamp("us"))
    columns["b_flag"] = pa.array(rng.random(rows) < 0.3)  # noqa: PLR2004 - a share
    odds = hidden + rng.normal(size=rows) > 2.326  # noqa: PLR2004 - 5 % of a normal of variance 2
    columns[TARGET] = pa.array(np.where(odds, "yes", "no"))
    return pa.table(columns)


def _floats(i: int, rng: np.random.Generator, hidden: np.ndarray) -> pa.Array:
    """Return one of six shapes, with gaps and far cells."""
    rows = len(hidden)
    shapes = (
        lambda: rng.normal(50, 10, rows) + 4 * hidden,
        lambda: rng.lognormal(3, 1, rows),
        lambda: np.round(rng.exponential(100, rows), 2),
        lambda: np.where(rng.random(rows) < 0.7, 0.0, rng.gamma(2, 3, rows)),  # noqa: PLR2004
        lambda: rng.standard_t(3, rows) + hidden,
        lambda: np.round(rng.uniform(0, 1, rows), 3),
    )
    values = shapes[i % len(shapes)]()
    far = rng.random(rows) < 0.0005  # noqa: PLR2004 - a share
    values = np.where(far, values * 1_000 + 10_000, values)
    return pa.array(values, mask=rng.random(rows) < 0.03)  # noqa: PLR2004 - a share


if __name__ == "__main__":
    made = make(Path(sys.argv[2]), int(sys.argv[1]))
    print(made, pq.ParquetFile(made).metadata)
