"""Cells far from all others of their column, and rows that stand apart as a whole.

What
----
Looks for number cells beyond ``reach`` robust standard deviations, after allowing for the column's
own skew and tail weight, so that incomes, durations and counts raise no alarm for being skewed;
for infinite cells; for an extreme value that repeats (99999, the mark of a cap or of a missing
value); and for whole rows that an isolation forest splits off at once.

Why a network minds
-------------------
One cell a hundred spreads away gives a gradient a hundred times that of its neighbours, and a
standard scaling by mean and deviation squeezes all others together. One infinite cell makes the
loss, and from then on every weight, not a number.

When this rule is wrong
-----------------------
The extreme may be the point: frauds, storms, failures. Where the rare class is the one that matters
the outlying rows are mostly that class, and deleting them deletes what is looked for; this is said
where it is seen. The classic fences of 1.5 IQR are wrong more often than right: cleaning by them
lost accuracy in 27 of 84 honest comparisons on CleanML's tables and won in 12. A column of two
humps far apart may have its smaller hump reported.

What the remedy changes
-----------------------
``clip`` moves outlying cells to the bound learnt from the training rows (the order of the others
and every row stay), ``blank`` makes them missing, ``drop`` leaves out training rows that hold one
(`DropOutliers`; a row to be predicted is never left out). All three lose the extreme values.
`SmoothRobustScaler` bends them smoothly without any of this, which is mostly enough. Columns with
fewer than 10 distinct values are never touched; whole rows are reported, never deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from dataaudit.defects import Defect
from dataaudit.defects.outliers.bounds import Bounds, bounds_of
from dataaudit.defects.outliers.repeats import Repeat, repeat
from dataaudit.defects.outliers.rows import apart, isolation
from dataaudit.finding import Finding, Remedy, Severity
from dataaudit.lazy import on_first_use
from dataaudit.profile import ColumnProfile
from dataaudit.table import Table

if TYPE_CHECKING:
    from dataaudit.defects.outliers.drop import DropOutliers
    from dataaudit.defects.outliers.remedies import ClipOutliers

__getattr__ = on_first_use(
    __name__,
    {
        "ClipOutliers": "dataaudit.defects.outliers.remedies",
        "DropOutliers": "dataaudit.defects.outliers.drop",
    },
)

_MANY = 0.005  # a share of outlying cells that no slightly heavier tail explains
_FAR = 2.0  # a cell twice as far out as its bound is no tail either
_MINORITY = 0.2  # share of the rarest class among rows apart from which deleting them is harm
_FEWEST_APART = 10  # rows apart whose classes are worth counting
_RARE = 0.25  # the rarest class has at most half its fair share of two


class Outliers(Defect):
    """Outlying cells and rows.

    Parameters
    ----------
    reach
        Robust standard deviations from which a cell is outlying, on a scale that allows for skew
        and heavy tails; 5 keeps quiet on a million normal cells.
    action
        What is done with outlying cells: ``clip`` to the bound, ``blank`` to missing, or ``drop``
        the training row.
    rows
        Whether whole rows are looked at as well; they are only ever reported.
    """

    code = "DA201"

    def __init__(
        self,
        *,
        reach: Annotated[float, Field(gt=0)] = 5.0,
        action: Literal["clip", "blank", "drop"] = "clip",
        rows: bool = True,
    ) -> None:
        self.reach, self.action, self.rows = reach, action, rows

    def applies(self, table: Table) -> str:
        """Need a number feature."""
        return "" if table.number_features else "no number column among the features"

    def detect(self, table: Table) -> Iterator[Finding]:
        """Yield findings column by column, then one for whole rows."""
        cells = {name: table.profile.ordered[name] for name in self._names(table)}
        yield from self._infinite(table)
        found = {name: bounds_of(values, self.reach) for name, values in cells.items()}
        known = {name: limits for name, limits in found.items() if limits is not None}
        for name, limits in known.items():
            low, high = _ends(table.profile[name])
            count = int(((cells[name] < limits.low) | (cells[name] > limits.high)).sum())
            if count or low < limits.low or high > limits.high:
                yield self._cells(table, name, limits, count)
        for name, values in cells.items():
            ends = repeat(values)
            if ends is not None:
                yield self._repeat(table, name, ends)
        if self.rows:
            yield from self._apart(table)

    @staticmethod
    def _names(table: Table) -> list[str]:
        """Return the number features that are no flags."""
        return [name for name in table.number_features if table.columns[name].dtype != "bool"]

    def _infinite(self, table: Table) -> Iterator[Finding]:
        """Name the columns with infinite cells."""
        for name in table.number_features:
            count = table.profile[name].infinite
            if count:
                yield self.finding(
                    "infinite",
                    Severity.ERROR,
                    f"{count:,} {'cell' if count == 1 else 'cells'} of `{name}` "
                    f"{'is' if count == 1 else 'are'} infinite; the loss will be no number.",
                    columns=[name],
                    rows=count,
                    share=count / table.rows,
                    examples=list(table.sample.index[np.isinf(table.sample[name])]),
                    remedy=_remedy("Make them missing, then impute.", "blank"),
                )

    def _cells(self, table: Table, name: str, limits: Bounds, count: int) -> Finding:
        """Word how much of a column lies outside, and how far."""
        is_shown, looked_at = name not in table.sensitive, int(table.sample[name].notna().sum())
        low, high = _ends(table.profile[name])
        excess = _excess(low, high, limits)
        share = count / looked_at
        is_bad = share >= _MANY or excess >= _FAR
        span, farthest = "its usual range", ""
        if is_shown:
            span = f"{_number(limits.low)} to {_number(limits.high)}"
            end = max(low, high, key=lambda value: abs(value - limits.middle))
            farthest = f"; the farthest is {_number(end)}"
        sample = f" of {looked_at:,} looked at" if table.is_sampled else ""
        return self.finding(
            "cells",
            Severity.WARNING if is_bad else Severity.INFO,
            f"{_share(share)} of `{name}` ({count:,} {'cell' if count == 1 else 'cells'}{sample}) "
            f"lies outside {span}{farthest}.",
            columns=[name],
            rows=count,
            share=share,
            evidence={"excess": excess, **(limits._asdict() if is_shown else {})},
            examples=_farthest(table.sample[name], limits),
            remedy=_remedy(f"{self.action.capitalize()} what lies outside.", self.action),
        )

    def _repeat(self, table: Table, name: str, found: Repeat) -> Finding:
        """Word an extreme value that repeats."""
        is_shown = name not in table.sensitive
        value, end = (_number(found.value), found.end) if is_shown else ("one value", found.end)
        count = int((table.sample[name] == found.value).sum())
        sample = f" of {len(table.sample):,} looked at" if table.is_sampled else ""
        return self.finding(
            "repeat",
            Severity.WARNING if found.is_far else Severity.INFO,
            f"{count:,} cells{sample} of `{name}` are {value}, the {end} value"
            f"{', far from the next' if found.is_far else ''}; it looks like a cap, or a mark for "
            "something else.",
            columns=[name],
            rows=count,
            share=count / len(table.sample),
            evidence={"value": found.value, "next": found.next} if is_shown else {},
            examples=list(table.sample.index[table.sample[name] == found.value]),
            remedy=Remedy(
                action="Find out what the value stands for; if for a missing one, declare it under "
                f"`contract.columns` (`{name}`: null).",
            ),
        )

    def _apart(self, table: Table) -> Iterator[Finding]:
        """Report the rows that stand apart, and whether they are the rare class."""
        names = self._names(table)
        scores = isolation(table.sample[names], table.seed)
        rows = apart(scores)
        if rows.empty:
            return
        looked_at = " looked at" if len(scores) < table.rows else ""
        rare = _rare_share(table, rows.index, scores.index)
        yield self.finding(
            "rows",
            Severity.WARNING if rare else Severity.INFO,
            f"{len(rows):,} of {len(scores):,} rows{looked_at} ({_share(len(rows) / len(scores))}) "
            f"stand apart over the {len(names)} number columns together (isolation forest above "
            f"0.6).{rare}",
            rows=len(rows),
            share=len(rows) / len(scores),
            evidence={"columns": len(names), "largest_score": float(rows.iloc[0])},
            examples=list(rows.index),
            remedy=Remedy(action="Look at these rows; delete none for being rare."),
        )

    def remedy(self) -> ClipOutliers | DropOutliers:
        """Return `ClipOutliers`, or `DropOutliers` for ``drop``."""
        if self.action == "drop":
            from dataaudit.defects.outliers.drop import DropOutliers

            return DropOutliers(reach=self.reach)
        from dataaudit.defects.outliers.remedies import ClipOutliers

        return ClipOutliers(action=self.action, reach=self.reach)


def _remedy(action: str, how: str) -> Remedy:
    return Remedy(action=action, step="outliers", is_lossy=True, params={"action": how})


def _ends(profile: ColumnProfile) -> tuple[float, float]:
    """Return the smallest and the largest cell of all rows."""
    return float(profile.minimum or 0), float(profile.maximum or 0)


def _excess(low: float, high: float, limits: Bounds) -> float:
    """Return how many times as far from the median as its bound the farthest cell lies."""
    above, below = (
        limits.high - limits.middle,
        limits.middle - limits.low,
    )  # 0 where one value fills the middle
    return max(
        (high - limits.middle) / (above or 1.0) if high > limits.high else 0.0,
        (limits.middle - low) / (below or 1.0) if low < limits.low else 0.0,
    )


def _farthest(values: pd.Series, limits: Bounds) -> list[Any]:
    """Return the rows of the outlying cells, the farthest first."""
    finite = values[np.isfinite(values)]
    outside = finite[(finite < limits.low) | (finite > limits.high)] - limits.middle
    return list(outside.abs().sort_values(ascending=False, kind="stable").index)


def _rare_share(table: Table, rows: pd.Index, looked_at: pd.Index) -> str:
    """Word that the rows apart are mostly the rarest class; "" where they are not."""
    if len(table.task.classes) < 2:  # noqa: PLR2004 - needs two classes
        return ""
    rarest = table.task.classes[-1]
    is_rare = table.sample[table.task.target].astype("str") == rarest
    share, usual = is_rare[rows].mean(), is_rare[looked_at].mean()
    is_few = len(rows) < _FEWEST_APART or usual > _RARE
    if is_few or share <= _MINORITY or share < 2 * usual:
        return ""
    label = "the rarest class" if table.task.target in table.sensitive else f"`{rarest}`"
    return (
        f" {share:.0%} of them are {label}, which is {usual:.1%} of all rows: "
        "deleting them would delete what is looked for."
    )


_SMALL = 0.001  # below, a share has too few digits to be read
_WHOLE = 10_000  # from here on, decimals say nothing


def _share(share: float) -> str:
    return f"{share:.1%}" if share >= _SMALL else "less than 0.1%"


def _number(value: float) -> str:
    """Write a bound as a person would: 7.8, 48,216."""
    return f"{value:,.0f}" if _WHOLE <= abs(value) < 1e15 else f"{value:.4g}"  # noqa: PLR2004 - whole doubles end there
