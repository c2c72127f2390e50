"""A run's folder: written under a temporary name, published by one rename, or not at all.

Whoever is killed half way leaves a hidden temporary folder, which the next run clears away, and
never a half-written result. ``latest`` is a symbolic link that is switched in one step.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dataaudit.errors import OutputError

try:
    import fcntl
except ImportError:  # Windows has no flock; there the folder is not guarded
    fcntl = None  # type: ignore[assignment]

TEMPORARY = ".tmp-"
LATEST = "latest"
LOCK = ".lock"


class RunFolder:
    """The folder of one run while it is being made.

    Parameters
    ----------
    directory
        ``output.dir``: holds the runs, ``latest`` and the lock.
    run_id
        The name of the finished folder.
    """

    def __init__(self, directory: Path, run_id: str) -> None:
        self.directory, self.run_id = directory, run_id
        self.path = directory / f"{TEMPORARY}{run_id}"
        self.final = directory / run_id

    def file(self, name: str) -> Path:
        """Return the path of a file to write, its folder made."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def write_text(self, name: str, text: str) -> None:
        """Write a text file as UTF-8 with plain line ends."""
        self.file(name).write_text(text, encoding="utf-8", newline="\n")

    def write_json(self, name: str, value: Any) -> None:
        """Write JSON that any parser reads: keys sorted, no NaN."""
        self.write_text(name, to_json(value))

    def publish(self, *, latest: bool, keep: int) -> Path:
        """Make the folder visible under its name.

        Parameters
        ----------
        latest
            Whether ``latest`` moves to this run: only when the gate passed.
        keep
            Finished runs to keep, this one included; the oldest go. The one that ``latest`` names
            always stays.

        Raises
        ------
        OutputError
            If the folder cannot be written or renamed.
        """
        with _as_output_error(self.directory):
            for file in sorted(self.path.rglob("*")):
                _fsync(file)
            _fsync(self.path)
            if self.final.exists():
                shutil.rmtree(self.final)
            self.path.rename(self.final)
            if latest:
                self._move_latest()
            _fsync(self.directory)
            self._forget(keep)
        return self.final

    def _move_latest(self) -> None:
        """Point ``latest`` here in one step."""
        link = self.directory / f"{TEMPORARY}{LATEST}"
        link.unlink(missing_ok=True)
        link.symlink_to(self.run_id, target_is_directory=True)
        link.replace(self.directory / LATEST)

    def _forget(self, keep: int) -> None:
        """Remove the oldest finished runs beyond `keep`."""
        latest = self.directory / LATEST
        held = {self.run_id, os.readlink(latest) if latest.is_symlink() else ""}
        runs = [
            path
            for path in sorted(self.directory.iterdir())
            if not path.is_symlink() and (path / "manifest.json").exists()
        ]
        old = [run for run in runs if run.name not in held]
        for run in old[: max(0, len(runs) - keep)]:
            shutil.rmtree(run)


@contextlib.contextmanager
def open_run(directory: Path, run_id: str) -> Iterator[RunFolder]:
    """Hold the output folder for one run; what is not published is removed.

    Raises
    ------
    OutputError
        If another run holds the folder, or it cannot be written.
    """
    with _as_output_error(directory):
        directory.mkdir(parents=True, exist_ok=True)
        lock = (directory / LOCK).open("w", encoding="utf-8")
    with lock:
        if fcntl is not None:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise OutputError(
                    directory,
                    "another run holds this folder",
                    remedy="Wait for it, or give this run an `output.dir` of its own.",
                ) from error
        with _as_output_error(directory):
            for stale in directory.glob(f"{TEMPORARY}*"):
                stale.unlink() if stale.is_symlink() else shutil.rmtree(stale)
            folder = RunFolder(directory, run_id)
            folder.path.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder.path, ignore_errors=True)


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


def _fsync(path: Path) -> None:
    """Ask the system to put a file or folder on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _as_output_error(directory: Path) -> Iterator[None]:
    """Turn what the file system refuses into one line for a person."""
    try:
        yield
    except OSError as error:
        raise OutputError(
            directory, error.strerror or str(error), remedy="Check space and permissions."
        ) from error
