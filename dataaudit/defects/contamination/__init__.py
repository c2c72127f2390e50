"""The sides of the split know of each other, or do not resemble each other.

What
----
Compares test rows with the rows that are learnt from, once the split is made: rows with exactly the
same features on both sides, groups, ids or moments on both sides, classes that only one side has,
and columns that are distributed differently.

Why a network minds
-------------------
A row that was learnt is no test: the score praises memory. A class that no training row has cannot
be learnt, and one that no test row has is not tested. Where a column shifts, the score speaks of
other rows than those that were learnt.

When this rule is wrong
-----------------------
With few, coarse columns equal rows are to be expected; the finding says how many training rows have
a twin among themselves, and is no error where the test rows have no more. In a split by time a
shift is what the split is for. Ids that start anew in each file are no shared things.

What the remedy changes
-----------------------
Nothing by itself. The split of this program holds twins together unless a group, a time or a test
table of its own decides; naming `task.group` keeps what belongs together on one side.

References
----------
The effect sizes from which a shift counts are proposals: a Kolmogorov-Smirnov distance of 0.1 is an
area under the curve of at most 0.6 between the sides. Chance is kept out by Bonferroni's method.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import pandas as pd
from pydantic import Field

from dataaudit.defects import Defect, Share
from dataaudit.defects.contamination.shift import shifted
from dataaudit.engine import mapping, one_row
from dataaudit.engine.sql import ident
from dataaudit.finding import Finding, Remedy, Severity
from dataaudit.naming import abridged
from dataaudit.source.columns import ROW
from dataaudit.table import Table
from dataaudit.twins import repeating

_BY_NATURE = 1.5  # times the twins among training rows: more test twins than that were carried over
_LARGE = 2  # times the effect from which a shift is a warning
_FEW = 0.01  # share of the rows below which twins, or a class on one side, are worth knowing only
_SEEN_ONCE = 100  # rows of a class in the sample, of which none is on a side of a tenth: 0.003 %
_NAMED = 6
_SIDE = "__side__"


class Contamination(Defect):
    """Rows, groups, classes or distributions that differ or are shared between the sides.

    Parameters
    ----------
    error
        Share of the test rows with a twin among the others from which the score cannot be trusted.
    shift
        Effect from which a column counts as shifted: the Kolmogorov-Smirnov distance of numbers and
        dates, half the sum of absolute differences between the shares of levels.
    """

    code = "DA502"

    def __init__(
        self, *, error: Share = 0.05, shift: Annotated[float, Field(gt=0, le=1)] = 0.1
    ) -> None:
        self.error, self.shift = error, shift

    def applies(self, table: Table) -> str:
        """Need a test side and another."""
        if table.sample_sides is None:
            return "the rows are not split"
        sides = set(table.sample_sides)
        return "" if len(sides) > 1 and "test" in sides else "there is no test side to compare"

    def detect(self, table: Table) -> Iterator[Finding]:
        """Yield what is shared first, then what differs."""
        unit = table.task.group or table.task.id
        if table.features and not (table.is_dealt_by_unit and unit is None):
            yield from self._twins(table)
        for name in (table.task.group, table.task.id):
            if name is not None and not (table.is_dealt_by_unit and name == unit):
                yield from self._shared(table, name)
        if table.task.time is not None:
            yield from self._overlap(table, table.task.time)
        if table.task.kind == "classification":
            yield from self._labels(table)
        yield from self._shifts(table)

    def _twins(self, table: Table) -> Iterator[Finding]:
        """Count the test rows whose features stand among the other rows, too."""
        rows = repeating(table, table.features)
        if rows is None:
            return
        names = [f"c{place}" for place in range(len(table.features))]
        cells = ", ".join(
            f"t.{ident(feature)} AS {name}"
            for feature, name in zip(table.features, names, strict=True)
        )
        groups = (
            "SELECT count(*) FILTER (side = 'test') AS test, "
            "count(*) FILTER (side <> 'test') AS seen, min(id) FILTER (side = 'test') AS first "
            f"FROM ({_joined(table, cells, rows)}) AS cells GROUP BY {', '.join(names)}"
        )
        twins, repeated, examples = one_row(
            table.engine,
            "SELECT coalesce(sum(test) FILTER (seen > 0), 0)::BIGINT, "
            "coalesce(sum(seen) FILTER (seen > 1), 0)::BIGINT, "
            "(list(first ORDER BY first) FILTER (seen > 0 AND test > 0))[1:5] "
            f"FROM ({groups}) AS twins",
        )
        if not twins:
            return
        counts = _counts(table)
        test = counts["test"]
        share, natural = twins / test, repeated / (sum(counts.values()) - test)
        severity = Severity.INFO if share < _FEW else Severity.WARNING
        if share >= self.error and share > _BY_NATURE * natural:
            severity = Severity.ERROR
        yield self.finding(
            "twins",
            severity,
            f"{twins:,} of {test:,} test rows ({share:.1%}) have the same features as a row that "
            f"is learnt from; among those rows themselves {natural:.1%} have a twin.",
            rows=twins,
            share=share,
            evidence={"test_rows": test, "natural": round(natural, 4)},
            examples=examples,
            remedy=Remedy(
                action="Take them out of the test table, or let this program split the rows."
            ),
        )

    def _shared(self, table: Table, name: str) -> Iterator[Finding]:
        """Count the test rows whose group or id stands among the other rows, too."""
        groups = (
            "SELECT count(*) FILTER (side = 'test') AS test, "
            "count(*) FILTER (side <> 'test') AS seen "
            f"FROM ({_joined(table, f't.{ident(name)} AS v')}) AS cells "
            "WHERE v IS NOT NULL GROUP BY v"
        )
        rows, values = one_row(
            table.engine,
            f"SELECT coalesce(sum(test), 0)::BIGINT, count(*) FROM ({groups}) AS g "
            "WHERE test > 0 AND seen > 0",
        )
        if not rows:
            return
        test = _counts(table)["test"]
        yield self.finding(
            "group",
            Severity.ERROR if name == table.task.group else Severity.WARNING,
            f"{values:,} values of `{name}` are on both sides: {rows:,} of {test:,} test rows "
            f"({rows / test:.1%}) belong to something that is learnt from.",
            columns=[name],
            rows=rows,
            share=rows / test,
            evidence={"values": values},
            remedy=Remedy(action=f"Split by `{name}`, or take these rows out of the test table."),
        )

    def _overlap(self, table: Table, name: str) -> Iterator[Finding]:
        """Count the rows that are learnt from although they are later than a test row."""
        cells = _joined(table, f"t.{ident(name)} AS v")
        first = f"SELECT min(v) FROM ({cells}) AS tested WHERE side = 'test'"
        late, seen = one_row(
            table.engine,
            f"SELECT count(*) FILTER (v > ({first})), count(*) FROM ({cells}) AS cells "
            "WHERE side <> 'test'",
        )
        if not late:
            return
        share = late / seen
        yield self.finding(
            "time",
            Severity.ERROR if share >= self.error else Severity.WARNING,
            f"{late:,} of {seen:,} rows that are learnt from ({share:.1%}) are later by `{name}` "
            "than the first test row: the future is learnt to tell the past.",
            columns=[name],
            rows=late,
            share=share,
            remedy=Remedy(action="Test on rows that are later than all others."),
        )

    def _labels(self, table: Table) -> Iterator[Finding]:
        """Name the classes that only one side has."""
        labels, of_row = table.sample[str(table.task.target)], table.sample_sides
        if of_row is None:
            return
        is_test = of_row == "test"
        is_seen = of_row.notna() & ~is_test
        sides = pd.DataFrame({"test": is_test, "seen": is_seen}).groupby(labels).sum()
        fewest = _SEEN_ONCE if table.is_sampled else 1  # rows that show where a class is
        sides = sides[sides.sum(axis=1) >= fewest]
        untaught = {str(label): int(n) for label, n in sides["test"][sides["seen"] == 0].items()}
        untested = {str(label): int(n) for label, n in sides["seen"][sides["test"] == 0].items()}
        if untaught:
            yield self._one_sided(table, untaught, "test", Severity.ERROR)
        if untested:
            is_rare = sum(untested.values()) < _FEW * len(table.sample)
            severity = Severity.INFO if is_rare else Severity.WARNING
            yield self._one_sided(table, untested, "training", severity)

    def _one_sided(
        self, table: Table, labels: dict[str, int], side: str, severity: Severity
    ) -> Finding:
        """Word the finding of classes that only one side has."""
        target, rows = str(table.task.target), sum(labels.values())
        shown = ", ".join(f"`{label}`" for label in list(labels)[:_NAMED])
        named = "" if target in table.sensitive else f": {shown}"
        looked_at = f" of {len(table.sample):,} looked at" if table.is_sampled else ""
        why = "No model can learn them" if side == "test" else "No score speaks of them"
        return self.finding(
            "labels",
            severity,
            f"{len(labels):,} classes of `{target}` occur in {side} rows alone{named} "
            f"({rows:,} rows{looked_at}). {why}.",
            columns=[target],
            rows=rows,
            share=rows / len(table.sample),
            evidence={"side": side, "classes": len(labels)},
            remedy=Remedy(action="If they are spellings of other classes, use `task.labels`."),
        )

    def _shifts(self, table: Table) -> Iterator[Finding]:
        """Compare the distribution of every column on the sample."""
        if table.sample_sides is None:
            return
        shifts = shifted(table, table.sample, self.shift)
        if not shifts:
            return
        once = table.sample.assign(**{_SIDE: table.sample_sides}).drop_duplicates(
            [*table.features, _SIDE]
        )
        is_by_twins = len(once) < len(table.sample) and not shifted(
            table, once.drop(columns=_SIDE), self.shift
        )
        yield self._shifted(table, shifts, is_by_twins=is_by_twins)

    def _shifted(self, table: Table, shifts: dict[str, float], *, is_by_twins: bool) -> Finding:
        """Word the finding of all columns that are shifted."""
        shown = abridged([f"`{name}` ({effect:.2f})" for name, effect in shifts.items()], _NAMED)
        why = " A split by time shows such a drift." if table.task.time else ""
        if is_by_twins:
            why = " Rows that repeat make the difference; each is held on one side."
        is_large = max(shifts.values()) >= _LARGE * self.shift and not is_by_twins
        return self.finding(
            "shift",
            Severity.WARNING if is_large else Severity.INFO,
            f"{_columns(len(shifts))} distributed otherwise in test rows than in the others "
            f"(distance from 0 to 1): {shown}.{why}",
            columns=list(shifts),
            evidence={"effects": shifts},
            remedy=Remedy(action="Ask how the test rows were chosen."),
        )


def _joined(table: Table, cells: str, rows: str | None = None) -> str:
    """Return the SELECT of ``id``, ``side`` and these cells of every row, or of some."""
    source = ident(table.typed) if rows is None else f"({rows})"
    return (
        f"SELECT t.{ident(ROW)} AS id, s.side AS side, {cells} FROM {source} AS t "
        f"JOIN {ident(str(table.sides))} AS s ON t.{ident(ROW)} = s.{ident(ROW)}"
    )


def _counts(table: Table) -> dict[str, int]:
    """Return the rows on each side."""
    sides = ident(str(table.sides))
    return mapping(table.engine, f"SELECT side, count(*) FROM {sides} GROUP BY side")


def _columns(count: int) -> str:
    """Return "1 column is" or "2 columns are"."""
    return "1 column is" if count == 1 else f"{count:,} columns are"
