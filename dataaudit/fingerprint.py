"""The fingerprint of a run: the same input, config, contract and versions give the same one.

It stands in every file that repeats byte for byte, where a clock would not.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

PACKAGES = (
    "dataaudit",
    "duckdb",
    "imbalanced-learn",
    "keras",
    "numpy",
    "pandas",
    "pandera",
    "pyarrow",
    "scikit-learn",
    "tensorflow",
)
_CHUNK = 1 << 20
_DIGITS = 8


def versions() -> dict[str, str]:
    """Return the versions of the packages that a result depends on; those installed."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def of_files(paths: Sequence[Path]) -> str:
    """Return the SHA-256 of the bytes of files, in the order given."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
        digest.update(b"\0")
    return digest.hexdigest()


def of_listing(files: Sequence[Mapping[str, Any]]) -> str:
    """Return the SHA-256 of what a store says of its files: path, size, time of change, rows."""
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()


def of_table(table: pa.Table) -> str:
    """Return the SHA-256 of an arrow table's rows and types."""
    digest = hashlib.sha256()
    stream = pa.BufferOutputStream()
    with pa.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table)
    digest.update(stream.getvalue())
    return digest.hexdigest()


def of_run(source: str, config: Mapping[str, Any]) -> str:
    """Return the fingerprint of a run: 64 hexadecimal digits.

    Parameters
    ----------
    source
        Of the input, see `of_files` and `of_table`.
    config
        Plain values; where the output goes and how many runs stay plays no part.
    """
    told = {key: value for key, value in config.items() if key not in ("output", "gate")}
    text = json.dumps([source, told, versions()], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def run_id(fingerprint: str, now: datetime | None = None) -> str:
    """Return UTC time and 8 digits of the fingerprint: ``20261121T090312Z-1a2b3c4d``."""
    now = now or datetime.now(UTC)
    return f"{now.strftime('%Y%m%dT%H%M%SZ')}-{fingerprint[:_DIGITS]}"
