"""How often the verdicts cry wolf.

    python benchmarks/bill_aa.py [--draws N] [--folds K ...] [--rows ROWS]

Equal arms: the same columns twice, the second time in the opposite order, so that other weights
meet them; neither is better. Of 200 tables 1 to 8 % may be told apart at 5 %; a plain t-test over
folds and repeats is shown beside it.

Shuffled labels: nothing can be learnt, so the interval of a network's gain over doing nothing, and
over one fed columns out of scale, must hold 0 in at least 95 % of the tables, each by itself and
not only together with the others of a report. Chance patterns come back from fold to fold; see
`dataaudit.proof.chance`.

Exit code 0: all of this is so.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from together import together

from dataaudit.pipeline import Resampled
from dataaudit.proof.arms import Const
from dataaudit.proof.comparing import verdicts_of
from dataaudit.proof.describing import by_fold
from dataaudit.proof.fitting import Recipe
from dataaudit.proof.judging import case_of, judge
from dataaudit.proof.metrics import known
from dataaudit.proof.scoring import scored
from dataaudit.proof.spec import ProveSpec, TrainSpec
from dataaudit.proof.target import Target
from dataaudit.proof.verdict import Verdict

DRAWS, ROWS, COLUMNS = 200, 210, 6
LEVEL, LOWEST, HIGHEST, HELD = 0.05, 0.01, 0.08, 0.95
TRAIN = TrainSpec(
    network={"hidden": [16]}, batch_size=32, max_steps=150, optimizer={"learning_rate": 0.01}
)
FOLDS = (5, 3)  # as many as a report has below 20,000 rows, and from there on
PROVE = partial(ProveSpec, repeats=2)
TOGETHER = 20  # draws, so that stacks are full
Pairs = Sequence[tuple[str, str]]


class Ready:
    """Columns that need no preparation, in this order and scale.

    Parameters
    ----------
    order
        1, or -1 for the opposite order.
    scale
        Of each column after the first, in powers of this.
    """

    def __init__(self, order: int = 1, scale: float = 1.0) -> None:
        self.order, self.scale = order, scale

    def clone(self) -> Ready:
        """Return a copy."""
        return Ready(self.order, self.scale)

    def fit_resample(self, X: pd.DataFrame, y: pd.Series) -> Resampled:
        """Return the rows as `transform` does."""
        rows = np.arange(len(X))
        nothing = np.zeros(len(X), dtype=bool)
        return Resampled(
            X=self.transform(X), y=y, rows=rows, synthetic=nothing, weight=np.ones(len(X))
        )

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the rows, their columns ordered and scaled."""
        return (X * self.scale ** np.arange(X.shape[1])).iloc[:, :: self.order]


def drawn(seed: int, rows: int, *, is_shuffled: bool) -> tuple[pd.DataFrame, np.ndarray]:
    """Return a table with a pattern in noise, or without any; half of the rows of each class."""
    draw = np.random.default_rng([seed, is_shuffled])
    X = draw.normal(size=(rows, COLUMNS))
    score = X[:, 0] + X[:, 1] * X[:, 2] + draw.normal(size=rows)
    score = draw.permutation(score) if is_shuffled else score
    y = np.where(score > np.median(score), "yes", "no")
    return pd.DataFrame(X, columns=[f"x{i}" for i in range(COLUMNS)]), y


def compared(
    arms: dict[str, Any],
    pairs: Pairs,
    metric: str,
    *,
    rows: int,
    folds: int,
    seed: int,
    is_shuffled: bool,
) -> tuple[list[Verdict], Any]:
    """Return a verdict on each pair by itself, and the last one's differences fold by fold."""
    X, y = drawn(seed, rows, is_shuffled=is_shuffled)
    target = Target.of(y, "classification")
    recipe, prove = Recipe(target=target, train=TRAIN, metric=metric), PROVE(folds=folds)
    case, _ = case_of(X, recipe, prove, len(arms), seed=seed, groups=None, order=None)
    found = judge(arms, case)
    measure = known(target)[metric]
    estimates = {
        name: {metric: scored(judged, measure, found.truth, target)}
        for name, judged in found.arms.items()
    }
    verdicts = [v for pair in pairs for v in verdicts_of([pair], estimates, found, case, prove)]
    before, after = (by_fold(arm, metric, found, target) for arm in pairs[-1])
    return verdicts, after - before


def each(draws: int, task: Callable[[int], Any]) -> list[Any]:
    """Return what comes of every draw; some at a time train together."""
    answers: dict[int, Any] = {}
    for start in range(0, draws, TOGETHER):
        some = range(start, min(start + TOGETHER, draws))
        answers |= together({seed: partial(task, seed=seed) for seed in some})
    for answer in answers.values():
        if isinstance(answer, Exception):
            raise answer
    return [answers[seed] for seed in range(draws)]


def equal_arms(asked: argparse.Namespace, folds: int) -> bool:
    """Tell equal arms apart, by three tests."""
    arms = {"const": Const(), "base": Ready(), "again": Ready(order=-1)}
    pairs = (("base", "again"),)
    sizes = {"rows": asked.rows, "folds": folds}
    task = partial(compared, arms, pairs, "accuracy", **sizes, is_shuffled=False)
    found = each(asked.draws, task)
    rejected = []
    for (verdict,), d in found:
        plain = stats.ttest_1samp(d, 0).pvalue if d.any() else 1.0
        rejected.append(np.array([verdict.p, plain, verdict.second_opinion.p]) < LEVEL)
    row, plain, second = np.mean(rejected, axis=0)
    print(f"equal arms told apart, {asked.draws} tables: row by row {row:.1%}, ", end="")
    print(f"plain t-test over folds {plain:.1%}, Nadeau-Bengio {second:.1%}", flush=True)
    return bool(LOWEST <= row <= HIGHEST)


def shuffled(asked: argparse.Namespace, folds: int) -> bool:
    """Look for something in nothing."""
    arms = {"const": Const(), "wide": Ready(scale=5.0), "base": Ready()}
    pairs = (("const", "base"), ("wide", "base"))
    sizes = {"rows": asked.rows, "folds": folds}
    task = partial(compared, arms, pairs, "balanced_accuracy", **sizes, is_shuffled=True)
    verdicts = [made for made, _ in each(asked.draws, task)]
    held = np.mean([[v.found.low <= 0 <= v.found.high for v in made] for made in verdicts], axis=0)
    told = ", ".join(f"{a} to {b} {share:.1%}" for (a, b), share in zip(pairs, held, strict=True))
    print(f"shuffled labels, {asked.draws} tables, intervals that hold 0: {told}", flush=True)
    return bool((held >= HELD).all())


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--folds", type=int, nargs="+", default=FOLDS)
    parser.add_argument("--rows", type=int, default=ROWS)
    asked, start, passed = parser.parse_args(), time.perf_counter(), []
    for folds in asked.folds:
        print(f"{folds} folds, twice over, of {asked.rows:,} rows")
        passed += [test(asked, folds) for test in (equal_arms, shuffled)]
    print(f"{time.perf_counter() - start:.0f} s, processor {time.process_time():.0f} s")
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
