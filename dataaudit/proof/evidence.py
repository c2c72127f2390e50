"""The comparison of arms, from a table to what may be said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from dataaudit.errors import UnknownNameError
from dataaudit.proof import describing
from dataaudit.proof.arms import Const
from dataaudit.proof.arms import describe as describe_arms
from dataaudit.proof.canary import check_blind
from dataaudit.proof.comparing import available, count_networks, remarks, verdicts_of
from dataaudit.proof.final import Final, FinalNetwork, finals
from dataaudit.proof.fitting import Recipe
from dataaudit.proof.folds import pick, stopping_share, twins
from dataaudit.proof.judging import Case, Judgement, Progress, case_of, judge
from dataaudit.proof.metrics import known, primary
from dataaudit.proof.network import load_build, load_keras
from dataaudit.proof.plan import Plan
from dataaudit.proof.scoring import scored
from dataaudit.proof.spec import ProveSpec, TrainSpec
from dataaudit.proof.streamed import Streamed
from dataaudit.proof.target import Target
from dataaudit.proof.verdict import Verdict
from dataaudit.proof.wording import sample_sentence

_KEPT = "clean"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a comparison showed.

    Parameters
    ----------
    metric
        The primary one, fixed before training.
    target, plan
        See there.
    judgement
        What every arm said of every row.
    verdicts
        On the primary metric.
    finals
        The last fit of each arm.
    content
        What `to_dict` returns.
    case
        What the arms were judged on: more arms can be judged on the same folds.
    kept
        The network that is kept instead of the final one of `clean`, if there is one.
    """

    metric: str
    target: Target
    plan: Plan
    judgement: Judgement
    verdicts: Sequence[Verdict]
    finals: Mapping[str, Final]
    content: Mapping[str, Any]
    case: Case
    kept: Streamed | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return what stands in ``evidence.json``: values that JSON can hold."""
        return dict(self.content)

    def network(self, arm: str = "clean") -> FinalNetwork | None:
        """Return the final network of an arm; None where training failed or it has none."""
        if arm not in self.finals:
            raise UnknownNameError(arm, kind="arm", known=self.finals)
        if self.kept is not None and arm == _KEPT:
            return self.kept.network
        final = self.finals[arm]
        return None if final.failed else final.network(self.target.classes)

    def save_model(self, path: str | Path, arm: str = "clean") -> bool:
        """Write the final network as .keras; return False where there is none."""
        network = self.network(arm)
        if network is not None:
            network.save(path)
        return network is not None

    def keep(self, streamed: Streamed) -> Evidence:
        """Return the same evidence with a network trained on a stream as that of `clean`."""
        sentence = str(streamed.content["sentence"])
        return replace(self.with_part("kept", streamed.content, [sentence]), kept=streamed)

    def with_part(self, name: str, part: Any, notes: Sequence[str] = ()) -> Evidence:
        """Return the same evidence with one more part.

        Parameters
        ----------
        name
            Its key in ``evidence.json``.
        part
            Values that JSON can hold.
        notes
            Sentences for the report.
        """
        content = {**self.content, name: part, "notes": [*self.content["notes"], *notes]}
        return replace(self, content=content)

    def __repr__(self) -> str:
        return "\n".join([verdict.sentence for verdict in self.verdicts] or ["no verdict"])


def compare(
    arms: Mapping[str, Any],
    X: pd.DataFrame,
    y: Any,
    *,
    kind: Literal["classification", "regression"],
    train: TrainSpec | None = None,
    prove: ProveSpec | None = None,
    seed: int = 0,
    metric: str = "auto",
    pairs: Sequence[tuple[str, str]] | None = None,
    groups: Any = None,
    order: Any = None,
    validation: Any = None,
    test: tuple[pd.DataFrame, Any] | None = None,
    rows_given: int | None = None,
    allow_code: bool = False,
    base: str | Path = ".",
    progress: Progress | None = None,
) -> Evidence:
    """Train the same network behind every arm and judge all by the same rows.

    Parameters
    ----------
    arms
        By name; see `dataaudit.proof.arms.standard_arms`.
    X : DataFrame of shape (rows, columns)
        Training and validation rows, as they came. The index names the rows.
    y : array-like of shape (rows,)
    kind
        What the target is.
    train, prove
        The recipe, and how much evidence to gather; the defaults where not given.
    seed
        Of folds and networks.
    metric
        The primary one; ``auto``: accuracy, balanced accuracy where one class has more than 70 % of
        the rows, R2 for regression.
    pairs
        What the verdicts compare, (before, after); by default `comparing.PAIRS`. Those of an arm
        that cannot learn from the table are left out.
    groups, order : array-like of shape (rows,), optional
        Rows that belong together, and time. Equal rows stay together in any case.
    validation : array-like of bool, shape (rows,), optional
        The rows that the final fits stop by; drawn, where not given.
    test : (DataFrame, array-like), optional
        Rows that nothing learns from, scored once by the final fits.
    rows_given
        Training and validation rows that there are, where X is a fixed sample of them; `MOST_ROWS`
        do.
    allow_code, base
        Whether ``train.network.file`` may run, and the folder it is looked for in.
    progress
        Called with (fits done, fits in all).

    Raises
    ------
    MissingExtraError
        Without TensorFlow.
    DataError
        For a table too small, or one that an arm leaves unfit for a network.
    CodeRefusedError
        For ``train.network.file`` without ``allow_code``.
    InvariantError
        Where the arms would not be compared on the same rows.
    """
    train, prove = train or TrainSpec(), prove or ProveSpec()
    arms = arms if "const" in arms else {"const": Const(), **arms}
    target = Target.of(y, kind)
    name = _metric(metric, target)
    file = train.network.file
    build = load_build(file, base=Path(base), allow_code=allow_code) if file else None
    recipe = Recipe(target=target, train=train, metric=name, build=build)
    for wished in {arm for pair in pairs or () for arm in pair} - arms.keys():
        raise UnknownNameError(wished, kind="arm", known=arms)
    arms, missing = available(arms, X, target, [np.arange(len(X))])
    networks = count_networks(arms)
    if networks:
        load_keras()
    case, note = case_of(
        X,
        recipe,
        prove,
        networks,
        seed=seed,
        groups=groups,
        order=order,
        rows_given=rows_given,
    )
    arms, late = available(arms, case.X, case.recipe.target, case.learnt())
    case = replace(case, plan=replace(case.plan, networks=count_networks(arms)))
    check_blind(arms, case)
    judgement = judge(arms, case, progress)
    last = _finals(arms, X, recipe, case, validation=validation, test=test)
    estimates = {
        arm: {
            key: scored(judged, measure, judgement.truth, target)
            for key, measure in known(target).items()
        }
        for arm, judged in judgement.arms.items()
    }
    verdicts = verdicts_of(pairs, estimates, judgement, case, prove)
    missing = {**missing, **late}
    notes = [sample_sentence(case.plan, verdicts), note, *remarks(verdicts, missing)]
    content = describing.content(
        case=case,
        judgement=judgement,
        estimates=estimates,
        verdicts=verdicts,
        finals=last,
        descriptions=describe_arms(arms),
        test_labels=None if test is None else target.codes(test[1]),
        unavailable=missing,
        notes=[text for text in notes if text],
    )
    return Evidence(
        metric=name,
        target=target,
        plan=case.plan,
        judgement=judgement,
        verdicts=verdicts,
        finals=last,
        content=content,
        case=case,
    )


def _metric(wished: str, target: Target) -> str:
    """Return the primary metric."""
    if wished == "auto":
        return primary(target)
    if wished not in known(target):
        raise UnknownNameError(wished, kind="metric", known=["auto", *known(target)])
    return wished


def _finals(
    arms: Mapping[str, Any],
    X: pd.DataFrame,
    recipe: Recipe,
    case: Case,
    *,
    validation: Any,
    test: tuple[pd.DataFrame, Any] | None,
) -> dict[str, Final]:
    """Fit every arm once more, on all rows."""
    if validation is None:
        together = case.groups if len(case.groups) == len(X) else twins(X)[0]
        is_stop = pick(recipe.target.strata, together, stopping_share(len(X)), case.seed)
    else:
        is_stop = np.asarray(validation, dtype=bool)
    return finals(
        arms,
        X,
        recipe,
        fit=np.flatnonzero(~is_stop),
        stop=np.flatnonzero(is_stop),
        test=None if test is None else test[0],
        seed=case.seed,
    )
