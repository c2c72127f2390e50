"""The bill: every step of a cleaning with its price, an interval and a verdict."""

from __future__ import annotations

from typing import Any

from dataaudit.proof.attribution import words
from dataaudit.proof.attribution.items import Sums


class Bill(Sums):
    """What each step is worth, to be told."""

    def to_dict(self) -> dict[str, Any]:
        """Return what stands in the evidence: values that JSON can hold."""
        return words.content(self)

    def __repr__(self) -> str:
        return "\n".join(words.lines(self))
