"""Levels that are spelt in several ways, typing errors, rare levels, and too many levels.

What
----
Counts the levels of every text column (over all rows; in a sample where there are more than 1,000
levels) and looks for cells and headers with blanks at
either end, spellings that differ in case or blanks alone, levels one typing error away from a much
more frequent one, levels that are rare, and columns with very many levels. For the target it says
which spellings were merged and which labels still look like one.

Why a network minds
-------------------
Each spelling becomes an input of its own: `Ash`, `ash` and ` Ash` share nothing that was learnt.
A level of three rows is learnt by heart or not at all. Two spellings of a label are two classes,
and the network is punished for not telling them apart.

When this rule is wrong
-----------------------
Case may carry meaning (`m` and `M`), and a rare name may be right although it is one letter away
from a frequent one: Iran and Iraq. So typing errors are only suggested (`merge: true` mends them).
A rare level may be the one that matters.

What the remedy changes
-----------------------
`NormalizeLevels` trims cells and gives each level the spelling that is most frequent in the
training rows; a level not seen there is trimmed and kept. Nothing is lost unless case carried
meaning. Rare and numerous levels are pooled by `encode`, not here.

References
----------
P. Li et al., CleanML, ICDE 2021: mending inconsistent levels seldom helps and does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dataaudit.defects import Defect, Share
from dataaudit.defects.categories.levels import LEVELS, SHOWN, cut, is_unique
from dataaudit.defects.categories.spelling import (
    RATIO,
    bare,
    key,
    near_identical,
    respellings,
    slips,
)
from dataaudit.finding import Finding, Remedy, Severity
from dataaudit.lazy import on_first_use
from dataaudit.levels import Levels, levels_of
from dataaudit.naming import listed
from dataaudit.table import Table

if TYPE_CHECKING:
    from dataaudit.defects.categories.normalize import NormalizeLevels

__getattr__ = on_first_use(__name__, {"NormalizeLevels": "dataaudit.defects.categories.normalize"})

_PAIRS = 100  # pairs kept as evidence
_TOO_FEW = 20  # rows per level below which a column has too many; its inverse is 5 %


class Categories(Defect):
    """Spellings, rare levels and too many levels.

    Parameters
    ----------
    rare
        Share of the rows below which a level is rare.
    many
        Number of levels above which a column has many.
    merge
        Whether `clean` mends typing errors; they are reported in any case.
    ratio
        How many times more frequent the right spelling of a typing error must be.
    """

    code = "DA104"

    def __init__(
        self, *, rare: Share = 0.01, many: int = 50, merge: bool = False, ratio: float = RATIO
    ) -> None:
        self.rare, self.many, self.merge, self.ratio = rare, many, merge, ratio

    def applies(self, table: Table) -> str:
        """Need a row."""
        return "" if table.rows else "no rows"

    def detect(self, table: Table) -> Iterator[Finding]:
        """Yield findings on headers, blanks, the levels of each column, and labels."""
        yield from self._header(table)
        yield from self._padding(table)
        names = [name for name in table.text_features if not is_unique(table, name)]
        levels = {
            name: levels_of(table, name) for name in names if table.profile[name].distinct <= LEVELS
        }
        for name, known in levels.items():
            yield from self._spellings(table, name, known)
            yield from self._typos(table, name, known)
        yield from self._rare(table, levels)
        for name in names:
            yield from self._many(table, name)
        yield from self._labels(table)

    def remedy(self) -> NormalizeLevels:
        """Return `NormalizeLevels` with the same parameters."""
        from dataaudit.defects.categories.normalize import NormalizeLevels

        return NormalizeLevels(merge=self.merge, ratio=self.ratio)

    def _header(self, table: Table) -> Iterator[Finding]:
        """Name columns whose names begin or end with a blank."""
        padded = [name for name in table.columns if name != name.strip()]
        if padded:
            yield self.finding(
                "header",
                Severity.INFO,
                f"The names of {len(padded):,} columns begin or end with a blank: "
                f"{listed(padded)}.",
                columns=padded,
                remedy=Remedy(action="Mend the header of the source."),
            )

    def _padding(self, table: Table) -> Iterator[Finding]:
        """Name columns with blanks around cells; harmless alone where every cell has them."""
        padded = {name: table.profile[name].padded for name in table.text_features}
        for is_whole in (True, False):
            names = [
                name
                for name, count in padded.items()
                if count and (count == table.profile[name].present) == is_whole
            ]
            if not names:
                continue
            cells = sum(padded[name] for name in names)
            part = "All" if is_whole else "Some"
            yield self.finding(
                "padding",
                Severity.INFO if is_whole else Severity.WARNING,
                f"{part} cells of {listed(names)} begin or end with a blank ({cells:,} cells).",
                columns=names,
                rows=max(padded[name] for name in names),
                share=max(padded[name] for name in names) / table.rows,
                evidence={name: padded[name] for name in names},
                remedy=Remedy(action="Trim the cells.", step="categories"),
            )

    def _spellings(self, table: Table, name: str, levels: Levels) -> Iterator[Finding]:
        """Name levels that are equal but for case or blanks inside; outer ones are `padding`."""
        counts = levels.counts
        right = respellings(counts)
        wrong = {level: right[key(level)] for level in counts if level.strip() != right[key(level)]}
        if wrong:
            what = "differ from another level in case or blanks"
            remedy = Remedy(action="Give each level its most frequent spelling.", step="categories")
            yield self._respelt("case", table, name, levels, wrong, what=what, remedy=remedy)

    def _typos(self, table: Table, name: str, levels: Levels) -> Iterator[Finding]:
        """Name levels that look like typing errors."""
        counts = levels.counts
        found, right = slips(counts, self.ratio), respellings(counts)
        wrong = {level: right[found[key(level)]] for level in counts if key(level) in found}
        if wrong:
            what = "are one letter away from a level that is far more frequent"
            remedy = Remedy(
                action="Look at the pairs; `merge: true` mends them.",
                step="categories",
                is_lossy=True,
                params={"merge": True},
            )
            yield self._respelt("typos", table, name, levels, wrong, what=what, remedy=remedy)

    def _respelt(
        self,
        kind: str,
        table: Table,
        name: str,
        levels: Levels,
        wrong: dict[str, str],
        *,
        what: str,
        remedy: Remedy,
    ) -> Finding:
        """Build the finding of levels that should be spelt otherwise, the most frequent first."""
        pairs = [f"`{cut(level)}` for `{cut(right)}`" for level, right in wrong.items()]
        hidden = name in table.sensitive
        rows = sum(levels.counts[level] for level in wrong)
        return self.finding(
            kind,
            Severity.WARNING,
            f"`{name}`: {len(wrong):,} of {table.profile[name].distinct_text} levels {what} "
            f"({rows:,} cells{levels.of(table)})"
            f"{'' if hidden else ': ' + ', '.join(pairs[:SHOWN])}.",
            columns=[name],
            rows=rows,
            share=rows / levels.rows,
            evidence={} if hidden else {"pairs": pairs[:_PAIRS]},
            examples=table.sample.index[table.sample[name].isin(list(wrong))].tolist(),
            remedy=remedy,
        )

    def _rare(self, table: Table, levels: dict[str, Levels]) -> Iterator[Finding]:
        """Say in one sentence how many levels are rare, by column."""
        found = {
            name: [count for count in known.counts.values() if count < self.rare * known.rows]
            for name, known in levels.items()
            if len(known.counts) > 2  # noqa: PLR2004 - the rarer of two levels is `imbalance`'s
        }
        rare = {name: counts for name, counts in found.items() if counts}
        share = {name: sum(counts) / levels[name].rows for name, counts in rare.items()}
        if not rare:
            return
        names = sorted(rare, key=lambda name: -share[name])
        parts = [
            f"{len(rare[name]):,} of {len(levels[name].counts):,} in `{name}` "
            f"({share[name]:.1%} {levels[name].of(table).strip() or 'of the rows'})"
            for name in names
        ]
        more = f" and {len(parts) - SHOWN:,} more columns" if len(parts) > SHOWN else ""
        yield self.finding(
            "rare",
            Severity.INFO,
            f"Levels with less than {self.rare:.1%} of the rows each: "
            f"{', '.join(parts[:SHOWN])}{more}.",
            columns=names,
            rows=sum(rare[names[0]]),
            share=share[names[0]],
            evidence={name: len(rare[name]) for name in names},
            remedy=Remedy(action="Pool the rare levels.", step="encode", is_lossy=True),
        )

    def _many(self, table: Table, name: str) -> Iterator[Finding]:
        """Say that a column has many levels, and how few rows each has to teach."""
        profile = table.profile[name]
        if profile.distinct > self.many:
            each = profile.present / profile.distinct
            yield self.finding(
                "many",
                Severity.WARNING if each < _TOO_FEW else Severity.INFO,
                f"`{name}` has {profile.distinct_text} levels, {each:,.1f} rows each on average.",
                columns=[name],
                share=profile.distinct / table.rows,
                evidence={"levels": profile.distinct, "rows_per_level": round(each, 2)},
                remedy=Remedy(
                    action="Pool the rare levels or encode them by their mean target.",
                    step="encode",
                    is_lossy=True,
                ),
            )

    def _labels(self, table: Table) -> Iterator[Finding]:
        """Say which labels were merged, and which still look like one."""
        task = table.task
        if task.target is None or task.kind != "classification":
            return
        merged = {raw: label for raw, label in task.spellings.items() if raw != label}
        hidden = task.target in table.sensitive
        if merged:
            pairs = ", ".join(f"`{cut(raw)}` as `{cut(label)}`" for raw, label in merged.items())
            yield self.finding(
                "labels",
                Severity.INFO,
                f"{len(merged):,} spellings of the target `{task.target}` were merged"
                f"{'' if hidden else f': {pairs}'}.",
                columns=[task.target],
                evidence={} if hidden else merged,
            )
        counts = levels_of(table, task.target).counts
        for wrong, right in near_identical(counts, self.ratio):
            yield self._label(table, task.target, wrong, right, counts[wrong])

    def _label(self, table: Table, name: str, wrong: str, right: str, rows: int) -> Finding:
        """Word the finding of two labels that look like one."""
        hidden = name in table.sensitive
        pair = "two labels" if hidden else f"`{cut(wrong)}` ({rows:,} rows) and `{cut(right)}`"
        return self.finding(
            "labels",
            Severity.ERROR if bare(wrong) == bare(right) else Severity.WARNING,
            f"Are {pair} one class of `{name}`? They are counted as two.",
            columns=[name],
            rows=rows,
            share=rows / table.rows,
            evidence={} if hidden else {wrong: right},
            remedy=Remedy(
                action="Merge them under `task.labels`, or mend the source.",
                params={} if hidden else {"labels": {wrong: right}},
            ),
        )
