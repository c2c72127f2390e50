"""Bytes to text: what encoding a file has, and a plain UTF-8 copy of it where it has another.

A file is surveyed once, whole, since the first odd byte may stand in the last line. What is plain
UTF-8 with one kind of line end is then read where it lies; everything else is written anew into the
engine's folder, in pieces, so that the reader proper has one kind of file to deal with.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from dataaudit.errors import ConfigError, SourceError

_PIECE = 1 << 22
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_BINARY, _STRAY = 0.05, 8  # share of control bytes that no text has, and a few that may be stray
_VALID_PER_BROKEN = 10  # a UTF-8 file with a few broken bytes has many whole characters
_LATIN_CONTROLS = re.compile("[\u0080-\u009f]")  # control characters that nobody types
_ZEROS, _FEW_ZEROS = 0.3, 0.05  # of every second byte, in Latin text as UTF-16
_BROKEN = "\udc80"  # what Python reads a lone byte 0x80 as
_MOSTLY_READ = 0.05  # share of a file that may not fit its encoding
_SURROGATES = re.compile("[\udc80-\udcff]")
_UTF8_CONTROLS = re.compile(rb"\xc2[\x80-\x9f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    r"""What the bytes of a file are.

    Parameters
    ----------
    encoding
        The codec that reads it.
    line_end
        ``"\n"``, ``"\r\n"``, ``"\r"``, or "" where there are several or none.
    is_plain
        Whether the bytes can be read as they are.
    notes
        Sentences for the report.
    """

    encoding: str
    line_end: str
    is_plain: bool
    notes: tuple[str, ...] = field(default=())


def survey(path: Path, name: str, encoding: str | None = None) -> Survey:
    """Look at every byte of a file.

    Parameters
    ----------
    path
        The file, not compressed.
    name
        What the user called it, for errors.
    encoding
        The encoding that the user gave, if any.

    Raises
    ------
    ConfigError
        For an encoding that Python does not know.
    SourceError
        For bytes that are no text.
    """
    with path.open("rb") as file:
        head = file.read(_PIECE)
    guess = _known(encoding) if encoding else _by_mark(head)
    count = _Count()
    for piece in _pieces(path):
        count.add(piece, as_utf8=guess in (None, "utf-8", "utf-8-sig"))
    guess = guess or _by_bytes(count)
    is_utf8 = guess in ("utf-8", "utf-8-sig")
    _refuse_binary(head, name, guess)
    line_end = count.line_end if is_utf8 or not count.nuls else ""
    is_plain = (
        is_utf8
        and not (count.nuls or count.has_controls or count.broken)
        and line_end in ("\n", "\r\n")
    )
    notes = tuple(_notes(guess, count, is_given=encoding is not None, is_utf8=is_utf8))
    return Survey(encoding=guess, line_end=line_end, is_plain=is_plain, notes=notes)


def transcode(path: Path, seen: Survey, target: Path, name: str) -> None:
    """Write a file anew as UTF-8, in pieces, without mark and NUL; CR alone becomes LF.

    Bytes that do not fit stay, or leave one that is no UTF-8, so that the reader puts their line
    aside.

    Raises
    ------
    SourceError
        Where more than a few bytes do not fit the encoding.
    """
    is_utf8 = seen.encoding in ("utf-8", "utf-8-sig")
    decoder = codecs.getincrementaldecoder(seen.encoding)(_errors(seen.encoding))
    read = broken = 0
    with target.open("wb") as out:
        for piece in chain(_pieces(path), [b""]):
            try:
                text = decoder.decode(piece, final=not piece).replace("\0", "")
            except UnicodeError as error:  # a mark that does not fit stops some codecs at once
                raise _wrong(name, seen.encoding) from error
            read, broken = read + len(text), broken + text.count(_BROKEN)
            if is_utf8:
                text = _LATIN_CONTROLS.sub(_windows, text)
            if seen.line_end == "\r":
                text = text.replace("\r", "\n")
            out.write(text.encode("utf-8", "surrogateescape"))
    if not is_utf8 and broken > _MOSTLY_READ * read:
        raise _wrong(name, seen.encoding)


def _wrong(name: str, encoding: str) -> SourceError:
    """Say that a file is not in the encoding that was given or worked out."""
    remedy = "Leave `encoding` out to have it worked out, or give another."
    return SourceError(name, f"its bytes are not {encoding}", remedy=remedy)


@dataclass
class _Count:
    """What is counted while the bytes go by."""

    nuls: int = 0
    feeds: int = 0
    returns: int = 0
    pairs: int = 0
    broken: int = 0
    whole: int = 0
    has_controls: bool = False

    def __post_init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._ended_in_return = False

    def add(self, piece: bytes, *, as_utf8: bool) -> None:
        """Count a piece; a line end may lie across two."""
        self.nuls += piece.count(b"\0")
        self.feeds += piece.count(b"\n")
        self.returns += piece.count(b"\r")
        self.pairs += piece.count(b"\r\n")
        self.pairs += self._ended_in_return and piece.startswith(b"\n")
        self._ended_in_return = piece.endswith(b"\r")
        if not as_utf8 or (piece.isascii() and not self._decoder.getstate()[0]):
            return
        self.has_controls = self.has_controls or _UTF8_CONTROLS.search(piece) is not None
        text = self._decoder.decode(piece)
        odd = len(_SURROGATES.findall(text))
        self.broken += odd
        self.whole += len(text) - len(text.encode("ascii", "ignore")) - odd

    @property
    def line_end(self) -> str:
        """The one kind of line end, or "" where there are several or none."""
        kinds = {
            "\r\n": self.pairs,
            "\n": self.feeds - self.pairs,
            "\r": self.returns - self.pairs,
        }
        used = [end for end, count in kinds.items() if count]
        return used[0] if len(used) == 1 else ("\n" if not used else "")


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _known(encoding: str) -> str:
    """Return the name of a codec; plain ASCII is UTF-8 as well."""
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)
    except (LookupError, ValueError, TypeError) as error:
        expected = "an encoding that Python knows, like utf-8 or windows-1252"
        raise ConfigError("source.encoding", expected=expected, found=encoding) from error
    return "utf-8" if name == "ascii" else name


def _by_mark(head: bytes) -> str | None:
    """Read the byte order mark, or see the zero bytes that UTF-16 puts into Latin text."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) / 2
    if odd > _ZEROS * half and even < _FEW_ZEROS * half:
        return "utf-16-le"
    if even > _ZEROS * half and odd < _FEW_ZEROS * half:
        return "utf-16-be"
    return None


def _by_bytes(count: _Count) -> str:
    """Tell UTF-8, with or without a few broken bytes, from the single bytes of Windows."""
    if not count.broken or count.whole >= _VALID_PER_BROKEN * count.broken:
        return "utf-8"
    return "windows-1252"


def _refuse_binary(head: bytes, name: str, encoding: str) -> None:
    """Refuse a file that is no text."""
    if encoding.startswith(("utf-16", "utf-32")):
        return
    odd = len(_CONTROLS.findall(head)) + head.count(0)
    if odd > max(_BINARY * len(head), _STRAY):
        raise SourceError(
            name, "it is a binary file, no table of text", remedy="Export it as CSV or Parquet."
        )


def _errors(encoding: str) -> str:
    """Return what happens to a byte that the encoding does not have."""
    if encoding.startswith("utf-8"):
        return "surrogateescape"
    return "dataaudit.latin" if encoding in ("windows-1252", "cp1252") else "dataaudit.broken"


def _latin(error: UnicodeError) -> tuple[str, int]:
    """Read the five bytes that Windows-1252 leaves open as the web does: as they are."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(byte) for byte in error.object[error.start : error.end]), error.end


def _broken(error: UnicodeError) -> tuple[str, int]:
    """Leave a byte that is no UTF-8 where something could not be decoded."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _BROKEN, error.end


codecs.register_error("dataaudit.latin", _latin)
codecs.register_error("dataaudit.broken", _broken)


def _windows(match: re.Match[str]) -> str:
    """Return the character that a control character stood for before it was decoded wrongly."""
    return match.group().encode("latin-1").decode("cp1252", "dataaudit.latin")


def _notes(encoding: str, count: _Count, *, is_given: bool, is_utf8: bool) -> Iterator[str]:
    """Say what was odd about the bytes."""
    if encoding == "windows-1252" and not is_given:
        yield "The bytes are not UTF-8 and were read as Windows-1252; `encoding` overrides it."
    if is_utf8 and count.nuls:
        yield f"NUL characters that were taken out: {count.nuls:,}."
    if is_utf8 and count.has_controls:
        yield (
            "Control characters U+0080 to U+009F were read as the quotes and dashes of "
            "Windows-1252 that they were before the file was converted."
        )
    if is_utf8 and count.broken:
        yield f"{count.broken:,} bytes are not UTF-8; the lines that hold them were put aside."
    if count.line_end == "" and (is_utf8 or not count.nuls):
        yield "The lines end in different ways (LF, CRLF, CR); each was taken as an end."
