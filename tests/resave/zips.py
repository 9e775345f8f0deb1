"""A small zip writer that can do what zipfile refuses: names that are not UTF-8, folders, locked members, any order."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable

Member = tuple[str | bytes, bytes]
"""Name and content. A name as bytes is written as it is, without the flag that says UTF-8."""

_STORED, _DEFLATED = 0, 8
_UTF8, _LOCKED = 0x800, 1
_DATE = 0x21
"""1 January 1980: the same members give the same bytes."""


def zip_of(members: Iterable[Member], *, stored: bool = False, locked: bool = False, comment: bytes = b"") -> bytes:
    """The archive. `locked`: members bear the flag of a password; what they hold is not readable without one."""
    out, directory, count = io.BytesIO(), io.BytesIO(), 0
    for name, content in members:
        raw = name if isinstance(name, bytes) else name.encode()
        flags = (0 if isinstance(name, bytes) or name.isascii() else _UTF8) | (_LOCKED if locked else 0)
        method = _STORED if stored or raw.endswith(b"/") or not content else _DEFLATED
        packed = content if method == _STORED else _deflated(content)
        if locked:
            packed = bytes(12) + bytes(byte ^ 0x5A for byte in packed)
        common = struct.pack(
            "<HHHHLLLHH", flags, method, 0, _DATE, zlib.crc32(content), len(packed), len(content), len(raw), 0
        )
        offset = out.tell()
        out.write(b"PK\x03\x04" + struct.pack("<H", 20) + common + raw + packed)
        directory.write(
            b"PK\x01\x02" + struct.pack("<HH", 20, 20) + common + bytes(10) + struct.pack("<L", offset) + raw
        )
        count += 1
    start, index = out.tell(), directory.getvalue()
    end = struct.pack("<HHHHLLH", 0, 0, count, count, len(index), start, len(comment))
    return out.getvalue() + index + b"PK\x05\x06" + end + comment


def _deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def unzipped(data: bytes) -> dict[str, bytes]:
    """Name → content, in the order of the directory."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        return {name: source.read(name) for name in source.namelist()}
