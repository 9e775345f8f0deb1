"""Compressed bytes of a part → its bytes, with size and checksum proven. isal where it is installed, else zlib."""

import zlib
from types import ModuleType
from typing import Any

from tianbao.workbook.fast.directory import Member


def _engine() -> ModuleType | Any:
    try:
        from isal import isal_zlib  # noqa: PLC0415  an extra: the same calls, twice as fast
    except ImportError:
        return zlib
    return isal_zlib


_ENGINE: Any = _engine()


def inflated(data: bytes, member: Member) -> bytes | None:
    """The part's bytes; None where size or checksum are not as the directory says."""
    raw = data[member.start : member.end]
    if not member.stored:
        stream = _ENGINE.decompressobj(-15)
        try:
            raw = stream.decompress(raw, member.size + 1)
        except _ENGINE.error:
            return None
        if not stream.eof or stream.unused_data:
            return None
    if len(raw) != member.size or _ENGINE.crc32(raw) != member.crc:
        return None
    return bytes(raw)
