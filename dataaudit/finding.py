"""What a check says: findings, the remedy for each, and the outcome of a check as a whole.

Plain values without behaviour, so that every layer above may carry them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How much a finding matters.

    ``error``: the result cannot be trusted; ``warning``: probably harmful; ``info``: worth knowing.
    """

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for error: the larger, the worse."""
        return list(Severity).index(self)


class Status(StrEnum):
    """How a check ended. Silence never means health, so every check ends in one of these."""

    FOUND = "found"
    PASSED = "passed"
    NOT_APPLICABLE = "not applicable"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What repairs a finding.

    Parameters
    ----------
    action
        One imperative sentence for a person.
    step
        The key under ``clean:`` that does it, or "" where only a person can (``task.ignore``).
    is_lossy
        Whether values, rows or columns are lost by it.
    params
        The parameters of the step that fit this finding, as they stand in YAML.
    """

    action: str
    step: str = ""
    is_lossy: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One defect found, with its evidence.

    Parameters
    ----------
    code
        The stable code of the defect, ``DA201``.
    check
        The name of the defect, which is its file and its YAML key, ``outliers``.
    kind
        Which of the things the defect looks for, ``cells``. ``audit.ignore`` takes the code or
        ``code.kind``.
    severity
        See `Severity`.
    columns
        The columns it speaks of; empty where it speaks of whole rows.
    message
        A sentence with number, unit and column; no value from a sensitive column.
    rows, share
        Rows concerned: count, and share of the rows looked at in 0..1.
    evidence
        Numbers and short texts behind the message; values that JSON can hold.
    examples
        Up to five ``__row__`` ids.
    remedy
        What repairs it, if anything does.
    """

    code: str
    check: str
    kind: str
    severity: Severity
    columns: tuple[str, ...] = ()
    message: str
    rows: int | None = None
    share: float | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    examples: tuple[int, ...] = ()
    remedy: Remedy | None = None

    @property
    def id(self) -> str:
        """Code and kind, ``DA201.cells``."""
        return f"{self.code}.{self.kind}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one check ended, and what it found.

    ``reason`` says why a check was not applicable, skipped or failed; it is empty otherwise.
    """

    code: str
    check: str
    status: Status
    reason: str = ""
    findings: tuple[Finding, ...] = ()
