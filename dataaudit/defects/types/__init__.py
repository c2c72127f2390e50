"""Numbers, dates and yes/no that are stored as text, and columns that mix numbers with words.

What
----
Looks at text columns whose cells are numbers with units (`12.0 oz`), per cent or currency signs,
separators (`1,234`) or brackets for negatives, dates in one form or several, or two words for yes
and no; at columns that mix numbers with words, or units with one another; at cells of a number or
date column that could not be read; and at whole numbers that may be codes.

Why a network minds
-------------------
To a network `12.0 oz` is a level without an order: each different amount becomes a column of its
own, seen in few rows, and 11.9 is no nearer to 12.0 than 64.0 is. A code stored as a number is the
reverse: the network believes that type 4 is twice type 2.

When this rule is wrong
-----------------------
House numbers, versions and product codes look like numbers and are none; digits with a zero in
front are left as text, and so are columns named like codes. `03/04/2020` may be March or April:
where a column does not tell, the month is read first.

What the remedy changes
-----------------------
`ParseTypes` learns from the training rows how each column is read. Numbers become floats without
unit, dates timestamps, yes/no 1 and 0. Lossy where a cell cannot be read: it becomes missing.
Mixed columns below `share` and mixed units stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from dataaudit.defects import Defect
from dataaudit.defects.types.reading import KNOWN_UNITS, Reading, levels_of, read, split
from dataaudit.defects.types.wanted import Wanted, is_code
from dataaudit.engine import one_row
from dataaudit.engine.sql import ident, literals
from dataaudit.finding import Finding, Remedy, Severity
from dataaudit.lazy import on_first_use
from dataaudit.naming import listed
from dataaudit.source.casts import stripped, unless_plain
from dataaudit.table import Table

if TYPE_CHECKING:
    from dataaudit.defects.types.parse import ParseTypes

__getattr__ = on_first_use(__name__, {"ParseTypes": "dataaudit.defects.types.parse"})

_MIXED = 0.5  # share of numbers from which words among them are worth a finding
_UNIT_SHARE = 0.05  # share of cells from which a second unit is no slip
_CODE_VALUES = range(3, 11)  # different whole numbers of a column that may be codes
_CODE_ROWS = 50  # rows below which few different values say nothing
_NAMED = 5  # columns spelt out in a message that speaks of many


class Types(Wanted, Defect):
    """Numbers, dates and yes/no stored as text; mixed columns.

    Parameters
    ----------
    numbers, dates, booleans
        Whether such text is reported and read.
    share
        Share of a column's cells that must be readable for the column to be read; the others
        become missing.
    """

    code = "DA103"

    def applies(self, table: Table) -> str:
        """Need a row and a feature."""
        return "no rows" if not table.rows else "" if table.features else "no features"

    def detect(self, table: Table) -> Iterator[Finding]:
        """Yield what is stored as text, what is mixed, and what may be a code."""
        for name in table.text_features:
            cells = levels_of(table.sample[name])
            reading = self.reading(cells, name)
            if reading is not None:
                yield self._stored(table, name, reading)
            else:
                yield from self._mixed(table, name, cells)
        yield from self._unread(table)
        yield from self._codes(table)

    def remedy(self) -> ParseTypes:
        """Return `ParseTypes` with the same parameters."""
        from dataaudit.defects.types.parse import ParseTypes

        return ParseTypes(
            numbers=self.numbers, dates=self.dates, booleans=self.booleans, share=self.share
        )

    def _stored(self, table: Table, name: str, reading: Reading) -> Finding:
        """Word the finding of a column that can be read."""
        values = table.sample[name]
        lost = values.notna() & read(values, reading).isna()
        what = {"number": "numbers", "date": "dates", "bool": "yes and no"}[reading["kind"]]
        hidden = name in table.sensitive
        detail = "" if hidden else _detail(reading)
        sample = f" of {len(values):,} sampled" if table.is_sampled else ""
        failing = f" {lost.sum():,} cells cannot be read as such." if lost.any() else ""
        return self.finding(
            f"{reading['kind']}s",
            Severity.INFO if reading["kind"] == "bool" else Severity.WARNING,
            f"`{name}` holds {what} stored as text{detail}: {values.notna().sum() - lost.sum():,} "
            f"cells{sample}.{failing}",
            columns=[name],
            rows=int(values.notna().sum()),
            share=float(values.notna().mean()),
            evidence={"unread": int(lost.sum()), **({} if hidden else reading)},
            examples=values.index[lost if lost.any() else values.notna()].tolist(),
            remedy=Remedy(
                action=f"Read `{name}` as {what}.", step="types", is_lossy=bool(lost.any())
            ),
        )

    def _mixed(self, table: Table, name: str, cells: pd.Series) -> Iterator[Finding]:
        """Name a column that mixes numbers with words, or units with one another."""
        if cells.empty or is_code(name) or not self.numbers:
            return
        if cells[cells.index.str.contains(r"\d")].sum() < _UNIT_SHARE * cells.sum():
            return
        parts = split(cells.index.to_series())
        is_number = parts["unit"].isin(["", *KNOWN_UNITS])
        share = cells[is_number].sum() / cells.sum()
        units = cells[is_number].groupby(parts["unit"][is_number]).sum() / cells.sum()
        units = units[(units >= _UNIT_SHARE) & (units.index != "")].sort_values(ascending=False)
        if len(units) > 1:
            shown = ", ".join(f"`{unit}` ({part:.0%})" for unit, part in units.items())
            message = f"`{name}` mixes units: {shown} of its cells."
            yield self._mix("units", table, message, cells[is_number], {"units": units.to_dict()})
        elif _MIXED <= share < 1 and not _is_zero_led(cells):
            words = cells[~is_number]
            often = (
                ""
                if name in table.sensitive
                else f", the others most often `{words.index[0][:40]}`"
            )
            message = f"`{name}` mixes types: {share:.1%} of its cells are numbers{often}."
            yield self._mix("mixed", table, message, words, {"numbers": float(share)})

    def _mix(
        self, kind: str, table: Table, message: str, cells: pd.Series, evidence: dict[str, Any]
    ) -> Finding:
        """Build the finding of a mixed column; the rows are those that hold one of the cells."""
        name = str(cells.index.name)
        values = table.sample[name].str.strip()
        rows = values.index[values.isin(cells.index)]
        return self.finding(
            kind,
            Severity.WARNING,
            message,
            columns=[name],
            rows=len(rows),
            share=len(rows) / len(values),
            evidence=evidence,
            examples=rows.tolist(),
            remedy=Remedy(action=f"Decide what `{name}` is, and say so in the contract."),
        )

    def _unread(self, table: Table) -> Iterator[Finding]:
        """Count cells that hold something, but nothing of the column's type."""
        names = [
            name
            for name in table.features
            if table.columns[name].is_text and table.columns[name].dtype != "str"
        ]
        if not names:
            return
        parts = ", ".join(_filled(table, name) for name in names)
        counts = one_row(table.engine, f"SELECT {parts} FROM {ident(table.raw)}")
        for name, filled in zip(names, counts, strict=True):
            unread = filled - table.profile[name].present
            if unread > 0:
                yield self.finding(
                    "unread",
                    Severity.WARNING,
                    f"{unread:,} cells of `{name}` hold something that is no "
                    f"{table.columns[name].dtype}; they are read as missing.",
                    columns=[name],
                    rows=unread,
                    share=unread / table.rows,
                    remedy=Remedy(action="Name them under `null` in the contract, or mend them."),
                )

    def _codes(self, table: Table) -> Iterator[Finding]:
        """Name columns of whole numbers that may be codes."""
        whole = [name for name in table.features if table.columns[name].dtype == "int"]
        few = [name for name in whole if table.profile[name].distinct in _CODE_VALUES]
        found = [name for name in whole if name in few or is_code(name)]
        if found and table.rows >= _CODE_ROWS:
            yield self.finding(
                "codes",
                Severity.INFO,
                f"Are these codes or amounts: {listed(found, _NAMED)}? They hold whole numbers "
                "that may stand for levels.",
                columns=found,
                remedy=Remedy(action="Declare codes as `dtype: str` in the contract."),
            )


def _is_zero_led(cells: pd.Series) -> bool:
    """Tell whether digits with a zero in front are common: codes, not numbers."""
    return bool(cells[cells.index.str.fullmatch(r"0\d+")].sum() > cells.sum() / 100)


def _filled(table: Table, name: str) -> str:
    """Return the SQL that counts the cells with something in them."""
    text, nulls = f"{ident(name)}::VARCHAR", table.columns[name].nulls
    closer = f"{stripped(text)} NOT IN ({literals(('', *nulls))})"
    return f"count_if({unless_plain(text, nulls, closer, f'{text} IS NOT NULL')})"


def _detail(reading: Reading) -> str:
    """Say in which form, for a message."""
    if reading["kind"] == "date":
        forms = [f"`{form or 'ISO'}`" for form in reading["forms"]]
        return f" ({' and '.join(forms)})"
    units = [unit for unit in reading.get("units", {}) if unit]
    signs = ", ".join(f"`{unit}` in {reading['counts'].get(unit, 0):,}" for unit in units)
    return f" ({signs})" if signs else ""
