"""Attachments of a winmail.dat, in which Outlook packs them for others of its kind.

Read here and not by a library: the one that there is believes a count of four thousand million properties.
"""

import struct
from collections.abc import Iterator

from tianbao.intake.members import Allowance, CannotOpen, Member
from tianbao.intake.names import decoded, harmless

_LEVELS = (1, 2)
"""An object belongs to the mail or to an attachment."""
_BEGIN, _TITLE, _DATA, _PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_LONG_NAME, _SHORT_NAME, _SHOWN_NAME, _OBJECT = 0x3707, 0x3704, 0x3001, 0x3701
_TEXT, _UNICODE, _EMBEDDED, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_SIZES = {2: 4, 0x0B: 4, 3: 4, 4: 4, 0x0A: 4, 5: 8, 6: 8, 7: 8, 0x14: 8, 0x40: 8, 0x48: 16}
"""Types of properties with values of one size, as they stand in the file."""
_SEVERAL, _NAMED = 0x1000, 0x8000
_MESSAGE = b"\x07\x03\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46"
"""Stands before a mail in the mail, which is a winmail.dat again."""


def tnef_members(_name: str, data: bytes, left: Allowance) -> Iterator[Member]:
    """Every attachment. Raises CannotOpen at the end where something is missing or a checksum is wrong."""
    found: dict[int, bytes] = {}
    number = 0
    whole = True
    for name, value, good in _objects(data):
        whole = whole and good
        if name == _BEGIN:
            if number:
                yield _attachment(found, number)
            number += 1
            if number > left.limits.members:
                raise CannotOpen("FILE-MEMBERS", str(left.limits.members))
            found = {}
        elif name == _PROPERTIES:
            found |= _properties(value)
        elif name:
            found[name] = value
    if number:
        yield _attachment(found, number)
    if not whole:
        raise CannotOpen("FILE-CONTAINER-CUT", "winmail.dat")
    if not number:
        yield Member("", passed="no-attachment", levels=0)


def _objects(data: bytes) -> Iterator[tuple[int, bytes, bool]]:
    """Name, value and whether it is whole; at the end one without name, which says whether the file is whole."""
    at = 6
    while at + 9 <= len(data) and data[at] in _LEVELS:
        level, name, _, size = struct.unpack_from("<BHHI", data, at)
        end = at + 9 + size
        value = data[at + 9 : end] if level == _LEVELS[1] or end > len(data) else b""
        good = end + 2 <= len(data) and (not value or sum(value) & 0xFFFF == struct.unpack_from("<H", data, end)[0])
        yield name if level == _LEVELS[1] else 0, value, good
        at = end + 2
    yield 0, b"", at <= len(data) and not data[at:].strip(b"\0\r\n")


def _attachment(found: dict[int, bytes], number: int) -> Member:
    """The long name is Unicode, the short one in the code page of the sender."""
    raw = found.get(_LONG_NAME) or found.get(_SHORT_NAME) or found.get(_TITLE) or found.get(_SHOWN_NAME) or b""
    name = harmless(decoded(raw).strip("\0 ") or f"part-{number}")
    inside = found.get(_OBJECT, b"")
    if inside.startswith(_MESSAGE):
        return Member(f"{name}.dat", inside[len(_MESSAGE) :])
    content = found.get(_DATA, inside or None)
    if content is None:
        return Member(name, problem="FILE-MEMBER", detail="winmail.dat")
    return Member(name, content)


def _properties(data: bytes) -> dict[int, bytes]:
    """The names and the object among the properties of an attachment; names as UTF-8 or as they stand."""
    found: dict[int, bytes] = {}
    at = 4
    try:
        while at < len(data):
            type_, name = struct.unpack_from("<HH", data, at)
            at += 4
            if name >= _NAMED:
                kind, length = struct.unpack_from("<II", data, at + 16)
                at += 24 + (_padded(length) if kind else 0)
            varies = type_ & ~_SEVERAL not in _SIZES
            count = 1
            if type_ & _SEVERAL or varies:
                count = struct.unpack_from("<I", data, at)[0]
                at += 4
            if not varies:
                at += _SIZES[type_ & ~_SEVERAL] * count
                continue
            for _ in range(count):
                length = struct.unpack_from("<I", data, at)[0]
                value = data[at + 4 : at + 4 + length]
                at += 4 + _padded(length)
                if name in (_LONG_NAME, _SHORT_NAME, _SHOWN_NAME) and type_ in (_TEXT, _UNICODE):
                    text = value.decode("utf-16-le", "replace") if type_ == _UNICODE else decoded(value)
                    found.setdefault(name, text.strip("\0").encode("utf-8", "replace"))
                elif name == _OBJECT and type_ in (_EMBEDDED, _BINARY):
                    found.setdefault(name, value)
    except struct.error:
        return found  # the checksum or the end of the file tells that something is missing
    return found


def _padded(length: int) -> int:
    return -(-length // 4) * 4
