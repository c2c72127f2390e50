"""One worker process: takes a job, then batches, on stdin; answers on stdout. See `workers`."""

from __future__ import annotations

import json
import os
import pickle
import signal
import sys
from typing import IO, Any

from dataaudit.compile.workers import DONE, FAILED, REFUSED, from_bytes, put, take, to_bytes
from dataaudit.errors import DataError


def main() -> None:
    """Work until the other side closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us
    stdin, stdout = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a step prints must not stand among the answers
    try:
        job = _job(stdin)
    except Exception as error:  # noqa: BLE001 - whatever a user's class raises on loading
        put(stdout, REFUSED, str(error).encode())
        return
    put(stdout, DONE, b"")
    while True:
        try:
            _, payload = take(stdin)
        except EOFError:
            return
        try:
            put(stdout, DONE, to_bytes(job(from_bytes(payload))))
        except DataError as error:
            _fail(stdout, error.stage, str(error).removeprefix(f"{error.stage}: "))
        except Exception as error:  # noqa: BLE001 - becomes the same error in the parent
            _fail(stdout, "clean", f"{type(error).__name__}: {error}")


def _job(stdin: IO[bytes]) -> Any:
    """Read the job that the parent sends; nothing else can write into this pipe."""
    _, payload = take(stdin)
    path, pickled = pickle.loads(payload)  # noqa: S301 - from the parent's memory, no file
    sys.path[:] = path
    return pickle.loads(pickled)  # noqa: S301 - the same


def _fail(stdout: IO[bytes], stage: str, text: str) -> None:
    put(stdout, FAILED, json.dumps([stage, text.removesuffix(".")]).encode())


if __name__ == "__main__":
    main()
