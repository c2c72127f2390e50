"""Rows that occur more than once, rows that contradict each other, columns that say the same.

What
----
Counts, over all rows, exact copies (every column equal, the target included), rows with the same
features but different labels, and, among the features, columns that map one to one (`education`
and `education_num`) or are linear copies of each other.

Why a network minds
-------------------
A copied row weighs twice. Copies on both sides of a split let a network be tested on what it has
seen; that is `contamination`. Rows that contradict each other put a ceiling on accuracy that no
training passes. A column that repeats another adds weights, not knowledge.

When this rule is wrong
-----------------------
Without a column that identifies rows, equal rows may be real repeats: two patients with the same
coarse measurements. Dropping them then changes how often things are said to happen, and in
published comparisons it helped seldom and hurt more often [1]_. So it is off unless asked for.

What the remedy changes
-----------------------
`DropDuplicateRows` keeps the first copy of each row, among training rows only; rows with the same
features and another label stay. Lossy. Columns that repeat another are left to a person.

References
----------
.. [1] P. Li et al., CleanML: a study for evaluating the impact of data cleaning on ML
   classification tasks, ICDE 2021: removing duplicates helped in 12, hurt in 25 of 112 cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from dataaudit.defects import Defect, Share
from dataaudit.defects.duplicates.columns import same_columns
from dataaudit.engine import one_row
from dataaudit.engine.sql import ident
from dataaudit.finding import Finding, Remedy, Severity
from dataaudit.lazy import on_first_use
from dataaudit.naming import listed
from dataaudit.source.columns import ROW
from dataaudit.table import Table
from dataaudit.twins import repeating

if TYPE_CHECKING:
    from dataaudit.defects.duplicates.drop import DropDuplicateRows

__getattr__ = on_first_use(__name__, {"DropDuplicateRows": "dataaudit.defects.duplicates.drop"})

_FEWEST_ROWS = 20  # below, columns agree by chance
_NAMED = 6


class Duplicates(Defect):
    """Repeated rows, contradictions, repeated columns.

    Parameters
    ----------
    warn
        Share of rows that are copies, or that no model can get right, from which it is a warning.
    """

    code = "DA401"

    def __init__(self, *, warn: Share = 0.01) -> None:
        self.warn = warn

    def applies(self, table: Table) -> str:
        """Need two rows to compare."""
        return "fewer than two rows" if table.rows < 2 else ""  # noqa: PLR2004 - two rows

    def detect(self, table: Table) -> Iterator[Finding]:
        """Yield findings about rows, then about columns."""
        twins = repeating(table, table.features or list(table.columns)) if table.columns else None
        if twins is not None:
            yield from self._copies(table, twins)
        if twins is not None and table.task.kind == "classification" and table.features:
            yield from self._conflicts(table, twins)
        if table.rows >= _FEWEST_ROWS:
            for group in same_columns(table):
                yield self._columns(group)

    def _copies(self, table: Table, rows: str) -> Iterator[Finding]:
        """Count the copies beyond the first of each row."""
        cells, names = _numbered(table.columns)
        groups = (
            f"SELECT count(*) AS copies, max(id) AS last FROM (SELECT {ident(ROW)} AS id, {cells} "
            f"FROM ({rows}) AS twins) AS cells GROUP BY {names} HAVING count(*) > 1"
        )
        copies, most, examples = one_row(
            table.engine,
            "SELECT sum(copies - 1)::BIGINT, max(copies), list(last ORDER BY last)[1:5] "
            f"FROM ({groups}) AS repeated",
        )
        if not copies:
            return
        share = copies / table.rows
        doubt = "" if table.task.id else " Without an id column they may be real repeats."
        yield self.finding(
            "rows",
            Severity.WARNING if share >= self.warn else Severity.INFO,
            f"{copies:,} of {table.rows:,} rows ({share:.1%}) are exact copies of an earlier row; "
            f"one row occurs {most:,} times.{doubt}",
            rows=copies,
            share=share,
            evidence={"copies": copies, "most": most},
            examples=examples,
            remedy=Remedy(
                action="Drop the copies from the training rows, if they are no real repeats.",
                step="duplicates",
                is_lossy=True,
            ),
        )

    def _conflicts(self, table: Table, rows: str) -> Iterator[Finding]:
        """Count the rows whose features occur with another label as well."""
        cells, names = _numbered(table.features)
        target = ident(str(table.task.target))
        counted = (
            f"SELECT {names}, y, count(*) AS n, min(id) AS first "
            f"FROM (SELECT {ident(ROW)} AS id, {target} AS y, {cells} FROM ({rows}) AS twins "
            f"WHERE {target} IS NOT NULL) AS cells GROUP BY {names}, y"
        )
        groups = (
            "SELECT sum(n) AS n, max(n) AS most, min(first) AS first "
            f"FROM ({counted}) AS labelled GROUP BY {names} HAVING count(*) > 1"
        )
        count, vectors, lost, examples = one_row(
            table.engine,
            "SELECT sum(n)::BIGINT, count(*), sum(n - most)::BIGINT, "
            "list(first ORDER BY first)[1:5] "
            f"FROM ({groups}) AS contradicting",
        )
        if not count:
            return
        share, lost_share = count / table.rows, lost / table.rows
        yield self.finding(
            "conflict",
            Severity.WARNING if lost_share >= self.warn else Severity.INFO,
            f"{count:,} of {table.rows:,} rows have the same features as a row with another label "
            f"({vectors:,} different feature rows). Any model of these columns is wrong in at "
            f"least {lost:,} rows.",
            rows=count,
            share=share,
            evidence={"vectors": vectors, "lost": lost, "ceiling": round(1 - lost_share, 6)},
            examples=examples,
            remedy=Remedy(action="Look at these rows: a label is wrong, or a column is lacking."),
        )

    def _columns(self, group: Sequence[str]) -> Finding:
        """Word the finding of columns that say the same."""
        return self.finding(
            "columns",
            Severity.INFO,
            f"{listed(group, _NAMED)} say the same: each value of one goes with one value of the "
            "other.",
            columns=group,
            evidence={"columns": len(group)},
            remedy=Remedy(
                action=f"Keep one and put the others under `task.ignore` (`{group[-1]}`)."
            ),
        )

    def remedy(self) -> DropDuplicateRows:
        """Return `DropDuplicateRows`."""
        from dataaudit.defects.duplicates.drop import DropDuplicateRows

        return DropDuplicateRows()


def _numbered(columns: Iterable[str]) -> tuple[str, str]:
    """Return the columns under plain names, and these names: a column may be called `n` itself."""
    cells = [f"{ident(name)} AS c{place}" for place, name in enumerate(columns)]
    return ", ".join(cells), ", ".join(f"c{place}" for place in range(len(cells)))
