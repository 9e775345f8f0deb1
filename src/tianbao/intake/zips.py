"""Members of a zip. Only what the directory and the member itself say alike is read; sizes are bounded before."""

import io
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tianbao.intake.members import Allowance, CannotOpen, Member
from tianbao.intake.names import decoded, harmless_path

_END, _END64, _LOCATOR64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_CENTRAL, _LOCAL = b"PK\x01\x02", b"PK\x03\x04"
_ENCRYPTED, _SIZES_FOLLOW, _UTF8 = 0x1, 0x8, 0x800
_STORED, _DEFLATED = 0, 8
_FULL = 0xFFFFFFFF
_PADDING, _MOST_PADDING = b"\0\r\n \t\x1a", 4096
"""Bytes that mail programs put behind a file."""
_LONGEST_END = 22 + 65_535 + _MOST_PADDING
_UNIX = 3
_LONGEST_TARGET = 4096


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of the directory."""

    raw: bytes
    system: int
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    mode: int
    offset: int
    extra: bytes

    @property
    def name(self) -> str:
        """For people. Without the UTF-8 flag: UTF-8 all the same, or GB18030."""
        for kind, value in _extras(self.extra):
            if kind == 0x7075 and value[1:5] == struct.pack("<I", zlib.crc32(self.raw)):
                return harmless_path(decoded(value[5:]))
        return harmless_path(decoded(self.raw))

    @property
    def folder(self) -> bool:
        """Whether the name is that of a folder. Decoded first: the last byte of a GBK character may be a backslash."""
        return decoded(self.raw).endswith(("/", "\\"))

    @property
    def special(self) -> str:
        """Why it is passed over: a link or a device. One that holds more than a target is neither."""
        kind = stat.S_IFMT(self.mode >> 16) if self.system == _UNIX else 0
        if kind == stat.S_IFLNK and self.size <= _LONGEST_TARGET:
            return "link"
        return "device" if kind not in (0, stat.S_IFREG, stat.S_IFLNK) and not self.size else ""

    @property
    def key(self) -> bytes:
        """Two members with one key overwrite each other when unpacked."""
        return self.raw.replace(b"\\", b"/")


def zip_members(_name: str, data: bytes, left: Allowance) -> Iterator[Member]:
    """Every member in the order of the directory; folders have none of their own."""
    entries = _directory(data, left.limits.members)
    twice = Counter(entry.key for entry in entries)
    overlapping = _overlapping(data, entries)
    locked: dict[int, tuple[zipfile.ZipFile, zipfile.ZipInfo]] = {}
    for at, entry in enumerate(entries):
        if entry.folder and not entry.size:
            continue
        if passed := entry.special:
            yield Member(entry.name, passed=passed)
        elif twice[entry.key] > 1:
            yield Member(entry.name, problem="FILE-MEMBER-UNSURE", detail=f"×{twice[entry.key]}")
        elif doubt := overlapping.get(at) or _doubt(data, entry):
            yield Member(entry.name, problem="FILE-MEMBER-UNSURE", detail=doubt)
        elif limit := left.too_large(entry.size):
            yield Member(entry.name, problem="FILE-EXPANDED", detail=limit)
        elif entry.flags & _ENCRYPTED:
            locked = locked or _locked(data)
            yield _decrypted(locked, entry, left)
        else:
            yield _inflated(data, entry, left)


def doubt_about(data: bytes) -> str:
    """Why two programs could see two things in a zip: a detail for people, "" where there is one way to read it."""
    try:
        entries = _directory(data, len(data))
    except CannotOpen:
        return "zip"
    if _overlapping(data, entries):
        return "zip overlap"
    for entry in entries:
        if not (entry.folder and not entry.size) and (doubt := _doubt(data, entry)):
            return f"{entry.name}: {doubt}"
    return "zip hidden member" if _hides(data, entries) else ""


def _hides(data: bytes, entries: Sequence[_Entry]) -> bool:
    """Whether a member that the directory does not list stands before, between or behind those that it lists."""
    at = 0
    for entry in sorted(entries, key=lambda entry: entry.offset):
        if data.find(_LOCAL, at, entry.offset) >= 0:
            return True
        at = _content(data, entry)[1]
    found = _end(data)
    return found is not None and data.find(_LOCAL, at, found[1]) >= 0


def _directory(data: bytes, most: int) -> list[_Entry]:
    """The directory. Raises CannotOpen where there is none, more than one, or it does not fit the file."""
    found = _end(data)
    if found is None:
        raise CannotOpen("FILE-CONTAINER", "zip")
    count, start, stop = found
    if count > most:
        raise CannotOpen("FILE-MEMBERS", str(most))
    entries: list[_Entry] = []
    at = start
    try:
        while at < stop:
            if data[at : at + 4] != _CENTRAL:
                raise CannotOpen("FILE-CONTAINER", "zip")
            if len(entries) >= most:
                raise CannotOpen("FILE-MEMBERS", str(most))
            entry, at = _entry(data, at)
            entries.append(entry)
    except struct.error:
        raise CannotOpen("FILE-CONTAINER", "zip") from None
    if at != stop or (len(entries) - count) % 65536:
        raise CannotOpen("FILE-CONTAINER", "zip")
    return entries


def _end(data: bytes) -> tuple[int, int, int] | None:
    """Count of entries, where the directory begins and ends; None unless there is exactly one possible directory."""
    ends: list[int] = []
    at = data.rfind(_END)
    while at >= max(0, len(data) - _LONGEST_END):
        behind = len(data) - at - 22 - int.from_bytes(data[at + 20 : at + 22], "little")
        if 0 <= behind <= _MOST_PADDING and not data[len(data) - behind :].strip(_PADDING):
            ends.append(at)
        at = data.rfind(_END, 0, at)
    if len(ends) != 1:
        return None
    _, disk, first, here, count, length, offset, _ = struct.unpack_from("<4s4H2IH", data, ends[0])
    stop = ends[0]
    if data[stop - 20 : stop - 16] == _LOCATOR64:
        large = struct.unpack_from("<Q", data, stop - 12)[0]
        if data[large : large + 4] != _END64 or large + 56 > stop - 20:
            return None
        here, count64, length64, offset64 = struct.unpack_from("<4Q", data, large + 24)
        # the short record must agree with the long one, or say that it cannot
        if count not in (count64, 0xFFFF) or length not in (length64, _FULL) or offset not in (offset64, _FULL):
            return None
        count, length, offset, stop = count64, length64, offset64, large
    elif here != count or disk or first:
        return None
    return (count, offset, stop) if offset + length == stop else None


def _entry(data: bytes, at: int) -> tuple[_Entry, int]:
    _, version, _, flags, method, _, _, crc, packed, size, n, e, c, _, _, mode, offset = struct.unpack_from(
        "<4s6H3I5H2I", data, at
    )
    raw, extra = data[at + 46 : at + 46 + n], data[at + 46 + n : at + 46 + n + e]
    large = b"".join(value for kind, value in _extras(extra) if kind == 1)
    wide: list[int] = []
    for number in (size, packed, offset):
        if number == _FULL and len(large) >= 8:
            wide.append(struct.unpack_from("<Q", large)[0])
            large = large[8:]
        else:
            wide.append(number)
    return _Entry(raw, version >> 8, flags, method, crc, wide[1], wide[0], mode, wide[2], extra), at + 46 + n + e + c


def _extras(extra: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        yield kind, extra[at + 4 : at + 4 + length]
        at += 4 + length


def _content(data: bytes, entry: _Entry) -> tuple[int, int]:
    """Where the packed bytes of a member stand."""
    names, extra = struct.unpack_from("<HH", data, entry.offset + 26) if entry.offset + 30 <= len(data) else (0, 0)
    start = entry.offset + 30 + names + extra
    return start, start + entry.packed


def _overlapping(data: bytes, entries: Sequence[_Entry]) -> dict[int, str]:
    """Entries that share bytes, as in bombs that use one member many times."""
    found: dict[int, str] = {}
    last, reach = -1, -1
    for at in sorted(range(len(entries)), key=lambda at: entries[at].offset):
        if entries[at].offset < reach:
            found[at] = found[last] = "overlap"
        end = _content(data, entries[at])[1]
        if end > reach:
            last, reach = at, end
    return found


def _doubt(data: bytes, entry: _Entry) -> str:
    """How the member itself contradicts the directory; "" where they agree."""
    if data[entry.offset : entry.offset + 4] != _LOCAL or _content(data, entry)[1] > len(data):
        return "offset"
    _, _, flags, method, _, _, crc, packed, size, names, _ = struct.unpack_from("<4s5H3I2H", data, entry.offset)
    raw = data[entry.offset + 30 : entry.offset + 30 + names]
    if raw != entry.raw:
        return f"{entry.name} ≠ {harmless_path(decoded(raw))}"
    if method != entry.method or (flags ^ entry.flags) & _ENCRYPTED:
        return "method"
    said = ((crc, entry.crc), (packed, entry.packed), (size, entry.size))
    unsaid = (0, _FULL) if flags & _SIZES_FOLLOW else (_FULL,)
    if any(mine != its and mine not in unsaid for mine, its in said):
        return "size"
    return "name" if entry.folder or b"\0" in entry.raw else ""


def _inflated(data: bytes, entry: _Entry, left: Allowance) -> Member:
    start, stop = _content(data, entry)
    if entry.method == _STORED:
        content, whole = data[start:stop], entry.packed == entry.size
    elif entry.method == _DEFLATED:
        inflate = zlib.decompressobj(-15)
        try:
            content = inflate.decompress(data[start:stop], entry.size + 1)
        except zlib.error:
            return Member(entry.name, problem="FILE-MEMBER", detail="deflate")
        whole = inflate.eof and not inflate.unused_data
    else:
        return Member(entry.name, problem="FILE-METHOD", detail=str(entry.method))
    left.spend(len(content))
    return _checked(entry, content) if whole else Member(entry.name, problem="FILE-MEMBER", detail="size")


def _checked(entry: _Entry, content: bytes, *, unlocked: bool = False) -> Member:
    if len(content) != entry.size:
        return Member(entry.name, problem="FILE-MEMBER", detail="size")
    if zlib.crc32(content) != entry.crc:
        return Member(entry.name, problem="FILE-MEMBER", detail="CRC")
    return Member(entry.name, content, unlocked=unlocked)


def _locked(data: bytes) -> dict[int, tuple[zipfile.ZipFile, zipfile.ZipInfo]]:
    """The members by where they stand, for the library that knows the old encryption of zip."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, OverflowError, struct.error):
        raise CannotOpen("FILE-CONTAINER", "zip") from None
    return {info.header_offset: (archive, info) for info in archive.infolist()}


def _decrypted(locked: dict[int, tuple[zipfile.ZipFile, zipfile.ZipInfo]], entry: _Entry, left: Allowance) -> Member:
    """With the first password that fits. The check of a password is one byte: the CRC decides."""
    found = locked.get(entry.offset)
    words = [password.encode(encoding, "replace") for password in left.passwords for encoding in ("utf-8", "gb18030")]
    if found is None:
        return Member(entry.name, problem="FILE-CONTAINER", detail="zip")
    archive, info = found
    for word in dict.fromkeys(words):
        try:
            with archive.open(info, pwd=word) as stream:
                content = stream.read(entry.size + 1)
        except (RuntimeError, zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError):
            # RuntimeError: not the password; NotImplementedError, one of them: not ZipCrypto
            continue
        left.spend(len(content))
        return _checked(entry, content, unlocked=True)
    return Member(entry.name, problem="FILE-ENCRYPTED")
