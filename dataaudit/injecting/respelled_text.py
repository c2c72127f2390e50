"""One level in many spellings: case, blanks, typing errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from dataaudit.defects import Share
from dataaudit.injecting import Change, Given, Injector
from dataaudit.injecting.cells import chosen, replaced, some
from dataaudit.naming import listed

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SHORTEST = 5  # letters from which a slip leaves a word that can be read


class RespelledText(Injector):
    """Respell cells of text columns.

    Parameters
    ----------
    share
        Of the cells of each column.
    columns
        Those that are changed; None: all text features.
    """

    checks: ClassVar = ("categories",)
    cause = "categories"

    def __init__(self, *, share: Share = 0.5, columns: Sequence[str] | None = None) -> None:
        self.share, self.columns = share, columns

    def applies(self, given: Given) -> str:
        """Need text."""
        return "" if given.texts else "no text column among the features"

    def plant(self, given: Given, rng: np.random.Generator) -> Change:
        """Return the table with respelled levels."""
        names = chosen(given.texts, self.columns)
        changed = {}
        for name in names:
            cells = given.frame[name].astype(object).copy()
            for place in np.flatnonzero(some(rng, cells.notna().to_numpy(), self.share)):
                cells.iloc[place] = _respelled(str(cells.iloc[place]), rng)
            changed[name] = cells
        return Change(
            frame=replaced(given.frame, changed),
            sentence=f"{self.share:.0%} of the cells of {listed(names)} respelled: case, blanks, "
            "typing errors.",
        )


def _respelled(text: str, rng: np.random.Generator) -> str:
    """Return another spelling of a level."""
    ways = [text.upper(), text.lower(), text.title(), f" {text}", f"{text} ", f"  {text} "]
    if len(text) >= _SHORTEST:
        at, letter = int(rng.integers(1, len(text) - 1)), _LETTERS[rng.integers(len(_LETTERS))]
        ways += [text[:at] + letter + text[at + 1 :], text[:at] + letter + text[at:]]
    others = [way for way in ways if way != text]
    return others[rng.integers(len(others))]
