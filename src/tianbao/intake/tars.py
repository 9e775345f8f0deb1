"""Members of a tar, also a compressed one, and what a single compressed file holds."""

import bz2
import io
import lzma
import tarfile
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import Protocol

from tianbao.intake.members import Allowance, CannotOpen, Member
from tianbao.intake.names import decoded, harmless, harmless_path

_LZMA_MEMORY = 128 * 2**20
_BLOCK = 512
_DAMAGE = (tarfile.TarError, ValueError, OSError, EOFError, OverflowError, RecursionError, KeyError)
"""What tarfile raises on bytes that are no good tar."""


class _Machine(Protocol):
    """What the decompressors of zlib, bz2 and lzma have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def tar_members(_name: str, data: bytes, left: Allowance) -> Iterator[Member]:
    """Every member in the order of the tar; links and devices are named. A damaged tar ends with CannotOpen."""
    if data[257:262] != b"ustar" and data[:2] in (b"\x1f\x8b", b"BZ", b"\xfd7"):
        data = _expanded(data, left)
    try:
        archive = tarfile.TarFile(fileobj=io.BytesIO(data), encoding="utf-8", errors="surrogateescape")
    except _DAMAGE:
        raise CannotOpen("FILE-CONTAINER", "tar") from None
    infos = _listed(archive, left.limits.members)
    twice = Counter(map(_key, infos))
    for info in infos:
        name = harmless_path(decoded(info.name.encode("utf-8", "surrogateescape")))
        if info.isdir():
            continue
        if not info.isreg():
            yield Member(name, passed="link" if info.issym() or info.islnk() else "device")
        elif twice[_key(info)] > 1:
            yield Member(name, problem="FILE-MEMBER-UNSURE", detail=f"×{twice[_key(info)]}")
        elif info.issparse() or info.size > len(data):
            yield Member(name, problem="FILE-MEMBER", detail="size")
        else:
            # not counted as expanded: these bytes stand in the tar as they are
            content = data[info.offset_data : info.offset_data + info.size]
            whole = len(content) == info.size
            yield Member(name, content) if whole else Member(name, problem="FILE-MEMBER", detail="size")
    if not _ends_well(data, archive.offset):
        raise CannotOpen("FILE-CONTAINER-CUT", "tar")


def _listed(archive: tarfile.TarFile, most: int) -> list[tarfile.TarInfo]:
    """The headers up to the first that is damaged; tarfile itself says nothing of that."""
    infos: list[tarfile.TarInfo] = []
    before = -1
    try:
        while (info := archive.next()) is not None and archive.offset > before:
            before = archive.offset
            if len(infos) >= most:
                raise CannotOpen("FILE-MEMBERS", str(most))
            infos.append(info)
    except _DAMAGE:
        if not infos:
            raise CannotOpen("FILE-CONTAINER", "tar") from None
    return infos


def _key(info: tarfile.TarInfo) -> str:
    return "" if info.isdir() else harmless_path(info.name)


def _ends_well(data: bytes, at: int) -> bool:
    """Whether the tar ends with empty blocks and nothing else: only then no member can be missing."""
    return at <= len(data) - _BLOCK and data.count(0, at) == len(data) - at


def compressed_members(name: str, data: bytes, left: Allowance) -> Iterator[Member]:
    """The one file in a .gz, .bz2 or .xz; its name is that of the container without the suffix."""
    yield Member(harmless(name.rpartition(".")[0] or "_"), _expanded(data, left))


def _expanded(data: bytes, left: Allowance) -> bytes:
    """Everything decompressed, all streams behind one another. Raises CannotOpen beyond the allowance or if damaged."""
    pieces: list[bytes] = []
    most = min(left.expanded, left.limits.input_bytes)
    try:
        while data:
            machine = _machine(data)
            pieces.append(machine.decompress(data, most + 1))
            most -= len(pieces[-1])
            if most < 0:
                raise CannotOpen("FILE-EXPANDED", left.too_large(left.limits.expanded_bytes + 1))
            if not machine.eof:
                raise CannotOpen("FILE-CONTAINER", "gz")
            data = machine.unused_data.lstrip(b"\0")
    except (zlib.error, OSError, EOFError, ValueError, lzma.LZMAError):
        raise CannotOpen("FILE-CONTAINER", "gz") from None
    content = b"".join(pieces)
    left.spend(len(content))
    return content


def _machine(data: bytes) -> _Machine:
    if data[:2] == b"\x1f\x8b":
        return zlib.decompressobj(31)
    if data[:3] == b"BZh":
        return bz2.BZ2Decompressor()
    return lzma.LZMADecompressor(memlimit=_LZMA_MEMORY)
