"""Tasks in threads whose networks train together, for benchmarks of many small tables."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from threadpoolctl import threadpool_limits

from dataaudit.proof import final, judging, later
from dataaudit.proof.diagnosis import examined
from dataaudit.proof.training import train


class Together:
    """Threads that train together: one call for the fits of all that wait.

    Compilations are shared, and stacks are full. What each gets is what it would get alone.
    """

    def __init__(self, threads: int) -> None:
        self.left, self.waiting = threads, []
        self.changed = threading.Condition()

    def train(self, fits: Sequence[Any], tick: Callable[[], object] | None = None) -> list[Any]:  # noqa: ARG002 - the signature of `train`
        """Wait until everybody waits, then train all fits in one call."""
        slot: list[Any] = [list(fits), None]
        with self.changed:
            self.waiting.append(slot)
            self._go()
            while slot[1] is None:
                self.changed.wait()
        if isinstance(slot[1], BaseException):
            raise slot[1]
        return slot[1]

    def leave(self) -> None:
        """Say that this thread trains no more."""
        with self.changed:
            self.left -= 1
            self._go()

    def _go(self) -> None:
        """Train where nobody else is to come."""
        if not self.waiting or len(self.waiting) < self.left:
            return
        slots, self.waiting = self.waiting, []
        fits = [fit for part, _ in slots for fit in part]
        try:
            start = time.process_time()
            trained = iter(train(fits))
            seconds = time.process_time() - start
            print(f"  {len(fits)} fits, {seconds:.1f} s of processor time", flush=True)
            for slot in slots:
                slot[1] = [next(trained) for _ in slot[0]]
        except BaseException as error:  # noqa: BLE001 - each thread raises it again
            for slot in slots:
                slot[1] = error
        self.changed.notify_all()


@contextmanager
def shared(pool: Together) -> Iterator[None]:
    """Let everything train in the pool; Keras seeds itself for the process, so it watches alone."""
    homes, watch, lock = (
        [(home, home.train) for home in (judging, final, later)],
        examined.watch,
        threading.Lock(),
    )

    def watched(fit: Any) -> Any:
        with lock:
            return watch(fit)

    for home, _ in homes:
        home.train = pool.train
    examined.watch = watched
    try:
        yield
    finally:
        for home, kept in homes:
            home.train = kept
        examined.watch = watch


def together(tasks: Mapping[Any, Callable[[], Any]]) -> dict[Any, Any]:
    """Run tasks in threads that train together; an error is the answer of its task."""
    pool, answers = Together(len(tasks)), {}

    def run(key: Any) -> None:
        threadpool_limits(1)  # there are more tasks than cores
        try:
            answers[key] = tasks[key]()
        except Exception as error:  # noqa: BLE001 - one that fails must not stop the others
            answers[key] = error
        finally:
            pool.leave()

    with shared(pool):
        threads = [threading.Thread(target=run, args=(key,)) for key in tasks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return answers
