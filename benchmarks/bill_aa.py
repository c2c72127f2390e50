"""How often the verdicts cry wolf.

    python benchmarks/bill_aa.py [--draws N]

Equal arms: the same columns twice, the second time in the opposite order, so that other weights
meet them; neither is better. Of 200 tables 1 to 8 % may be told apart at 5 %; a plain t-test over
folds and repeats is shown beside it.

Shuffled labels: nothing can be learnt, so the interval of a network's gain over doing nothing, and
over one fed columns out of scale, must hold 0 in 95 % of the tables, as a report gives it: for all
of its verdicts together. An interval alone holds less often, since chance patterns come back from
fold to fold; see `verdict`.

Exit code 0: all of this is so, the last within two standard errors of so many draws.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from dataaudit.pipeline import Resampled
from dataaudit.proof.arms import Const
from dataaudit.proof.comparing import PAIRS
from dataaudit.proof.describing import by_fold
from dataaudit.proof.fitting import Recipe
from dataaudit.proof.judging import Judgement, case_of, judge
from dataaudit.proof.metrics import difference, known, mean_of
from dataaudit.proof.spec import ProveSpec, TrainSpec
from dataaudit.proof.statistics import nadeau_bengio
from dataaudit.proof.target import Target
from dataaudit.proof.verdict import Weighed, least_error, weigh

DRAWS, ROWS, COLUMNS = 200, 210, 6
LEVEL, LOWEST, HIGHEST, HELD = 0.05, 0.01, 0.08, 0.95
TRAIN = TrainSpec(
    network={"hidden": [16]}, batch_size=32, max_steps=150, optimizer={"learning_rate": 0.01}
)
FOLDS = 5  # as many as a report has below 20,000 rows; of three, equal arms are told apart in 7 %
PROVE = ProveSpec(folds=FOLDS, repeats=2)


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


def drawn(seed: int, *, is_shuffled: bool) -> tuple[pd.DataFrame, np.ndarray]:
    """Return a table with a pattern in noise, or without any; half of the rows of each class."""
    draw = np.random.default_rng([seed, is_shuffled])
    X = draw.normal(size=(ROWS, COLUMNS))
    score = X[:, 0] + X[:, 1] * X[:, 2] + draw.normal(size=ROWS)
    score = draw.permutation(score) if is_shuffled else score
    y = np.where(score > np.median(score), "yes", "no")
    return pd.DataFrame(X, columns=[f"x{i}" for i in range(COLUMNS)]), y


def judged(arms: dict[str, Any], seed: int, metric: str, *, is_shuffled: bool) -> tuple[Any, ...]:
    """Return the judgement of a drawn table and its target."""
    X, y = drawn(seed, is_shuffled=is_shuffled)
    target = Target.of(y, "classification")
    recipe = Recipe(target=target, train=TRAIN, metric=metric)
    networks = len(arms)
    case, _ = case_of(X, recipe, PROVE, networks, seed=seed, groups=None, order=None)
    return judge(arms, case), target


def compared(
    found: Judgement, target: Target, metric: str, before: str, after: str, *, family: int = 1
) -> Weighed:
    """Weigh two arms as a verdict does."""
    one, other = (
        mean_of([known(target)[metric](said, found.truth, target) for said in judged.answers])
        for judged in (found.arms[before], found.arms[after])
    )
    floor = least_error(metric, found.truth)
    rows = np.arange(len(found.rows))
    return weigh(
        difference(other, one), rows, smallest_effect=0.01, family=family, least_error=floor
    )


def equal_arms(draws: int) -> bool:
    """Tell equal arms apart, by three tests."""
    rejected = np.zeros(3)
    for seed in range(draws):
        found, target = judged(
            {"base": Ready(), "again": Ready(order=-1)}, seed, "accuracy", is_shuffled=False
        )
        folds = [by_fold(arm, "accuracy", found, target) for arm in ("base", "again")]
        d = folds[1] - folds[0]
        plain = stats.ttest_1samp(d, 0).pvalue if d.any() else 1.0
        rows = compared(found, target, "accuracy", "base", "again").p
        second = nadeau_bengio(d, parts=FOLDS, rope=0.01).p
        rejected += np.array([rows, plain, second]) < LEVEL
    row, plain, second = rejected / draws
    print(f"equal arms told apart, {draws} tables: row by row {row:.1%}, ", end="")
    print(f"plain t-test over folds {plain:.1%}, Nadeau-Bengio {second:.1%}")
    return bool(LOWEST <= row <= HIGHEST)


def shuffled(draws: int) -> bool:
    """Look for something in nothing."""
    pairs, metric = (("const", "base"), ("wide", "base")), "balanced_accuracy"
    held = np.zeros((2, len(pairs)))
    for seed in range(draws):
        arms = {"const": Const(), "wide": Ready(scale=5.0), "base": Ready()}
        found, target = judged(arms, seed, metric, is_shuffled=True)
        for n, family in enumerate((1, len(PAIRS))):
            for k, pair in enumerate(pairs):
                interval = compared(found, target, metric, *pair, family=family).found
                held[n, k] += interval.low <= 0 <= interval.high
    for name, shares in zip(("alone", "in a report"), held / draws, strict=True):
        told = (f"{a} to {b} {share:.1%}" for (a, b), share in zip(pairs, shares, strict=True))
        print(f"shuffled labels, {draws} tables, intervals {name} hold 0: {', '.join(told)}")
    slack = 2 * np.sqrt(HELD * (1 - HELD) / draws)  # two standard errors of the share
    return bool((held[1] / draws >= HELD - slack).all())


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=DRAWS)
    draws, start = parser.parse_args().draws, time.perf_counter()
    passed = [equal_arms(draws), shuffled(draws)]
    print(f"{time.perf_counter() - start:.0f} s, processor {time.process_time():.0f} s")
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
