"""Archives that need the library of others: 7z and rar, both optional; and those that no one here reads."""

import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tianbao.intake.members import Allowance, CannotOpen, Member
from tianbao.intake.names import harmless_path

_DICTIONARY = 128 * 2**20
"""A 7z may ask for this much memory before the first byte is out."""
_STORED = 0x30
_RAR_END = re.compile(rb"\x7b..\x07\0|\x7b..[\x0b-\x14]\0|\x1d\x77\x56\x51\x03\x05\x04\0", re.DOTALL)
"""The block behind the last member, of version 3 and 5."""


def unknown_members(name: str, _data: bytes, _left: Allowance) -> Iterator[Member]:
    """An archive, but of a kind that is not read."""
    raise CannotOpen("FILE-ARCHIVE-KIND", name.rpartition(".")[2].lower()[:10])
    yield Member("")


def seven_members(_name: str, data: bytes, left: Allowance) -> Iterator[Member]:
    """Every member of a 7z, in memory: the library gives all of them or fails."""
    try:
        import py7zr  # noqa: PLC0415  an extra
    except ImportError:
        raise CannotOpen("FILE-EXTRA", "archives") from None
    for password in (None, *left.passwords):
        try:
            with py7zr.SevenZipFile(io.BytesIO(data), password=password) as archive:
                if password is None and archive.needs_password():
                    continue
                yield from _seven(archive, left)
            return
        except CannotOpen:
            raise
        except py7zr.exceptions.PasswordRequired:
            continue
        except Exception:  # noqa: BLE001  the library raises whatever damaged bytes, or a wrong password, lead it to
            if password is None:
                raise CannotOpen("FILE-CONTAINER", "7z") from None
    raise CannotOpen("FILE-ENCRYPTED")


def _seven(archive: Any, left: Allowance) -> Iterator[Member]:
    from py7zr.io import BytesIOFactory  # noqa: PLC0415  an extra

    files = [file for file in archive.files if not file.is_directory]
    if len(files) > left.limits.members:
        raise CannotOpen("FILE-MEMBERS", str(left.limits.members))
    size = sum(file.uncompressed for file in files)
    if limit := left.too_large(size):
        raise CannotOpen("FILE-EXPANDED", limit)
    if _hungry(archive):
        raise CannotOpen("FILE-CONTAINER", "7z")
    left.spend(size)
    factory = BytesIOFactory(size + 1)
    archive.extractall(factory=factory)
    contents = {name: product.read() for name, product in factory.products.items()}
    twice = Counter(file.filename for file in files)
    for file in files:
        name = harmless_path(file.filename)
        if file.is_symlink or file.is_junction or file.is_socket:
            yield Member(name, passed="device" if file.is_socket else "link")
        elif twice[file.filename] > 1 or file.filename not in contents:
            yield Member(name, problem="FILE-MEMBER-UNSURE", detail=f"×{twice[file.filename]}")
        else:
            yield Member(name, contents[file.filename], unlocked=archive.password_protected)


def _hungry(archive: Any) -> bool:
    """Whether decompressing would take more memory than an honest archive asks for."""
    streams = archive.header.main_streams
    for folder in streams.unpackinfo.folders if streams else ():
        for coder in folder.coders:
            method, said = coder["method"], coder.get("properties") or b""
            if method == b"\x21" and said:
                asked = (2 | (said[0] & 1)) << (said[0] // 2 + 11)
            elif method in (b"\x03\x01\x01", b"\x03\x04\x01") and len(said) >= 5:
                asked = int.from_bytes(said[1:5], "little")
            else:
                continue
            if asked > _DICTIONARY:
                return True
    return False


def rar_members(_name: str, data: bytes, left: Allowance) -> Iterator[Member]:
    """The members of a rar that are stored as they are. The others would need another program, which is not run."""
    try:
        import rarfile  # noqa: PLC0415  an extra
    except ImportError:
        raise CannotOpen("FILE-EXTRA", "archives") from None
    try:
        with rarfile.RarFile(io.BytesIO(data)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            locked = archive.needs_password()
    except Exception:  # noqa: BLE001  the library raises whatever damaged bytes lead it to
        raise CannotOpen("FILE-CONTAINER", "rar") from None
    if len(infos) > left.limits.members:
        raise CannotOpen("FILE-MEMBERS", str(left.limits.members))
    if not any(_is_stored(info) for info in infos) and (infos or locked):
        raise CannotOpen("FILE-ENCRYPTED" if locked else "FILE-RAR")
    twice = Counter(info.filename for info in infos)
    for info in infos:
        name = harmless_path(info.filename)
        if info.is_symlink() or not info.is_file():
            yield Member(name, passed="link")
        elif twice[info.filename] > 1:
            yield Member(name, problem="FILE-MEMBER-UNSURE", detail=f"×{twice[info.filename]}")
        elif not _is_stored(info):
            yield Member(name, problem="FILE-ENCRYPTED" if info.needs_password() else "FILE-RAR")
        elif limit := left.too_large(info.file_size):
            yield Member(name, problem="FILE-EXPANDED", detail=limit)
        else:
            left.spend(info.file_size)
            yield _stored(archive, info, name)
    if not locked and not _RAR_END.search(data, max(0, len(data) - 64)):
        # the library says nothing of members that were cut off
        raise CannotOpen("FILE-CONTAINER-CUT", "rar")


def _is_stored(info: Any) -> bool:
    return info.compress_type == _STORED and not info.needs_password()


def _stored(archive: Any, info: Any, name: str) -> Member:
    try:
        content = archive.read(info)
    except Exception:  # noqa: BLE001  as above
        return Member(name, problem="FILE-MEMBER", detail="rar")
    return (
        Member(name, content) if len(content) == info.file_size else Member(name, problem="FILE-MEMBER", detail="rar")
    )
