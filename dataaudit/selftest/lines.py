"""What became of each planted defect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dataaudit.proof.injected import Cost
from dataaudit.report import selftest


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One planted defect, and what became of it.

    Parameters
    ----------
    defect, planted
        Its name, and what was planted, or why nothing was.
    is_found
        Whether the audit has a new warning or error for it; None where only training can tell.
    cost
        On honest rows; None where nothing was planted.
    cause, rank
        What should be named, and its place in the diagnosis; 0 where it is not named.
    named
        The causes that the diagnosis names, in its order: proven ones, then those suspected.
    proven
        How many of them are proven.
    """

    defect: str
    planted: str
    is_found: bool | None = None
    cost: Cost | None = None
    cause: str = ""
    rank: int = 0
    named: tuple[str, ...] = ()
    proven: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return values that JSON can hold."""
        cost = self.cost
        return {
            "defect": self.defect,
            "planted": self.planted,
            "is_found": self.is_found,
            "metric": "" if cost is None else cost.metric,
            "lost": None if cost is None else cost.lost.value,
            "low": None if cost is None else cost.lost.low,
            "high": None if cost is None else cost.lost.high,
            "recovered": None if cost is None else cost.recovered,
            "cause": self.cause,
            "rank": self.rank,
            "named": list(self.named),
            "proven": self.proven,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """Every defect that was planted into one table.

    Parameters
    ----------
    plan
        What was trained, in words.
    metric
        What costs are measured by.
    lines
        One for each defect.
    """

    plan: str
    metric: str
    lines: tuple[Line, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return values that JSON can hold."""
        lines = [line.to_dict() for line in self.lines]
        return {"plan": self.plan, "metric": self.metric, "defects": lines}

    def show(self) -> None:
        """Print one line for each defect to stderr."""
        selftest.show(self.to_dict())
