"""The files of a run: Parquet that repeats byte for byte, JSON that any parser reads."""

from __future__ import annotations

import contextlib
import json
import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dataaudit.engine import Engine
from dataaudit.engine.sql import ident
from dataaudit.errors import OutputError
from dataaudit.parquet import ROW_GROUP
from dataaudit.source.columns import ROW, SYNTHETIC, WEIGHT

if TYPE_CHECKING:
    import pandas as pd

_FINGERPRINT = "dataaudit.fingerprint"


def marked(fingerprint: str) -> dict[str, str]:
    """Return the metadata of a Parquet file that belongs to a run."""
    return {_FINGERPRINT: fingerprint} if fingerprint else {}


def write_table(table: pa.Table, path: Path, fingerprint: str) -> None:
    """Write an arrow table as Parquet, the fingerprint in its metadata."""
    pq.write_table(
        table.replace_schema_metadata(marked(fingerprint)),
        path,
        compression="zstd",
        row_group_size=ROW_GROUP,
    )


def write_relation(engine: Engine, relation: str, path: Path, fingerprint: str = "") -> int:
    """Write a relation as Parquet, streaming, any fingerprint in its metadata; return its rows."""
    return engine.copy(f"SELECT * FROM {ident(relation)}", path, metadata=marked(fingerprint))


def refuse_overwriting(output: Path, *tables: Any) -> None:
    """Refuse to write over a folder or a table that is read.

    Raises
    ------
    OutputError
        Before anything is computed.
    """
    with as_output_error(output):
        if output.is_dir():
            raise OutputError(output, "it is a folder", remedy="Name a file.")
        for table in tables:
            is_file = isinstance(table, str | Path) and output.exists() and Path(table).exists()
            if is_file and output.samefile(table):
                raise OutputError(output, "it is the table itself", remedy="Name another file.")


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give the path of a file to write, which takes the place of `path` only when it is whole.

    Raises
    ------
    OutputError
        If it cannot be written; what stood there before still does.
    """
    temporary = path.with_name(f".{path.name[:_LONGEST_NAME]}.{os.getpid()}.tmp")
    with as_output_error(path):
        try:
            yield temporary
            temporary.replace(path)
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink()


_LONGEST_NAME = 200  # of the 255 bytes that file systems allow


@contextlib.contextmanager
def as_output_error(path: Path) -> Iterator[None]:
    """Turn what the file system refuses into one line for a person."""
    try:
        yield
    except OSError as error:
        problem = os.strerror(error.errno) if error.errno else str(error)
        raise OutputError(path, problem, remedy="Check space and permissions.") from error


def clean_table(
    X: pd.DataFrame,
    y: pd.Series | None,
    *,
    rows: np.ndarray,
    target: str | None = None,
    weight: np.ndarray | None = None,
) -> pa.Table:
    """Put cleaned features, target and what is known of each row side by side.

    Parameters
    ----------
    X : DataFrame of shape (n_rows, n_features)
    y : Series of shape (n_rows,), optional
    rows : ndarray of int64, shape (n_rows,)
        ``__row__`` of each, -1 for a synthetic row.
    target
        The name of y.
    weight : ndarray of float64, shape (n_rows,), optional
        1.0 where it is not given.
    """
    import pandas as pd

    frame = X.reset_index(drop=True)
    known: dict[str, Any] = {} if y is None else {str(target): y.to_numpy()}
    known[ROW] = pd.array(np.where(rows < 0, 0, rows), dtype="Int64")
    known[ROW][rows < 0] = pd.NA
    known[SYNTHETIC] = rows < 0
    known[WEIGHT] = np.ones(len(frame)) if weight is None else weight
    table = pd.concat([frame, pd.DataFrame(known)], axis=1)
    return pa.Table.from_pandas(table, preserve_index=False)


def to_json(value: Any) -> str:
    """Return JSON text, the same for the same value: sorted keys, NaN and infinity as null."""
    return json.dumps(_plain(value), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    """Turn numpy scalars, tuples, sets and paths into what JSON has."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(_plain(item) for item in value)
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bool | int | str) or value is None:
        return value
    return str(value)
