"""Tables that have types already: Parquet where it lies, Arrow files, frames in memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dataaudit.engine import Engine
from dataaudit.engine.sql import ident, literal
from dataaudit.errors import SourceError
from dataaudit.source.bulk import glob_safe
from dataaudit.source.columns import ROW
from dataaudit.source.names import unique_names
from dataaudit.source.part import Part, difference

_VIRTUAL = {"file_index", "file_row_number"}  # what DuckDB adds to a Parquet file when asked


def parquet_part(engine: Engine, files: Sequence[Path], first_row: int) -> Part:
    """Return the part of Parquet files, which are read where they lie.

    Raises
    ------
    SourceError
        For a damaged file, or files whose columns differ.
    """
    names: list[str] = []
    starts, rows = [], first_row
    for file in files:
        here, count = parquet_head(file)
        if names and (problem := difference(names, here)):
            raise SourceError(file, f"{problem}, unlike {files[0].name}")
        names = names or here
        starts.append(rows)
        rows += count
    paths = ", ".join(literal(glob_safe(file)) for file in files)
    read = f"read_parquet([{paths}], union_by_name = true, hive_partitioning = false)"
    held = engine.query(f"DESCRIBE SELECT * FROM {read}").column(0).to_pylist()
    unique, notes = unique_names(names)
    offsets = f"[{', '.join(map(str, starts))}]::BIGINT[]"
    row = f"({offsets})[(file_index + 1)::BIGINT] + file_row_number"
    if _VIRTUAL & {name.casefold() for name in names}:
        row = f"row_number() OVER () + {first_row - 1}"
    shown = [f"{ident(old)} AS {ident(new)}" for old, new in zip(held, unique, strict=True)]
    sql = f"SELECT {', '.join([f'{row} AS {ROW}', *shown])} FROM {read}"
    return Part(sql=sql, names=unique, rows=rows - first_row, notes=notes)


def parquet_head(file: Path) -> tuple[list[str], int]:
    """Return column names and row count of a Parquet file."""
    try:
        with pq.ParquetFile(file) as opened:
            return list(opened.schema_arrow.names), opened.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise SourceError(file, "it is damaged, or no Parquet file") from error


def arrow_part(engine: Engine, files: Sequence[Path], relation: str, first_row: int) -> Part:
    """Return the part of Arrow (Feather) files, mapped into memory.

    Raises
    ------
    SourceError
        For a damaged file, or files whose columns differ.
    """
    tables: list[pa.Table] = []
    for file in files:
        table = _arrow_file(file)
        if tables and (problem := difference(tables[0].column_names, table.column_names)):
            raise SourceError(file, f"{problem}, unlike {files[0].name}")
        tables.append(table.select(tables[0].column_names) if tables else table)
    joined = pa.concat_tables(tables, promote_options="permissive")
    return table_part(engine, joined, relation, first_row)


def _arrow_file(file: Path) -> pa.Table:
    """Read an Arrow file or stream."""
    try:
        source = pa.memory_map(str(file))
        try:
            return pa.ipc.open_file(source).read_all()
        except pa.ArrowInvalid:
            source.seek(0)
            return pa.ipc.open_stream(source).read_all()
    except (pa.ArrowException, OSError) as error:
        raise SourceError(file, "it is damaged, or no Arrow file") from error


def frame_part(engine: Engine, data: Any, relation: str, first_row: int) -> Part:
    """Return the part of a pandas or polars frame or a pyarrow table, which is not changed.

    Raises
    ------
    SourceError
        For anything else.
    """
    try:
        table, notes = _arrow_of(data)
    except pa.ArrowException as error:
        raise SourceError(f"the {type(data).__name__}", str(error).splitlines()[0]) from error
    part = table_part(engine, table, relation, first_row)
    part.notes[:0] = notes
    return part


def _arrow_of(data: Any) -> tuple[pa.Table, list[str]]:
    """Return a frame as an Arrow table, and sentences about what could not stay as it was."""
    kind = type(data).__module__.partition(".")[0]
    if isinstance(data, pa.Table):
        return data, []
    if isinstance(data, pa.RecordBatch):
        return pa.Table.from_batches([data]), []
    if kind == "polars" and hasattr(data, "collect"):
        return data.collect().to_arrow(), []
    if kind == "polars" and hasattr(data, "to_arrow") and hasattr(data, "columns"):
        return data.to_arrow(), []
    if kind == "pandas" and hasattr(data, "columns"):
        return _from_pandas(data)
    expected = "a path, or a pandas, polars or pyarrow table, is expected"
    raise SourceError(type(data).__name__, expected)


def _from_pandas(data: Any) -> tuple[pa.Table, list[str]]:
    """Turn a frame into Arrow; a column of mixed values becomes its text."""
    notes = []
    arrays, names = [], []
    for position, name in enumerate(data.columns):
        values = data.iloc[:, position]
        try:
            array = pa.Array.from_pandas(values)
        except (pa.ArrowException, TypeError, ValueError, OverflowError):
            texts = [None if _is_missing(value) else _text(value) for value in values]
            array = pa.array(texts, pa.string())
            notes.append(f"`{name}` holds values of several types and is read as text.")
        arrays.append(array)
        names.append(column_name(name))
    if data.index.name is not None:
        notes.append(
            f"The index `{data.index.name}` was not read; `reset_index()` makes it a column."
        )
    return pa.Table.from_arrays(arrays, names=names), notes


def column_name(name: object) -> str:
    """Return the text that a column of a frame is called by: levels of a name are joined."""
    return " ".join(map(str, name)) if isinstance(name, tuple) else str(name)


def _text(value: object) -> str:
    """Return a value as text; half a surrogate pair, which no file holds, is written out."""
    return str(value).encode("utf-8", "backslashreplace").decode("utf-8")


def _is_missing(value: object) -> bool:
    """Whether a value of a frame is missing: None, NaN, NaT or NA."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and value != value  # noqa: PLR0124 - NaN differs from itself


def table_part(engine: Engine, table: pa.Table, relation: str, first_row: int) -> Part:
    """Register an Arrow table under a name, with ``__row__``."""
    if not table.num_columns:
        raise SourceError("the table", "it has no columns")
    names, notes = unique_names(table.column_names)
    rows = pa.array(range(first_row, first_row + table.num_rows), pa.int64())
    columns = [_readable(column) for column in table.columns]
    engine.register(relation, pa.table([rows, *columns], names=[ROW, *names]))
    sql = f"SELECT * FROM {ident(relation)}"
    return Part(sql=sql, names=names, rows=table.num_rows, notes=notes)


def _readable(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column as a type that the engine can read."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        try:
            return _readable(column.cast(kind.value_type))
        except pa.ArrowNotImplementedError:  # categories of an extension type, as intervals are
            taken = [chunk.dictionary.take(chunk.indices) for chunk in column.chunks]
            return _readable(pa.chunked_array(taken, kind.value_type))
    if pa.types.is_float16(kind):
        return column.cast(pa.float32())
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return column.cast(pa.timestamp("us", kind.tz), safe=False)
    if pa.types.is_period(kind) if hasattr(pa.types, "is_period") else False:
        return column.cast(pa.string())
    if isinstance(kind, pa.BaseExtensionType):
        return _readable(
            pa.chunked_array([chunk.storage for chunk in column.chunks], kind.storage_type)
        )
    return column
