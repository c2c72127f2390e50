"""The stage that chooses the steps of ``clean: auto``, from training and validation rows alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dataaudit import proof
from dataaudit.config import Config
from dataaudit.errors import DataError
from dataaudit.finding import Outcome
from dataaudit.proof.choice import Choice, choose, entered, propose
from dataaudit.proof.choice.candidates import PLAIN
from dataaudit.proof.metrics import primary
from dataaudit.proof.spec import ProveSpec
from dataaudit.proof.target import Target
from dataaudit.report.progress import Progress
from dataaudit.table import Table

_LEARNT = ("train", "validation")
_MENDS = ("disguised", "types")  # where the audit found something; `categories` where there is text


@dataclass(frozen=True, kw_only=True)
class Settled:
    """What a run cleans by.

    Parameters
    ----------
    config
        With a list under ``clean``.
    choice
        How it came about; None where the user gave the list, or nothing could be chosen.
    why
        Why nothing could be chosen; "" where it could, or need not be.
    """

    config: Config
    choice: Choice | None = None
    why: str = ""

    def entered(self, evidence: proof.Evidence, *, unseen: int) -> proof.Evidence:
        """Return the evidence with the choice in it, and the verdict on it corrected."""
        if self.choice is not None:
            return entered(evidence, self.choice, unseen=unseen)
        if not self.why:
            return evidence
        note = f"No cleaning could be chosen, so the plain list was used ({self.why})."
        return evidence.with_part("choice", {"unavailable": self.why}, [note])


def settle(
    config: Config,
    table: Table,
    outcomes: Sequence[Outcome],
    progress: Progress,
    *,
    allow_code: bool = False,
) -> Settled:
    """Choose the steps where ``clean: auto`` asks for it; too small a table gets the plain.

    Raises
    ------
    MissingExtraError
        Without TensorFlow: networks make the choice.
    """
    if not config.is_auto:
        return Settled(config=config)
    with progress.stage("choose") as stage:
        try:
            choice = choose_steps(
                config,
                table,
                outcomes,
                allow_code=allow_code,
                say=progress.say,
                progress=stage.advance,
            )
        except DataError as error:
            return Settled(config=config.choose(list(PLAIN.items())), why=str(error))
    return Settled(config=config.choose(choice.steps), choice=choice)


def choose_steps(
    config: Config,
    table: Table,
    outcomes: Sequence[Outcome],
    *,
    allow_code: bool = False,
    say: Callable[[str], object] | None = None,
    progress: Any = None,
) -> Choice:
    """Race the cleanings that this table calls for, and correct the gain for choosing.

    The audit decides what is tried, which it does from every row; what is chosen, and what the
    gain is said to be, comes from training and validation rows alone.

    Parameters
    ----------
    config
        A list under ``clean`` is raced as well.
    outcomes
        Of the audit.
    say
        Is told the plan before training.

    Raises
    ------
    DataError
        For a table too small, or one class.
    MissingExtraError
        Without TensorFlow.
    """
    X, y = table.side(*_LEARNT, limit=proof.MOST_ROWS)
    kind: Literal["classification", "regression"] = table.task.kind or "classification"
    metric = config.task.metric
    candidates = propose(
        X,
        y,
        kind=kind,
        metric=primary(Target.of(y, kind)) if metric == "auto" else metric,
        mends=_mends(table, outcomes),
        own=config.steps,
    )
    return choose(
        candidates,
        X,
        y,
        kind=kind,
        train=config.train,
        prove=ProveSpec() if config.prove == "off" else config.prove,
        seed=config.seed,
        metric=metric,
        groups=table.along(config.task.group, X.index),
        order=table.along(config.task.time, X.index),
        allow_code=allow_code,
        say=say,
        progress=progress,
    )


def _mends(table: Table, outcomes: Sequence[Outcome]) -> list[str]:
    """Return the steps that what was found calls for, in the order in which they work."""
    found = [finding for outcome in outcomes for finding in outcome.findings]
    mended = {finding.remedy.step for finding in found if finding.remedy}
    names = [name for name in _MENDS if name in mended]
    if table.text_features:
        names.append("categories")
    if any(finding.kind == "constant" for finding in found):
        names.append("constant")
    return names
