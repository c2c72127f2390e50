"""Causes that lie in the training, the network or the ceiling: injected, found and proven.

    python benchmarks/bill_diagnosis.py [--only CAUSE ...] [--healthy]

Each cause is injected on three tables, and found where it is proven: by a refit with its remedy
that wins, or, for rows and ceiling, by the comparison that its file describes. Eight healthy tables
may have no cause proven, except where every proof also holds on 30 % of the rows that the diagnosis
never saw. Causes that only somebody's own network can have are injected into a Keras network under
`DiagnosisCallback`. Those of the data are in `bill_injected`. Exit code 0: all of this is so.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from typing import Any

import numpy as np
import pandas as pd
from diagnosis_tables import (
    CALM,
    TABLES,
    Gaps,
    Table,
    few,
    few_digits,
    noisy,
    rare,
    scattered,
    slanted,
    stepped,
    wide,
)
from sklearn.model_selection import train_test_split
from together import together

from dataaudit.proof import compare, diagnose
from dataaudit.proof.arms import Base, Const, Naive
from dataaudit.proof.diagnosis.callback import DiagnosisCallback
from dataaudit.proof.diagnosis.causes.too_few_rows import Halved
from dataaudit.proof.diagnosis.diagnosing import PROVEN, SUSPECTED, Diagnosis
from dataaudit.proof.final import finals
from dataaudit.proof.fitting import Recipe
from dataaudit.proof.metrics import known
from dataaudit.proof.network import load_keras
from dataaudit.proof.spec import ProveSpec, TrainSpec
from dataaudit.proof.target import Target
from dataaudit.proof.tree import Tree

PROVE = ProveSpec(folds=5, repeats=3)  # as many as a trial has by default
PLAIN: dict[str, Any] = {
    "network": {"hidden": [32, 32]},
    "batch_size": 32,
    "max_steps": 800,
    "optimizer": {"learning_rate": 0.003},
}
MATTERS = 0.01
ENDS: dict[str, Callable[[float], bool]] = {
    # Half of the rows, or trees, against the network on rows that were held out.
    "too_few_rows": lambda change: change < 0,
    "wrong_kind": lambda change: change > 0,
    "irreducible": lambda change: change < MATTERS,
}
SEEDS = 3  # of the check on rows that were held out
PROOFS = 8  # of one diagnosis at most


LONG = {"early_stopping": "off", "schedule": {"name": "constant"}, "epochs": 1000}
INJECTED: dict[str, tuple[Any, dict[str, Any], list[Any]]] = {
    "non_finite": (Gaps, {}, [*CALM]),
    "scale": (Naive, {}, [wide("breast cancer"), wide("wine"), wide("slope")]),
    "learning_rate_high": (
        Base,
        # Going back to the best epoch would hide most of the harm.
        {"optimizer": {"learning_rate": 3.0}, **LONG},
        [*CALM],
    ),
    "learning_rate_low": (Base, {"optimizer": {"learning_rate": 1e-5}}, [*CALM]),
    "plateau": (
        Base,
        # Convex, so that nothing is stuck: steps of one length that never settle on the floor.
        {
            "network": {"hidden": []},
            "optimizer": {"learning_rate": 0.4},
            **LONG,
            "batch_size": 8,
            "max_steps": 4000,
        },
        [noisy(0), noisy(1), noisy(2)],
    ),
    "vanishing": (
        Base,
        {
            "network": {"hidden": [32] * 8, "activation": "sigmoid"},
            # At three times the rate a network gets over it on breast cancer in 800 steps.
            "optimizer": {"learning_rate": 0.001},
            "max_steps": 400,
        },
        [*CALM],
    ),
    "overfitting": (
        Base,
        # Fewer than ten weights to a row: it is the training, not the size.
        {"optimizer": {"learning_rate": 0.001}, "max_steps": 1200, **LONG},
        ["diabetes", scattered(0), scattered(1)],
    ),
    "too_small": (Base, {"network": {"hidden": [1]}}, ["digits", "ring", "product"]),
    "too_large": (
        Base,
        # With early stopping a wide network does as well as a narrow one: that is no cause.
        {"network": {"hidden": [128, 128]}, "optimizer": {"learning_rate": 0.001}, **LONG},
        ["diabetes", slanted(0), slanted(1)],
    ),
    "majority_collapse": (Base, {}, [rare(0), rare(1), rare(2)]),
    "wrong_kind": (Base, {}, [stepped(0), stepped(1), stepped(2)]),
    "too_few_rows": (Base, {"epochs": 300}, [few(0), few(1), few_digits(0)]),
    "irreducible": (Base, {}, [noisy(0), noisy(1), noisy(2)]),
}


def examined(table: Table, arm: Any, recipe: dict[str, Any]) -> Diagnosis:
    """Compare, and diagnose."""
    X, y, kind = table
    evidence = compare(
        {"const": Const(), "arm": arm()},
        X,
        y,
        kind=kind,  # type: ignore[arg-type]
        train=TrainSpec.model_validate({**PLAIN, **recipe}),
        prove=PROVE,
        pairs=[("const", "arm")],
    )
    return diagnose(evidence, "arm", prove=PROVE, most_proofs=PROOFS)


def told(cause: str, name: str, found: Diagnosis) -> bool:
    """Print a line of the table; return whether the cause is proven."""
    proven, suspected = found.named(PROVEN), found.named(SUSPECTED)
    status = "proven" if cause in proven else "suspected" if cause in suspected else "MISSED"
    proof = next((f.proof for f in found.causes if f.cause.name() == cause), None)
    effect = "" if proof is None else f"{proof.metric} {proof.effect:+.3f} [{proof.low:+.3f}]"
    others = ", ".join(one for one in proven if one != cause)
    print(
        f"{cause:19} {name:14} {status:10} {effect:29} {'also proven: ' if others else ''}{others}",
        flush=True,
    )
    return status == "proven"


def injected(only: list[str]) -> list[bool]:
    """Inject each cause of ours and see whether it is proven."""
    tasks = {}
    for cause, (arm, recipe, tables) in INJECTED.items():
        for i, table in enumerate(tables if not only or cause in only else []):
            given = TABLES[table]() if isinstance(table, str) else table
            name = table if isinstance(table, str) else f"made up {i + 1}"
            tasks[cause, name] = partial(_told, cause, name, given, arm, recipe)
    return _sound(together(tasks))


def _told(cause: str, name: str, table: Table, arm: Any, recipe: dict[str, Any]) -> bool:
    """Examine a table with a cause, and print what is found."""
    return told(cause, name, examined(table, arm, recipe))


def _sound(answers: dict[Any, Any]) -> list[bool]:
    """Return answers; an error is raised."""
    for answer in answers.values():
        if isinstance(answer, Exception):
            raise answer
    return list(answers.values())


def theirs(only: list[str]) -> list[bool]:
    """Inject causes that only somebody's own network can have."""
    keras = load_keras()
    layers, made = keras.layers, []

    def network(ending: str = "sigmoid", units: int = 1, **keys: Any) -> Any:
        hidden = [layers.Dense(32, activation="relu", **keys) for _ in range(3)]
        return keras.Sequential([*hidden, layers.Dense(units, activation=ending)])

    start = keras.initializers
    cases = {
        "wrong_output": lambda: (network("softmax"), "accuracy"),
        "dead_units": lambda: (network(bias_initializer=start.Constant(-5)), "accuracy"),
        "exploding": lambda: (
            network(kernel_initializer=start.RandomNormal(stddev=4.0)),
            "accuracy",
        ),
        "wrong_metric": lambda: (network(), keras.metrics.Accuracy(name="accuracy")),
    }
    for cause, build in cases.items():
        for name in ("breast cancer", "ring", "slope") if not only or cause in only else ():
            X, y, _ = TABLES[name]()
            values = ((X - X.mean()) / X.std()).to_numpy("float32")
            codes = pd.factorize(y, sort=True)[0].astype("float32")
            keras.utils.set_random_seed(0)
            model, metric = build()
            model.compile("adam", "binary_crossentropy", metrics=[metric])
            half = len(values) // 2
            held = values[half:], codes[half:]
            watching = DiagnosisCallback(values[:half], codes[:half], validation_data=held)
            given = {"validation_data": held, "epochs": 15, "verbose": 0, "callbacks": [watching]}
            model.fit(values[:half], codes[:half], **given)
            made.append(told(cause, name, watching.prove()))
    return made


def holding(table: Table, rows: Any, found: Diagnosis) -> dict[str, bool]:
    """Tell of each proven remedy whether it also wins on rows that were held out."""
    X, y, kind = table
    learn, held = rows
    target, before, held_up = Target.of(y, kind), Base(), {}
    proven = sorted(
        (f for f in found.causes if f.status == PROVEN),
        key=lambda f: (f.cause.precedence, f.cause.code),
    )

    recipe = Recipe(target=target, train=TrainSpec.model_validate(PLAIN), metric="")
    cut = 4 * len(learn) // 5
    sides = {"fit": learn[:cut], "stop": learn[cut:], "test": X.iloc[held]}

    def score(arm: Any, metric: str) -> float:
        measure, arms = known(target)[metric], {"arm": arm}
        given = replace(recipe, metric=metric)
        said = [finals(arms, X, given, **sides, seed=seed)["arm"].answers for seed in range(SEEDS)]
        return float(np.mean([measure(a, target.coded[held], target).value for a in said if a]))

    for one in proven:
        name, metric = one.cause.name(), one.proof.metric if one.proof else ""
        if name in ENDS:
            change = score(Halved(Base()) if name == "too_few_rows" else Tree(), metric)
            held_up[name] = ENDS[name](change - score(before, metric))
            continue
        if one.proof is None or one.proof.arm is None:
            held_up[name] = False  # nothing that could be tried on other rows
            continue
        held_up[name] = score(one.proof.arm, metric) > score(before, metric)
        before = one.proof.arm if one.cause.stays else before
    return held_up


def calm(name: str) -> bool:
    """Diagnose most rows of a table as it is; try what is proven on the others."""
    table = TABLES[name]()
    learn, held = train_test_split(np.arange(len(table[1])), test_size=0.3, random_state=0)
    found = examined((table[0].iloc[learn], table[1].iloc[learn], table[2]), Base, {})
    held_up = holding(table, (learn, held), found)
    parts = [
        f"{cause} ({'holds' if ok else 'FALSE'} on fresh rows)" for cause, ok in held_up.items()
    ]
    print(
        f"{'healthy':19} {name:14} proven: {', '.join(parts) or 'none'}; suspected: "
        f"{', '.join(found.named(SUSPECTED)) or 'none'}",
        flush=True,
    )
    return all(held_up.values())


def healthy() -> list[bool]:
    """Diagnose tables without an injected cause."""
    return _sound(together({name: partial(calm, name) for name in TABLES}))


def diagnosis(only: list[str] | None = None, *, is_healthy: bool = False) -> bool:
    """Run what is asked for, in two processes; return whether all is as it should be."""
    started, only = time.perf_counter(), only or []
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        parts = [] if is_healthy else [pool.submit(injected, only), pool.submit(theirs, only)]
        tables = pool.submit(healthy) if not only else None
        found = [one for part in parts for one in part.result()]
        quiet = tables.result() if tables else []
    print(
        f"{sum(found)} of {len(found)} injected causes proven; {quiet.count(False)} of "
        f"{len(quiet)} healthy tables with a false cause; {time.perf_counter() - started:.0f} s"
    )
    return all(found) and all(quiet)


def main() -> int:
    """Read what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--healthy", action="store_true")
    asked = parser.parse_args()
    return 0 if diagnosis(asked.only, is_healthy=asked.healthy) else 1


if __name__ == "__main__":
    sys.exit(main())
