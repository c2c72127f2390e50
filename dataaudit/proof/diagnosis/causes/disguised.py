"""Numbers that stand for "unknown" reach the network as if they were measured.

A -999 among heights is the most influential cell of its column: it stretches the scale until all
real heights look alike. The signal is the rule of the check `disguised`, asked on the rows at hand:
what it is sure of, and of its questions those about codes and caps far from all other values. The
proof is the same network with these cells blank and filled as other gaps are. It answers a
question as well: where blanking helps, the value was no measurement.

It is asked before `scale`, whose remedy would hide it.
"""

from __future__ import annotations

from typing import Any

from dataaudit.defects.disguised.blank import BlankSentinels
from dataaudit.defects.disguised.rule import Sentinel, sentinels_of
from dataaudit.proof.diagnosis.cause import Cause, Signal
from dataaudit.proof.diagnosis.cells import tried_filled
from dataaudit.proof.diagnosis.examined import Examined, OnTable, Proof
from dataaudit.proof.diagnosis.mending import ahead, filled, held

_NAMED = 3  # columns spelt out


class Disguised(Cause):
    """See the file."""

    code, precedence = "D201", 24
    title = "Values that stand for missing are taken for numbers"
    trial = "With these cells blank and filled,"
    next = "Add `disguised` before `missing` under `clean`, or declare the tokens in the contract."
    needs_table = True

    def signal(self, examined: Examined) -> Signal | str:
        """Ask the rule of the check."""
        table = examined.table
        if reason := held(table.preparation, self.name()):
            return reason
        found = _found(table)
        cells = sum(one.count for values in found.values() for one in values)
        shown = [
            f"{one.value} in {one.count:,} cells of `{name}`"
            for name, values in found.items()
            for one in values
        ]
        more = f" and {len(shown) - _NAMED:,} more" if len(shown) > _NAMED else ""
        return Signal(
            is_present=bool(found),
            strength=float(cells > 0),
            evidence={"cells": cells, "columns": len(found)},
            sentence=f"{', '.join(shown[:_NAMED])}{more} may stand for missing." if shown else "",
        )

    def remedy(self, examined: Examined) -> Any | None:
        """Blank, fill and flag ahead of the preparation."""
        table = examined.table
        asked = {
            name: [one.value for one in values if not one.is_sure]
            for name, values in _found(table).items()
        }
        blank = BlankSentinels(also={name: values for name, values in asked.items() if values})
        return table.prepared(ahead([blank, filled(table.preparation, table.X)], table.preparation))

    def prove(self, examined: Examined) -> Proof | None:
        """Try the remedy, and leave out what filling alone does."""
        return tried_filled(examined, self.name(), self.remedy(examined))


def _found(table: OnTable) -> dict[str, list[Sentinel]]:
    """Return what may stand for missing, by column; a 0 only where it is sure."""
    found = {
        name: [
            one
            for one in sentinels_of(table.X[name], str(name))
            if one.is_sure or one.kind == "code"
        ]
        for name in table.X.columns
    }
    return {name: values for name, values in found.items() if values}
