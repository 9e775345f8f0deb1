"""What stands at the top of an OLE file (.xls, .doc, .msg, encrypted .xlsx): the names, and how a stream begins."""

import struct
from dataclasses import dataclass

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER, _ENTRY = 512, 128
_IN_HEADER = 109
"""Places in the header for the sectors that hold the allocation table; very large files have more elsewhere."""
_MOST_ENTRIES = 100_000
_NOTHING = 0xFFFFFFFF
_LAST_SECTOR = 0xFFFFFFFA
_FILEPASS, _BOUNDSHEET = 0x2F, 0x85


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream or storage at the top: its first sector's offset in the file, and its size."""

    offset: int
    size: int


def top(data: bytes) -> dict[str, Stream] | None:
    """Names at the top, None where the directory cannot be read."""
    try:
        shift = struct.unpack_from("<H", data, 30)[0]
        if data[:8] != MAGIC or shift not in (9, 12):
            return None
        entries = _directory(data, shift)
        found: dict[str, Stream] = {}
        seen: set[int] = set()
        waiting = [struct.unpack_from("<I", entries, 76)[0]]
        while waiting:
            at = waiting.pop()
            if at in seen or at * _ENTRY + _ENTRY > len(entries):
                continue
            seen.add(at)
            entry = entries[at * _ENTRY : (at + 1) * _ENTRY]
            length, left, right = (struct.unpack_from(form, entry, place)[0] for form, place in _FIELDS)
            start, size = struct.unpack_from("<II", entry, 116)
            name = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            found[name] = Stream((start + 1) << shift, size)
            waiting += [left, right]
    except struct.error:
        return None
    return found or None


_FIELDS = (("<H", 64), ("<I", 68), ("<I", 72))
"""Length of the name, left and right neighbour in an entry of the directory."""


def _directory(data: bytes, shift: int) -> bytes:
    """All sectors of the directory, along the allocation table."""
    size = 1 << shift
    tables = struct.unpack_from(f"<{_IN_HEADER}I", data, _HEADER - 4 * _IN_HEADER)
    sector = struct.unpack_from("<I", data, 48)[0]
    pieces: list[bytes] = []
    seen: set[int] = set()
    while sector < _LAST_SECTOR and sector not in seen and len(seen) * size < _MOST_ENTRIES * _ENTRY:
        seen.add(sector)
        pieces.append(data[(sector + 1) << shift : (sector + 2) << shift])
        table, at = divmod(sector, size // 4)
        if table >= _IN_HEADER or tables[table] == _NOTHING:
            break
        sector = struct.unpack_from("<I", data, ((tables[table] + 1) << shift) + 4 * at)[0]
    return b"".join(pieces)


def is_locked_xls(data: bytes, book: Stream) -> bool:
    """Whether an .xls has a password for opening: the record FILEPASS stands before its list of sheets."""
    at, end = book.offset, min(book.offset + _HEADER, len(data))
    while at + 4 <= end:
        record, length = struct.unpack_from("<HH", data, at)
        if record in (_FILEPASS, _BOUNDSHEET):
            return bool(record == _FILEPASS)
        at += 4 + length
    return False
