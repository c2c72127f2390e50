"""Python's handling of text in SQL: blanks, case, and the two together."""

from __future__ import annotations

import sys
from collections.abc import Collection
from functools import cache

from dataaudit.engine.sql import literal

BLANKS = "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
BLANKS += "\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
"""What `str.strip` and `str.split` take for white space."""

_CLASS = "".join(rf"\x{{{ord(sign):x}}}" for sign in BLANKS)
_ODD = "".join(rf"\x{{{ord(sign):x}}}" for sign in BLANKS if sign != " ")


def stripped(x: str, blanks: str = BLANKS) -> str:
    """Return a text without blanks at either end; few have any, so a look comes first."""
    signs = "".join(rf"\x{{{ord(sign):x}}}" for sign in blanks)
    has_blank = f"regexp_matches({x}, {literal(f'^[{signs}]|[{signs}]$')})"
    return f"CASE WHEN {has_blank} THEN trim({x}, {literal(blanks)}) ELSE {x} END"


def collapsed(x: str) -> str:
    """Return a text as ``" ".join(text.split())`` does: outer blanks gone, inner ones single."""
    is_odd = f"regexp_matches({x}, {literal(f'^ | $|  |[{_ODD}]')})"
    single = f"trim(regexp_replace({x}, {literal(f'[{_CLASS}]+')}, ' ', 'g'))"
    return f"CASE WHEN {is_odd} THEN {single} ELSE {x} END"


def folded(x: str, known: Collection[str]) -> str:
    """Return a text as `str.casefold` does, as far as it can then equal one of the known ones.

    SQL's ``lower`` differs for some 300 signs. Only those whose folded form occurs among the known
    texts matter: the sharp s of the German languages, ligatures, the Kelvin sign.
    """
    signs = set().union(*known)
    odd = {
        one: fold
        for one, fold in _unlike_lower().items()
        if signs.issuperset(fold) or one.lower()[0] in signs  # SQL's lower keeps one sign
    }
    if not odd:
        return f"lower({x})"
    folds = x
    for one, fold in odd.items():
        folds = f"replace({folds}, {literal(one)}, {literal(fold)})"
    any_odd = "".join(odd)
    is_odd = f"regexp_matches({x}, {literal(f'[{any_odd}]')})"
    return f"lower(CASE WHEN {is_odd} THEN {folds} ELSE {x} END)"


@cache
def _unlike_lower() -> dict[str, str]:
    """Return the signs whose casefold is not what SQL's lower gives, with their casefold."""
    signs = (chr(point) for point in range(0x80, sys.maxunicode + 1))
    return {s: s.casefold() for s in signs if s.casefold() != s.lower() or len(s.lower()) > 1}
