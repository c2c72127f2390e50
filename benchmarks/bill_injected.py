"""Plant known defects into ordinary tables, and see whether causes are named and losses recovered.

Each of 12 injectors plants its defect into each of 8 tables of at most 400 rows. What it costs is
measured on honest rows (labels, copies and leaks are planted among the rows that are learnt from;
defects of cells among the rows to answer for as well, as in life). What it is taken for is what a
diagnosis of the damaged table says, which knows nothing of the truth. The untouched tables are
diagnosed as well: what is proven there is counted as a false alarm.

The examined arm is the baseline (one-hot, median and flag, standard scaling); for a defect that
the baseline has the remedy for, the baseline without it: unscaled, or filled with 0.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn import datasets
from threadpoolctl import threadpool_limits

from dataaudit import planting
from dataaudit.injecting import Given, configured, registry
from dataaudit.planting import Line, Looked, Recipe, SelfTest
from dataaudit.proof import final, judging, later
from dataaudit.proof.arms import Base
from dataaudit.proof.diagnosis import examined
from dataaudit.proof.diagnosis.diagnosing import PROVEN
from dataaudit.proof.spec import ProveSpec, TrainSpec
from dataaudit.proof.training import train

ROWS, SEED = 400, 1
REAL = 0.02  # points of accuracy, or of R2, from which a planted defect really cost something
FIRST, AMONG_THREE, RECOVERED, FALSE = 0.9, 0.98, 0.8, 0.05
THREE = 3
RECIPE = Recipe(
    train=TrainSpec(max_steps=400), prove=ProveSpec(folds=5, repeats=1, budget=3600), seed=SEED
)
TARGET = "target"


def tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Return eight ordinary tables; the column to predict is `target`."""
    found = {}
    for name in ("breast_cancer", "wine", "iris", "diabetes"):
        frame = getattr(datasets, f"load_{name}")(as_frame=True).frame
        found[name] = frame if name == "diabetes" else _named(frame, TARGET)
    adult = pd.read_csv(folder / "adult" / "adult_train.csv", skipinitialspace=True, na_values="?")
    found["adult"] = _named(adult, "income")
    found["pima"] = _named(pd.read_csv(folder / "pima" / "pima.csv"), "outcome")
    horses = pd.read_csv(folder / "horse_colic" / "horse_colic.csv", na_values="?")
    known_late = ["outcome", "cp_data", "lesion_type1", "hospital_number"]
    found["horse_colic"] = _named(horses.drop(columns=known_late), "surgical_lesion")
    taxis = pd.read_csv(folder / "taxis" / "taxis.csv")
    leaks = ["tip", "total", "payment", "pickup", "dropoff"]
    found["taxis"] = _named(taxis.drop(columns=leaks), "color")
    return {
        name: frame.sample(min(ROWS, len(frame)), random_state=0).reset_index(drop=True)
        for name, frame in found.items()
    }


def _named(frame: pd.DataFrame, target: str) -> pd.DataFrame:
    """Return the rows that have a target, with text labels under `target`."""
    rows = frame[frame[target].notna()]
    labels = "is " + rows[target].astype(str)
    return rows.drop(columns=target).assign(**{TARGET: labels})


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


def main(folder: Path, names: Sequence[str] = (), defects: Sequence[str] = ()) -> int:
    """Plant, diagnose, price and print; return 0 where the figures hold."""
    start = time.perf_counter()
    givens = {
        name: Given(
            frame=frame,
            target=TARGET,
            kind="regression" if name == "diabetes" else "classification",
        )
        for name, frame in tables(folder).items()
        if not names or name in names
    }
    injectors = configured(list(defects) or list(registry()))
    looks: dict[tuple[str, str], Callable[[], Looked]] = {}
    for name, given in givens.items():
        looks[name, ""] = _look(given.frame, given, Base())
        for key, injector in injectors.items():
            if not injector.applies(given):
                frame = planting.planted(injector, given, SEED)
                looks[name, key] = _look(frame, given, planting.arm_for(key))
    looked = together(looks)
    print(f"{len(looked)} tables diagnosed in {time.perf_counter() - start:.0f} s")
    failed = {key: error for key, error in looked.items() if isinstance(error, Exception)}
    planted = {
        name: {key: one for key, one in injectors.items() if (name, key) in looked.keys() - failed}
        for name in givens
    }
    tests = together(
        {
            name: _told(name, given, looked, planted[name])
            for name, given in givens.items()
            if (name, "") not in failed
        }
    )
    failed |= {(name, "price"): test for name, test in tests.items() if isinstance(test, Exception)}
    for (name, key), error in failed.items():
        told_in = " ".join(str(error).split())[:200]
        print(f"failed: {name} {key}: {type(error).__name__}: {told_in}")
    told = {name: test for name, test in tests.items() if isinstance(test, SelfTest)}
    show(told)
    code = verdict(told, {name: looked[name, ""] for name in told})
    print(f"{time.perf_counter() - start:.0f} s")
    return code or bool(failed)


def _look(frame: pd.DataFrame, given: Given, arm: Any) -> Callable[[], Looked]:
    """Return the task of auditing and diagnosing one table."""
    return lambda: planting.look(frame, TARGET, given.kind, arm, RECIPE)


def _told(
    name: str, given: Given, looked: Mapping[Any, Looked], injectors: Mapping[str, Any]
) -> Callable[[], SelfTest]:
    """Return the task of pricing what was planted into one table."""
    mine = {key: looked[name, key] for key in injectors}
    return lambda: planting.told(
        mine, looked[name, ""], injectors=injectors, given=given, seed=SEED
    )


def show(tests: Mapping[str, SelfTest]) -> None:
    """Print every case."""
    widths = (14, 22, 24, 7, 6, 11)
    head = ("table", "defect", "cost, points (95 %)", "audit", "rank", "recovered")
    print(
        "".join(f"{text:{width}}" for text, width in zip(head, widths, strict=True)),
        "named (* proven)",
    )
    for name, test in tests.items():
        for line in test.lines:
            if line.cost is None:
                continue
            lost = line.cost.lost
            share = line.cost.recovered if lost.value >= REAL else None
            cells = (
                name,
                line.defect,
                f"{100 * lost.value:.1f} ({100 * lost.low:.1f} to {100 * lost.high:.1f})",
                {True: "yes", False: "no", None: "-"}[line.is_found],
                f"{line.rank or '-'}{'*' if 0 < line.rank <= line.proven else ''}",
                "-" if share is None else f"{share:.2f}",
            )
            print(
                "".join(f"{text:{width}}" for text, width in zip(cells, widths, strict=True)),
                ", ".join(f"{c}{'*' if i < line.proven else ''}" for i, c in enumerate(line.named)),
            )


def verdict(tests: Mapping[str, SelfTest], untouched: Mapping[str, Looked]) -> int:
    """Print the figures, and return 0 where they hold."""
    lines: list[Line] = [line for test in tests.values() for line in test.lines if line.cost]
    real = [line for line in lines if line.cost and line.cost.lost.value >= REAL]
    seen = [line.is_found for line in lines if line.is_found is not None]
    print(f"{len(lines)} cases; the audit warns of {sum(seen)} of the {len(seen)} that it can see")
    print(f"{len(real)} cost {100 * REAL:.0f} points or more; of these the planted cause is")
    first = _share("first", [line.rank == 1 for line in real], f"at least {FIRST:.0%}")
    three = _share(
        "among the first three",
        [1 <= line.rank <= THREE for line in real],
        f"at least {AMONG_THREE:.0%}",
    )
    _share("proven", [0 < line.rank <= line.proven for line in real], "no bar")
    back = [line.cost.recovered or 0.0 for line in real if line.cost]
    middle = float(np.median(back)) if back else np.nan
    print(f"  the remedy recovers {middle:.2f} in the median (at least {RECOVERED})")
    ends = [
        found.status == PROVEN for look in untouched.values() for found in look.diagnosis.causes
    ]
    false = _share("proven on untouched tables", ends, f"at most {FALSE:.0%}")
    for name, looked in untouched.items():
        print(f"    {name}: {', '.join(looked.diagnosis.named(PROVEN)) or 'nothing'}")
    holds = first >= FIRST and three >= AMONG_THREE and middle >= RECOVERED and false <= FALSE
    return 0 if holds else 1


def _share(name: str, ends: Sequence[bool], bar: str) -> float:
    """Print how many of the cases ended so, and return their share."""
    share = float(np.mean(ends)) if ends else np.nan
    print(f"  {name}: {sum(ends)} of {len(ends)} ({share:.1%}; {bar})")
    return share


def injected(folder: Path) -> bool:
    """Run all of it; return whether the figures hold."""
    return main(folder) == 0


if __name__ == "__main__":
    chosen = sys.argv[2:]
    wanted = [name for name in chosen if name not in registry()]
    sys.exit(main(Path(sys.argv[1]), wanted, [name for name in chosen if name in registry()]))
