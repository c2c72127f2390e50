"""SIGINT and SIGTERM end the program cleanly: every folder is left as a whole or not at all."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALLED = 128  # as shells have it: 128 and the signal's number


class Stopped(BaseException):
    """The process was asked to end, by Ctrl-C or by a scheduler; every folder is left clean."""

    def __init__(self, number: int) -> None:
        self.signal, self.exit_code = number, _SIGNALLED + number
        super().__init__(number)


@contextmanager
def stoppable() -> Iterator[None]:
    """Let SIGINT and SIGTERM end the program cleanly, where signals are ours to handle."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, _stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, _: FrameType | None) -> None:
    raise Stopped(number)
