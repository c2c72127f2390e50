"""`tune`: choose a cleaning for a table, say what it is worth, and write a pipeline.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dataaudit import stages
from dataaudit.account import RowAccount
from dataaudit.choosing import choose_steps
from dataaudit.config import load
from dataaudit.config.writing import with_steps
from dataaudit.contract import load_contract
from dataaudit.engines import open_engine
from dataaudit.proof.choice import Choice
from dataaudit.report import choice as choice_of
from dataaudit.report.progress import Progress, Silent


@dataclass(frozen=True, kw_only=True)
class Tuned:
    """What `tune` found.

    Parameters
    ----------
    choice
        What was raced, and what is recommended.
    unseen
        Rows of the test side, which the choice never saw.
    """

    choice: Choice
    unseen: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as ``--json`` prints them."""
        return {**self.choice.to_dict(unseen=self.unseen), "balance": self.choice.balance}

    def show(self) -> None:
        """Print the candidates and the choice on stderr."""
        choice_of.show(choice_of.describe(self.to_dict(), self.choice.balance))

    def written(self, text: str, file: str = "") -> str:
        """Return a pipeline.yaml with the recommended steps; every other line stays as it is."""
        return with_steps(text, self.choice.steps, note=self.choice.sentence, file=file)


def tune(
    pipeline: str | Path,
    *,
    overrides: Mapping[str, str] | None = None,
    allow_code: bool = False,
    progress: Progress | None = None,
) -> Tuned:
    """Race cleanings on the training and validation rows of a pipeline; nothing is written.

    Parameters
    ----------
    pipeline
        A pipeline.yaml. A list under ``clean`` is raced as well.
    overrides
        As for `dataaudit.config.load`.
    allow_code
        Whether Python code that the config names may run.
    progress
        Silent by default.

    Raises
    ------
    DataAuditError
        As `dataaudit.run`; `DataError` where there is nothing to choose by.
    """
    config, progress = load(pipeline, overrides), progress or Silent()
    contract = load_contract(config.contract, base=Path(), allow_code=allow_code)
    rules = stages.defects_of(config)
    with open_engine(config.engine) as engine:
        seen = stages.audited(config, contract, rules, engine, RowAccount(), progress=progress)
        with progress.stage("choose") as stage:
            choice = choose_steps(
                config,
                seen.table,
                seen.outcomes,
                allow_code=allow_code,
                say=progress.say,
                progress=stage.advance,
            )
    return Tuned(choice=choice, unseen=seen.sides.counts.get("test", 0))
