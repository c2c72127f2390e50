"""A column with one value says nothing about the target.

What
----
Looks for feature columns that hold the same value in every row, or in all but a few.

Why a network minds
-------------------
A constant column adds weights that can learn nothing; scaling it divides by zero. A column that is
constant but for a handful of rows becomes, once scaled, a column of zeros with a few enormous
values, and those rows pull the weights.

When this rule is wrong
-----------------------
A rare flag may be the very thing that matters (a fraud mark in 0.1 % of rows), so a nearly constant
column is only reported. A column that is constant in this extract may vary in the next.

What the remedy changes
-----------------------
`DropConstant` removes the columns that were constant in the training rows. Nothing is lost that a
network could have used; the column is missing from the output all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dataaudit.defects import Defect, Share
from dataaudit.finding import Finding, Remedy, Severity
from dataaudit.lazy import on_first_use
from dataaudit.table import Table

if TYPE_CHECKING:
    from dataaudit.defects.constant.drop import DropConstant

__getattr__ = on_first_use(__name__, {"DropConstant": "dataaudit.defects.constant.drop"})


class Constant(Defect):
    """Columns with one value, or nearly so.

    Parameters
    ----------
    nearly
        Share of rows from which one value makes a column nearly constant; from caret's
        ``nearZeroVar``, which uses a ratio of 95 to 5, but stricter because rare flags matter.
    """

    code = "DA402"

    def __init__(self, *, nearly: Share = 0.999) -> None:
        self.nearly = nearly

    def applies(self, table: Table) -> str:
        """Need two rows to tell."""
        return "fewer than two rows" if table.rows < 2 else ""  # noqa: PLR2004 - two rows

    def detect(self, table: Table) -> Iterator[Finding]:
        """Yield one finding per column."""
        for name in table.features:
            profile = table.profile[name]
            if not profile.present:
                continue  # `missing` speaks of columns that are missing throughout
            value, count = profile.top[0]
            if profile.distinct == 1:
                yield self._constant(name, profile.missing, profile.missing_share)
            elif profile.distinct > 1 and count / profile.present >= self.nearly:
                shown = "one value" if name in table.sensitive else f"`{value}`"
                others = profile.present - count
                yield self.finding(
                    "nearly",
                    Severity.INFO,
                    f"{count / profile.present:.2%} of `{name}` is {shown}; "
                    f"{others:,} {'row differs' if others == 1 else 'rows differ'}.",
                    columns=[name],
                    rows=count,
                    share=count / profile.rows,
                    evidence={"distinct": profile.distinct},
                )

    def _constant(self, name: str, missing: int, missing_share: float) -> Finding:
        """Word the finding of a constant column, with or without missing cells."""
        blanks = f" or missing ({missing_share:.1%})" if missing else ""
        return self.finding(
            "constant",
            Severity.INFO if missing else Severity.WARNING,
            f"`{name}` has the same value in every row{blanks}.",
            columns=[name],
            share=1.0,
            evidence={"missing": missing},
            remedy=Remedy(action=f"Leave `{name}` out.", step="constant"),
        )

    def remedy(self) -> DropConstant:
        """Return `DropConstant`."""
        from dataaudit.defects.constant.drop import DropConstant

        return DropConstant()
