"""Paths and folders → files waiting to be read. Nothing is opened here; links and devices are only named."""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tianbao.findings import PassedOver
from tianbao.intake.limits import DEFAULT, MIB, Limits
from tianbao.intake.names import shown
from tianbao.intake.received import Received

_SYSTEM = frozenset({"thumbs.db", ".ds_store", "desktop.ini"})
_MAILDIR = ("cur", "new", "tmp")
_JUNCTION = 0xA0000003
"""A folder of Windows that leads elsewhere (IO_REPARSE_TAG_MOUNT_POINT)."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A regular file, not read yet. `named`: the caller named it, so it is an entry whatever it is.
    `mail`: it stands in a Maildir, where mails have no suffix.
    """

    path: Path
    source: str
    size: int
    named: bool = False
    mail: bool = False


Found = Waiting | PassedOver | Received


def walk(paths: Iterable[Path], limits: Limits = DEFAULT) -> Iterator[Found]:
    """Everything under the paths: the paths as given, folders by name, and a folder where its name stands."""
    for path in paths:
        try:
            status = path.lstat()
        except OSError as error:
            yield no_access(shown(path), error)
            continue
        if stat.S_ISDIR(status.st_mode) and not _leads_away(status):
            yield from _folder(path, limits)
        else:
            yield _file(path, limits, named=True)


def passed_by_name(name: str, *, dotted: bool) -> str:
    """Why a file of this name is not looked into: a lock file, a system file, hidden (`dotted`); else ""."""
    if name.startswith(("~$", ".~")):
        return "lock"
    return "hidden" if name.lower() in _SYSTEM or (dotted and name.startswith(".")) else ""


def no_access(source: str, error: OSError) -> Received:
    """The entry of a file that cannot be opened."""
    return Received(source, None, None, "FILE-ACCESS", error.strerror or "?")


def _folder(top: Path, limits: Limits) -> Iterator[Found]:
    """A stack, not a recursion: folders may be deeper than Python calls."""
    stack: list[tuple[Path, bool, Iterator[str]]] = []
    above: list[tuple[int, int]] = []
    entering: Path | None = top
    while entering or stack:
        if entering:
            folder, entering = entering, None
            try:
                status = folder.stat()
                names = sorted(os.listdir(folder))  # noqa: PTH208  names, not paths: a folder may hold 10^5 files
            except OSError as error:
                yield no_access(shown(folder), error)
                if not stack:
                    return
                continue
            identity = (status.st_dev, status.st_ino)
            if status.st_ino and identity in above:
                yield PassedOver(shown(folder), "link")
                continue
            above.append(identity)
            stack.append((folder, set(_MAILDIR) <= set(names), iter(names)))
        folder, maildir, left = stack[-1]
        name = next(left, None)
        if name is None:
            stack.pop()
            above.pop()
            continue
        found = _inside(folder / name, limits, maildir=maildir, mail=_in_maildir(stack))
        if isinstance(found, Path):
            entering = found
        else:
            yield found


def _in_maildir(stack: list[tuple[Path, bool, Iterator[str]]]) -> bool:
    return len(stack) > 1 and stack[-2][1] and stack[-1][0].name in _MAILDIR


def _inside(path: Path, limits: Limits, *, maildir: bool, mail: bool) -> Found | Path:
    """What a name in a folder is; the path itself where it is a folder to enter."""
    try:
        status = path.lstat()
    except OSError as error:
        return no_access(shown(path), error)
    if not stat.S_ISDIR(status.st_mode) or _leads_away(status):
        return _file(path, limits, named=False, mail=mail)
    # folders of a Maildir++ begin with a dot
    return PassedOver(shown(path), "hidden") if path.name.startswith(".") and not maildir else path


def _file(path: Path, limits: Limits, *, named: bool, mail: bool = False) -> Found:
    source = shown(path)
    if reason := passed_by_name(path.name, dotted=not named):
        return PassedOver(source, reason)
    try:
        status = path.lstat()
        if _leads_away(status):
            if not named or not path.is_file():
                return PassedOver(source, "link")
            path = path.resolve()
            status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            return PassedOver(source, "device")
    except (OSError, RuntimeError) as error:
        # RuntimeError: a loop of links, before Python 3.13
        return no_access(source, error if isinstance(error, OSError) else OSError())
    if status.st_size > limits.input_bytes:
        return Received(source, None, None, "FILE-TOO-LARGE", f"{limits.input_bytes // MIB} MiB")
    if mail and path.parent.name == "tmp":
        return PassedOver(source, "unfinished")
    return Waiting(path, source, status.st_size, named, mail)


def _leads_away(status: os.stat_result) -> bool:
    return stat.S_ISLNK(status.st_mode) or getattr(status, "st_reparse_tag", 0) == _JUNCTION
