"""Processes that clean batches: own children on pipes, since a fork would copy an engine's threads.

`multiprocessing` would run the user's own script again in every child; a module of ours does not.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from typing import IO, Any, Self

import pyarrow as pa

from dataaudit.errors import DataError

LENGTH = struct.Struct("<cQ")
DONE, FAILED, REFUSED = b"d", b"f", b"r"


class Workers:
    """As many processes as there are cores, each with the same job.

    Parameters
    ----------
    job
        Called with every batch; must be picklable. Where a process cannot take it, because it is
        defined in the user's script, all is done in this process.
    count
        Processes.
    """

    def __init__(self, job: Any, *, count: int | None = None) -> None:
        self._job, self._count = job, count or os.cpu_count() or 1
        self._children: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        try:
            payload = pickle.dumps((sys.path, pickle.dumps(self._job)))
        except (pickle.PicklingError, AttributeError, TypeError):
            return self
        command = [sys.executable, "-m", "dataaudit.compile.worker"]
        for _ in range(self._count):
            child = subprocess.Popen(  # noqa: S603 - this interpreter with a module of ours
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            self._children.append(child)
            _send(child, DONE, payload)
        if any(_receive(child)[0] == REFUSED for child in self._children):
            self._stop()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def map(
        self,
        batches: Iterator[pa.RecordBatch],
        part: Callable[[pa.RecordBatch], pa.RecordBatch],
    ) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
        """Yield every batch with what the job makes of a part of it, in order.

        Raises
        ------
        DataError
            What the job raised, or that a process has died.
        """
        if not self._children:
            yield from ((batch, self._job(part(batch))) for batch in batches)
            return
        free, busy = deque(self._children), deque[tuple[Any, pa.RecordBatch]]()
        for batch in batches:
            if not free:
                child, sent = busy.popleft()
                yield sent, _answer(child)
                free.append(child)
            child = free.popleft()
            _send(child, DONE, to_bytes(part(batch)))
            busy.append((child, batch))
        for child, sent in busy:
            yield sent, _answer(child)

    def _stop(self) -> None:
        for child in self._children:
            child.kill()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            child.wait()
        self._children = []


def _answer(child: subprocess.Popen[bytes]) -> pa.RecordBatch:
    """Return what a process made of its batch."""
    kind, payload = _receive(child)
    if kind == DONE:
        return from_bytes(payload)
    stage, text = json.loads(payload)
    raise DataError(stage, text)


def _send(child: subprocess.Popen[bytes], kind: bytes, payload: bytes) -> None:
    try:
        put(child.stdin, kind, payload)
    except OSError as error:
        raise _died(child) from error


def _receive(child: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    try:
        return take(child.stdout)
    except EOFError as error:
        raise _died(child) from error


def _died(child: subprocess.Popen[bytes]) -> DataError:
    code = child.wait()
    how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
    return DataError(
        "clean",
        f"a process that cleaned a batch of rows ended {how}",
        remedy="Signal 9 mostly means that memory ran out.",
    )


def put(pipe: IO[bytes] | None, kind: bytes, payload: bytes) -> None:
    """Write one message."""
    assert pipe is not None  # noqa: S101 - opened with PIPE
    pipe.write(LENGTH.pack(kind, len(payload)))
    pipe.write(payload)
    pipe.flush()


def take(pipe: IO[bytes] | None) -> tuple[bytes, bytes]:
    """Read one message.

    Raises
    ------
    EOFError
        Where the other side is gone.
    """
    assert pipe is not None  # noqa: S101 - opened with PIPE
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    kind, length = LENGTH.unpack(head)
    payload = pipe.read(length)
    if len(payload) < length:
        raise EOFError
    return kind, payload


def to_bytes(batch: pa.RecordBatch) -> bytes:
    """Return a batch as one Arrow stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    return sink.getvalue().to_pybytes()


def from_bytes(payload: bytes) -> pa.RecordBatch:
    """Read what `to_bytes` wrote."""
    with pa.ipc.open_stream(payload) as stream:
        return stream.read_next_batch()
