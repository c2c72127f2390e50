"""What causes that lie in cells have in common: remedies that fill, and learners that do not mind.

The remedy of cells that are no measurements blanks them and fills them, and with them the gaps that
are in sight. So that it is not credited with these, it is compared with the arm whose gaps are
filled, wherever that was tried before and was not kept.
"""

from __future__ import annotations

from typing import Any

from dataaudit.proof.diagnosis.examined import Examined, Proof
from dataaudit.proof.judging import judge

_IN_CELLS = ("missing", "disguised", "outliers", "categories", "scale")
_FILLS = "missing"  # the cause whose remedy does nothing but fill


def unsettled(examined: Examined) -> list[str]:
    """Return the causes in cells that are suspected, and neither proven nor dismissed."""
    return [name for name in _IN_CELLS if examined.ended.get(name) == "suspected"]


def tried_filled(examined: Examined, name: str, arm: Any) -> Proof:
    """Try a remedy that fills as well, and credit it with what it does beyond."""
    table = examined.table
    filled = table.trials.get(_FILLS)
    before = None if filled is None or filled.is_proven else filled.judged
    return table.proof(before or table.judged, judge({name: arm}, table.case).arms[name], arm=arm)
