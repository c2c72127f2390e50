"""The fit that stays where the clean rows do not fit in memory: read from Parquet as a stream."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from dataaudit.errors import DataError
from dataaudit.proof.dealing import Census, CleanFile, Parts
from dataaudit.proof.describing import curve, scores
from dataaudit.proof.final import FinalNetwork
from dataaudit.proof.fit import Fit, Part, Trained, budget
from dataaudit.proof.fitting import corrections
from dataaudit.proof.network import load_build
from dataaudit.proof.plan import of
from dataaudit.proof.spec import TrainSpec
from dataaudit.proof.target import Answers, Floats, Target, as_outputs, kind_of, shift_of
from dataaudit.proof.training import train as train_networks

PART_BYTES = 2**26
"""Of the training rows in memory at once."""

WATCHED_ROWS = 100_000
"""Validation rows that early stopping looks at; the loss of so many is known to 1 %."""

SCORED_ROWS = 250_000
"""Test rows that are scored; accuracy on so many is known to a fifth of a point."""

_TWO = 2
_FLOAT = 4  # bytes of a 32-bit number


@dataclass(frozen=True, slots=True, kw_only=True)
class Streamed:
    """A network trained on a stream.

    Parameters
    ----------
    network
        None where the loss stopped being a number.
    content
        Values that JSON can hold: ``rows``, ``rows_drawn``, ``parts``, ``steps``, ``test`` (metrics
        by name), ``test_rows``, ``test_rows_given``, ``curve`` and ``sentence``.
    """

    network: FinalNetwork | None
    content: Mapping[str, Any]


def fit_streamed(
    train: Path,
    validation: Path | None = None,
    test: Path | None = None,
    *,
    target: str,
    columns: Sequence[str],
    kind: Literal["classification", "regression"],
    folder: Path,
    spec: TrainSpec | None = None,
    metric: str = "accuracy",
    balance: str = "none",
    given: Mapping[str, int] | None = None,
    seed: int = 0,
    allow_code: bool = False,
    base: str | Path = ".",
    part_bytes: int = PART_BYTES,
) -> Streamed:
    """Train the network on clean rows of any number, and score it on the test rows.

    The steps are those of the fit in memory. Of more rows than the steps will draw, so many are
    drawn at random; where these do not fit in memory either, they are dealt into parts on disk.

    Parameters
    ----------
    train, validation, test
        Clean Parquet, features and target side by side.
    target, columns
        Names of the column to be predicted and of the features.
    kind
        What the target is.
    folder
        For the parts; they are deleted at the end.
    spec
        The recipe.
    metric, balance
        The primary metric and how classes are balanced; together they decide thresholds.
    given
        Training rows of each class before any was dropped or made up; by default those of `train`
        that were not made up.
    seed
        Of rows, their order and the network.
    allow_code, base
        Whether ``train.network.file`` may run, and the folder it is looked for in.
    part_bytes
        See `PART_BYTES`.

    Raises
    ------
    MissingExtraError
        Without TensorFlow.
    DataError
        Where there is nothing to learn.
    """
    spec = spec or TrainSpec()
    file = CleanFile(path=train, columns=columns, target=target)
    census = file.count(is_number=kind == "regression")
    goal = _Goal.of(census, kind, given, balance=balance, metric=metric)
    steps = budget(spec, max(1, census.real))
    drawn = min(census.rows, steps.total * steps.batch)
    piles = max(1, math.ceil(drawn * (len(columns) + _TWO) * _FLOAT / part_bytes))
    where = spec.network.file
    build = load_build(where, base=Path(base), allow_code=allow_code) if where else None
    watched = _watched(replace(file, path=validation), goal, seed) if validation else None
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        parts = Parts(Path(scratch), len(columns))
        sizes = [drawn // piles + (pile < drawn % piles) for pile in range(piles)]
        first = parts.fill(goal.ready(file.deal(sizes, goal.target, seed)), piles)
        fit = Fit(
            X=first.X,
            y=first.y,
            weight=first.weight,
            X_validation=watched.X if watched else None,
            y_validation=watched.y if watched else None,
            spec=spec,
            budget=steps,
            kind=goal.target.kind,
            outputs=goal.target.outputs,
            seed=seed,
            prior_shift=goal.prior_shift,
            monitor=np.concatenate(goal.monitor),
            build=build,
            further=parts.further if piles > 1 else None,
        )
        [trained] = train_networks([fit])
    network = None if trained.failed else goal.network(trained, columns)
    score = _scored(network, replace(file, path=test), goal, seed) if network and test else {}
    made = {"rows": census.rows, "rows_drawn": drawn, "parts": piles}
    seen = {"steps": trained.history.steps[-1], "curve": curve(trained.history)}
    content = {**made, **seen, **score}
    return Streamed(network=network, content={**content, "sentence": _sentence(content, metric)})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Goal:
    """What is to be predicted, and what undoes how its classes were balanced.

    Parameters
    ----------
    target
        Without rows.
    census
        Of the training rows.
    shift, cut
        See `dataaudit.proof.target.answers`.
    again
        What a real row of each class weighs in the training curve.
    monitor
        The weights in the training curve, filled while the first part is.
    """

    target: Target
    census: Census
    shift: Floats
    cut: Floats
    again: Floats
    monitor: list[Floats]

    @classmethod
    def of(
        cls,
        census: Census,
        kind: str,
        given: Mapping[str, int] | None,
        *,
        balance: str,
        metric: str,
    ) -> _Goal:
        """Read the goal from the counts of the training rows."""
        if not census.real:
            raise DataError("prove", "there are no training rows to learn from")
        if kind == "regression":
            target = Target(kind="regression", classes=(), coded=np.empty(0))
            none = np.zeros(1)
            return cls(target=target, census=census, shift=none, cut=none, again=none, monitor=[])
        classes = tuple(census.counts)
        name = kind_of(classes)
        left, trained = np.array([census.counts[label] for label in classes], dtype="float64").T
        real = left if given is None else np.array([given.get(c, 0.0) for c in classes], "float64")
        real, left, trained = (shares / shares.sum() for shares in (real, left, trained))
        shift, cut = corrections(real, trained, balance, metric)
        return cls(
            target=Target(kind=name, classes=classes, coded=np.empty(0)),
            census=census,
            shift=shift,
            cut=cut,
            again=np.exp(shift_of(real, left)),
            monitor=[],
        )

    @property
    def prior_shift(self) -> Any:
        """What is added to the logits before a loss is looked at; None for a number."""
        if not self.target.classes:
            return None
        return as_outputs(self.shift, self.target.kind).astype("float32")

    def scaled(self, y: Floats) -> Floats:
        """Return the target as the network learns it."""
        return y if self.target.classes else (y - self.census.middle) / self.census.spread

    def ready(self, dealt: Iterator[list[Any]]) -> Iterator[list[Any]]:
        """Scale target and weights; note the weights of the first part in the training curve."""
        mean = self.census.weight / self.census.rows
        for piles in dealt:
            _, y, _, made = piles[0]
            real = (~made).astype("float32")
            self.monitor.append(
                real * self.again[y.astype(np.intp)] if len(self.again) > 1 else real
            )
            yield [(X, self.scaled(y), weight / mean) for X, y, weight, _ in piles]

    def network(self, trained: Trained, columns: Sequence[str]) -> FinalNetwork:
        """Return the network with all that it takes to read it."""
        scale = self.census.spread, self.census.middle
        return FinalNetwork.of(
            trained, self.target.classes, columns, shift=self.shift, cut=self.cut, scale=scale
        )


def _watched(file: CleanFile, goal: _Goal, seed: int) -> Part | None:
    """Return validation rows to stop by, a random sample of many; None without any."""
    dealt = list(file.deal([min(file.rows, WATCHED_ROWS)], goal.target, seed))
    if not dealt:
        return None
    X, y = (np.concatenate([piles[0][i] for piles in dealt]) for i in (0, 1))
    seen = y >= 0 if goal.target.classes else np.isfinite(y)
    return Part(X[seen], goal.scaled(y[seen]).astype("float32")) if seen.any() else None


def _scored(network: FinalNetwork, file: CleanFile, goal: _Goal, seed: int) -> dict[str, Any]:
    """Answer for the test rows a batch at a time and return the metrics."""
    said, truth = [], []
    for [(X, y, _, _)] in file.deal([min(file.rows, SCORED_ROWS)], goal.target, seed):
        seen = y >= 0 if goal.target.classes else np.isfinite(y)
        if seen.any():
            said.append(network.answers(X[seen]))
            truth.append(y[seen])
    if not truth:
        return {}
    answers = Answers(
        labels=np.concatenate([answer.labels for answer in said]),
        shares=np.concatenate([answer.shares for answer in said]),
    )
    labels = np.concatenate(truth)
    test = scores(answers, labels, goal.target)
    return {"test": test, "test_rows": len(labels), "test_rows_given": file.rows}


def _sentence(content: Mapping[str, Any], metric: str) -> str:
    """Word what the kept network has seen and how it scores."""
    rows, drawn = content["rows"], content["rows_drawn"]
    trained = (
        f"The network that is kept was trained on {of(drawn, rows)} clean rows, read as a stream, "
        f"in {content['steps']:,} steps"
    )
    value = content.get("test", {}).get(metric)
    if value is None:
        return f"{trained}."
    name = metric.replace("_", " ")
    tested = of(content["test_rows"], content["test_rows_given"])
    return f"{trained}; on {tested} test rows its {name} is {value:.3f}."
