"""The stage that proves: bring the rows that the arms are judged on, train, and say what came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from dataaudit import proof, stages
from dataaudit.choosing import Settled
from dataaudit.cleansing import Cleaned
from dataaudit.config import Config
from dataaudit.errors import DataError, MissingExtraError
from dataaudit.finding import Outcome
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
    X, y, stops = _learnt_from(table, cleaned)
    limit = proof.MOST_ROWS if cleaned.is_sampled else None
    held_out = table.side("test", limit=limit)
    try:
        evidence = proof.compare(
            proof.standard_arms(cleaned.cleaning.clone()),
            X,
            y,
            kind=table.task.kind or "classification",
            train=config.train,
            prove=config.prove,
            seed=config.seed,
            metric=config.task.metric,
            groups=table.along(config.task.group, X.index),
            order=table.along(config.task.time, X.index),
            validation=stops if stops.any() else None,
            test=held_out if len(held_out[1]) else None,
            allow_code=allow_code,
            progress=progress,
            rows_given=sum(cleaned.counts[side] for side in _LEARNT),
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


def _learnt_from(table: Table, cleaned: Cleaned) -> tuple[pd.DataFrame, pd.Series, np.ndarray]:
    """Return training and validation rows, a fixed sample of many, and which are for validation."""
    limits: list[int | None] = [None, None]
    if cleaned.is_sampled:
        share = proof.MOST_ROWS / sum(cleaned.counts[side] for side in _LEARNT)
        limits = [max(1, round(cleaned.counts[side] * share)) for side in _LEARNT]
    found = [table.side(side, limit=most) for side, most in zip(_LEARNT, limits, strict=True)]
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
