"""Footers of Parquet files, and how those of several become the footer of one.

A footer is a ``FileMetaData`` in Thrift's compact protocol. Of it only what is to be changed is
understood: the number of rows, the list of row groups, and in each of these the places in the file.

References
----------
Apache Parquet, file format, ``parquet.thrift``; Apache Thrift, compact protocol encoding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

MAGIC = b"PAR1"
_LENGTH = 4  # bytes that say how long the footer is, before the closing magic
_TAIL = _LENGTH + len(MAGIC)

_BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT, _UUID = 3, 7, 8, 9, 10, 12, 13
_BOOLS, _INTEGERS = (1, 2), (4, 5, 6)
_FIXED = {_BYTE: 1, _DOUBLE: 8, _UUID: 16}
_ROWS, _GROUPS = 3, 4
"""Numbers of the fields of a file's footer."""

_ORDINAL = "ordinal"
_PLACE = "place"
_COLUMN = {9: _PLACE, 10: _PLACE, 11: _PLACE, 14: _PLACE}
_CHUNK = {2: _PLACE, 3: _COLUMN, 4: _PLACE, 6: _PLACE}
_GROUP = {1: _CHUNK, 5: _PLACE, 7: _ORDINAL}
"""Numbers of the fields of a row group that a move within the file changes, and what they are."""


class Piece(NamedTuple):
    """A Parquet file without its magic, as a part of a longer one.

    Parameters
    ----------
    body
        Its pages.
    footer
        Its ``FileMetaData``.
    """

    body: memoryview
    footer: bytes


def piece(file: memoryview) -> Piece:
    """Take a whole Parquet file apart.

    Raises
    ------
    ValueError
        If it is none.
    """
    if bytes(file[: len(MAGIC)]) != MAGIC or bytes(file[-len(MAGIC) :]) != MAGIC:
        raise ValueError("no Parquet file")
    length = int.from_bytes(file[-_TAIL:-_LENGTH], "little")
    return Piece(file[len(MAGIC) : -_TAIL - length], bytes(file[-_TAIL - length : -_TAIL]))


def joined(footers: Sequence[bytes], sizes: Sequence[int]) -> bytes:
    """Return the end of a file that has the bodies of others behind each other.

    Parameters
    ----------
    footers
        Of files of the same columns, written with the same settings; at least one. What is said of
        the file as a whole is said by the first.
    sizes
        The bytes of each body.

    Returns
    -------
    bytes
        Footer, its length and the magic.
    """
    rows, count, groups, moved = 0, 0, [], 0
    for footer, size in zip(footers, sizes, strict=True):
        found = _outline(footer)
        rows += found.rows
        for (start, end), changes in zip(found.groups, found.changes, strict=True):
            groups.append(_moved(footer, start, end, changes, by=moved, ordinal=count))
            count += 1
        moved += size
    first, said = footers[0], _outline(footers[0])
    whole = b"".join(
        [
            first[: said.rows_at[0]], _integer(rows), first[said.rows_at[1] : said.groups_at[0]],
            _list_header(count), *groups, first[said.groups_at[1] :],
        ]
    )  # fmt: skip
    return whole + len(whole).to_bytes(_LENGTH, "little") + MAGIC


class _Change(NamedTuple):
    """A number that changes: from byte to byte, what it is, and its value."""

    start: int
    end: int
    what: object
    value: int


class _Outline(NamedTuple):
    """Where a footer says what: from byte to byte."""

    rows: int
    rows_at: tuple[int, int]
    groups_at: tuple[int, int]
    groups: list[tuple[int, int]]
    changes: list[list[_Change]]
    """Of each row group, in their order."""


def _outline(footer: bytes) -> _Outline:
    rows, rows_at, groups_at = 0, (0, 0), (0, 0)
    groups: list[tuple[int, int]] = []
    changes: list[list[_Change]] = []
    at = field = 0
    while footer[at]:
        field, kind, at = _header(footer, at, field)
        start = at
        if field == _GROUPS:
            count, _, at = _list(footer, at)
            for _ in range(count):
                first = at
                changes.append([])
                at = _walk(footer, at, _GROUP, changes[-1])
                groups.append((first, at))
            groups_at = start, at
            continue
        at = _behind(footer, at, kind)
        if field == _ROWS:
            rows, rows_at = _number(footer, start)[0], (start, at)
    return _Outline(rows, rows_at, groups_at, groups, changes)


def _moved(
    footer: bytes, start: int, end: int, changes: list[_Change], *, by: int, ordinal: int
) -> bytes:
    """Return a row group of a footer with what changes when its pages move by so many bytes."""
    parts, copied = [], start
    for change in changes:
        parts.append(footer[copied : change.start])
        if change.what == _ORDINAL:
            parts.append(_integer(ordinal))
        else:
            parts.append(_integer(change.value + by if change.value else 0))  # 0: none is said
        copied = change.end
    return b"".join([*parts, footer[copied:end]])


def _walk(data: bytes, at: int, fields: Mapping[int, object], found: list[_Change]) -> int:
    """Return where a struct ends; note the numbers in it that change."""
    field = 0
    while data[at]:
        field, kind, at = _header(data, at, field)
        what = fields.get(field)
        if isinstance(what, dict):
            count, at = (1, at) if kind == _STRUCT else _list(data, at)[::2]
            for _ in range(count):
                at = _walk(data, at, what, found)
        elif what is not None:
            value, end = _number(data, at)
            found.append(_Change(at, end, what, value))
            at = end
        else:
            at = _behind(data, at, kind)
    return at + 1


def _header(data: bytes, at: int, field: int) -> tuple[int, int, int]:
    """Return number, type and place of the value of the field that follows one of a struct."""
    byte = data[at]
    if byte >> 4:
        return field + (byte >> 4), byte & 15, at + 1
    field, at = _number(data, at + 1)
    return field, byte & 15, at


def _list(data: bytes, at: int) -> tuple[int, int, int]:
    """Return how many elements of which type a list has, and where the first is."""
    count, kind = data[at] >> 4, data[at] & 15
    at += 1
    if count == _LONG:
        count, at = _varint(data, at)
    return count, kind, at


_LONG = 15  # the count does not fit into half a byte and follows


def _list_header(count: int) -> bytes:
    """Return what stands before so many structs."""
    if count < _LONG:
        return bytes([count << 4 | _STRUCT])
    return bytes([_LONG << 4 | _STRUCT]) + _unsigned(count)


def _behind(data: bytes, at: int, kind: int) -> int:
    """Return where the value of a field ends."""
    if kind in _INTEGERS:
        while data[at] & 128:
            at += 1
        return at + 1
    if kind in _BOOLS:  # their value is their type
        return at
    if kind == _BINARY:
        length, at = _varint(data, at)
        return at + length
    if kind == _STRUCT:
        field = 0
        while data[at]:
            field, inner, at = _header(data, at, field)
            at = _behind(data, at, inner)
        return at + 1
    if kind in (_LIST, _SET):
        count, inner, at = _list(data, at)
        if inner in _BOOLS:
            return at + count
        for _ in range(count):
            at = _behind(data, at, inner)
        return at
    return at + _FIXED[kind]  # of maps a footer has none


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return an unsigned number of seven bits a byte, the lowest first, and where it ends."""
    value = shift = 0
    while data[at] & 128:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
    return value | data[at] << shift, at + 1


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Return a signed number (0, -1, 1, -2, ... are 0, 1, 2, 3, ...) and where it ends."""
    value, at = _varint(data, at)
    return value >> 1 ^ -(value & 1), at


def _unsigned(value: int) -> bytes:
    out = bytearray()
    while value >> 7:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _integer(value: int) -> bytes:
    return _unsigned(value << 1 if value >= 0 else (-value << 1) - 1)
