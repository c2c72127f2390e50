"""From what was counted in a column to what it is, and the sentence that says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dataaudit.source.columns import Column, DType
from dataaudit.source.propose import Proposal
from dataaudit.source.shapes import COMPACT_DATE
from dataaudit.source.tokens import TEXT_TOKENS

TOLERATED = 0.001  # share of cells that may fail; `limits.warn` of the contract is the same
_COMMA_FORMS = ("1.234,5", "1 234,5")
_POINT_FORMS = (None, "1,234.5", "1'234.5", "1 234.5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was counted in a column of text, over all rows.

    Parameters
    ----------
    filled, blank
        Cells that are not blank, and that are.
    tokens
        The null tokens among them, as spelled, trimmed: those that a number column knows.
    missing
        How many cells hold one of them.
    parsed, whole
        By proposal: cells that parse, and those of them that are whole numbers.
    leading, long
        Whole numbers with a zero in front (``00501``), and with more than 18 digits.
    """

    filled: int
    blank: int = 0
    tokens: tuple[str, ...] = ()
    missing: int = 0
    parsed: Mapping[Proposal, int] = field(default_factory=dict)
    whole: Mapping[Proposal, int] = field(default_factory=dict)
    leading: int = 0
    long: int = 0

    @property
    def values(self) -> int:
        """Cells that are neither blank nor a null token."""
        return self.filled - self.missing

    def fits(self, proposal: Proposal) -> bool:
        """Whether practically every value parses; dates of digits alone must all."""
        share = 0.0 if proposal.form == COMPACT_DATE else TOLERATED
        failed = self.values - self.parsed[proposal]
        return self.values > 0 and failed <= share * self.values


def judge(name: str, seen: Evidence, mark: str | None) -> Column:
    """Say what a column of text is.

    Parameters
    ----------
    name
        The column.
    seen
        What was counted.
    mark
        The decimal mark of the table, "." or ","; None where nothing tells.
    """
    fitting = [proposal for proposal in seen.parsed if seen.fits(proposal)]
    for kind in ("bool", "date", "number"):
        among = [proposal for proposal in fitting if proposal.kind == kind]
        if among:
            chosen = _preferred(among, seen, mark)
            code = _code(seen) if kind == "number" and chosen.form is None else ""
            return _text(name, seen, code) if code else _read_as(name, seen, chosen, among)
    return _text(name, seen, _nearly(seen))


def decimal_mark(seen: Iterable[Evidence]) -> str | None:
    """Work out the decimal mark of a table from the columns that can be read in one way only."""
    commas = points = 0
    for column in seen:
        fitting = [p for p in column.parsed if p.kind == "number" and column.fits(p)]
        if any(column.whole[p] == column.parsed[p] for p in fitting):
            continue  # whole numbers tell nothing
        forms = [p.form for p in fitting]
        has_comma = any(form in _COMMA_FORMS for form in forms)
        has_point = any(form in _POINT_FORMS for form in forms)
        commas += has_comma and not has_point
        points += has_point and not has_comma
    if commas and not points:
        return ","
    return "." if points and not commas else None


def _preferred(among: list[Proposal], seen: Evidence, mark: str | None) -> Proposal:
    """Choose between forms that fit: plain digits first, then the table's decimal mark."""
    if among[0].kind != "number":
        return among[0]
    plain = Proposal("number", None)
    if plain in among and seen.whole[plain] == seen.parsed[plain]:
        return plain
    forms = [*_COMMA_FORMS, *_POINT_FORMS] if mark == "," else [*_POINT_FORMS, *_COMMA_FORMS]
    return min(among, key=lambda proposal: forms.index(proposal.form))


def _read_as(name: str, seen: Evidence, chosen: Proposal, among: list[Proposal]) -> Column:
    """Build a column that is no text."""
    parsed = seen.parsed[chosen]
    dtype: DType = "date" if chosen.kind == "date" else "bool"
    what = {"date": "dates", "bool": "true or false"}.get(chosen.kind, "numbers")
    if chosen.kind == "number":
        is_whole = seen.whole[chosen] == parsed
        dtype, what = ("int", "whole numbers") if is_whole else ("float", "numbers")
    parts = [f"{_count(parsed, seen.filled)} cells are {what}"]
    if chosen.form is not None:
        parts[0] += f" written as {chosen.form}"
    if seen.tokens:
        parts.append(_tokens(seen.tokens, seen.missing))
    if seen.values > parsed:
        parts.append(f"{seen.values - parsed:,} do not parse")
    if chosen.kind == "date" and len(among) > 1:
        parts.append(f"{among[1].form} would fit as well")
    return Column(
        name=name, dtype=dtype, nulls=seen.tokens, format=chosen.form, reason="; ".join(parts) + "."
    )


def _text(name: str, seen: Evidence, why: str) -> Column:
    """Build a column of text: only words that can hardly be values are missing."""
    tokens = tuple(token for token in seen.tokens if token.lower() in TEXT_TOKENS)
    parts = [f"text: {why}" if why else "text"]
    if tokens:
        parts.append(_tokens(tokens))
    if not seen.values:
        parts = ["every cell is missing; kept as text"]
    reason = "; ".join(parts)
    return Column(
        name=name, dtype="str", nulls=tokens, reason=reason[:1].upper() + reason[1:] + "."
    )


def _code(seen: Evidence) -> str:
    """Say why whole numbers are codes, or "" where they are numbers."""
    if seen.leading > TOLERATED * seen.values:
        return f"{_count(seen.leading, seen.filled)} cells are digits with a zero in front, a code"
    if seen.long > TOLERATED * seen.values:
        return f"{_count(seen.long, seen.filled)} cells have more digits than a number can hold"
    return ""


def _nearly(seen: Evidence) -> str:
    """Say how far the best proposal came; "" where there was none."""
    if not seen.parsed:
        return ""
    best = max(seen.parsed, key=lambda proposal: seen.parsed[proposal])
    what = {"date": "dates", "bool": "true or false"}.get(best.kind, "numbers")
    return f"only {_count(seen.parsed[best], seen.values)} cells are {what}"


def _tokens(tokens: tuple[str, ...], cells: int | None = None) -> str:
    """Name the null tokens."""
    shown = ", ".join(f"`{token}`" for token in tokens)
    count = "" if cells is None else f" in {cells:,} cell{'s' if cells > 1 else ''}"
    return f"{shown}{count} read as missing"


def _count(part: int, whole: int) -> str:
    """Word a share."""
    return f"all {whole:,}" if part == whole else f"{part:,} of {whole:,}"
