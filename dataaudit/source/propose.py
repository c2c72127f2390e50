"""What a column could be, by a sample of its cells; each proposal is then tried on all rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from dataaudit.source.shapes import (
    BLANKS,
    BOOLEANS,
    COMPACT_DATE,
    DATE_FORMS,
    NUMBER_FORMS,
    pattern,
)
from dataaudit.source.tokens import NUMBER_TOKENS, SIGNS

_LIKELY = 0.9  # the share of sampled cells that makes a proposal worth a scan of all rows
_DAYS = 3  # eight digits that hardly change are no calendar
_LONGEST = 64  # characters; no number or date is longer


class Proposal(NamedTuple):
    """A way to read a column: as what, and in which form (`shapes`)."""

    kind: Literal["bool", "number", "date"]
    form: str | None = None


_TOKENS = frozenset(NUMBER_TOKENS)


def propose(cells: Iterable[str | None]) -> list[Proposal]:
    """Return the ways in which nearly all of these cells could be read.

    Examples
    --------
    >>> propose(["28/02/2019", "?", "13/03/2019"])
    [Proposal(kind='date', form='%m/%d/%Y'), Proposal(kind='date', form='%d/%m/%Y')]
    """
    texts = [cell.strip(BLANKS) for cell in cells if cell is not None]
    values = [text for text in texts if text and not is_token(text)]
    if not values or not any(character.isdigit() for character in values[0] + values[-1]):
        words = sum(value.lower() in BOOLEANS for value in values)
        if values and words >= _LIKELY * len(values):
            return [Proposal("bool")]
    if not any(len(value) <= _LONGEST for value in values):
        return []
    return [*_dates(values), *_numbers(values)]


def is_token(text: str) -> bool:
    """Whether a text can stand for a missing number or date."""
    return text.lower() in _TOKENS or bool(pattern(SIGNS).fullmatch(text))


def _numbers(values: Sequence[str]) -> list[Proposal]:
    signs = frozenset().union(*values)
    return [
        Proposal("number", form)
        for form, regex in NUMBER_FORMS.items()
        if _is_used(form, signs) and _share(values, regex)
    ]


def _is_used(form: str | None, signs: frozenset[str]) -> bool:
    """Whether the cells have a sign that the form reads otherwise than plain digits."""
    if form is None:
        return True
    group = {" ", "\u00a0", "\u202f"} if form[1] == " " else {form[1]}
    return bool(signs & group) or (form[5] == "," and "," in signs)


def _dates(values: Sequence[str]) -> list[Proposal]:
    forms = [form for form, regex in DATE_FORMS.items() if _share(values, regex)]
    few = len(set(values)) < _DAYS
    return [Proposal("date", form) for form in forms if form != COMPACT_DATE or not few]


def _share(values: Sequence[str], form: str) -> bool:
    """Whether nearly all values match; gives up early where the first ones do not."""
    match = pattern(form).fullmatch
    head = values[:20]
    if sum(match(value) is not None for value in head) < (_LIKELY - 0.2) * len(head):
        return False
    return sum(match(value) is not None for value in values) >= _LIKELY * len(values)
