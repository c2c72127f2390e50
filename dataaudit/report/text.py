"""Values from a table as text that is safe to show, and numbers as people write them.

A cell may hold 10,000 characters, a terminal escape, half a surrogate pair or a mark that turns the
rest of the page around. `shown` makes all of that visible and short; escaping HTML is the
template's work.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

LONGEST_NAME = 60
LONGEST_VALUE = 40
LONGEST_SENTENCE = 700
NOTHING = "-"
_MOST_MARKS = 3  # stacked accents that one letter needs in any living script
_JOINERS = "\u200c\u200d"  # they shape Persian words and emoji, and do no harm
_HIDING = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # control, direction, half a pair, line ends


def shown(value: object, limit: int = LONGEST_VALUE) -> str:
    r"""Return a value as one short line in which nothing is hidden.

    Parameters
    ----------
    value
        Anything; its ``str`` is shown.
    limit
        The largest number of characters; what is longer loses its middle.

    Examples
    --------
    >>> shown("x" * 10_000, limit=9)
    'xxxx…xxxx'
    >>> shown("beep\a")
    'beep\\x07'
    """
    text = str(value)
    text = text if len(text) <= limit else _shortened(text, limit)
    return "".join(_visible(text))


def _shortened(text: str, limit: int) -> str:
    """Cut the middle out, so that beginning and end can both be recognised."""
    tail = (limit - 1) // 2
    return f"{text[: limit - 1 - tail]}…{text[len(text) - tail :]}"


def _visible(text: str) -> Iterable[str]:
    """Yield the text with control, direction and stacked characters made harmless."""
    marks = 0
    for character in text:
        kind = unicodedata.category(character)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if marks > _MOST_MARKS:
            continue
        if kind in _HIDING and character not in _JOINERS:
            yield character.encode("unicode_escape").decode("ascii")
        else:
            yield character


def column_label(name: str) -> str:
    """Return the name of a column as the report writes it; one that is blank says so.

    Examples
    --------
    >>> column_label("income"), column_label("  ")
    ('income', '(2 blanks)')
    """
    return shown(name, LONGEST_NAME) if name.strip() else f"({count(len(name), 'blank')})"


def sentence(text: str, names: Iterable[str] = ()) -> str:
    """Return a message with the long column names in it shortened as everywhere else.

    Parameters
    ----------
    text
        A sentence of a check, a contract or a stage.
    names
        The columns it may name.
    """
    for name in names:
        label = column_label(name)
        if label != name:
            text = text.replace(f"`{name}`", f"`{label}`")
            text = text.replace(name, label) if name.strip() else text
    spaced = [part if i % 2 else _PERCENT.sub(" %", part) for i, part in enumerate(text.split("`"))]
    return shown("`".join(spaced), LONGEST_SENTENCE)


_PERCENT = re.compile(r"(?<=\d)%")  # one way to write it on a page; names in backticks stay


def number(value: Any) -> str:
    """Return a number with four digits that matter, thousands set apart.

    Examples
    --------
    >>> number(32561), number(0.123456), number(1234567.8), number(None)
    ('32,561', '0.1235', '1,234,568', '-')
    """
    value = finite(value)
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return shown(value)
    size = abs(value)
    if value == int(value) and size < _LONGEST_INTEGER:
        return f"{int(value):,}"
    if _READABLE_FROM <= size < _LONGEST_INTEGER:
        return f"{value:,.0f}" if size >= _NO_DECIMALS_FROM else f"{value:.4g}"
    return f"{value:.3g}"


_LONGEST_INTEGER = 1e12  # 16 characters with separators; beyond that exponents read better
_READABLE_FROM = 1e-4
_NO_DECIMALS_FROM = 1000


def percent(share: Any) -> str:
    """Return a share in 0..1 as percent; what is not all is never shown as all.

    Examples
    --------
    >>> percent(0.0432), percent(0.0001), percent(0.99999), percent(1)
    ('4.3 %', '<0.1 %', '>99.9 %', '100 %')
    """
    share = finite(share)
    if share is None or isinstance(share, str):
        return NOTHING
    if share in (0, 1):
        return f"{share * 100:.0f} %"
    text = f"{share * 100:.1f} %"
    return {"0.0 %": "<0.1 %", "100.0 %": ">99.9 %"}.get(text, text)


def count(number_of: int, thing: str, things: str = "") -> str:
    """Return "1 row", "2,000 rows".

    Examples
    --------
    >>> count(1, "row"), count(2000, "row"), count(2, "category", "categories")
    ('1 row', '2,000 rows', '2 categories')
    """
    return f"{number_of:,} {thing if number_of == 1 else things or thing + 's'}"


def finite(value: Any) -> Any:
    """Return a number that JSON can hold, None for NaN and infinity, other things as they are."""
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value


def plain(value: Any) -> Any:
    """Turn mappings, tuples, sets, numpy values and the rest into what JSON has."""
    if hasattr(value, "items"):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((plain(item) for item in value), key=str)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    value = finite(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def without_folder(path: object) -> str:
    """Return a path as it may stand in a report: where it was on this machine is no one's concern.

    Examples
    --------
    >>> without_folder("/home/ada/credit.csv"), without_folder("sample_data/credit.csv")
    ('credit.csv', 'sample_data/credit.csv')
    """
    text = str(path)
    for kind in (PurePosixPath, PureWindowsPath):
        if kind(text).is_absolute():
            return kind(text).name
    return text
