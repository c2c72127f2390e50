"""Progress on stderr: bars with the time left on a terminal, one plain line a stage in a log.

The only place of the report that looks at the clock; nothing of it reaches a file.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.text import Text


class Stage:
    """One stage under way: how far it is, and the rows in and out.

    Parameters
    ----------
    name
        Of the stage, ``contract``.
    bars, task
        Where to draw on a terminal; None elsewhere.
    """

    def __init__(self, name: str, bars: Bars | None, task: TaskID | None) -> None:
        self.name, self._bars, self._task = name, bars, task
        self._rows: tuple[int, int] | None = None

    def rows(self, rows_in: int, rows_out: int, **others: Any) -> dict[str, Any]:
        """Say how many rows came in and went out; return all of it, for the row account."""
        self._rows = (rows_in, rows_out)
        return {"rows_in": rows_in, "rows_out": rows_out, **others}

    def advance(self, done: int, total: int) -> None:
        """Say how many of how many parts are done."""
        if self._bars is not None and self._task is not None:
            self._bars.update(self._task, completed=done, total=total)

    def line(self, seconds: float) -> str:
        """Return the line that stays when the stage has ended."""
        rows = f"{self._rows[0]:,} rows in, {self._rows[1]:,} rows out, " if self._rows else ""
        return f"{self.name}: {rows}{seconds:.1f} s"


class Progress:
    r"""Show the stages of a run.

    Parameters
    ----------
    console
        Stderr by default. Where it is no terminal, each stage leaves one plain line, no more.

    Examples
    --------
    >>> import io
    >>> log = io.StringIO()
    >>> with Progress(Console(file=log)) as progress:
    ...     with progress.stage("contract") as stage:
    ...         stage.rows(300, 298)
    {'rows_in': 300, 'rows_out': 298}
    >>> print(log.getvalue())
    contract: 300 rows in, 298 rows out, ... s
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._bars: Bars | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._bars = Bars(
                SpinnerColumn(),
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=30),
                TimeRemainingColumn(compact=True),
                console=self._console,
                transient=True,
            )
            self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bars is not None:
            self._bars.stop()
            self._bars = None

    @contextmanager
    def stage(self, name: str) -> Iterator[Stage]:
        """Run a stage; what it leaves is one line, also where it fails."""
        task = None if self._bars is None else self._bars.add_task(name, total=None)
        stage, began, ended = Stage(name, self._bars, task), time.perf_counter(), "failed, "
        try:
            yield stage
            ended = ""
        finally:
            seconds = time.perf_counter() - began
            if self._bars is not None and task is not None:
                self._bars.remove_task(task)
            self._write(stage.line(seconds).replace(": ", f": {ended}", 1), failed=bool(ended))

    def say(self, line: str) -> None:
        """Write one line at once."""
        self._write(line, failed=False)

    def _write(self, line: str, *, failed: bool) -> None:
        """Write one line that no width of a console breaks."""
        style = "red" if failed else "dim"
        self._console.print(Text(line, style), soft_wrap=True, highlight=False)


class Silent(Progress):
    """The same without a word, for use inside a program."""

    def __enter__(self) -> Self:
        return self

    def _write(self, line: str, *, failed: bool) -> None:
        """Write nothing."""
