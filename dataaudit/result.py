"""What `dataaudit.run` and `dataaudit.audit` return: values for programs, and a view for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from dataaudit.account import RowAccount
from dataaudit.errors import ExitCode
from dataaudit.finding import Finding, Outcome, Severity, Status
from dataaudit.output import to_json
from dataaudit.profile import Profile
from dataaudit.report import html, notebook, terminal

if TYPE_CHECKING:
    from dataaudit.contract import Checked

_GATES = {"warn": Severity.WARNING, "error": Severity.ERROR}


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """What a run made.

    Parameters
    ----------
    exit_code
        See `ExitCode`; 0 passed, 1 the gate failed.
    gate
        Why the gate failed; "" where it passed.
    verdict
        The headline, in words to paste into a message.
    run_id, path
        The name of the run and its folder.
    paths
        Every file by name, relative names -> absolute paths.
    report
        The dictionary that the report was rendered from.
    evidence
        What stands in ``evidence.json``; None where nothing was trained.
    """

    exit_code: int
    gate: str
    verdict: str
    run_id: str
    path: Path
    paths: Mapping[str, Path]
    report: Mapping[str, Any]
    evidence: Mapping[str, Any] | None
    outcomes: Sequence[Outcome]
    account: Sequence[Mapping[str, Any]]

    @property
    def findings(self) -> list[Finding]:
        """All findings, worst first."""
        return worst_first(self.outcomes)

    def to_dict(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        return {
            "exit_code": int(self.exit_code),
            "gate": self.gate,
            "verdict": self.verdict,
            "run_id": self.run_id,
            "path": str(self.path),
            "paths": {name: str(path) for name, path in self.paths.items()},
            "evidence": self.evidence,
            "findings": [asdict(finding) for finding in self.findings],
            "row_account": list(self.account),
        }

    def show(self) -> None:
        """Print verdict, findings and files to stderr."""
        terminal.show(self.report, folder=str(self.path), files=list(self.paths))


@dataclass(frozen=True, kw_only=True)
class AuditResult:
    """What an audit found; shows itself in a notebook.

    Parameters
    ----------
    outcomes
        How every check ended, with its findings.
    profile
        Statistics of every column over all rows.
    report
        The dictionary that the views are rendered from.

    Examples
    --------
    >>> import dataaudit, pandas as pd
    >>> frame = pd.DataFrame({"a": [1.0] * 50, "b": [1, 2, 3, 4, 5] * 10, "y": ["no", "yes"] * 25})
    >>> [finding.id for finding in dataaudit.audit(frame).findings if "a" in finding.columns]
    ['DA402.constant']
    """

    outcomes: Sequence[Outcome]
    profile: Profile
    report: Mapping[str, Any]

    @property
    def findings(self) -> list[Finding]:
        """All findings, worst first."""
        return worst_first(self.outcomes)

    def to_dict(self) -> dict[str, Any]:
        """Return findings, outcomes and profile as plain values."""
        return {
            "findings": [asdict(finding) for finding in self.findings],
            "checks": [
                {"code": o.code, "check": o.check, "status": o.status, "reason": o.reason}
                for o in self.outcomes
            ],
            "columns": self.report["columns"],
        }

    def to_json(self) -> str:
        """Return `to_dict` as JSON text."""
        return to_json(self.to_dict())

    def to_frame(self) -> pd.DataFrame:
        """Return one row per finding, worst first."""
        names = ["id", "check", "severity", "columns", "rows", "share", "message"]
        rows = [[getattr(finding, name) for name in names] for finding in self.findings]
        return pd.DataFrame(rows, columns=names)

    def to_html(self) -> str:
        """Return the whole report as one HTML file."""
        return html.render(self.report)

    def show(self) -> None:
        """Print the findings to stderr."""
        terminal.show(self.report)

    def _repr_html_(self) -> str:
        return notebook.fragment(self.report)


@dataclass(frozen=True, kw_only=True)
class Checkup:
    """What `dataaudit check` says: whether a run could start, and what the contract would do."""

    exit_code: int
    sentence: str
    account: Sequence[Mapping[str, Any]]
    broken: Sequence[str]

    @classmethod
    def of(cls, checked: Checked, account: RowAccount, fail_on: str) -> Self:
        """Word what the contract did."""
        code, _ = gate([], checked.severity, fail_on)
        broken = [result.message for result in checked.results if result.rows]
        away = checked.quarantined + checked.dropped
        sentence = (
            f"{checked.read:,} rows read, {checked.kept:,} hold the contract, {away:,} do not."
        )
        return cls(
            exit_code=int(code),
            sentence="\n".join([sentence, *broken]),
            account=account.to_list(),
            broken=broken,
        )


def worst_first(outcomes: Sequence[Outcome]) -> list[Finding]:
    """Return the findings of all outcomes: worst severity first, then the largest share."""
    findings = [finding for outcome in outcomes for finding in outcome.findings]
    return sorted(findings, key=lambda f: (-f.severity.rank, -(f.share or 0), f.id, f.columns))


def gate(
    outcomes: Sequence[Outcome], contract: Severity | None, fail_on: str
) -> tuple[ExitCode, str]:
    """Decide whether the gate passes, and say why not.

    Parameters
    ----------
    outcomes
        Of every check; one that failed to run counts as an error.
    contract
        What the contract's limits say.
    fail_on
        "never", "warn" or "error".
    """
    if fail_on == "never":
        return ExitCode.PASSED, ""
    threshold = _GATES[fail_on].rank
    broken = f"contract: more is broken than `contract.limits` allow ({contract})"
    reasons = [broken] if contract and contract.rank >= threshold else []
    bad = [f for f in worst_first(outcomes) if f.severity.rank >= threshold]
    reasons += [f"{finding.id}: {finding.message}" for finding in bad]
    reasons += [f"{o.check}: {o.reason}" for o in outcomes if o.status is Status.FAILED]
    return (ExitCode.GATE_FAILED, "; ".join(reasons)) if reasons else (ExitCode.PASSED, "")
