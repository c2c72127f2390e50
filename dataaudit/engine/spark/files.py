"""The folder that workers wrote: its files named by their place, and nothing else in it."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from dataaudit.errors import EngineError


def in_order(path: Path) -> int:
    """Name the Parquet files of a folder part-00000 and on, remove Spark's own; return the rows.

    Raises
    ------
    EngineError
        Where nothing is there: the workers wrote to a disk of their own.
    """
    parts = sorted(path.glob("part-*.parquet")) if path.is_dir() else []
    if not parts:
        raise EngineError(
            f"the workers wrote {path} where this machine cannot see it; set `output.dir` and "
            "`engine.spark.folder` to folders that they share"
        )
    rows, kept = 0, 0
    for part in parts:
        count = pq.read_metadata(part).num_rows
        rows += count
        if count or (part is parts[-1] and not kept):  # one empty file keeps the columns
            part.rename(path / f"part-{kept:05d}.parquet")
            kept += 1
        else:
            part.unlink()
    for other in [*path.glob(".*.crc"), *path.glob("_*")]:
        other.unlink()
    return rows
