"""Missing values in disguise: `?`, `unknown`, -999, a 0 where nothing can be 0, 1900-01-01.

What
----
Says which tokens were read as missing, finds words for "missing" that still stand among the levels
of text, numbers that look chosen and lie far from all others (-999, 9999), caps (a largest value
99,999 far above the next), dates that programs write for "none", and zeros. A 0 is taken for
missing only where the column's name is that of a quantity that cannot be 0 (a pressure, a height)
and all other values begin far from 0. Where the shape alone says so, it is asked, never changed.

Why a network minds
-------------------
To a network -999 is a number like any other, and a very influential one: it stretches the scale,
so that all real values become nearly equal. A blood pressure of 0 becomes the strongest signal in
the column.

When this rule is wrong
-----------------------
`none` may be an answer, 99 an age, 0 a true amount. A cap is a limit of the form, which says "at
least this much", not "unknown". The name of a column may mislead: veto with
`never: {column: [value]}`, add with `also: {column: [value]}` (or `also: [value]` for all columns).

What the remedy changes
-----------------------
`BlankSentinels` learns the values from the training rows and turns them into missing cells, which
`missing` then fills and flags. Questions are left as they are. Lossy where a value was real.

References
----------
A. Qahtan et al., FAHES: A robust disguised missing values detector, KDD 2018.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from dataaudit.defects import Defect
from dataaudit.defects.disguised.rule import Sentinel, Value, in_text
from dataaudit.defects.disguised.wanted import Wanted
from dataaudit.defects.disguised.words import DOUBTFUL_TOKENS, TOKENS
from dataaudit.engine import mapping
from dataaudit.engine.sql import ident, literals
from dataaudit.finding import Finding, Remedy, Severity
from dataaudit.lazy import on_first_use
from dataaudit.levels import Levels, levels_of
from dataaudit.naming import abridged
from dataaudit.source.casts import stripped
from dataaudit.table import Table

if TYPE_CHECKING:
    from dataaudit.defects.disguised.blank import BlankSentinels

__getattr__ = on_first_use(__name__, {"BlankSentinels": "dataaudit.defects.disguised.blank"})

_SHOWN = 3  # tokens spelt out in a message
_LONGEST = 40  # characters of a token in a message


class Disguised(Wanted, Defect):
    """Values that stand for "missing".

    Parameters
    ----------
    zero
        What to do about a 0 that cannot be: "blank" it where name and shape of the column say so
        and ask where the shape alone does; always "ask"; "never" look.
    discover
        Whether to look for numbers and dates that stand for missing; words are always looked for.
    also
        Values that mean missing: for every column, or by column.
    never
        Values that are real, by column.
    """

    code = "DA102"

    def applies(self, table: Table) -> str:
        """Need a row and a feature."""
        return "no rows" if not table.rows else "" if table.features else "no features"

    def detect(self, table: Table) -> Iterator[Finding]:
        """Yield tokens read as missing, then what still stands in the columns."""
        for name in table.features:
            yield from self._read(table, name)
        for name in table.features:
            if table.columns[name].dtype == "str":
                yield from self._words(table, name)
                continue
            ordered = table.profile.ordered.get(name)
            for one in self.discovered(table.sample[name], name, ordered):
                if not self.is_vetoed(name, one.value):
                    yield self._number(table, name, one)

    def remedy(self) -> BlankSentinels:
        """Return `BlankSentinels` with the same parameters."""
        from dataaudit.defects.disguised.blank import BlankSentinels

        return BlankSentinels(
            zero=self.zero, discover=self.discover, also=self.also, never=self.never
        )

    def _read(self, table: Table, name: str) -> Iterator[Finding]:
        """Say which tokens the source read as missing."""
        nulls = table.columns[name].nulls
        if not nulls:
            return
        x = f"{ident(name)}::VARCHAR"
        where = f"FROM {ident(table.raw)} WHERE {stripped(x)} IN ({literals(nulls)})"
        sql = f"SELECT {x}, count(*) {where} GROUP BY 1 ORDER BY 2 DESC, 1"
        counts = mapping(table.engine, sql)
        if not counts:
            return
        first = table.query(f"SELECT __row__ {where} ORDER BY __row__ LIMIT 5")
        rows = sum(counts.values())
        yield self.finding(
            "read",
            Severity.INFO,
            f"`{name}`: {_cells(rows, table.rows, table)} {_quoted(counts, name, table)}; "
            "read as missing.",
            columns=[name],
            rows=rows,
            share=rows / table.rows,
            evidence={} if name in table.sensitive else {"tokens": counts},
            examples=first.column(0).to_pylist(),
        )

    def _words(self, table: Table, name: str) -> Iterator[Finding]:
        """Name the words for missing that still stand in a text column."""
        levels = levels_of(table, name, among=TOKENS | DOUBTFUL_TOKENS)
        found = in_text(levels.counts, [str(level) for level, _ in table.profile[name].top])
        for is_sure in (True, False):
            counts = {
                str(one.value): one.count
                for one in found
                if one.is_sure == is_sure and not self.is_vetoed(name, one.value)
            }
            if counts:
                yield self._tokens(table, name, Levels(counts, levels.rows), is_sure=is_sure)

    def _tokens(self, table: Table, name: str, levels: Levels, *, is_sure: bool) -> Finding:
        """Word a finding on words for missing: a statement or a question."""
        counts, rows = levels.counts, sum(levels.counts.values())
        shown, cells = _quoted(counts, name, table), _cells(rows, levels.rows, table)
        message = (
            f"`{name}`: {cells} {shown}, which means missing."
            if is_sure
            else f"Does {shown} mean missing in `{name}`? {cells} it; nothing is changed."
        )
        hidden = name in table.sensitive
        return self.finding(
            "tokens",
            Severity.WARNING if is_sure else Severity.INFO,
            message,
            columns=[name],
            rows=rows,
            share=rows / levels.rows,
            evidence={"is_sure": is_sure} if hidden else {"is_sure": is_sure, "tokens": counts},
            examples=table.sample.index[table.sample[name].isin(list(counts))].tolist(),
            remedy=_remedy(name, list(counts), is_sure=is_sure, hidden=hidden),
        )

    def _number(self, table: Table, name: str, found: Sentinel) -> Finding:
        """Word a finding on a number or a date."""
        hidden = name in table.sensitive
        value = "one value" if hidden else _number(found.value)
        cells = table.sample[name]
        is_found = cells == (pd.Timestamp(found.value) if found.kind == "date" else found.value)
        rows, looked_at = int(is_found.sum()), len(cells)
        evidence: dict[str, Any] = {"count": rows, "is_sure": found.is_sure}
        if not hidden:
            evidence |= {"value": found.value, "gap": found.gap}
        is_info = found.kind in ("zero", "code") and not found.is_sure
        return self.finding(
            f"{found.kind}s",
            Severity.INFO if is_info else Severity.WARNING,
            _sentence(
                found,
                name,
                value,
                _cells(rows, looked_at, table),
                "" if hidden else _number(found.gap),
            ),
            columns=[name],
            rows=rows,
            share=rows / looked_at,
            evidence=evidence,
            examples=table.sample.index[is_found].tolist(),
            remedy=_remedy(name, [found.value], is_sure=found.is_sure, hidden=hidden),
        )


def _sentence(found: Sentinel, name: str, value: str, cells: str, gap: str) -> str:
    """Say what was found, as a statement where it is sure, else as a question."""
    unit = " days" if found.kind == "date" else ""
    apart = f", {gap}{unit} away from every other value" if gap else ""
    if found.kind == "cap":
        question = "an upper limit, or a stand-in for missing? Nothing is changed."
        return f"`{name}`: {cells} {value}{apart}: {question}"
    if not found.is_sure:
        return f"Does {value} mean missing in `{name}`? {cells} {value}{apart}; nothing is changed."
    why = f", as `{name}` cannot be 0" if found.kind == "zero" and gap else ""
    return f"`{name}`: {cells} {value}{apart}: a stand-in for missing{why}."


def _cells(rows: int, looked_at: int, table: Table) -> str:
    """Begin a sentence: "12 cells (0.3%) are", or "12 cells of 4,000 looked at (0.3%) are"."""
    noun, verb = ("cell", "is") if rows == 1 else ("cells", "are")
    sample = "" if looked_at == table.rows else f" of {looked_at:,} looked at"
    return f"{rows:,} {noun}{sample} ({rows / looked_at:.1%}) {verb}"


def _remedy(name: str, values: list[Value], *, is_sure: bool, hidden: bool) -> Remedy:
    """Return what blanks a sure value, or the parameters that answer a question with yes."""
    if is_sure:
        action = f"Turn them into missing cells; if they are real, `never: {{{name}: [...]}}`."
        return Remedy(action=action, step="disguised", is_lossy=True)
    plain = [int(one) if isinstance(one, float) and one.is_integer() else one for one in values]
    params = {} if hidden else {"also": {name: plain}}
    return Remedy(
        action=f"If they mean missing, say so: `also: {{{name}: [...]}}`.",
        step="disguised",
        is_lossy=True,
        params=params,
    )


def _number(value: Value) -> str:
    """Write a number with separators and without needless decimals; a date as it is."""
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.6g}"


def _quoted(counts: Mapping[str, int], name: str, table: Table) -> str:
    """Name the tokens, the most frequent first; none of a sensitive column."""
    if name in table.sensitive:
        return "stand-ins"
    quoted = [f"`{token[:_LONGEST]}`" if token.strip() else "blank" for token in counts]
    return abridged(quoted, _SHOWN)
