"""A column that gives the target away: it was filled in when the answer was known.

What
----
Looks, on two halves of the rows, for a feature that is a copy of the target (one value for each
class, R2 above 0.9999, or the number told in 80 % of the rows), for a value - or everything but the
usual zero or gap - whose rows are of one class almost without exception, and for one number so
strong that it asks for a question. What one half shows, the other must confirm.

Why a network minds
-------------------
It learns the one column and nothing else. Tests look brilliant, because the column is filled in the
test rows too; when the model is used, the column is still empty, and nothing works.

When this rule is wrong
-----------------------
Some tables are easy: the smell of a mushroom does tell whether it is poisonous. A smooth
measurement is therefore never more than a question, and where many columns give the target away
the finding says so instead of condemning each. Only somebody who knows *when* a cell is filled in
can tell a leak from a strong feature. Columns that leak only together (a sum and its parts) are
not seen.

What the remedy changes
-----------------------
Nothing by itself. Under `task.ignore` the column stays in the source and is no feature. If it was
no leak, a strong feature is lost: the accuracy without it says how much.

References
----------
.. [1] S. Kapoor, A. Narayanan, Leakage and the reproducibility crisis in machine-learning-based
   science, Patterns 4, 2023.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import Field

from dataaudit.defects import Defect, Share
from dataaudit.defects.leakage.explained import r_squared, same_number, told
from dataaudit.defects.leakage.rules import Leak, Limits, leaks
from dataaudit.defects.leakage.tally import auc, tally
from dataaudit.finding import Finding, Remedy, Severity
from dataaudit.naming import listed
from dataaudit.table import Table

_FEWEST_ROWS = 50  # half of them must still hold a value's rows
_LOOKED_AT_ROWS = 20_000  # a share of 5 % is 500 rows in each half
_LOOKED_AT_CELLS = 2_000_000  # wide tables get fewer rows, so that the check stays at seconds
_FEWEST_LOOKED_AT = 2_000
_COPY_OF_A_NUMBER = 0.9999  # R2; rounding to two decimals leaves more than this
_NEARLY_A_COPY = 0.8  # of the rows told; honest columns reach .64 (a taxi's tip, from its total)
_MANY = 3  # leaks are the exception among the columns; more, and a tenth of them, is an easy table
_MANY_SHARE = 0.1
_EASY = 0.95  # area under the curve of an honest column from which the classes lie apart anyway
_STANDS_OUT = 0.9  # the next best column below this: the strong one is alone
_NAMED = 6
_SEED = 0

_ASK = "Was it known before the target was?"
_IGNORED = " It is no feature (`task.ignore`)."


class Leakage(Defect):
    """One column, value or gap that gives the target away.

    Parameters
    ----------
    strong
        Area under the curve, or R2, of one column from which it asks a question.
    share
        Least share of the rows that a telling value must hold.
    purity
        Least share of one class among these rows.
    lift
        Least gain over the share of that class in all rows.
    """

    code = "DA501"

    def __init__(
        self,
        *,
        strong: Annotated[float, Field(gt=0.5, le=1)] = 0.98,
        share: Share = 0.05,
        purity: Share = 0.995,
        lift: Share = 0.2,
    ) -> None:
        self.strong, self.share, self.purity, self.lift = strong, share, purity, lift

    def applies(self, table: Table) -> str:
        """Need a target, features, and enough rows for two halves."""
        if table.task.target is None or table.task.kind is None:
            return "no target"
        if not _names(table):
            return "no features"
        labelled = table.sample[table.task.target].notna().sum()
        return f"fewer than {_FEWEST_ROWS} rows with a target" if labelled < _FEWEST_ROWS else ""

    def detect(self, table: Table) -> Iterator[Finding]:
        """Yield one finding per column, or one for all where many would be named."""
        rows = _rows(table)
        half = np.random.default_rng(_SEED).permutation(len(rows)) % 2
        if table.task.kind == "regression":
            yield from self._numbers(table, rows, half)
        else:
            yield from self._classes(table, rows, half)

    def _classes(self, table: Table, rows: pd.DataFrame, half: np.ndarray) -> Iterator[Finding]:
        """Look for copies, telling values and strong columns of a class."""
        codes, labels = pd.factorize(rows[table.task.target], sort=True)
        if len(labels) < 2:  # noqa: PLR2004 - one class has nothing to give away
            return
        tallies = {name: tally(rows[name], codes, half) for name in _names(table)}
        limits = Limits(share=self.share, purity=self.purity, lift=self.lift)
        scores = {name: auc(counted.counts) for name, counted in tallies.items()}
        found = [replace(leak, auc=scores[leak.column]) for leak in leaks(tallies, limits)]
        crowd, found = _sift(found, scores, table.features)
        if crowd:
            yield self._many(crowd)
        for leak in found:
            rows_with = rows.index[leak.selects(tallies)]
            yield self._leak(table, leak, rows_with, str(labels[leak.label]))
        named = {*crowd, *(leak.column for leak in found)}
        rest = {name: score for name, score in scores.items() if name not in named}
        yield from self._strong(table, rest, "AUC")

    def _numbers(self, table: Table, rows: pd.DataFrame, half: np.ndarray) -> Iterator[Finding]:
        """Look for copies and strong columns of a number, by value and by rank."""
        target = rows[table.task.target].astype(float)
        ranks = target.rank().to_numpy()
        scores, shares = {}, {}
        for name in _names(table):
            sides = (target.to_numpy(), ranks)
            scores[name] = max(
                min(r_squared(rows[name], y, half) for y in sides),
                same_number(rows[name], target),
            )
            shares[name] = min(told(rows[name], y, half) for y in sides)
        for name, share in shares.items():
            is_sure = scores[name] >= _COPY_OF_A_NUMBER
            if is_sure or share >= _NEARLY_A_COPY:
                yield self._copy(table, name, scores.pop(name), None if is_sure else share)
        yield from self._strong(table, scores, "R2")

    def _copy(self, table: Table, name: str, score: float, share: float | None) -> Finding:
        """Word the finding of a number that is the target again, in some rows or in all."""
        evidence: dict[str, object] = {"r2": round(score, 6)}
        if share is None:
            message = f"`{name}` is a copy of the target (R2 {score:.4f})."
            return self._judged(table, "copy", Severity.ERROR, message, name, evidence=evidence)
        message = (
            f"`{name}` is almost a copy of the target: it tells the number to a twentieth of a "
            f"standard deviation in {share:.0%} of the rows, chance left out. {_ASK}"
        )
        evidence["told"] = round(share, 4)
        return self._judged(table, "copy", Severity.WARNING, message, name, evidence=evidence)

    def _strong(self, table: Table, scores: dict[str, float], what: str) -> Iterator[Finding]:
        """Ask about a column that is nearly enough by itself."""
        features = {name: score for name, score in scores.items() if name in table.features}
        best = sorted(features, key=lambda name: (-features[name], name))
        strong = [name for name in best if features[name] > self.strong]
        others = [name for name in best if name not in strong]
        is_alone = len(strong) == 1 and (not others or features[others[0]] < _STANDS_OUT)
        for name in strong:
            yield self.finding(
                "strong",
                Severity.WARNING if is_alone else Severity.INFO,
                f"`{name}` alone nearly tells the target ({what} {features[name]:.3f} out of fold)"
                + (f". {_ASK}" if is_alone else ", and other columns come close: an easy task?"),
                columns=[name],
                evidence={what.lower(): round(features[name], 4)},
                remedy=_ignore(name) if is_alone else None,
            )

    def _leak(self, table: Table, leak: Leak, rows: pd.Index, label: str) -> Finding:
        """Word the finding of a copy or a telling value."""
        label = "one class" if table.task.target in table.sensitive else f"`{label}`"
        where = leak.where(is_secret=leak.column in table.sensitive)
        hits, held = sum(leak.hits), sum(leak.rows)
        if leak.kind == "copy":
            message = (
                f"`{leak.column}` is {'' if leak.is_sure else 'almost '}a copy of the target: each "
                f"class has a value of its own (balanced accuracy {leak.accuracy:.1%} out of fold)."
            )
        else:
            message = (
                f"`{leak.column}` gives the target away: of {held:,} rows where it is {where}, "
                f"{hits:,} ({hits / held:.1%}) are {label}, against {leak.base:.1%} of all rows."
            )
        if not leak.is_sure:
            message += f" {_ASK}"
        return self._judged(
            table,
            leak.kind,
            Severity.ERROR if leak.is_sure else Severity.WARNING,
            message,
            leak.column,
            rows=held,
            share=held / leak.of,
            evidence=leak.evidence(where.replace("`", ""), label.strip("`")),
            examples=rows[:5].tolist(),
        )

    def _judged(
        self,
        table: Table,
        kind: str,
        severity: Severity,
        message: str,
        name: str,
        *,
        rows: int | None = None,
        share: float | None = None,
        evidence: dict[str, object],
        examples: Sequence[int] = (),
    ) -> Finding:
        """Build a finding that is only information once the column is no feature."""
        is_feature = name in table.features
        sample = _looked_at(table)
        sampled = f" Seen in {sample:,} of {table.rows:,} rows." if sample < table.rows else ""
        return self.finding(
            kind,
            severity if is_feature else Severity.INFO,
            message + sampled + ("" if is_feature else _IGNORED),
            columns=[name],
            rows=rows,
            share=share,
            evidence=evidence,
            examples=examples,
            remedy=_ignore(name) if is_feature else None,
        )

    def _many(self, columns: Sequence[str]) -> Finding:
        """Word the finding of more leaks than a table is likely to have."""
        return self.finding(
            "many",
            Severity.WARNING,
            f"{len(columns):,} columns have values whose rows are all of one class: "
            f"{listed(columns, _NAMED)}. Either the classes are easy to tell apart, or these "
            "columns were filled in afterwards. Were they known before the target was?",
            columns=columns,
            evidence={"columns": len(columns)},
            remedy=Remedy(action="Put those that were not under `task.ignore`."),
        )


def _sift(
    found: Sequence[Leak], scores: Mapping[str, float], features: Sequence[str]
) -> tuple[list[str], list[Leak]]:
    """Part the columns that are too many to condemn from those that stand alone.

    On an easy table a telling value is no proof: it becomes a question. A gap that is filled for
    one class alone, and a copy, stay what they are.
    """
    telling = [leak.column for leak in found if leak.kind == "value" and leak.column in features]
    named = {leak.column for leak in found}
    others = [score for name, score in scores.items() if name in features and name not in named]
    is_easy = max(others, default=0.0) > _EASY
    crowd = len(telling) > (1 if is_easy else max(_MANY, _MANY_SHARE * len(features)))
    if crowd:
        named_once = [leak for leak in found if leak.column not in telling or leak.is_gap]
        kept = {leak.column for leak in named_once}
        return [name for name in telling if name not in kept], named_once
    return [], [
        replace(leak, is_sure=leak.is_sure and (not is_easy or leak.kind == "copy" or leak.is_gap))
        for leak in found
    ]


def _names(table: Table) -> list[str]:
    """Return the columns to look at: the features, and those that somebody took out."""
    return [name for name in table.columns if name in {*table.features, *table.task.ignore}]


def _looked_at(table: Table) -> int:
    """Return how many rows are looked at."""
    affordable = _LOOKED_AT_CELLS // max(len(_names(table)), 1)
    return min(len(table.sample), _LOOKED_AT_ROWS, max(affordable, _FEWEST_LOOKED_AT))


def _rows(table: Table) -> pd.DataFrame:
    """Return evenly spaced rows of the sample that have a target."""
    wanted = _looked_at(table)
    places = np.arange(wanted) * len(table.sample) // max(wanted, 1)
    rows = table.sample.iloc[places]
    return rows[rows[table.task.target].notna()]


def _ignore(name: str) -> Remedy:
    """Return the remedy that only a person can take."""
    return Remedy(action=f"If `{name}` is filled in afterwards, put it under `task.ignore`.")
