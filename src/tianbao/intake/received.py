"""What arrived: bytes with their name, or the reason why something was passed over."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from tianbao.findings import PassedOver

MAX_BYTES = 64 * 2**20
"""A larger file is not read."""

_ALWAYS = frozenset({".xlsx", ".xlsm", ".xls", ".et", ".ods", ".doc", ".docx", ".wps", ".json"})
"""Suffixes that make an entry of a file whatever is in it."""
_MAGIC = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_HIDDEN = frozenset({"thumbs.db", ".ds_store", "desktop.ini"})


@dataclass(frozen=True, slots=True)
class Received:
    """A file, member or attachment as it came. `data` is None where it could not be read: `problem` then says why.

    `sha256` is of the bytes as received; `unlocked`: `data` was decrypted with a password that the caller gave.
    """

    source: str
    data: bytes | None
    sha256: str | None
    problem: str = ""
    detail: str = ""
    unlocked: bool = False


def receive(path: Path) -> Iterator[Received | PassedOver]:
    """The file, or everything in the folder by name. Links and devices are named, never followed or opened."""
    if not path.is_dir() or path.is_symlink():
        yield _file(path, named=True)
        return
    try:
        inside = sorted(path.iterdir())
    except OSError as error:
        yield Received(shown(path), None, None, "FILE-ACCESS", _reason(error))
        return
    for member in inside:
        if member.is_dir() and not member.is_symlink():
            if member.name.startswith("."):
                yield PassedOver(shown(member), "hidden")
            else:
                yield from receive(member)
        else:
            yield _file(member, named=False)


def _file(path: Path, *, named: bool) -> Received | PassedOver:
    source = shown(path)
    if path.name.startswith("~$") or path.name.startswith(".~"):
        return PassedOver(source, "lock")
    if path.name.lower() in _HIDDEN or (path.name.startswith(".") and not named):
        return PassedOver(source, "hidden")
    try:
        status = path.lstat()
        if path.is_symlink() and not named:
            return PassedOver(source, "link")
        if not S_ISREG(path.stat().st_mode):
            return PassedOver(source, "device")
        if status.st_size > MAX_BYTES:
            return Received(source, None, None, "FILE-TOO-LARGE", f"{MAX_BYTES // 2**20} MiB")
        data = path.read_bytes()
    except OSError as error:
        return Received(source, None, None, "FILE-ACCESS", _reason(error))
    if not named and path.suffix.lower() not in _ALWAYS and not data.startswith(_MAGIC):
        return PassedOver(source, "other")
    return Received(source, data, hashlib.sha256(data).hexdigest())


def shown(path: Path) -> str:
    """The path as people read it; a name that is not UTF-8 is shown as GB18030, as old Windows programs wrote it."""
    raw = os.fsencode(path)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def _reason(error: OSError) -> str:
    return error.strerror or "?"
