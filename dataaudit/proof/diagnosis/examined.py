"""All that a cause may look at, and the trial of its remedy."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from dataaudit.finding import Finding
from dataaudit.proof.arms import WithTraining
from dataaudit.proof.diagnosis.references import references
from dataaudit.proof.diagnosis.setup import Change, Setup, retrained, setup_of
from dataaudit.proof.diagnosis.trace import Trace
from dataaudit.proof.diagnosis.trial import Proof, compared
from dataaudit.proof.diagnosis.watching import watch
from dataaudit.proof.evidence import Evidence
from dataaudit.proof.fitting import Job, prepare
from dataaudit.proof.judging import Case, Judged, judge
from dataaudit.proof.metrics import Estimate, known
from dataaudit.proof.scoring import scored
from dataaudit.proof.spec import TrainSpec
from dataaudit.proof.target import Floats, Target
from dataaudit.proof.verdict import HELPS, Verdict

__all__ = ["Examined", "OnTable", "Proof"]
_STATE = "so far"


class Examined(ABC):
    """A network and its training under examination.

    Attributes
    ----------
    findings
        Of the audit, by the name of the check.
    ended, trials
        How the suspected causes before ended, by name; what was tried of the state as it is.
    family
        Proofs that may be made in all; their intervals are widened for it.
    """

    def __init__(self, findings: Mapping[str, Sequence[Finding]] | None = None) -> None:
        self.findings, self.family = findings or {}, 1
        self.ended: dict[str, str] = {}
        self.trials: dict[str, Proof] = {}

    @property
    @abstractmethod
    def trace(self) -> Trace:
        """One fit, watched."""

    @property
    @abstractmethod
    def setup(self) -> Setup:
        """How the network is built and trained."""

    @abstractmethod
    def changed(self, change: Change) -> Any:
        """Return what is examined, trained another way, to be tried; None where it cannot be."""

    @abstractmethod
    def tried(self, name: str, arm: Any) -> Proof | None:
        """Train anew with a remedy, and compare row by row with what there is."""

    @abstractmethod
    def after(self, proof: Proof) -> Examined:
        """Return the same with a remedy that won."""

    @property
    def is_table(self) -> bool:
        """Whether it is one of our arms on a table; else somebody's own training."""
        return isinstance(self, OnTable)

    @property
    def table(self) -> OnTable:
        """The same, where it is one of our arms on a table; for causes that need one."""
        message = "a cause that looks at the table needs `needs_table = True`"
        raise AttributeError(message)


class OnTable(Examined):
    """An arm of a comparison, as changed by the remedies proven so far.

    Parameters
    ----------
    evidence
        Its case is what remedies are tried on.
    arm
        The name of the arm that is examined.
    state
        The unfitted arm itself.
    smallest_effect
        What matters, in units of the metric.
    repeats
        Of each trial; the first so many of the comparison, with its seeds.
    judged
        What the state said, where it is no longer what the comparison judged.
    """

    def __init__(
        self,
        evidence: Evidence,
        arm: str,
        state: Any,
        *,
        findings: Mapping[str, Sequence[Finding]] | None = None,
        smallest_effect: float = 0.01,
        repeats: int = 2,
        judged: Judged | None = None,
    ) -> None:
        super().__init__(findings)
        self.evidence, self.arm, self.state = evidence, arm, state
        self.smallest_effect = smallest_effect
        plan = evidence.case.plan
        fewer = replace(plan, repeats=min(repeats, plan.repeats))
        self.case: Case = replace(evidence.case, plan=fewer)
        self.judged: Judged = judged or self._shortened(arm)
        self._references: dict[str, Judged] = {}

    @property
    def table(self) -> OnTable:
        """The same; here there is a table."""
        return self

    @property
    def target(self) -> Target:
        """What is to be predicted."""
        return self.case.recipe.target

    @property
    def X(self) -> pd.DataFrame:  # noqa: N802 - as scikit-learn has it
        """The rows as they came, training and validation together."""
        return self.case.X

    @property
    def rows(self) -> Any:
        """Positions in `X` of the judged rows."""
        return self.evidence.judgement.rows

    @property
    def truth(self) -> Floats:
        """The targets of the judged rows, as codes or values."""
        return self.evidence.judgement.truth

    @property
    def metric(self) -> str:
        """The primary metric."""
        return self.case.recipe.metric

    @property
    def train(self) -> TrainSpec:
        """The recipe of the state."""
        return getattr(self.state, "train", None) or self.case.recipe.train

    @property
    def preparation(self) -> Any:
        """The state's preparation alone, without a recipe of its own."""
        return self.state.preparation if isinstance(self.state, WithTraining) else self.state

    @cached_property
    def job(self) -> Job:
        """The state in the first fold: fitted, with what it gives the network."""
        fold = self.case.parted(0)[0]
        return prepare(
            _STATE,
            self.state,
            self.case.X,
            self.case.recipe,
            fit=fold.fit,
            stop=fold.stop,
            judged=self.case.X.iloc[fold.judge],
            seed=self.case.seed,
        )

    @cached_property
    def trace(self) -> Trace:
        """The fit of the first fold, watched."""
        if self.job.fit is None:
            message = f"arm {self.arm!r} has no network to watch"
            raise TypeError(message)
        return watch(self.job.fit)

    @property
    def setup(self) -> Setup:
        """How the network is built and trained."""
        columns = self.job.fit.X.shape[1] if self.job.fit is not None else 0
        return setup_of(
            self.train, columns=columns, outputs=self.target.outputs, kind=self.target.kind
        )

    def changed(self, change: Change) -> Any:
        """Return the state with another recipe; None where the network is somebody's own."""
        if self.case.recipe.build is not None:
            return None
        return WithTraining(self.preparation, retrained(self.train, change))

    def prepared(self, preparation: Any) -> Any:
        """Return the state with another preparation and the same recipe."""
        if isinstance(self.state, WithTraining):
            return WithTraining(preparation, self.state.train)
        return preparation

    @property
    def reference(self) -> Mapping[str, Judged]:
        """What other learners say of the same rows: boosted trees and nearest neighbours."""
        given = self.evidence.judgement.arms
        if not self._references:
            others = {name: arm for name, arm in references().items() if name not in given}
            known = {name: self._shortened(name) for name in references() if name in given}
            self._references.update(known, **judge(others, self.case).arms)
        return self._references

    @property
    def between_learners(self) -> str:
        """The metric that learners of different kinds are compared by.

        Where classes count alike, what tells them apart is first of all where each draws the line;
        the AUC leaves that out.
        """
        return "auc" if self.metric == "balanced_accuracy" else self.metric

    @property
    def reference_scores(self) -> Mapping[str, float]:
        """How the other learners do."""
        metric = self.between_learners
        return {name: self.estimate(said, metric).value for name, said in self.reference.items()}

    def tried(self, name: str, arm: Any) -> Proof | None:
        """Judge a remedy on the folds of the case and compare it with the state."""
        judged = judge({name: arm}, self.case).arms[name]
        return self.proof(self.judged, judged, arm=arm)

    def proof(
        self, before: Judged, after: Judged, *, arm: Any = None, metric: str | None = None
    ) -> Proof:
        """Compare what two arms said; the cause is proven where the second wins."""
        verdict = self.compared(before, after, metric)
        return Proof(
            metric=verdict.metric,
            effect=verdict.found.value,
            low=verdict.found.low,
            high=verdict.found.high,
            verdict=verdict.verdict,
            is_proven=verdict.verdict == HELPS,
            arm=arm,
            judged=after,
        )

    def compared(self, before: Judged, after: Judged, metric: str | None = None) -> Verdict:
        """Compare what two arms said, row by row; see `dataaudit.proof.verdict.decide`."""
        plan = self.case.plan
        given = self.evidence.judgement
        return compared(
            replace(given, parts=given.parts[: plan.repeats]),
            {"before": before, "after": after, "const": self._shortened("const")},
            metric or self.metric,
            self.target,
            folds=plan.folds,
            groups=self.groups,
            family=self.family,
            smallest_effect=self.smallest_effect,
        )

    @property
    def groups(self) -> Any:
        """Which of the judged rows count together."""
        return np.unique(self.case.groups[self.rows], return_inverse=True)[1]

    def estimate(self, judged: Judged, metric: str | None = None) -> Estimate:
        """Return a metric of what an arm said, averaged over repeats."""
        measure = known(self.target)[metric or self.metric]
        return scored(judged, measure, self.truth, self.target)

    def after(self, proof: Proof) -> OnTable:
        """Return the same with a remedy that won."""
        changed = OnTable(
            self.evidence,
            self.arm,
            proof.arm,
            findings=self.findings,
            smallest_effect=self.smallest_effect,
            repeats=self.case.plan.repeats,
            judged=proof.judged,
        )
        changed.ended, changed.family = self.ended, self.family
        changed._references = self._references  # they know nothing of the state
        return changed

    def _shortened(self, arm: str) -> Judged:
        """Return what an arm of the comparison said in as many repeats as are tried."""
        return self.evidence.judgement.arms[arm].first(self.case.plan.repeats)
