"""From what the user named to plain files of one format, in a stable order."""

from __future__ import annotations

import bz2
import glob
import gzip
import lzma
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from dataaudit.errors import SourceError
from dataaudit.source.options import Format

_PATTERN = frozenset("*?[")
_SUFFIXES: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".dat": "csv",
    ".data": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
}
_PACKED: dict[bytes, tuple[str, Callable[[Path], Any]]] = {
    b"\x1f\x8b": ("gzip", gzip.open),
    b"BZh": ("bzip2", bz2.open),
    b"\xfd7zXZ": ("xz", lzma.open),
    b"\x28\xb5\x2f\xfd": ("zstd", lambda file: pa.CompressedInputStream(str(file), "zstd")),
}
_PACKED_SUFFIXES = (".gz", ".bz2", ".xz", ".zst")
_FOREIGN = {
    b"PK\x03\x04": ("an Excel workbook or a zip archive", "Export it as CSV, or unpack it."),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook", "Export it as CSV."),
    b"SQLite format 3": ("an SQLite database", "Export the table as CSV or Parquet."),
    b"%PDF": ("a PDF", "Export the table as CSV."),
    b"\x89HDF": ("an HDF5 file", "Export the table as Parquet."),
    b"\x89PNG": ("a picture", ""),
    b"\xff\xd8\xff": ("a picture", ""),
    b"\x93NUMPY": ("a NumPy array", "Export it as CSV or Parquet."),
}
_HEAD = 16  # bytes that tell what a file is


def find_files(data: str | Path) -> list[Path]:
    """Return the files that a path, a pattern or a folder names, sorted.

    Raises
    ------
    SourceError
        Where there is none, or one that must not be read.
    """
    try:
        str(data).encode()
        found = _named(data)
    except UnicodeEncodeError as error:
        raise SourceError(data, "its name is not UTF-8", remedy="Rename it.") from error
    except (OSError, ValueError) as error:  # a name too long, or with a null byte in it
        raise SourceError(data, getattr(error, "strerror", None) or str(error)) from error
    for file in found:
        _refuse_unreadable(file)
    return found


def _named(data: str | Path) -> list[Path]:
    """Return the files that a path, a pattern or a folder names, sorted, not yet looked at."""
    if not str(data):
        raise SourceError(data, "no file is named")
    path = Path(data).expanduser()
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if _is_table(file, path))
        if not found:
            raise SourceError(data, "the folder has no CSV, JSON, Parquet or Arrow file")
    elif path.exists() or not _PATTERN & set(str(data)):
        found = [path]
    else:
        named = (Path(name) for name in glob.glob(str(path), recursive=True))  # noqa: PTH207 - an absolute pattern
        found = sorted(file for file in named if file.is_file())
        if not found:
            raise SourceError(data, "no file matches this pattern")
    return found


def _is_table(file: Path, folder: Path) -> bool:
    """Whether a file of a folder is data: not hidden, not a marker, of a known suffix."""
    parts = file.relative_to(folder).parts
    is_hidden = any(part.startswith((".", "_")) for part in parts)
    return not is_hidden and file.is_file() and _suffix(file) in _SUFFIXES


def _suffix(file: Path) -> str:
    """Return the suffix that tells the format, below that of a packer."""
    name = file.name.lower()
    for packed in _PACKED_SUFFIXES:
        name = name.removesuffix(packed)
    return Path(name).suffix


def _refuse_unreadable(file: Path) -> None:
    """Say in one line why a file cannot be read."""
    if file.exists() and not file.is_file():
        remedy = "A table is read more than once; write it to a file first."
        raise SourceError(file, "it is a pipe or a device", remedy=remedy)
    try:
        with file.open("rb") as opened:
            head = opened.read(_HEAD)
    except FileNotFoundError as error:
        raise SourceError(file, "there is no such file", remedy=_near(file)) from error
    except PermissionError as error:
        raise SourceError(file, "permission denied") from error
    except OSError as error:
        raise SourceError(file, error.strerror or str(error)) from error
    if not head:
        raise SourceError(file, "the file is empty")
    for mark, (what, remedy) in _FOREIGN.items():
        if head.startswith(mark):
            raise SourceError(file, f"it is {what}", remedy=remedy)


def _near(file: Path) -> str:
    """Suggest a file of nearly the same name."""
    import difflib

    folder = file.parent
    names = sorted(other.name for other in folder.iterdir()) if folder.is_dir() else []
    near = difflib.get_close_matches(file.name, names, n=1)
    return f"Did you mean {str(folder / near[0])!r}?" if near else ""


def format_of(file: Path, given: Format) -> Format:
    """Tell the format of a file: what the user said, its first bytes, its suffix, else text."""
    if given != "auto":
        return given
    with file.open("rb") as opened:
        head = opened.read(_HEAD)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
        return "arrow"
    return _SUFFIXES.get(_suffix(file), "csv")


def unpacked(file: Path, target: Path) -> Path:
    """Return the file itself, or a copy of what is packed in it.

    Raises
    ------
    SourceError
        Where the archive is damaged.
    """
    with file.open("rb") as opened:
        head = opened.read(_HEAD)
    for mark, (what, opener) in _PACKED.items():
        if not head.startswith(mark):
            continue
        try:
            with opener(file) as packed, target.open("wb") as out:
                shutil.copyfileobj(packed, out)
        except (OSError, EOFError, lzma.LZMAError, ValueError) as error:
            raise SourceError(file, f"the {what} archive is damaged") from error
        if not target.stat().st_size:
            raise SourceError(file, "the file is empty")
        return target
    return file
