"""The words that stand for a missing value, and where they are taken as such.

In a column of numbers or dates a word cannot be a value, so the whole list counts. In a column of
text only what can hardly be a value is read as missing: ``NA`` may be Namibia, ``none`` a garage
type. The defect `disguised` reports the others.
"""

from __future__ import annotations

# Compared without regard to case and to white space at the ends. The blank always is missing.
TEXT_TOKENS = ("?", "n/a", "#n/a", "n.a.", "<na>", "nan", "null", "(null)", "#null!", "\\n", "nat")
NUMBER_TOKENS = (
    *TEXT_TOKENS,
    "na",
    "#na",
    "-nan",
    "nil",
    "none",
    "missing",
    "(missing)",
    "unknown",
    "unk",
    "undefined",
    "n.d.",
    "nd",
    "not available",
    "not applicable",
    "no data",
    "#div/0!",
    "#value!",
    "#ref!",
    "#num!",
    "#name?",
)
# Signs without a letter or digit: -, --, ., .., ***, ????
SIGNS = r"[^\w\s]+"
