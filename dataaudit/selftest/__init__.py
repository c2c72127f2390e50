"""`dataaudit inject`: plant known defects into somebody's own table, and see what finds them.

For each defect: does the audit say something that it did not say before? What does it cost this
network on honest rows? Does a diagnosis that knows nothing of it name the cause, and how much of
the loss does the remedy bring back?
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from dataaudit.auditing import audit, labelled
from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.errors import DataError
from dataaudit.finding import Finding, Severity
from dataaudit.injecting import Given, Injector, Kind, configured, generator, inject, registry
from dataaudit.proof.arms import Base
from dataaudit.proof.careless import Unscaled, ZeroFilled
from dataaudit.proof.diagnosis.cause import registry as causes
from dataaudit.proof.diagnosis.diagnosing import PROVEN, SUSPECTED, Diagnosis, diagnose
from dataaudit.proof.diagnosis.examined import OnTable
from dataaudit.proof.evidence import Evidence, compare
from dataaudit.proof.injected import Trial, price
from dataaudit.proof.spec import ProveSpec, TrainSpec
from dataaudit.selftest.lines import Line, SelfTest
from dataaudit.source import read
from dataaudit.source.tables import column_name
from dataaudit.split import TaskSpec, label

MOST_ROWS = 1_000
"""Rows of a self-test: a point of accuracy cannot be told apart on fewer, and more take minutes."""

_EXAMINED = "examined"
_CARELESS: Mapping[str, type[Base]] = {
    "magnitude": Unscaled,
    "missing_at_random": ZeroFilled,
    "missing_not_at_random": ZeroFilled,
}
"""The arm to examine where the baseline has the remedy already: the baseline without it."""

_PROOFS = 4  # refits of a diagnosis, about; most causes are not suspected


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How much is trained.

    Parameters
    ----------
    train, prove, seed
        As for `dataaudit.proof.compare`.
    """

    train: TrainSpec = field(default_factory=lambda: TrainSpec(max_steps=600))
    prove: ProveSpec = field(default_factory=lambda: ProveSpec(folds=5, repeats=1, budget=3600))
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What audit and diagnosis say of one table.

    Parameters
    ----------
    findings
        By the name of the check.
    evidence, diagnosis
        See there.
    """

    findings: Mapping[str, Sequence[Finding]]
    evidence: Evidence
    diagnosis: Diagnosis


def self_test(
    data: Any,
    target: Any,
    *,
    defects: Sequence[str] = (),
    recipe: Recipe | None = None,
    planned: Callable[[str], object] | None = None,
) -> SelfTest:
    """Plant defects into a table one by one and see what finds them.

    Parameters
    ----------
    data
        A file or a pandas, polars or arrow table; of many rows a fixed sample is taken.
    target
        The column to predict.
    defects
        Names of injectors; all of them where none is given.
    recipe
        How much is trained.
    planned
        Called with the plan in words before anything is trained.

    Raises
    ------
    SourceError, UnknownNameError, DataError
        Where the table cannot be read, has no such column, or is too small.
    """
    recipe = recipe or Recipe()
    frame, name, kind = rows_of(data, target, seed=recipe.seed)
    injectors = configured(list(defects) or list(registry()))
    given = Given(frame=frame, target=name, kind=kind)
    refused = {key: injector.applies(given) for key, injector in injectors.items()}
    plan = _plan(len(frame), sum(not reason for reason in refused.values()), recipe)
    if planned is not None:
        planned(plan)
    untouched = look(frame, name, kind, Base(), recipe)
    looked = {
        key: look(planted(injector, given, recipe.seed), name, kind, arm_for(key), recipe)
        for key, injector in injectors.items()
        if not refused[key]
    }
    return told(looked, untouched, injectors=injectors, given=given, seed=recipe.seed, plan=plan)


def with_defects(data: Any, target: Any, defects: Sequence[str] = (), *, seed: int = 0) -> str:
    """Return the rows of a table with defects planted one after the other, as CSV.

    Of many rows a fixed sample is taken. Those that cannot be planted are left out.

    Raises
    ------
    SourceError, UnknownNameError, DataError
        As `self_test`.
    """
    frame, name, kind = rows_of(data, target, seed=seed)
    chosen = list(defects) or list(registry())
    return inject(frame, name, defects=chosen, seed=seed, kind=kind).frame.to_csv(index=False)


def rows_of(data: Any, target: Any, *, seed: int) -> tuple[pd.DataFrame, str, Kind]:
    """Return typed features with the cleaned target, its name, and what it is."""
    name = column_name(target)
    with DuckDBEngine() as engine:
        source = read(data, engine=engine)
        labels = label(engine, source.columns, TaskSpec(target=name), relation="typed")
        table = labelled(source, labels, "raw", sample_rows=MOST_ROWS, seed=seed)
        frame = table.sample[[*table.features, name]]
        if not table.features:
            raise DataError("inject", "there is no column but the target")
    return frame, name, table.task.kind or "classification"


def _plan(rows: int, defects: int, recipe: Recipe) -> str:
    """Say what will be trained."""
    folds, repeats = recipe.prove.folds, recipe.prove.repeats
    each = int(folds) * int(repeats) if "auto" not in (folds, repeats) else 0
    fits = defects * (each * (_PROOFS + 3) + 1) + each
    return (
        f"{defects} defects, one at a time, on {rows:,} rows: about {fits:,} fits of at most "
        f"{recipe.train.max_steps:,} steps, some minutes."
    )


def planted(injector: Injector, given: Given, seed: int) -> pd.DataFrame:
    """Return the table with one defect."""
    return injector.plant(given, generator(seed, injector.name())).frame


def arm_for(defect: str) -> Any:
    """Return the arm to examine: the baseline, without the remedy where it has it."""
    return _CARELESS.get(defect, Base)()


def look(frame: pd.DataFrame, target: str, kind: Kind, arm: Any, recipe: Recipe) -> Looked:
    """Audit a table and diagnose an arm on it."""
    outcomes = audit(frame, target).outcomes
    findings = {outcome.check: outcome.findings for outcome in outcomes}
    evidence = compare(
        {_EXAMINED: arm},
        frame.drop(columns=target),
        frame[target],
        kind=kind,
        train=recipe.train,
        prove=recipe.prove,
        seed=recipe.seed,
        pairs=[],
    )
    diagnosis = diagnose(evidence, _EXAMINED, prove=recipe.prove, findings=findings)
    return Looked(findings=findings, evidence=evidence, diagnosis=diagnosis)


def remedy_of(looked: Looked, defect: str) -> Any | None:
    """Return the arm that lacks the cause that should be named, by the name that is suspected."""
    injector = registry()[defect]
    table = OnTable(looked.evidence, _EXAMINED, arm_for(defect), findings=looked.findings)
    for name in (injector.cause, injector.or_cause):
        cause = causes()[name]() if name else None
        signal = "" if cause is None else cause.signal(table)
        if cause is not None and not isinstance(signal, str) and signal.is_present:
            return cause.remedy(table)
    return None


def told(
    looked: Mapping[str, Looked],
    untouched: Looked,
    *,
    injectors: Mapping[str, Injector],
    given: Given,
    seed: int,
    plan: str = "",
) -> SelfTest:
    """Price what was planted, and put everything together."""
    arms: dict[type, Any] = {}
    trials = {
        key: Trial(
            injector=injectors[key],
            arm=arms.setdefault(type(arm_for(key)), arm_for(key)),
            remedy=remedy_of(found, key),
        )
        for key, found in looked.items()
    }
    costs = price(trials, untouched.evidence.case) if trials else {}
    lines = []
    for key, injector in injectors.items():
        if key not in looked:
            lines.append(Line(defect=key, planted=f"Not planted: {injector.applies(given)}."))
            continue
        sentence = injector.plant(given, generator(seed, key)).sentence
        line = Line(defect=key, planted=sentence, cost=costs[key], cause=injector.cause)
        lines.append(_with(line, looked[key], untouched, injector))
    return SelfTest(plan=plan, metric=untouched.evidence.metric, lines=tuple(lines))


def _with(line: Line, looked: Looked, untouched: Looked, injector: Injector) -> Line:
    """Return the line with what was found and proven."""
    proven, suspected = (looked.diagnosis.named(status) for status in (PROVEN, SUSPECTED))
    named = (*proven, *suspected)
    ranks = [named.index(one) + 1 for one in (injector.cause, injector.or_cause) if one in named]
    return replace(
        line,
        is_found=is_found(injector, untouched.findings, looked.findings),
        rank=min(ranks, default=0),
        named=named,
        proven=len(proven),
    )


def is_found(
    injector: Injector,
    before: Mapping[str, Sequence[Finding]],
    after: Mapping[str, Sequence[Finding]],
) -> bool | None:
    """Tell whether the audit warns of something new; None where it takes training to see it."""
    if not injector.checks:
        return None
    old = {finding.message for check in injector.checks for finding in before.get(check, ())}
    return any(
        finding.message not in old and finding.severity is not Severity.INFO
        for check in injector.checks
        for finding in after.get(check, ())
    )
