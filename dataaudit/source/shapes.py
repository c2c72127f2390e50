"""What a cell of text looks like: a number, a date, a time, or just its outline.

The forms stand here once. They choose the dialect and the header of a file, mend a row that was cut
wrongly, and propose the type of a column, which SQL (`casts`) then tries on every row.
"""

from __future__ import annotations

import itertools
import re
from functools import cache
from typing import Literal

Kind = Literal["empty", "number", "date", "time", "bool", "text"]

BLANKS = " \t\n\r\v\f\u00a0\u2007\u202f\u3000\ufeff"

# By `Column.format`: how the digits of a number are grouped, and its decimal mark. None is plain.
NUMBER_FORMS: dict[str | None, str] = {
    None: r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?i:inf|infinity)",
    "1,234.5": r"[+-]?(?:[1-9]\d{0,2}(?:,\d{3})+|\d+)(?:\.\d*)?",
    "1.234,5": r"[+-]?(?:[1-9]\d{0,2}(?:\.\d{3})+|\d+)(?:,\d*)?",
    "1 234.5": r"[+-]?(?:[1-9]\d{0,2}(?:[ \x{a0}\x{202f}]\d{3})+|\d+)(?:\.\d*)?",
    "1 234,5": r"[+-]?(?:[1-9]\d{0,2}(?:[ \x{a0}\x{202f}]\d{3})+|\d+)(?:,\d*)?",
    "1'234.5": r"[+-]?(?:[1-9]\d{0,2}(?:'\d{3})+|\d+)(?:\.\d*)?",
}
WHOLE = r"[+-]?\d+(?:\.0*)?"
_ISO_DAY, _ISO_CLOCK = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}", r"[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?"
ISO_LOCAL = rf"{_ISO_DAY}(?:{_ISO_CLOCK})?"
ISO = rf"{_ISO_DAY}(?:{_ISO_CLOCK}(?: ?(?:Z|[+-]\d{{2}}(?::?\d{{2}})?))?)?"
_CLOCKS = {
    "": "",
    " %H:%M": r" \d{1,2}:\d{2}",
    " %H:%M:%S": r" \d{1,2}:\d{2}:\d{2}",
    " %I:%M %p": r" \d{1,2}:\d{2} [AaPp][Mm]",
    " %I:%M:%S %p": r" \d{1,2}:\d{2}:\d{2} [AaPp][Mm]",
}
# Month first where a slash leaves it open (the United States write so), day first elsewhere.
_DAYS = {
    "%m/%d/%Y": r"\d{1,2}/\d{1,2}/\d{4}",
    "%d/%m/%Y": r"\d{1,2}/\d{1,2}/\d{4}",
    "%d.%m.%Y": r"\d{1,2}\.\d{1,2}\.\d{4}",
    "%d-%m-%Y": r"\d{1,2}-\d{1,2}-\d{4}",
    "%m-%d-%Y": r"\d{1,2}-\d{1,2}-\d{4}",
    "%Y.%m.%d": r"\d{4}\.\d{1,2}\.\d{1,2}",
    "%d %B %Y": r"\d{1,2} [A-Za-z]{3,9} \d{4}",
    "%d %b %Y": r"\d{1,2} [A-Za-z]{3} \d{4}",
    "%d-%b-%Y": r"\d{1,2}-[A-Za-z]{3}-\d{4}",
    "%d/%b/%Y": r"\d{1,2}/[A-Za-z]{3}/\d{4}",
    "%B %d, %Y": r"[A-Za-z]{3,9} \d{1,2}, \d{4}",
    "%b %d, %Y": r"[A-Za-z]{3} \d{1,2}, \d{4}",
    "%m/%d/%y": r"\d{1,2}/\d{1,2}/\d{2}",
    "%d/%m/%y": r"\d{1,2}/\d{1,2}/\d{2}",
    "%d.%m.%y": r"\d{1,2}\.\d{1,2}\.\d{2}",
    "%d-%b-%y": r"\d{1,2}-[A-Za-z]{3}-\d{2}",
    "%Y%m%d": r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])",
}
# By `Column.format`; None is ISO, which SQL casts by itself, time zones included.
DATE_FORMS: dict[str | None, str] = {None: ISO} | {
    day + clock: _DAYS[day] + _CLOCKS[clock]
    for day, clock in itertools.product(_DAYS, _CLOCKS)
    if day != "%Y%m%d" or not clock
}
COMPACT_DATE = "%Y%m%d"
BOOLEANS = {"true": True, "false": False}


@cache
def pattern(form: str) -> re.Pattern[str]:
    """Compile a form, which is written for SQL (RE2), for Python."""
    return re.compile(re.sub(r"\\x\{(\w+)\}", lambda m: rf"\u{int(m[1], 16):04x}", form), re.ASCII)


_TIME = re.compile(r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm])?")
_UNIT = re.compile(r"[$€£¥]\s?|\s?(?:%|€|USD|EUR)$")
_DATE_HINT = re.compile(r"\d[-/. ]|[A-Za-z]{3,9} \d")


@cache
def _any_of(kind: Literal["number", "date"]) -> re.Pattern[str]:
    """Return one pattern for every form of a kind; a date of digits alone is a number here."""
    forms = dict(NUMBER_FORMS) if kind == "number" else dict(DATE_FORMS)
    forms.pop(COMPACT_DATE, None)
    return pattern("|".join(f"(?:{form})" for form in dict.fromkeys(forms.values())))


def kind_of(cell: str) -> Kind:
    """Say what a cell looks like; amounts with a currency or per cent sign are numbers.

    Examples
    --------
    >>> [kind_of(cell) for cell in ("1.5", "$3", "28/02/2019", "00:15", " ", "true", "x")]
    ['number', 'number', 'date', 'time', 'empty', 'bool', 'text']
    """
    text = cell.strip(BLANKS)
    if not text:
        return "empty"
    if not any(character.isdigit() for character in text):
        return "bool" if text.lower() in BOOLEANS else "text"
    if _any_of("number").fullmatch(text) or _any_of("number").fullmatch(_UNIT.sub("", text)):
        return "number"
    if _TIME.fullmatch(text):
        return "time"
    return "date" if is_date(text) else "text"


def is_date(text: str) -> bool:
    """Tell whether a trimmed text has a form of dates; digits alone have none.

    Examples
    --------
    >>> [is_date(text) for text in ("28/02/2019", "Feb 28, 2019", "20190228", "28")]
    [True, True, False, False]
    """
    return bool(_DATE_HINT.search(text) and _any_of("date").fullmatch(text))


_RUNS = (
    (re.compile(r"\d+(?:[.,]\d+)*"), "9"),
    (re.compile(r"[^\W\d_]+"), "a"),
    (re.compile(r"\s+"), " "),
)


def outline(cell: str) -> str:
    """Return a cell with every number as 9 and every word as a.

    Examples
    --------
    >>> outline("$74.69"), outline("MG-8769")
    ('$9', 'a-9')
    """
    for run, letter in _RUNS:
        cell = run.sub(letter, cell)
    return cell
