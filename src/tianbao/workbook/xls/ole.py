"""The container of old office files (OLE, a small file system): the streams at its top, within bounds.

Read here and not by a library: xlrd walks a forged directory for ever, olefile follows a forged chain for gigabytes.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_HEADER, _ENTRY = 512, 128
_LAST_SECTOR = 0xFFFFFFFA
"""Larger numbers say that a chain ends or that a sector is free."""
_NO_ENTRY = 0xFFFFFFFF
_STREAM = 2


class Damaged(ValueError):
    """Bytes that are not what they should be, or that end too early."""


class _Entry(NamedTuple):
    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


class Container:
    """An opened container. Raises Damaged, here and when a stream is read."""

    def __init__(self, data: bytes) -> None:
        if len(data) < _HEADER or not data.startswith(SIGNATURE):
            raise Damaged("header")
        shift, self._small_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or self._small_shift != 6:
            raise Damaged("sector size")
        self._data, self._size = data, 1 << shift
        self._most = len(data) // self._size + 1
        directory, self._cutoff, small_table = struct.unpack_from("<I4xII", data, 48)
        self._table = self._numbers(b"".join(self._sector(number) for number in self._table_sectors()))
        entries = self._joined(directory)
        self._entries = [_entry(entries, at) for at in range(0, len(entries) - _ENTRY + 1, _ENTRY)]
        if not self._entries:
            raise Damaged("directory")
        self._small_table_start = small_table
        self._top: dict[str, _Entry] = {}
        for entry in self._children(self._entries[0]):
            if self._top.setdefault(entry.name.lower(), entry) is not entry:
                raise Damaged("directory")

    @property
    def names(self) -> frozenset[str]:
        """What stands at the top, in lower case: streams and folders."""
        return frozenset(self._top)

    def stream(self, name: str) -> bytes | None:
        """The stream with that name at the top; None where there is none."""
        entry = self._top.get(name.lower())
        if entry is None or entry.kind != _STREAM:
            return None
        found = self._joined(entry.start) if entry.size >= self._cutoff else self._small(entry.start)
        if len(found) < entry.size:
            raise Damaged(name)
        return found[: entry.size]

    def _small(self, start: int) -> bytes:
        """A short stream: its sectors are pieces of the stream of the first entry."""
        pool, table = self._joined(self._entries[0].start), self._numbers(self._joined(self._small_table_start))
        step = 1 << self._small_shift
        chain = _chain(start, table, len(pool) // step + 1)
        return b"".join(pool[number * step : (number + 1) * step] for number in chain)

    def _joined(self, start: int) -> bytes:
        return b"".join(self._sector(number) for number in _chain(start, self._table, self._most))

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        if start >= len(self._data):
            raise Damaged("sector")
        return self._data[start : start + self._size]

    def _numbers(self, raw: bytes) -> Sequence[int]:
        return struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4])

    def _table_sectors(self) -> Iterator[int]:
        """The sectors of the table of chains: listed in the header, and in a chain of sectors of their own."""
        found = 0
        numbers: Sequence[int] = struct.unpack_from("<109I", self._data, 76)
        following = struct.unpack_from("<I", self._data, 68)[0]
        while True:
            for number in numbers:
                if number <= _LAST_SECTOR:
                    found += 1
                    yield number
            if following > _LAST_SECTOR:
                return
            found += 1
            if found > self._most:
                raise Damaged("table of chains")
            listed = self._numbers(self._sector(following))
            numbers, following = listed[:-1], listed[-1]

    def _children(self, folder: _Entry) -> Iterator[_Entry]:
        """The entries of a folder, a tree that may be forged: each is visited once."""
        waiting, seen = [folder.child], set()
        while waiting:
            number = waiting.pop()
            if number == _NO_ENTRY or number in seen:
                continue
            if number >= len(self._entries):
                raise Damaged("directory")
            seen.add(number)
            entry = self._entries[number]
            yield entry
            waiting += (entry.left, entry.right)


def _entry(entries: bytes, at: int) -> _Entry:
    length, kind, left, right, child = struct.unpack_from("<HBxIII", entries, at + 64)
    start, size = struct.unpack_from("<II", entries, at + 116)
    name = entries[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
    return _Entry(name, kind, left, right, child, start, size)


def _chain(start: int, table: Sequence[int], most: int) -> Iterator[int]:
    """The sectors of a stream one after the other; a chain that is longer than the file bites its tail."""
    number = start
    for _ in range(most):
        if number > _LAST_SECTOR:
            return
        if number >= len(table):
            raise Damaged("chain")
        yield number
        number = table[number]
    if number <= _LAST_SECTOR:
        raise Damaged("chain")
