"""Training and the bill.

    python benchmarks/bill.py training
    python benchmarks/bill.py adult FOLDER
    python benchmarks/bill.py shapley FOLDER
    python benchmarks/bill.py harm DATA
    python benchmarks/bill.py injected DATA
    python benchmarks/bill.py diagnosis
    python benchmarks/bill.py all DATA

`training` trains 100 networks (64-64, 50 epochs on 700 rows of 20 columns, batches of 64) stacked,
some by a plain call of Keras' `model.fit` with a validation set, and some by `model.fit` fed
the same batches. Exit code 0: at least 50 times less time per fit than the plain call, compilation
included; the predictions of the same batches equal to 1e-4 where both compute in double precision.
In single precision, printed beside it, what rounds differently grows: by 50 epochs `model.fit` is
hundredths away from itself when every input is one rounding step larger.

`adult` runs the default `prove` on 6,000 training rows of adult (FOLDER has ``adult_train.csv`` and
``adult_test.csv``). Exit code 0: under 90 seconds.

`shapley` adds the bill of five steps; see `bill_shapley`. Exit code 0: under 5 minutes.

`harm` holds what a choice promised against rows that it never saw, on ten tables (DATA has one
folder each); see `bill_harm`. Exit code 0: no harm, and promises that hold.

`injected` plants 12 known defects into 8 tables and diagnoses them; see `bill_injected`. Exit code
0: the planted causes are named first, their remedies recover the loss, untouched tables are clear.

`diagnosis` injects causes of a weak network and looks whether each is proven; see `bill_diagnosis`.

`all` runs every part, each in a process of its own, and `bill_aa`, and closes with a table. Exit
code 0: all parts passed, in under 15 minutes together.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from adult import sampled
from bill_diagnosis import diagnosis
from bill_harm import harm
from bill_injected import injected
from bill_shapley import shapley

import dataaudit
from dataaudit import proof
from dataaudit.config import load
from dataaudit.drafting import draft
from dataaudit.errors import DataError
from dataaudit.proof import stock
from dataaudit.proof.fit import Fit, Trained, budget
from dataaudit.proof.network import load_keras
from dataaudit.proof.spec import TrainSpec
from dataaudit.proof.training import train

FITS, ROWS, COLUMNS, HELD, EPOCHS = 100, 700, 20, 140, 50
REPLAYED = 3  # of the fits, by stock Keras
TIMES, CLOSE, LIMIT_S, ALL_S = 50, 1e-4, 90, 900


def made_up(seed: int) -> Fit:
    """Return one of the fits."""
    draw = np.random.default_rng(seed)
    X = draw.normal(size=(ROWS + 2 * HELD, COLUMNS)).astype("float32")
    y = (X[:, 0] + X[:, 1] * X[:, 2] + draw.normal(size=len(X)) > 0).astype("float32")
    spec = TrainSpec(epochs=EPOCHS, early_stopping="off", schedule={"name": "constant"})
    return Fit(
        X=X[:ROWS],
        y=y[:ROWS],
        X_validation=X[ROWS : ROWS + HELD],
        y_validation=y[ROWS : ROWS + HELD],
        inputs=(X[ROWS + HELD :],),
        spec=spec,
        budget=budget(spec, ROWS),
        kind="binary",
        seed=seed,
    )


def plain(fit: Fit) -> None:
    """Train as anybody does: compile, one `fit` with a validation set, predict."""
    keras = load_keras()
    keras.utils.set_random_seed(fit.seed)
    model = keras.Sequential(
        [
            keras.Input((COLUMNS,)),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(1),
        ]
    )
    model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    held = (fit.X_validation, fit.y_validation)
    model.fit(fit.X, fit.y, batch_size=64, epochs=EPOCHS, verbose=0, validation_data=held)
    model.predict(fit.inputs[0], verbose=0)


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Return wall seconds, processor seconds, and what the work gave."""
    wall, cpu = time.perf_counter(), time.process_time()
    given = work()
    return time.perf_counter() - wall, time.process_time() - cpu, given


def training() -> bool:
    """Compare stacked training with Keras' own `fit`."""
    load_keras()
    fits = [made_up(seed) for seed in range(FITS)]
    print(f"{'':34}{'wall s':>10}{'cpu s':>10}{'wall s a fit':>14}{'times':>8}")

    def told(name: str, wall: float, cpu: float, count: int) -> float:
        one = wall / count
        times = f"{own / one:8.0f}" if own else ""
        print(f"{name:34}{wall:10.2f}{cpu:10.2f}{one:14.4f}{times}", flush=True)
        return one

    own = 0.0
    wall, cpu, _ = timed(lambda: [plain(fit) for fit in fits[:REPLAYED]])
    own = told(f"model.fit, {REPLAYED} fits", wall, cpu, REPLAYED)
    wall, cpu, stacked = timed(lambda: train(fits))
    first = told(f"stacked, {FITS} fits, with compiling", wall, cpu, FITS)
    wall, cpu, _ = timed(lambda: train(fits))
    told(f"stacked, {FITS} fits, compiled before", wall, cpu, FITS)
    wall, cpu, replayed = timed(lambda: [stock.run(fit) for fit in fits[:REPLAYED]])
    told(f"replay by model.fit, {REPLAYED} fits", wall, cpu, REPLAYED)
    as_near("float32", fits[:REPLAYED], stacked, replayed)
    return own / first >= TIMES and in_double(fits[:REPLAYED]) <= CLOSE


def in_double(fits: Sequence[Fit]) -> float:
    """Return how far a stack is from stock Keras where both compute in double precision."""
    config = load_keras().config
    single = config.dtype_policy()
    config.set_dtype_policy("float64")
    try:
        return as_near("float64", fits, train(fits), [stock.run(fit) for fit in fits])
    finally:
        config.set_dtype_policy(single)


def as_near(
    dtype: str, fits: Sequence[Fit], stacked: Sequence[Trained], replayed: Sequence[Trained]
) -> float:
    """Print how far a stack is from the replay, and the replay from itself; return the first."""
    apart = furthest(replayed, stacked)
    itself = furthest(replayed, [stock.run(nudged(fit)) for fit in fits])
    print(
        f"{dtype}: after {EPOCHS} epochs predictions differ from the replay by at most "
        f"{apart:.1e}; the replay from itself, inputs one rounding step larger, by {itself:.1e}",
        flush=True,
    )
    return apart


def nudged(fit: Fit) -> Fit:
    """Return the same fit with inputs one rounding step larger."""
    return replace(fit, X=np.nextafter(fit.X, np.float32(np.inf)))


def furthest(ones: Sequence[Trained], others: Sequence[Trained]) -> float:
    """Return the largest difference between logits."""
    pairs = zip(ones, others, strict=False)
    return max(
        float(np.abs(one.predictions[0] - other.predictions[0]).max()) for one, other in pairs
    )


def adult(folder: Path) -> bool:
    """Time the default comparison on 6,000 rows, on what `dataaudit init` writes."""
    found: list[tuple[float, float, proof.Evidence]] = []
    compare = proof.compare

    def measured(*arms: Any, **keys: Any) -> None:
        found.append(timed(lambda: compare(*arms, **keys)))
        raise DataError("prove", "measured")  # bill and diagnosis have scripts of their own

    with tempfile.TemporaryDirectory() as temporary:
        here = Path(temporary)
        path = sampled(folder / "adult_train.csv", 0, here)
        config = here / "pipeline.yaml"
        config.write_text(draft(path, "income", test=folder / "adult_test.csv"), encoding="utf-8")
        proof.compare = measured
        dataaudit.run(load(config, {"output.dir": str(here / "out")}))
    [(wall, cpu, evidence)] = found
    print(evidence.plan.sentence)
    for verdict in evidence.verdicts:
        print(verdict.sentence)
    print(f"{wall:.1f} s, loading TensorFlow included (processor {cpu:.1f} s)")
    return wall < LIMIT_S


def whole(folder: Path) -> bool:
    """Run every part, one after the other, and print what passed in how many seconds."""
    here, adults = Path(__file__), str(folder / "adult")
    parts = {
        "training": [here, "training"],
        "adult": [here, "adult", adults],
        "shapley": [here, "shapley", adults],
        "harm": [here, "harm", folder],
        "injected": [here, "injected", folder],
        "diagnosis": [here, "diagnosis"],
        "equal arms": [here.with_name("bill_aa.py")],
    }
    lines, start = ["| part | | seconds |", "|---|---|--:|"], time.perf_counter()
    passed = []
    for name, command in parts.items():
        print(f"== {name}", flush=True)
        begun = time.perf_counter()
        passed.append(
            not subprocess.run([sys.executable, *map(str, command)], check=False).returncode
        )
        end = "passed" if passed[-1] else "missed"
        lines.append(f"| {name} | {end} | {time.perf_counter() - begun:.0f} |")
    total = time.perf_counter() - start
    print("\n".join([*lines, f"| together | | {total:.0f} |"]))
    return all(passed) and total < ALL_S


def main() -> None:
    """Run one of the comparisons."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("training")
    commands.add_parser("diagnosis")
    for name in ("adult", "shapley", "harm", "injected", "all"):
        commands.add_parser(name).add_argument("folder", type=Path)
    arguments = parser.parse_args()
    by_folder = {
        "adult": adult, "shapley": shapley, "harm": harm, "injected": injected, "all": whole,
    }  # fmt: skip
    name = arguments.command
    alone = {"training": training, "diagnosis": diagnosis}
    passed = by_folder[name](arguments.folder) if name in by_folder else alone[name]()
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
