"""How a column of text can be read: as numbers with or without unit, dates, or yes and no.

`reading_of` looks at the cells and returns a reading, a plain dictionary; `read` applies it. The
forms of numbers and dates are those of the source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from dataaudit.source.propose import is_token
from dataaudit.source.shapes import BLANKS, DATE_FORMS, NUMBER_FORMS, is_date, pattern

Reading = Mapping[str, Any]

_CELL = re.compile(
    r"(?P<open>\(?)[<>~≈≤≥]?\s?(?P<sign>[+\u2212-]?)\s?(?:[$€£¥₹]|USD|EUR|GBP|CHF)?\s?"
    r"(?P<minus>-?)(?P<digits>[.,]?\d(?:[\d.,'\u00a0\u202f]| (?=\d{3}\b))*(?:[eE][+-]?\d+)?)"
    r"\s?\+?\s?(?P<unit>%|°?[A-Za-zµ]+|[$€£¥₹])?\.?(?:\s.*)?(?P<close>\)?)"
)
_ORDINALS = frozenset({"st", "nd", "rd", "th"})
_CURRENCIES = frozenset("$€£¥₹") | {"usd", "eur", "gbp", "chf"}
_MULTIPLES = {"k": 1e3, "m": 1e6, "b": 1e9, "bn": 1e9}
_UNITS = {
    "ounce": "oz", "pound": "lb", "kilo": "kg", "kilogram": "kg", "gram": "g", "gramme": "g",
    "liter": "l", "litre": "l", "inche": "in", "inch": "in", "foot": "ft", "feet": "ft",
    "mile": "mi", "meter": "m", "metre": "m", "year": "yr", "month": "mo", "day": "d",
    "hour": "h", "hr": "h", "minute": "min", "second": "sec", "°c": "c", "°f": "f",
}  # fmt: skip
KNOWN_UNITS = (
    frozenset(_UNITS.values())
    | frozenset(_MULTIPLES)
    | frozenset(
        "% mg ug ml cl dl cm mm km t st yd w kw v a hp mph kmh ms week gb mb kb tb".split()  # noqa: SIM905 - a list of words
    )
)
_RARE = 0.01  # share of cells below which a unit is a slip
_UNKNOWN = 0.1  # the same for a unit that is in no list: 1003x is a typing error, not a unit
_LEADING_ZEROS = 0.001  # share of 00501 that makes a code of digits; as the source tolerates
_LEVELS = 5_000  # different cells that are looked at to choose a reading
_TRIED = 20  # cells that must hold a digit before anything is tried
_SEEN = 200  # cells in which a form of dates must occur to be tried
_DATE_FORMS = 4  # different forms that one column may mix
_FULL = 0.999  # share of yes and no; a third answer is no slip of theirs
_BOOLEANS = (("yes", "no"), ("y", "n"), ("true", "false"), ("t", "f"), ("on", "off"))


def reading_of(cells: pd.Series, share: float) -> Reading | None:
    """Return how nearly all cells of a text column can be read, or None.

    Parameters
    ----------
    cells
        As `levels_of` counts them.
    share
        Share of cells in 0..1 that must be read.

    Returns
    -------
    dict or None
        ``kind`` is "number", "date" or "bool"; ``read`` the share of cells that are read.

    Examples
    --------
    >>> reading_of(levels_of(pd.Series(["12.0 oz", "16 ounces", "8 oz."])), 0.9)["units"]
    {'oz': 1.0}
    """
    if cells.empty:
        return None
    head = cells.index[:_TRIED]
    if not any(character.isdigit() for level in head for character in level):
        return _boolean(cells)
    for find in (_date, _number):
        reading = find(cells)
        if reading is not None and reading["read"] >= share:
            return reading
    return None


def levels_of(values: pd.Series) -> pd.Series:
    """Count the different cells, trimmed and without null tokens, the most frequent first."""
    counts = values.dropna().astype("str").value_counts()
    trimmed = counts.index.str.strip(BLANKS)
    if not trimmed.equals(counts.index):
        summed = counts.groupby(trimmed, sort=False).sum()
        counts = summed.sort_values(ascending=False, kind="stable")
    cells = counts.head(_LEVELS)
    cells.index.name = values.name
    return cells[[bool(level) and not is_token(level) for level in cells.index.tolist()]]


def read(values: pd.Series, reading: Reading) -> pd.Series:
    """Read every cell; one that cannot be read is missing."""
    texts = values.astype("str").str.strip(BLANKS)
    levels = pd.Series(texts.dropna().unique(), dtype="str")
    if reading["kind"] == "date":
        return texts.map(pd.Series(_dates(levels, reading["forms"]).to_numpy(), index=levels))
    if reading["kind"] == "bool":
        words = {reading["true"]: 1.0, reading["false"]: 0.0}
        return texts.str.lower().map(words).astype(float)
    parts = split(levels)
    numbers = _numbers(parts["digits"], reading["form"]) * parts["sign"]
    read_levels = numbers * parts["unit"].map(reading["units"])
    return texts.map(pd.Series(read_levels.to_numpy(), index=levels)).astype(float)


def split(levels: pd.Series) -> pd.DataFrame:
    """Split cells into digits, sign (1 or -1) and unit; missing where a cell is no number."""
    rows = [_parts(level) for level in levels.tolist()]
    return pd.DataFrame(rows, columns=["digits", "sign", "unit"], index=levels.index)


@lru_cache(maxsize=2 * _LEVELS)  # a column that cannot be read is split once more for its mix
def _parts(level: str) -> tuple[str | None, float, str | None]:
    found = _CELL.fullmatch(level)
    if found is None or bool(found["open"]) != bool(found["close"]):
        return None, np.nan, None
    unit = _unit(found["unit"] or "")
    is_negative = bool(found["open"] or found["minus"]) or found["sign"] in ("-", "\u2212")
    digits = found["digits"]
    return (None, np.nan, None) if unit is None else (digits, -1.0 if is_negative else 1.0, unit)


def _unit(text: str) -> str | None:
    """Bring the spellings of a unit to one; None for an ordinal, which is no number."""
    word = text.lower()
    if word in _ORDINALS:
        return None
    if word in _CURRENCIES:
        return ""
    single = word[:-1] if len(word) > 2 and word.endswith("s") else word  # noqa: PLR2004 - ms is no plural
    return _UNITS.get(single, single)


def _number(cells: pd.Series) -> dict[str, Any] | None:
    """Find the form and the unit of a column of numbers."""
    parts = split(cells.index.to_series())
    digits = parts["digits"].dropna()
    if digits.empty:
        return None
    whole = digits.str.lstrip("+-")
    zeros = whole.str.len().gt(1) & whole.str.startswith("0") & whole.str.isdigit()
    if cells[zeros[zeros].index].sum() > _LEADING_ZEROS * cells.sum():
        return None
    form = _form(digits, cells)
    fits = _numbers(parts["digits"], form).notna()
    counts = cells[fits].groupby(parts["unit"][fits]).sum().sort_values(ascending=False)
    units = _factors(counts, parts[fits], form)
    covered = fits & parts["unit"].isin(units)
    return {
        "kind": "number",
        "form": form,
        "units": units,
        "read": float(cells[covered].sum() / cells.sum()),
        "counts": {str(unit): int(count) for unit, count in counts.items()},
    }


def _form(digits: pd.Series, cells: pd.Series) -> str | None:
    """Return the number form that reads most cells, plain digits where forms tie."""
    weights = cells[digits.index].to_numpy()
    tally = {
        form: weights[_numbers(digits, form).notna().to_numpy()].sum() for form in NUMBER_FORMS
    }
    return max(tally, key=lambda form: tally[form])


def _numbers(digits: pd.Series, form: str | None) -> pd.Series:
    """Turn digits of one form into numbers; missing where they are of another."""
    plain = digits.where(_fits(digits, NUMBER_FORMS[form]))
    if form is not None:
        plain = plain.str.replace(f"[{form[1]}\u00a0\u202f]", "", regex=True)
        plain = plain.str.replace(form[5], ".", regex=False)
    return pd.to_numeric(plain, errors="coerce").astype(float)


def _fits(texts: pd.Series, form: str) -> pd.Series:
    """Tell which texts have a form; a missing one has none."""
    match = pattern(form).fullmatch
    fits = [isinstance(text, str) and match(text) is not None for text in texts.tolist()]
    return pd.Series(fits, index=texts.index, dtype=bool)


def _factors(counts: pd.Series, parts: pd.DataFrame, form: str | None) -> dict[str, float]:
    """Return the units that can be read together, each with its factor."""
    common = [
        str(unit)
        for unit, count in counts.items()
        if count >= (_RARE if unit in KNOWN_UNITS | {""} else _UNKNOWN) * counts.sum()
    ]
    named = [unit for unit in common if unit]
    if named and set(named) <= set(_MULTIPLES) and len(set(named)) > 1:
        return {"": 1.0} | {unit: _MULTIPLES[unit] for unit in named}
    if len(named) > 1:
        return {}
    if named == ["%"] and "" in common:
        numbers = _numbers(parts["digits"], form).abs()
        plain, cents = (numbers[parts["unit"] == unit].median() for unit in ("", "%"))
        return {"": 1.0, "%": _nearer(plain, cents)}
    return dict.fromkeys(common, 1.0)


def _nearer(plain: float, cents: float) -> float:
    """Tell whether 5% stands beside 0.05 (a hundredth) or beside 5 (the sign says nothing)."""
    if not plain or not cents:
        return 1.0
    distance = abs(np.log(cents / plain))
    return 0.01 if abs(distance - np.log(100)) < distance and cents > plain else 1.0


def _date(cells: pd.Series) -> dict[str, Any] | None:
    """Find the forms of a column of dates, the one that reads most cells first."""
    left = cells
    forms: list[str | None] = []
    while len(forms) < _DATE_FORMS and not left.empty:
        levels = left.index.to_series()
        tally = {
            form: int(left[_dates(levels, [form]).notna()].sum()) for form in _seen(left.index)
        }
        if not tally or not max(tally.values()):
            break
        forms.append(max(tally, key=lambda form: tally[form]))
        left = left[_dates(levels, forms[-1:]).isna()]
    if not forms:
        return None
    return {"kind": "date", "forms": forms, "read": float(1 - left.sum() / cells.sum())}


def _seen(levels: pd.Index) -> list[str | None]:
    """Return the date forms that some cell has, digits alone left out."""
    heads = [level for level in levels[:_SEEN].tolist() if is_date(level)]
    return [
        form
        for form, shape in DATE_FORMS.items()
        if form != "%Y%m%d" and any(pattern(shape).fullmatch(level) for level in heads)
    ]


def _dates(levels: pd.Series, forms: list[str | None]) -> pd.Series:
    """Read dates, each by the first form that fits; a time zone is brought to UTC."""
    found = pd.Series(pd.NaT, index=levels.index, dtype="datetime64[us]")
    for form in forms:
        todo = levels[_fits(levels, DATE_FORMS[form]) & found.isna()]
        parsed = pd.to_datetime(todo, format=form or "ISO8601", errors="coerce", utc=True)
        found[todo.index] = parsed.dt.tz_localize(None).astype("datetime64[us]")
    return found


def _boolean(cells: pd.Series) -> dict[str, Any] | None:
    """Find the pair of words of a column of yes and no."""
    words = cells.groupby(cells.index.str.lower()).sum()
    for yes, no in _BOOLEANS:
        if {yes, no} <= set(words.index):
            both = float(words[[yes, no]].sum() / words.sum())
            return (
                {"kind": "bool", "true": yes, "false": no, "read": both} if both >= _FULL else None
            )
    return None
