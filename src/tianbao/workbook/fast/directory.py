"""The directory of a zip, read at once and strictly: the fast way to the parts of an ordinary workbook.

What is in any way out of the ordinary (zip64, comments, gaps, overlaps, names that differ between directory and
member, other compressions) is left to the slow way, which knows how to refuse it.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

_END, _ENTRY, _LOCAL = struct.Struct("<4s4H2LH"), struct.Struct("<4s6H3L5H2L"), struct.Struct("<4s5H3L2H")
_DESCRIBED = 0x08
_ALLOWED_FLAGS = 0x080E
"""Deflate's own two bits, sizes behind the data, UTF-8 names."""
_DESCRIPTOR = 16
_STEPS = frozenset({"", ".", ".."})
"""Steps of a path that make one name out of two."""


@dataclass(frozen=True, slots=True)
class Member:
    """Where the compressed bytes of a part stand and what they must give. `stored`: not compressed."""

    start: int
    end: int
    size: int
    crc: int
    stored: bool


def directory(data: bytes) -> Mapping[str, Member] | None:
    """Part name in lower case → where it stands; None for anything unusual. Folders are left out."""
    if len(data) < _END.size or data[-_END.size : -_END.size + 4] != b"PK\x05\x06":
        return None
    _, disk, start_disk, here, count, length, offset, comment = _END.unpack(data[-_END.size :])
    if disk or start_disk or here != count or comment or offset + length != len(data) - _END.size or not count:
        return None
    found: dict[str, Member] = {}
    at, expected = offset, 0
    for _ in range(count):
        read = _entry(data, at, offset, expected)
        if read is None:
            return None
        name, member, at, expected = read
        if name in found:
            return None
        found[name] = member
    if at != offset + length or expected != offset:
        return None
    return {name: member for name, member in found.items() if not name.endswith("/")}


def _entry(data: bytes, at: int, limit: int, expected: int) -> tuple[str, Member, int, int] | None:
    """One entry with its member: name, where it is, the next entry, the next member."""
    if at + _ENTRY.size > len(data):
        return None
    fields = _ENTRY.unpack_from(data, at)
    signature, _, _, flags, method, _, _, crc, packed, size, long, extra, note, disk, _, _, place = fields
    if signature != b"PK\x01\x02" or flags & ~_ALLOWED_FLAGS or method not in (0, 8) or disk or place != expected:
        return None
    raw = data[at + _ENTRY.size : at + _ENTRY.size + long]
    if place + _LOCAL.size > limit:
        return None
    local = _LOCAL.unpack_from(data, place)
    start = place + _LOCAL.size + local[9] + local[10]
    told = local[6:9] if not flags & _DESCRIBED else (crc, packed, size)
    same = local[0] == b"PK\x03\x04" and local[2] == flags and local[3] == method and told == (crc, packed, size)
    if not same or data[place + _LOCAL.size : place + _LOCAL.size + local[9]] != raw or start + packed > limit:
        return None
    end = start + packed
    following = end
    if flags & _DESCRIBED:
        marked = data[end : end + 4] == b"PK\x07\x08"
        following = end + _DESCRIPTOR - (0 if marked else 4)
    try:
        name = raw.decode("utf-8" if flags & 0x800 else "ascii")
    except UnicodeDecodeError:
        return None
    if "\\" in name or not _STEPS.isdisjoint(name.removesuffix("/").split("/")) or (not method and packed != size):
        return None
    return name.lower(), Member(start, end, size, crc, not method), at + _ENTRY.size + long + extra + note, following
