"""Write one Parquet file with every core: row groups are encoded side by side, in memory.

A writer of Parquet encodes one row group after the other with one thread, because each states at
which byte of the file it begins. Here each row group becomes a small file of its own, and the
footers are joined. The bytes depend on the rows alone, not on threads.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from math import isfinite
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dataaudit.parquet.footer import MAGIC, Piece, joined, piece

ROW_GROUP = 122_880
"""Rows of a row group in every Parquet file that is written, and of a batch that is streamed."""
_MOST_CELLS, _MOST_BYTES = ROW_GROUP * 30, 1 << 27
"""Of a row group: rows of many columns or of long texts go into shorter ones, so that as many of
them as there are threads fit in memory.
"""
STEP = 8_192
"""Rows after which it is seen whether a row group is full."""
_SHORTEST = 2_048
_MOST_THREADS = 8  # each holds a row group
_LEVEL = -1
"""Of zstd: a third less time than level 1 on doubles, for files that are 5 to 9 % larger."""
_LOOKED, _DISTINCT = 8_192, 1_000
"""Rows by which it is decided whether a column gets a dictionary, and up to how many values.

Doubles never get one: of the 170 columns that five texts become, to look each cell up took three
times as long as to compress zeros and ones.
"""


class GapError(ValueError):
    """Raised where columns have gaps that were said to have none; ``names`` says which."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)
        super().__init__(f"cells are missing in {', '.join(names)}")


def write(
    batches: Iterable[pa.RecordBatch | pa.Table],
    schema: pa.Schema,
    path: Path,
    *,
    filled: Collection[str] = (),
    metadata: Mapping[str, str] | None = None,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write batches, cut and put together to row groups, in their order.

    Parameters
    ----------
    batches
        Of any sizes.
    schema
        Theirs.
    path
        What stands there after an error is not whole.
    filled
        Columns without gaps. The file says so, and is written and read in less time.
    metadata
        Entered into the file.
    threads
        None takes every core, up to eight.
    progress
        Is told how many rows are written.

    Returns
    -------
    int
        The rows written.

    Raises
    ------
    OSError
        Where the file cannot be written.
    GapError
        Where a column of `filled` has a gap.
    """
    groups = _row_groups(batches, schema)
    first = next(groups)
    required = pa.schema([field.with_nullable(field.name not in filled) for field in schema])
    encoder = _Encoder(required, _repetitive(first), dict(metadata or {}))
    rows, footers, sizes = 0, [], []
    with path.open("wb") as out:
        out.write(MAGIC)
        for done, count in _encoded(chain([first], groups), encoder, threads):
            out.write(done.body)
            rows += count
            footers.append(done.footer)
            sizes.append(len(done.body))
            if progress is not None:
                progress(rows)
        out.write(joined(footers, sizes))
    return rows


def _row_groups(
    batches: Iterable[pa.RecordBatch | pa.Table], schema: pa.Schema
) -> Iterator[pa.Table]:
    """Yield tables, cut by what the rows are alone; one without rows where there are none."""
    most = max(_SHORTEST, min(ROW_GROUP, _MOST_CELLS // len(schema)))
    step = min(STEP, most)
    of_any_size = [field.name for field in schema if not pa.types.is_primitive(field.type)]
    held, size, is_first = [schema.empty_table()], 0, True
    for part in _cut(batches, schema, step):
        held.append(part)
        size += sum(part[name].nbytes for name in of_any_size)
        if len(held) * step > most or size > _MOST_BYTES:
            yield pa.concat_tables(held)
            held, size, is_first = held[:1], 0, False
    if is_first or len(held) > 1:
        yield pa.concat_tables(held)


def _cut(
    batches: Iterable[pa.RecordBatch | pa.Table], schema: pa.Schema, rows: int
) -> Iterator[pa.Table]:
    """Yield tables of so many rows and a last of fewer, if any."""
    held = schema.empty_table()
    for batch in batches:
        more = pa.Table.from_batches([batch]) if isinstance(batch, pa.RecordBatch) else batch
        held = pa.concat_tables([held, more.cast(schema)])
        while held.num_rows >= rows:
            yield held.slice(0, rows)
            held = held.slice(rows)
    if held.num_rows:
        yield held


def _repetitive(group: pa.Table) -> list[str]:
    """Return which columns get a dictionary, as Parquet names them."""
    few = [
        name
        for name, column in zip(group.column_names, group.columns, strict=True)
        if not (pa.types.is_nested(column.type) or pa.types.is_floating(column.type))
        and pc.count_distinct(column.slice(0, _LOOKED)).as_py() <= _DISTINCT
    ]
    sink = pa.BufferOutputStream()
    pq.write_table(group.slice(0, 0), sink)
    leaves = [leaf.path for leaf in pq.ParquetFile(sink.getvalue()).schema]
    return few + [path for path in leaves if path not in group.column_names]


def _encoded(
    groups: Iterator[pa.Table], encoder: _Encoder, threads: int | None
) -> Iterator[tuple[Piece, int]]:
    """Yield each row group as a file's piece, and its rows; as many are held as threads encode."""
    threads = min(threads or os.cpu_count() or 1, _MOST_THREADS)
    waiting: deque[tuple[Future[Piece], int]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for group in groups:
            waiting.append((pool.submit(encoder.encode, group), group.num_rows))
            if len(waiting) > threads:
                done, rows = waiting.popleft()
                yield done.result(), rows
        for done, rows in waiting:
            yield done.result(), rows


class _Encoder(NamedTuple):
    """Encodes a row group as a file of its own.

    Parameters
    ----------
    schema
        With the columns that have no gaps as not nullable.
    repetitive
        Columns that get a dictionary.
    metadata
        Entered into the file.
    """

    schema: pa.Schema
    repetitive: Sequence[str]
    metadata: Mapping[str, str]

    def encode(self, group: pa.Table) -> Piece:
        """Encode one."""
        group = self._required(group)
        sink = pa.BufferOutputStream()
        with pq.ParquetWriter(
            sink, group.schema, compression="zstd", compression_level=_LEVEL, store_schema=False,
            use_dictionary=self.repetitive,
            write_statistics=[name for name in group.column_names if not _has_nan(group[name])],
        ) as file:  # fmt: skip
            file.write_table(group, row_group_size=ROW_GROUP)
            if self.metadata:
                file.add_key_value_metadata(self.metadata)
        return piece(memoryview(sink.getvalue()))

    def _required(self, group: pa.Table) -> pa.Table:
        """Return the rows with columns that say that they have no gaps."""
        gaps = [
            field.name
            for field, column in zip(self.schema, group.columns, strict=True)
            if not field.nullable and column.null_count
        ]
        if gaps:
            raise GapError(gaps)
        return pa.Table.from_arrays(group.columns, schema=self.schema)


def _has_nan(column: pa.ChunkedArray) -> bool:
    """Tell whether statistics, which leave NaN out, would say less than a reader takes them for."""
    if not pa.types.is_floating(column.type):
        return False
    total = pc.sum(column).as_py()  # in half the time of looking at each cell
    return total is not None and not isfinite(total) and bool(pc.any(pc.is_nan(column)).as_py())
