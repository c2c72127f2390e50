"""Cut text into fields, one physical line at a time, and say exactly where it cannot be cut.

Python's ``csv`` never fails where a quote is misplaced, it just reads on; DuckDB fails, but not
always at the line at fault. This one stops at the line, so that one bad line costs one line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


@dataclass(frozen=True, kw_only=True)
class Marks:
    """The signs that hold a table of text together.

    Parameters
    ----------
    delimiter
        Between fields, one to four characters.
    quote
        Around fields, or "".
    escape
        Before a quote inside a quoted field: the quote itself, or a backslash.

    Examples
    --------
    >>> Marks().cut('a,"b ""c"", d",e')
    Cut(fields=['a', 'b "c", d', 'e'], inside=None, broken=None)
    """

    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'

    @cached_property
    def opening(self) -> re.Pattern[str]:
        """Blanks and a quote at the start of a field."""
        blanks = "" if self.delimiter.isspace() else " *"
        return re.compile(blanks + re.escape(self.quote))

    @cached_property
    def body(self) -> re.Pattern[str]:
        """All of a quoted field up to the quote that closes it."""
        quote, escape = re.escape(self.quote), re.escape(self.escape)
        if self.escape == self.quote:
            return re.compile(f"[^{quote}]*(?:{quote}{quote}[^{quote}]*)*")
        return re.compile(f"[^{quote}{escape}]*(?:{escape}.[^{quote}{escape}]*)*", re.DOTALL)

    @cached_property
    def closing(self) -> re.Pattern[str]:
        """Blanks behind a closing quote, then the delimiter or the end of the line."""
        blanks = "" if self.delimiter.isspace() else " *"
        return re.compile(f"{blanks}(?:{re.escape(self.delimiter)}|(\r?\n?$))")

    def cut(self, line: str, cut: Cut | None = None) -> Cut:
        """Cut a line, or go on with a field that an earlier line left open.

        Parameters
        ----------
        line
            One physical line, with or without its end.
        cut
            What came of the lines before, if they left a quote open; it is continued in place.
        """
        if cut is None and (not self.quote or self.quote not in line):
            return Cut(line.rstrip("\r\n").split(self.delimiter))
        cut = cut or Cut([])
        position: int | None = 0
        while position is not None:
            step = self._field if cut.inside is None else self._inside
            position = step(line, position, cut)
        return cut

    def unescaped(self, text: str) -> str:
        """Return the body of a quoted field as it was meant."""
        if self.escape == self.quote:
            return text.replace(self.quote * 2, self.quote)
        return re.sub(re.escape(self.escape) + r"(.)", r"\1", text, flags=re.DOTALL)

    def _field(self, line: str, position: int, cut: Cut) -> int | None:
        """Take the field that starts here; None at the end of the line."""
        opened = self.opening.match(line, position)
        if opened:
            cut.inside = []
            return opened.end()
        end = line.find(self.delimiter, position)
        if end < 0:
            cut.fields.append(line[position:].rstrip("\r\n"))
            return None
        cut.fields.append(line[position:end])
        return end + len(self.delimiter)

    def _inside(self, line: str, position: int, cut: Cut) -> int | None:
        """Take the rest of a quoted field, up to its quote or the end of the line."""
        body = self.body.match(line, position)
        inside = cut.inside
        if body is None or inside is None:  # pragma: no cover - the pattern matches the empty text
            return None
        inside.append(self.unescaped(body.group()))
        if body.end() == len(line):
            return None
        closed = self.closing.match(line, body.end() + 1)
        if closed is None:
            cut.broken = Fault.BEHIND_QUOTE
            return None
        cut.fields.append("".join(inside))
        cut.inside = None
        return None if closed.group(1) is not None else closed.end()


class Fault(StrEnum):
    """Why a line cannot be cut into fields."""

    OPEN_QUOTE = "a quote is opened and never closed"
    BEHIND_QUOTE = "there is text behind a closing quote"
    NOT_TEXT = "it has bytes that do not fit the encoding"


@dataclass(slots=True)
class Cut:
    """The fields of a record so far.

    Parameters
    ----------
    fields
        The fields that are whole.
    inside
        The parts of a quoted field that is still open; None where none is.
    broken
        Why it cannot be cut any further.
    """

    fields: list[str]
    inside: list[str] | None = None
    broken: Fault | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the record ends here, without a fault."""
        return self.inside is None and self.broken is None
