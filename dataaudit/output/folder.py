"""A run's folder: written under a temporary name, published by one rename, or not at all.

Whoever is killed half way leaves a hidden temporary folder, which the next run clears away, and
never a half-written result. ``latest`` is a symbolic link that is switched in one step. What
somebody else keeps in the folder is never touched: a run is known by what its manifest says.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dataaudit.errors import ConfigError, OutputError
from dataaudit.output.files import as_output_error, to_json

try:
    import fcntl
except ImportError:  # Windows has no flock; there the folder is not guarded
    fcntl = None  # type: ignore[assignment]

TEMPORARY = ".tmp-"
LATEST = "latest"
LOCK = ".lock"
MANIFEST = "manifest.json"
_REPLACED, _GONE = f"{TEMPORARY}replaced-", f"{TEMPORARY}gone-"
_OURS = re.compile(r"\.tmp-(\d+|latest|replaced-.+|gone-.+)")
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+@=-]{0,127}")  # what schedulers name their runs


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

    @contextlib.contextmanager
    def file(self, name: str) -> Iterator[Path]:
        """Give the path of a file to write, its folder made.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        path = self.path / name
        with as_output_error(self.directory):
            path.parent.mkdir(parents=True, exist_ok=True)
            yield path

    def write_text(self, name: str, text: str) -> None:
        """Write a text file as UTF-8 with plain line ends."""
        with self.file(name) as path:
            path.write_text(text, encoding="utf-8", newline="\n")

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
        with as_output_error(self.directory):
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
        """Rename the folder; a run of the same name steps aside first and goes afterwards.

        Whoever is killed between the two leaves it aside, and the next run puts it back.
        """
        final, old = self.directory / run_id, self.directory / f"{_REPLACED}{run_id}"
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
        """Remove the oldest finished runs beyond `keep`, each hidden before it goes."""
        latest = self.directory / LATEST
        held = {run_id, latest.readlink().name if latest.is_symlink() else ""}
        runs = [path for path in sorted(self.directory.iterdir()) if _is_run(path)]
        old = [run for run in runs if run.name not in held]
        for run in old[: max(0, len(runs) - keep)]:
            shutil.rmtree(run.rename(self.directory / f"{_GONE}{run.name}"))


@contextlib.contextmanager
def open_run(directory: Path, run_id: str | None = None) -> Iterator[RunFolder]:
    """Hold the output folder for one run; what is not published is removed.

    Parameters
    ----------
    directory
        ``output.dir``; made if it is not there.
    run_id
        The name that the run shall have, if the user chose one.

    Raises
    ------
    ConfigError
        If no run can have this name.
    OutputError
        If another run holds the folder, it cannot be written, or something of the user's would be
        replaced.
    """
    if run_id is not None and (run_id == LATEST or not _RUN_ID.fullmatch(run_id)):
        expected = "a name of letters, digits and .-_:+@= that begins with a letter or digit"
        raise ConfigError("run_id", expected=f"{expected}, and is not {LATEST!r}", found=run_id)
    with as_output_error(directory):
        directory.mkdir(parents=True, exist_ok=True)
        lock = (directory / LOCK).open("a", encoding="utf-8")
    with lock:
        _hold(directory, lock.fileno())
        with as_output_error(directory):
            _clear(directory)
            _refuse_foreign(directory, run_id)
            folder = RunFolder(directory)
            folder.path.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder.path, ignore_errors=True)


def _hold(directory: Path, lock: int) -> None:
    """Take the lock, which the system lets go of when the process ends, however it ends."""
    if fcntl is None:
        return
    try:
        with as_output_error(directory):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OutputError as error:
        if not isinstance(error.__cause__, BlockingIOError):
            raise
        raise OutputError(
            directory,
            "another run holds this folder",
            remedy="Wait for it, or give this run an `output.dir` of its own.",
        ) from error


def _clear(directory: Path) -> None:
    """Remove what a killed run left, and put back the run that it was about to replace."""
    for stale in sorted(directory.glob(f"{TEMPORARY}*")):
        replaced = directory / stale.name.removeprefix(_REPLACED)
        if not _OURS.fullmatch(stale.name):
            continue
        if stale.name.startswith(_REPLACED) and not replaced.exists():
            stale.rename(replaced)
        elif stale.is_dir() and not stale.is_symlink():
            shutil.rmtree(stale)
        else:
            stale.unlink()


def _refuse_foreign(directory: Path, run_id: str | None) -> None:
    """Refuse to replace what is no run, and a ``latest`` that is no link."""
    latest = directory / LATEST
    if latest.exists() and not latest.is_symlink():
        raise OutputError(latest, "it is there and is no link to a run", remedy="Move it away.")
    if run_id is not None and (directory / run_id).exists() and not _is_run(directory / run_id):
        remedy = "Choose another name for the run."
        raise OutputError(directory / run_id, "it is there and is no run", remedy=remedy)


def _is_run(path: Path) -> bool:
    """Whether a path is the folder of a finished run; others may have a manifest.json as well."""
    if path.is_symlink() or path.name.startswith(TEMPORARY):
        return False
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and manifest.get("run_id") == path.name


def _fsync(path: Path) -> None:
    """Ask the system to put a file or folder on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
