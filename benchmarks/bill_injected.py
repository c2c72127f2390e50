"""Plant known defects into ordinary tables, and see whether causes are named and losses recovered.

Each of 12 injectors plants its defect into each of 8 tables of at most 400 rows. What it costs is
measured on honest rows (labels, copies and leaks are planted among the rows that are learnt from;
defects of cells among the rows to answer for as well, as in life). What it is taken for is what a
diagnosis of the damaged table says, which knows nothing of the truth. The untouched tables are
diagnosed as well: what is proven there is counted as a false alarm.

What befalls one class (`rare_class`) is priced by balanced accuracy, by which its remedy is judged
in the diagnosis as well: accuracy over all rows, most of them of other classes, takes back
what a moved threshold won for the class. A class made rare may be named as `imbalance` or as
`majority_collapse`: science.md gives them one place in the order, and they have one remedy.

Labels wrong in one direction may be named as `imbalance` as well as `label_noise`. If a share of a
class is missed whatever the columns say, its probability shrinks by that share everywhere; a class
that overlaps with others may have just these probabilities with all labels right, so no table can
tell the two apart, and a diagnosis that claims wrong labels claims what it cannot know (it did, on
5 of 11 made-up tables of rare classes). What such labels cost, they cost by where the line is
drawn: the order of the rows stays, and the line that is best for balanced accuracy is the share of
the class, as for a rare class (Menon et al., ICML 2015). Measured on the honest rows of 15 tables:
moving the line brings back .90 of the loss in the median, leaving out just those rows whose label
is wrong .68. The count by the name `label_noise` alone is printed beside it.

Two processes share the tables, one for each core.

The examined arm is the baseline (one-hot, median and flag, standard scaling); for a defect that
the baseline has the remedy for, the baseline without it: unscaled, or filled with 0.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn import datasets
from together import together

from dataaudit import selftest
from dataaudit.injecting import Given, configured, registry
from dataaudit.proof.arms import Base
from dataaudit.proof.diagnosis.diagnosing import PROVEN
from dataaudit.proof.spec import ProveSpec, TrainSpec
from dataaudit.selftest import Line, Looked, Recipe, SelfTest

ROWS, SEED = 400, 1
REAL = 0.02  # points of accuracy, or of R2, from which a planted defect really cost something
FIRST, AMONG_THREE, RECOVERED, FALSE = 0.9, 0.98, 0.8, 0.05
THREE = 3
RECIPE = Recipe(
    train=TrainSpec(max_steps=400), prove=ProveSpec(folds=5, repeats=1, budget=3600), seed=SEED
)
TARGET = "target"
PROCESSES = 2  # cores that the figures are for


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


@dataclass
class Part:
    """What became of some tables: what was planted, the causes of the untouched one, failures."""

    tests: dict[str, SelfTest] = field(default_factory=dict)
    untouched: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)


def main(folder: Path, names: Sequence[str] = (), defects: Sequence[str] = ()) -> int:
    """Plant, diagnose, price and print; return 0 where the figures hold."""
    start = time.perf_counter()
    known = [name for name in tables(folder) if not names or name in names]
    shares = [known[place::PROCESSES] for place in range(PROCESSES)]
    whole = Part()
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
        chosen = list(defects) or list(registry())
        for part in pool.map(planted, *zip(*((folder, s, chosen) for s in shares if s))):  # noqa: B905
            whole.tests |= part.tests
            whole.untouched |= part.untouched
            whole.failed += part.failed
    print("\n".join(whole.failed))
    show(whole.tests)
    code = verdict(whole.tests, whole.untouched)
    print(f"{time.perf_counter() - start:.0f} s")
    return code or bool(whole.failed)


def planted(folder: Path, names: Sequence[str], defects: Sequence[str]) -> Part:
    """Plant into some tables, diagnose and price."""
    start, part = time.perf_counter(), Part()
    givens = {
        name: Given(
            frame=frame,
            target=TARGET,
            kind="regression" if name == "diabetes" else "classification",
        )
        for name, frame in tables(folder).items()
        if name in names
    }
    injectors = configured(list(defects))
    looks: dict[tuple[str, str], Callable[[], Looked]] = {}
    for name, given in givens.items():
        looks[name, ""] = _look(given.frame, given, Base())
        for key, injector in injectors.items():
            if not injector.applies(given):
                frame = selftest.planted(injector, given, SEED)
                looks[name, key] = _look(frame, given, selftest.arm_for(key))
    looked = together(looks)
    print(f"{len(looked)} tables diagnosed in {time.perf_counter() - start:.0f} s", flush=True)
    errors = {key: error for key, error in looked.items() if isinstance(error, Exception)}
    sound = looked.keys() - errors.keys()
    tests = together(
        {
            name: _told(
                name, given, looked, {k: one for k, one in injectors.items() if (name, k) in sound}
            )
            for name, given in givens.items()
            if (name, "") in sound
        }
    )
    errors |= {(name, "price"): test for name, test in tests.items() if isinstance(test, Exception)}
    for (name, key), error in errors.items():
        told_in = " ".join(str(error).split())[:200]
        part.failed.append(f"failed: {name} {key}: {type(error).__name__}: {told_in}")
    part.tests = {name: test for name, test in tests.items() if isinstance(test, SelfTest)}
    for name in part.tests:
        causes = looked[name, ""].diagnosis.causes
        part.untouched[name] = [(found.cause.name(), found.status) for found in causes]
    print(f"{time.process_time():.0f} s of processor time", flush=True)
    return part


def _look(frame: pd.DataFrame, given: Given, arm: Any) -> Callable[[], Looked]:
    """Return the task of auditing and diagnosing one table."""
    return lambda: selftest.look(frame, TARGET, given.kind, arm, RECIPE)


def _told(
    name: str, given: Given, looked: Mapping[Any, Looked], injectors: Mapping[str, Any]
) -> Callable[[], SelfTest]:
    """Return the task of pricing what was planted into one table."""
    mine = {key: looked[name, key] for key in injectors}
    return lambda: selftest.told(
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


def verdict(
    tests: Mapping[str, SelfTest], untouched: Mapping[str, Sequence[tuple[str, str]]]
) -> int:
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
    own = [[*line.named, line.cause].index(line.cause) for line in real]
    _share("first by its own name", [place == 0 for place in own], "no bar")
    _share("first beside what is proven untouched", _beside(tests, untouched), "no bar")
    back = [line.cost.recovered or 0.0 for line in real if line.cost]
    middle = float(np.median(back)) if back else np.nan
    print(f"  the remedy recovers {middle:.2f} in the median (at least {RECOVERED})")
    ends = [status == PROVEN for causes in untouched.values() for _, status in causes]
    false = _share("proven on untouched tables", ends, f"at most {FALSE:.0%}")
    for name, causes in untouched.items():
        proven = [cause for cause, status in causes if status == PROVEN]
        print(f"    {name}: {', '.join(proven) or 'nothing'}")
    holds = first >= FIRST and three >= AMONG_THREE and middle >= RECOVERED and false <= FALSE
    return 0 if holds else 1


def _beside(
    tests: Mapping[str, SelfTest], untouched: Mapping[str, Sequence[tuple[str, str]]]
) -> list[bool]:
    """Tell by case whether the planted cause is first of those that the planting brought."""
    ends = []
    for name, test in tests.items():
        known = {cause for cause, status in untouched[name] if status == PROVEN}
        for line in test.lines:
            if line.cost is None or line.cost.lost.value < REAL:
                continue
            place = line.rank - 1
            ends.append(place >= 0 and known.issuperset(line.named[:place]))
    return ends


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
