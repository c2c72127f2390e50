"""The stage that cleans: learn from training rows, clean every row, write Parquet.

The cleaning learns from at most `fit_rows` training rows. Where those are all of them, they are
cleaned in memory, as they have to be to be learnt from; all other rows, and training rows beyond,
stay on the engine, which cleans them by the compiled cleaning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from dataaudit.account import RowAccount
from dataaudit.config import Config
from dataaudit.defects import Defect
from dataaudit.engine.sql import ident, literal
from dataaudit.output import RunFolder, clean_table, marked, write_table
from dataaudit.pipeline import Cleaning, Resampled, save
from dataaudit.source.columns import ROW, SYNTHETIC, WEIGHT
from dataaudit.split import SIDE
from dataaudit.table import Table

Kind = Literal["classification", "regression"]
Progress = Callable[[int, int], None]
_OTHERS = ("validation", "test")


@dataclass(frozen=True, kw_only=True)
class Cleaned:
    """What the cleaning made of the sides.

    Parameters
    ----------
    cleaning
        Fitted on training rows.
    fitted_on
        How many training rows it was fitted on.
    counts
        Rows of each side before cleaning.
    classes
        Training rows of each class before any was dropped or made; only where `is_sampled`.
    paths
        train, validation and test -> their clean rows, where engines write them.
    notes
        Sentences for the report.
    """

    cleaning: Cleaning
    fitted_on: int
    counts: Mapping[str, int]
    classes: Mapping[str, int] = field(default_factory=dict)
    paths: Mapping[str, Path] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def is_sampled(self) -> bool:
        """Whether the cleaning was fitted on a part of the training rows."""
        return self.fitted_on < self.counts["train"]


def build_cleaning(
    config: Config, table: Table, defects: dict[str, Defect], *, allow_code: bool
) -> Cleaning:
    """Build the unfitted cleaning; an order that cannot work is refused here."""
    kind: Kind = table.task.kind or "classification"
    return Cleaning.build(config.steps, defects, kind=kind, seed=config.seed, allow_code=allow_code)


def clean(
    config: Config,
    table: Table,
    defects: dict[str, Defect],
    folder: RunFolder,
    account: RowAccount,
    *,
    mark: str,
    counts: Mapping[str, int],
    progress: Progress | None = None,
    allow_code: bool = False,
) -> Cleaned:
    """Fit the cleaning on training rows and write all sides clean.

    Parameters
    ----------
    config, table, defects
        What to do with what.
    folder
        Takes ``clean/*.parquet`` and ``pipeline.skops``.
    account
        Takes the rows that vanish and appear.
    mark
        The run's fingerprint.
    counts
        Rows of each side.
    progress
        Is told how many of how many rows are written.
    """
    cleaning = build_cleaning(config, table, defects, allow_code=allow_code)
    X, y = table.side("train", limit=config.fit_rows)
    is_all = len(X) == counts["train"]
    trained = cleaning.fit_resample(X, y, make=is_all)
    with folder.file("pipeline.skops") as path:
        save(cleaning, path)
    writer = _Writer(table, cleaning, folder, mark=mark, counts=counts, progress=progress)
    if is_all:
        train = writer.write_train(trained, X.index.to_numpy())
    else:
        train = writer.write_train_at_size(trained, config.seed, len(X))
    for side in _OTHERS:
        writer.write_side(side)
    others = sum(counts[side] for side in _OTHERS)
    account.add(
        "clean",
        rows_in=counts["train"] + others,
        rows_out=train.stayed + train.made + others,
        dropped=counts["train"] - train.stayed,
        added=train.made,
        note="; ".join(["rows vanish or appear in training only", *train.notes]),
    )
    return Cleaned(
        cleaning=cleaning,
        fitted_on=len(X),
        counts=counts,
        classes=train.classes,
        paths=writer.paths,
        notes=train.notes,
    )


@dataclass(frozen=True, kw_only=True)
class _Written:
    """Training rows that stayed and were made, the classes they came from, and what to say."""

    stayed: int
    made: int
    classes: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class _Writer:
    """Writes the clean sides of one run."""

    def __init__(
        self,
        table: Table,
        cleaning: Cleaning,
        folder: RunFolder,
        *,
        mark: str,
        counts: Mapping[str, int],
        progress: Progress | None,
    ) -> None:
        self.table, self.cleaning, self.folder = table, cleaning, folder
        self.mark, self.counts, self.progress = mark, counts, progress
        self.target = str(table.task.target)
        self.paths: dict[str, Path] = {}

    def write_train(self, trained: Resampled, ids: np.ndarray) -> _Written:
        """Write all training rows from memory."""
        real = trained.rows >= 0
        rows = np.where(real, ids[np.where(real, trained.rows, 0)], -1)
        clean = clean_table(
            trained.X, trained.y, rows=rows, target=self.target, weight=trained.weight
        )
        with self.folder.file("clean/train.parquet") as path:
            self.paths["train"] = path
            write_table(clean, path, self.mark)
        return _Written(stayed=int(real.sum()), made=int((~real).sum()))

    def write_train_at_size(self, trained: Resampled, seed: int, fitted_on: int) -> _Written:
        """Write training rows of any number from the engine."""
        from dataaudit.compile.training import TrainingRows, sampled  # `check` compiles nothing

        given = TrainingRows(
            engine=self.table.engine,
            relation=self._rows_of("train"),
            columns=self.table.columns,
            target=self.target,
            seed=seed,
        )
        before = given.counts() if self.table.task.classes else {}
        result = sampled(given, self.cleaning, trained.samplers)
        counts = result.rows.counts() if before else {}
        weight = "1.0::DOUBLE"
        if self.cleaning.balance == "class_weight":
            weight = _weights(self.target, counts)
        rows = (sum(counts.values()) if counts else self.counts["train"]) + result.made_rows
        written = self._write("train", result.rows.relation, weight, rows, append=result.made)
        of = f"{fitted_on:,} training rows, picked by row key"
        return _Written(
            stayed=written - result.made_rows,
            made=result.made_rows,
            classes=before,
            notes=(f"the cleaning was fitted on {of}", *result.notes),
        )

    def write_side(self, side: str) -> None:
        """Write the rows of another side."""
        self._write(side, self._rows_of(side), "1.0::DOUBLE", self.counts[side])

    def _rows_of(self, side: str) -> str:
        """Name the rows of a side, in their order."""
        relation = f"{side}_rows"
        self.table.engine.view(relation, f"SELECT * FROM sided WHERE {SIDE} = {literal(side)}")
        return relation

    def _write(
        self, side: str, relation: str, weight: str, rows: int, append: str | None = None
    ) -> int:
        from dataaudit import compile as compiling

        engine, known = self.table.engine, f"{relation}_known"
        target = ident(self.target)
        engine.view(
            known,
            f"SELECT *, FALSE AS {ident(SYNTHETIC)}, {weight} AS {ident(WEIGHT)} "
            f"FROM {ident(relation)} WHERE {target} IS NOT NULL",
        )
        with self.folder.file(f"clean/{side}.parquet") as path:
            self.paths[side] = path
            return compiling.write(
                engine,
                known,
                self.table.columns,
                self.cleaning,
                path,
                training=side == "train",
                keep=[self.target, ROW, SYNTHETIC, WEIGHT],
                append=append,
                metadata=marked(self.mark),
                rows=rows,
                progress=self.progress,
            )


def _weights(target: str, counts: dict[Any, int]) -> str:
    """Return the SQL of each row's weight, as `class_weights` gives them."""
    rows = sum(counts.values())
    arms = [
        f"WHEN {literal(label)} THEN {rows / (len(counts) * count)!r}::DOUBLE"
        for label, count in counts.items()
    ]
    return f"CASE {ident(target)} {' '.join(arms)} END"
