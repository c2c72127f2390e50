"""Where the threshold for balanced accuracy belongs: at the share of the class, or found on rows.

    python benchmarks/thresholds.py DATA [--seeds 2]

On five tables with two classes the same network is decided by one half, by the share of the class
in the training rows, by the best threshold on the rows that training stops by, by the middle of the
last two, and by the best threshold on all rows learnt from. Prints balanced accuracy on rows that
judge, three folds a seed, and the difference from the share in points with its standard error over
folds.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from bill_harm import TABLES, Table

from dataaudit.proof.arms import Base
from dataaudit.proof.fitting import Recipe, prepare
from dataaudit.proof.folds import folds
from dataaudit.proof.spec import TrainSpec
from dataaudit.proof.target import Target
from dataaudit.proof.training import train

RULES = ("one half", "share", "stop rows", "middle", "all learnt")
MOST_ROWS = 5_000


def table(name: str, data: Path) -> Table:
    """Return at most 5,000 rows of a table."""
    X, y = TABLES[name](data)
    rows = np.random.default_rng(1).permutation(len(X))[:MOST_ROWS]
    X = X.iloc[rows].reset_index(drop=True)
    numbers = X.select_dtypes("number").columns
    return X.astype(dict.fromkeys(numbers, "float64")), y.iloc[rows].reset_index(drop=True)


def balanced(decided: np.ndarray, truth: np.ndarray) -> float:
    """Return balanced accuracy of two classes."""
    return float(np.mean([(decided[truth == code] == code).mean() for code in (0, 1)]))


def best_cut(logits: np.ndarray, truth: np.ndarray) -> float:
    """Return the threshold with the highest balanced accuracy."""
    levels = np.unique(logits)
    cuts = (levels[1:] + levels[:-1]) / 2
    return float(cuts[np.argmax([balanced(logits > cut, truth) for cut in cuts])])


def scores(X: pd.DataFrame, y: pd.Series, seed: int) -> list[list[float]]:
    """Return the balanced accuracy of each rule in each fold."""
    target = Target.of(y, "classification")
    recipe = Recipe(target=target, train=TrainSpec(), metric="balanced_accuracy")
    jobs = []
    for k, fold in enumerate(folds(target, np.arange(len(X)), parts=3, seed=seed)):
        job = prepare(
            "base",
            Base(),
            X,
            recipe,
            fit=fold.fit,
            stop=fold.stop,
            judged=X.iloc[fold.judge],
            seed=3 * seed + k,
        )
        fit = job.fit
        inputs = (fit.inputs[0], fit.X_validation, fit.X)
        jobs.append((fold, replace(fit, inputs=inputs)))
    found = []
    for (fold, _), trained in zip(jobs, train([fit for _, fit in jobs]), strict=True):
        judge, stop, fitted = (said[:, 0] for said in trained.predictions)
        truth = {part: target.coded[getattr(fold, part)] for part in ("fit", "stop", "judge")}
        rate = truth["fit"].mean()
        share = float(np.log(rate / (1 - rate)))
        seen = best_cut(stop, truth["stop"])
        learnt = best_cut(np.r_[stop, fitted], np.r_[truth["stop"], truth["fit"]])
        cuts = (0.0, share, seen, (share + seen) / 2, learnt)
        found.append([balanced(judge > cut, truth["judge"]) for cut in cuts])
    return found


def main() -> None:
    """Print a line for each table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seeds", type=int, default=2)
    given = parser.parse_args()
    print(f"{'':12}" + "".join(f"{rule:>22}" for rule in RULES))
    for name in ("mammography", "thyroid", "cardio", "adult", "pima"):
        X, y = table(name, given.data)
        found = np.array([fold for seed in range(given.seeds) for fold in scores(X, y, seed)])
        apart = 100 * (found - found[:, 1:2])
        errors = apart.std(axis=0, ddof=1) / np.sqrt(len(apart))
        cells = zip(found.mean(axis=0), apart.mean(axis=0), errors, strict=True)
        print(f"{name:12}" + "".join(f"{v:8.3f} {d:+6.2f} ({e:4.2f})" for v, d, e in cells))


if __name__ == "__main__":
    main()
