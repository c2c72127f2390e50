"""The stage that proves: bring the rows that the arms are judged on, train, and say what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from dataaudit import proof, stages
from dataaudit.choosing import Settled
from dataaudit.cleansing import Cleaned
from dataaudit.config import Config
from dataaudit.errors import DataError, MissingExtraError
from dataaudit.finding import Outcome
from dataaudit.pipeline import Cleaning
from dataaudit.proof.spec import ProveSpec
from dataaudit.result import worst_first
from dataaudit.table import Table

_LEARNT = ("train", "validation")


def prove(
    config: Config,
    table: Table,
    cleaned: Cleaned,
    progress: Any,
    *,
    outcomes: Sequence[Outcome] = (),
    settled: Settled | None = None,
    allow_code: bool,
) -> tuple[proof.Evidence | None, str]:
    """Train the arms, or say in one line why nothing was trained."""
    if config.prove == "off":
        return None, "`prove` is off."
    try:
        evidence = compared(
            config,
            table,
            cleaned.cleaning.clone(),
            cleaned.counts,
            most_rows=proof.MOST_ROWS if cleaned.is_sampled else None,
            with_test=True,
            allow_code=allow_code,
            progress=progress,
        )
        if cleaned.is_sampled:
            evidence = _kept(config, table, cleaned, evidence, allow_code=allow_code)
        if settled is not None:
            evidence = settled.entered(evidence, unseen=cleaned.counts.get("test", 0))
        if config.prove.bill:
            evidence = _billed(config, cleaned, evidence, outcomes, progress, allow_code=allow_code)
        if config.prove.diagnose:
            evidence = _diagnosed(config, evidence, outcomes)
        evidence = _mistaken(table, evidence)
    except (DataError, MissingExtraError) as error:
        return None, str(error)
    return evidence, ""


def compared(
    config: Config,
    table: Table,
    cleaning: Cleaning,
    counts: Mapping[str, int],
    *,
    most_rows: int | None,
    with_test: bool = False,
    allow_code: bool,
    progress: Any,
) -> proof.Evidence:
    """Judge the standard arms on the training and validation rows.

    Parameters
    ----------
    config, table, cleaning
        What is compared with what.
    counts
        Rows of each side.
    most_rows
        So many are judged at most, a fixed sample; None takes all.
    with_test
        Whether the arms are also asked about the test side, once.
    """
    X, y, stops = _learnt_from(table, counts, most_rows)
    held_out = table.side("test", limit=most_rows) if with_test and counts.get("test") else None
    return proof.compare(
        proof.standard_arms(cleaning),
        X,
        y,
        kind=table.task.kind or "classification",
        train=config.train,
        prove=ProveSpec() if config.prove == "off" else config.prove,
        seed=config.seed,
        metric=config.task.metric,
        groups=table.along(config.task.group, X.index),
        order=table.along(config.task.time, X.index),
        validation=stops if stops.any() else None,
        test=held_out,
        allow_code=allow_code,
        progress=progress,
        rows_given=sum(counts.get(side, 0) for side in _LEARNT),
    )


def _learnt_from(
    table: Table, counts: Mapping[str, int], most: int | None
) -> tuple[pd.DataFrame, pd.Series, np.ndarray]:
    """Return training and validation rows, a fixed sample of many, and which are for validation."""
    rows = sum(counts.get(side, 0) for side in _LEARNT)
    limits: list[int | None] = [None, None]
    if most is not None and rows > most:
        limits = [max(1, round(counts.get(side, 0) * most / rows)) for side in _LEARNT]
    found = [table.side(side, limit=limit) for side, limit in zip(_LEARNT, limits, strict=True)]
    X = pd.concat([frame for frame, _ in found]).sort_index()
    y = pd.concat([labels for _, labels in found]).loc[X.index]
    return X, y, X.index.isin(found[1][0].index)


def _diagnosed(
    config: Config, evidence: proof.Evidence, outcomes: Sequence[Outcome]
) -> proof.Evidence:
    """Add what keeps the cleaned network from doing better."""
    try:
        found = proof.diagnose(
            evidence,
            prove=None if config.prove == "off" else config.prove,
            findings={outcome.check: outcome.findings for outcome in outcomes},
        )
    except DataError:  # a cleaning without a network to look at; the comparison stands without it
        return evidence
    return evidence.with_part("diagnosis", found.to_dict())


def _mistaken(table: Table, evidence: proof.Evidence) -> proof.Evidence:
    """Add where the cleaned network is still wrong."""
    found = proof.find_mistakes(
        evidence,
        hidden=table.sensitive,
        is_target_hidden=table.task.target in table.sensitive,
    )
    return evidence.with_part("mistakes", found)


def _billed(
    config: Config,
    cleaned: Cleaned,
    evidence: proof.Evidence,
    outcomes: Sequence[Outcome],
    progress: Any,
    *,
    allow_code: bool,
) -> proof.Evidence:
    """Add what each step is worth, and what remedies would be that the cleaning does not have."""
    cleaning, done = cleaned.cleaning.clone(), evidence.plan.fits
    more: dict[str, Any] = {}
    if config.clean != "auto":  # what was chosen among all remedies lacks none
        more = proof.lacking(
            config.clean,
            worst_first(outcomes),
            stages.defects_of(config),
            kind=cleaning.kind,
            seed=config.seed,
            allow_code=allow_code,
        )
    try:
        bill = proof.attribute(
            evidence,
            cleaning,
            None if config.prove == "off" else config.prove,
            others=more,
            progress=lambda fits, of: progress(done + fits, done + of),
        )
    except DataError as error:  # the comparison stands without it
        return evidence.with_part("bill", {"unavailable": str(error)})
    return evidence.with_part("bill", bill.to_dict())


def _kept(
    config: Config,
    table: Table,
    cleaned: Cleaned,
    evidence: proof.Evidence,
    *,
    allow_code: bool,
) -> proof.Evidence:
    """Train the network that is kept on all clean rows, which do not fit in memory."""
    paths = cleaned.paths
    streamed = proof.fit_streamed(
        paths["train"],
        paths["validation"],
        paths["test"],
        target=str(table.task.target),
        columns=cleaned.cleaning.feature_names,
        kind=table.task.kind or "classification",
        folder=table.engine.folder,
        spec=config.train,
        metric=evidence.metric,
        balance=cleaned.cleaning.balance,
        given=cleaned.classes or None,
        seed=config.seed,
        allow_code=allow_code,
    )
    return evidence.keep(streamed)
