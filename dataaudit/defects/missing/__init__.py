"""Missing cells: how many, where, together with what, and whether they speak of the target.

What
----
Counts missing cells by column over the whole table, after null tokens were read. On the sample it
counts rows that are largely missing, looks for columns that go missing in the same rows, and asks
whether the mere fact that a cell is missing predicts the target.

Why a network minds
-------------------
A network cannot take a missing number: one turns every weight into NaN. So each must be filled, and
what is filled in is a guess. That a cell is missing is often worth more than the guess: a flag
beside the filled column keeps it, and helps even where cells go missing at random [1]_.

When this rule is wrong
-----------------------
A cell may be missing because there is nothing to say (no second address, no previous loan); that is
no fault of the data. Missingness that predicts the target may be real knowledge (a test that was
not ordered for a healthy patient) or a leak (a field filled in once the outcome is known): only
somebody who knows how the table came about can tell.

What the remedy changes
-----------------------
Numbers get the median of the training rows, text its own level `missing`, dates the median date;
a column that had gaps in the training rows gets a flag, `missingindicator_<column>`. Rows and
columns stay, also a column without a single value. Lossy in that filled cells look like real ones,
which is what the flag is for. `knn` and `iterative` are slower and seldom better [2]_.

References
----------
.. [1] M. Le Morvan, G. Varoquaux, Imputation for prediction: beware of diminishing returns, 2024.
.. [2] A. Perez-Lebel et al., Benchmarking missing-values approaches, GigaScience 11, 2022.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from dataaudit import chance
from dataaudit.defects import Defect, Share
from dataaudit.defects.missing.methods import Numeric
from dataaudit.defects.missing.telling import FEWEST, teller
from dataaudit.finding import Finding, Remedy, Severity
from dataaudit.table import Table

if TYPE_CHECKING:
    from sklearn.compose import ColumnTransformer

_LINKED = 0.9  # correlation of two masks from which the columns count as missing together
_SIGNIFICANT = 0.01  # of the whole family of columns, by Holm's method
_NAMED = 5  # columns spelt out in a message that speaks of many


class Missing(Defect):
    """Missing cells, by column, by row, together, and against the target.

    Parameters
    ----------
    warn
        Share of a column from which missing cells are a warning.
    error
        Share of a column from which they are an error; None: never.
    mostly
        Share of a column above which there is too little left to learn from.
    row
        Share of a row's features above which the row counts as largely missing.
    predicts
        How well missingness alone must tell the target to be named: area under the curve, 0.5 is
        chance.
    numeric
        What numbers are filled with.
    categorical
        What text is filled with: the level ``missing``, or the most frequent level.
    indicator
        Whether a filled column gets a flag beside it.
    """

    code = "DA101"

    def __init__(
        self,
        *,
        warn: Share = 0.05,
        error: Share | None = None,
        mostly: Share = 0.6,
        row: Share = 0.5,
        predicts: Share = 0.55,
        numeric: Numeric = "median",
        categorical: Literal["missing", "most_frequent"] = "missing",
        indicator: bool = True,
    ) -> None:
        self.warn, self.error, self.mostly, self.row = warn, error, mostly, row
        self.predicts = predicts
        self.numeric, self.categorical, self.indicator = numeric, categorical, indicator

    def applies(self, table: Table) -> str:
        """Need a row and a feature."""
        return "no rows" if not table.rows else "" if table.features else "no features"

    def detect(self, table: Table) -> Iterator[Finding]:
        """Yield findings on columns, rows, columns together and the target."""
        gaps = [name for name in table.features if table.profile[name].missing]
        if not gaps:
            return
        yield from self._columns(table, gaps)
        yield from self._rows(table)
        masks = table.sample[gaps].isna()
        usable = masks.sum().clip(upper=(~masks).sum()) >= FEWEST
        masks = masks.loc[:, usable]
        yield from self._together(masks)
        yield from self._target(table, masks)

    def remedy(self) -> ColumnTransformer:
        """Return a `ColumnTransformer` of imputers by type of column."""
        from dataaudit.defects.missing.impute import imputer

        return imputer(numeric=self.numeric, categorical=self.categorical, indicator=self.indicator)

    def _columns(self, table: Table, gaps: list[str]) -> Iterator[Finding]:
        """Name each column with many missing cells, and the others in one sentence."""
        few = [name for name in gaps if table.profile[name].missing_share < self.warn]
        for name in gaps:
            if name not in few:
                yield self._column(table, name)
        if few:
            yield self._few(table, few)

    def _few(self, table: Table, few: list[str]) -> Finding:
        """Word the columns with few missing cells in one sentence."""
        worst = max((table.profile[name] for name in few), key=lambda profile: profile.missing)
        share = f"{worst.missing_share:.2%} of `{worst.name}`"
        return self.finding(
            "few",
            Severity.INFO,
            f"{share} is missing ({worst.missing:,} cells)."
            if len(few) == 1
            else f"{_listed(few)} have a few missing cells, at most {share}.",
            columns=few,
            rows=worst.missing,
            share=worst.missing_share,
            evidence={name: table.profile[name].missing for name in few},
            remedy=self._fill(),
        )

    def _column(self, table: Table, name: str) -> Finding:
        """Word one column's missing cells; above `mostly` say what that means."""
        profile = table.profile[name]
        share, mostly = profile.missing_share, profile.missing_share > self.mostly
        is_error = self.error is not None and share >= self.error
        left = f": {profile.present:,} of {profile.rows:,} rows have a value" if mostly else ""
        action = f"Keep the flag of `{name}`; consider leaving the values out (`task.ignore`)."
        return self.finding(
            "mostly" if mostly else "cells",
            Severity.ERROR if is_error else Severity.WARNING,
            f"{share:.1%} of `{name}` is missing ({profile.missing:,} cells){left}.",
            columns=[name],
            rows=profile.missing,
            share=share,
            evidence={"missing": profile.missing, "present": profile.present},
            remedy=self._fill(action if mostly else ""),
        )

    def _fill(self, action: str = "") -> Remedy:
        text = action or "Fill the gaps from training rows and keep a flag of where they were."
        return Remedy(action=text, step="missing", is_lossy=True)

    def _rows(self, table: Table) -> Iterator[Finding]:
        """Count rows of which more than `row` is missing."""
        width = len(table.features)
        if width <= 2:  # noqa: PLR2004 - of two columns one is already half
            return
        gaps = np.zeros(len(table.sample))
        for name in table.features:
            gaps += table.sample[name].isna().to_numpy()
        largely = table.sample.index[gaps > self.row * width]
        count, share = len(largely), len(largely) / len(table.sample)
        if not count:
            return
        of_what = f"of {len(table.sample):,} rows looked at" if table.is_sampled else "of the rows"
        yield self.finding(
            "rows",
            Severity.WARNING if share >= self.warn else Severity.INFO,
            f"{count:,} {'row misses' if count == 1 else 'rows miss'} more than {self.row:.0%} of "
            f"{width} features ({share:.1%} {of_what}).",
            rows=count,
            share=share,
            examples=largely.tolist(),
            remedy=self._fill(),
        )

    def _together(self, masks: pd.DataFrame) -> Iterator[Finding]:
        """Name groups of columns that are missing in the same rows."""
        for group in _linked(masks):
            both, either = masks[group].all(axis=1), masks[group].any(axis=1)
            yield self.finding(
                "together",
                Severity.INFO,
                f"{_listed(group)} are missing in the same rows: all of them in {both.sum():,} of "
                f"the {either.sum():,} rows where any is.",
                columns=group,
                rows=int(both.sum()),
                share=float(both.mean()),
                evidence={"all": int(both.sum()), "any": int(either.sum())},
                examples=both.index[both].tolist(),
            )

    def _target(self, table: Table, masks: pd.DataFrame) -> Iterator[Finding]:
        """Name columns whose missingness tells something of the target."""
        if table.task.target is None or masks.empty:
            return
        target = table.sample[table.task.target]
        masks, target = masks[target.notna()], target.dropna()
        tell = teller(target, is_class=table.task.kind == "classification")
        told = {str(name): tell(masks[name].to_numpy()) for name in masks}
        if max(one.area for one in told.values()) < self.predicts:
            return
        chances = {name: one.chance() for name, one in told.items()}
        for name in _significant(chances):
            if told[name].area >= self.predicts:
                yield self._informative(name, table, told[name].area, chances[name])

    def _informative(self, name: str, table: Table, area: float, p: float) -> Finding:
        """Word the finding that missingness tells something of the target."""
        where = f" (sample of {len(table.sample):,} rows)" if table.is_sampled else ""
        strong = area >= _STRONG
        doubt = " Check that it is not filled in only once the outcome is known." if strong else ""
        return self.finding(
            "predicts",
            Severity.WARNING if strong else Severity.INFO,
            f"Whether `{name}` is missing says something of `{table.task.target}`: area under the "
            f"curve {area:.2f}, 0.50 is chance{where}.{doubt}",
            columns=[name],
            rows=table.profile[name].missing,
            share=table.profile[name].missing_share,
            evidence={"auc": round(area, 4), "p": float(p)},
            remedy=Remedy(
                action="Keep the flag beside the filled column.",
                step="missing",
                params={"indicator": True},
            ),
        )


_STRONG = 0.7  # area from which missingness alone is suspiciously telling; a proposal


def _listed(names: list[str]) -> str:
    """Return the names for a sentence, the first few spelt out."""
    quoted = [f"`{name}`" for name in names[:_NAMED]]
    if len(names) > _NAMED:
        return f"{', '.join(quoted)} and {len(names) - _NAMED:,} more"
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _linked(masks: pd.DataFrame) -> list[list[str]]:
    """Return groups of columns whose masks correlate, each linked to the first of its group."""
    if masks.shape[1] < 2:  # noqa: PLR2004 - a pair
        return []
    close = np.corrcoef(masks.to_numpy(dtype=np.float32), rowvar=False) >= _LINKED
    groups, taken = [], np.zeros(masks.shape[1], dtype=bool)
    for first in range(masks.shape[1]):
        members = np.flatnonzero(close[first] & ~taken)
        if not taken[first] and members.size > 1:
            groups.append([str(name) for name in masks.columns[members]])
            taken[members] = True
    return groups


def _significant(chances: dict[str, float]) -> list[str]:
    """Return the names that pass Holm's step-down test at `_SIGNIFICANT`, the surest first."""
    adjusted = dict(zip(chances, chance.holm([*chances.values()]), strict=True))
    passed = [name for name in chances if adjusted[name] <= _SIGNIFICANT]
    return sorted(passed, key=lambda name: chances[name])
