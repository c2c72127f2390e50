"""A run's folder: written under a temporary name, published by one rename, or not at all.

Whoever is killed half way leaves a hidden temporary folder, which the next run clears away, and
never a half-written result. ``latest`` is a symbolic link that is switched in one step.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dataaudit.errors import OutputError
from dataaudit.output.files import to_json

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
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.path = directory / f"{TEMPORARY}{os.getpid()}"

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

    def publish(self, run_id: str, *, latest: bool, keep: int) -> Path:
        """Make the folder visible under its name.

        Parameters
        ----------
        run_id
            The name of the finished folder; one that is there already is replaced.
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
            final = self._put_in_place(run_id)
            if latest:
                self._move_latest(run_id)
            _fsync(self.directory)
            self._forget(keep, run_id)
        return final

    def _put_in_place(self, run_id: str) -> Path:
        """Rename the folder; a run of the same name steps aside first and goes afterwards."""
        final, old = self.directory / run_id, self.directory / f"{TEMPORARY}old"
        if final.exists():
            final.rename(old)
        self.path.rename(final)
        shutil.rmtree(old, ignore_errors=True)
        return final

    def _move_latest(self, run_id: str) -> None:
        """Point ``latest`` here in one step."""
        link = self.directory / f"{TEMPORARY}{LATEST}"
        link.unlink(missing_ok=True)
        link.symlink_to(run_id, target_is_directory=True)
        link.replace(self.directory / LATEST)

    def _forget(self, keep: int, run_id: str) -> None:
        """Remove the oldest finished runs beyond `keep`."""
        latest = self.directory / LATEST
        held = {run_id, latest.readlink().name if latest.is_symlink() else ""}
        runs = [
            path
            for path in sorted(self.directory.iterdir())
            if not path.is_symlink() and (path / "manifest.json").exists()
        ]
        old = [run for run in runs if run.name not in held]
        for run in old[: max(0, len(runs) - keep)]:
            shutil.rmtree(run)


@contextlib.contextmanager
def open_run(directory: Path) -> Iterator[RunFolder]:
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
            folder = RunFolder(directory)
            folder.path.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder.path, ignore_errors=True)


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
