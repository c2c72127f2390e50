"""Run whole processes in turn and compare them: medians of seconds, peaks of memory, ratios.

Machines are shared and noisy, so the commands alternate within one run and only their ratio is
worth quoting. Python byte code is written, because a scheduled job runs from byte code as well.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

LIMIT_S = 900


@dataclass
class Timing:
    """What the runs of one command took.

    Parameters
    ----------
    seconds
        Wall time of each whole process.
    megabytes
        Peak resident memory of each.
    failure
        The last line of what it said, where it failed or was stopped.
    """

    seconds: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    failure: str = ""

    @property
    def median(self) -> float:
        """Median seconds; infinite where no run ended well."""
        return statistics.median(self.seconds) if self.seconds else float("inf")

    @property
    def peak(self) -> float:
        """The largest peak."""
        return max(self.megabytes, default=float("nan"))


def compare(
    commands: Mapping[str, Sequence[str]], *, repeats: int = 3, limit_s: float = LIMIT_S
) -> dict[str, Timing]:
    """Run every command `repeats` times, in turn, each in a fresh process.

    Parameters
    ----------
    commands
        By name, as argument lists.
    repeats
        Runs of each; one that fails or takes longer than `limit_s` is not run again.
    """
    timings = {name: Timing() for name in commands}
    for _ in range(repeats):
        for name, command in commands.items():
            if not timings[name].failure:
                _run(timings[name], command, limit_s)
    return timings


def _run(timing: Timing, command: Sequence[str], limit_s: float) -> None:
    """Run a command once and enter what it took; its own peak, not that of those before."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said, env=environment)
        timer = threading.Timer(limit_s, process.kill)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        words = said.read().decode(errors="replace").strip().splitlines()
    if process.returncode == -signal.SIGKILL and seconds >= limit_s:
        timing.failure = f"stopped after {limit_s:.0f} s"
    elif process.returncode:
        timing.failure = words[-1] if words else f"exit code {process.returncode}"
    else:
        timing.seconds.append(seconds)
        timing.megabytes.append(usage.ru_maxrss / 1024)
