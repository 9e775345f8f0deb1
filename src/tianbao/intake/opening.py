"""Waiting files → Received: the bytes, and everything that is in them, one member at a time, with one allowance."""

import hashlib
import importlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tianbao.findings import PassedOver
from tianbao.intake.limits import DEFAULT, MIB, Limits
from tianbao.intake.members import Allowance, CannotOpen, Member, Opener, allowance
from tianbao.intake.received import Received
from tianbao.intake.sniff import CONTAINERS, ENTRIES, Kind, expands_to, kind_of, promised
from tianbao.intake.walk import Waiting, no_access, passed_by_name, walk

Found = Received | PassedOver

PLAIN_BYTES = 8 * MIB
"""A file of more bytes than this is odd enough to be read where nothing else can suffer."""
PLAIN_DATA = MIB
"""The same for data, and for all parts of a workbook together: a filled one has a quarter of that."""
_PLAIN: frozenset[Kind] = frozenset({"workbook", "json", "word", "picture", "pdf", "empty", "other"})
_DOTTED: frozenset[Kind] = frozenset({"zip", "tar", "7z", "rar"})
"""Where a name that begins with a dot is hidden: nobody attaches a hidden file to a mail."""
_OPENERS: dict[Kind, tuple[str, str]] = {
    "zip": ("zips", "zip_members"),
    "tar": ("tars", "tar_members"),
    "compressed": ("tars", "compressed_members"),
    "7z": ("archives", "seven_members"),
    "rar": ("archives", "rar_members"),
    "other-archive": ("archives", "unknown_members"),
    "mail": ("mail", "mail_members"),
    "mbox": ("mbox", "mbox_members"),
    "tnef": ("tnef", "tnef_members"),
    "msg": ("msg", "msg_members"),
}
"""Modules beside this one, imported where a container of their kind comes: most piles hold workbooks only."""


def open_waiting(waiting: Waiting, limits: Limits = DEFAULT, passwords: Sequence[str] = ()) -> Iterator[Found]:
    """The file, or everything in it."""
    whole = read_waiting(waiting, limits)
    if isinstance(whole, PassedOver):
        yield whole
    else:
        yield from open_read(whole, limits, passwords, named=waiting.named)


def read_waiting(waiting: Waiting, limits: Limits = DEFAULT) -> Found:
    """The file as it is, hashed and recognised, nothing opened: what `is_plain` and `open_read` are given."""
    flags = os.O_RDONLY
    for name in ("O_BINARY", "O_CLOEXEC", "O_NONBLOCK", "O_NOFOLLOW"):
        flags |= getattr(os, name, 0)
    try:
        # between walking and reading a file may have become a link or a FIFO
        handle = os.open(waiting.path, flags)
        with os.fdopen(handle, "rb", buffering=0) as stream:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return PassedOver(waiting.source, "device")
            data = _all(stream.read, limits.input_bytes + 1, waiting.size)
    except OSError as error:
        return no_access(waiting.source, error)
    if len(data) > limits.input_bytes:
        return Received(waiting.source, None, None, "FILE-TOO-LARGE", f"{limits.input_bytes // MIB} MiB")
    kind = kind_of(data, waiting.path.name)
    if waiting.mail and kind in ("other", "json", "empty"):
        kind = "mail"
    return Received(waiting.source, data, _sha256(data), kind=kind)


def is_plain(data: bytes, kind: Kind) -> bool:
    """Whether nothing has to be opened by other people's code: an ordinary workbook, data, or what no one reads."""
    if kind not in _PLAIN or len(data) > PLAIN_BYTES:
        return False
    if kind == "json":
        return len(data) <= PLAIN_DATA
    return kind != "workbook" or expands_to(data) <= PLAIN_DATA


def open_read(
    whole: Received, limits: Limits = DEFAULT, passwords: Sequence[str] = (), *, named: bool = False
) -> Iterator[Found]:
    """The file that `read_waiting` gave, or everything in it. `named`: the caller named it."""
    if whole.data is None:
        yield whole
        return
    left = allowance(limits, tuple(passwords))
    for found in _opened(whole, left, 0):
        if named and isinstance(found, PassedOver) and found == PassedOver(whole.source, "other"):
            yield whole
        else:
            yield found


def _all(read: Callable[[int], bytes | None], most: int, expected: int) -> bytes:
    """All bytes up to `most`, however many pieces they come in."""
    pieces: list[bytes] = []
    size = 0
    while size < most:
        piece = read(min(most - size, max(expected + 1 - size, MIB)))
        if not piece:
            break
        pieces.append(piece)
        size += len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _opened(whole: Received, left: Allowance, depth: int) -> Iterator[Found]:
    """What a file or member is, or everything in it. `depth`: containers around it."""
    assert whole.data is not None
    if whole.kind == "encrypted":
        yield _unlocked(whole, left)
        return
    if whole.kind not in _OPENERS:
        yield _leaf(whole)
        return
    if depth >= left.limits.depth:
        yield _unread(whole, "FILE-DEPTH", str(left.limits.depth))
        return
    name = _last(whole.source)
    nothing = True
    try:
        for member in _opener(whole.kind)(name, whole.data, left):
            left.count()
            nothing = False
            yield from _member(whole, member, left, depth)
    except CannotOpen as error:
        yield _unread(whole, error.problem, error.detail)
    else:
        if nothing:
            yield PassedOver(whole.source, "nothing-inside")


def _opener(kind: Kind) -> Opener:
    module, function = _OPENERS[kind]
    found: Opener = getattr(importlib.import_module(f"tianbao.intake.{module}"), function)
    return found


def _member(whole: Received, member: Member, left: Allowance, depth: int) -> Iterator[Found]:
    source = f"{whole.source}/{member.name}" if member.name else whole.source
    passed = member.passed or passed_by_name(_last(member.name), dotted=whole.kind in _DOTTED)
    if passed or member.name.startswith("__MACOSX/"):
        yield PassedOver(source, passed or "hidden")
    elif member.data is None:
        yield Received(source, None, None, member.problem, member.detail)
    else:
        data = member.data
        kind = kind_of(data, _last(member.name))
        found = Received(source, data, _sha256(data), unlocked=member.unlocked, kind=kind)
        yield from _opened(found, left, depth + member.levels)


def _unlocked(whole: Received, left: Allowance) -> Found:
    from tianbao.intake.unlock import unlocked  # noqa: PLC0415  most piles hold nothing locked

    assert whole.data is not None
    try:
        data, given = unlocked(whole.data, left.passwords)
    except CannotOpen as error:
        return _unread(whole, error.problem, error.detail)
    if limit := left.too_large(len(data)):
        return _unread(whole, "FILE-EXPANDED", limit)
    left.spend(len(data))
    kind = kind_of(data, _last(whole.source))
    if kind == "encrypted" or kind in CONTAINERS:
        # no program locks what is locked already, or an archive, in this way
        return _unread(whole, "FILE-DAMAGED", "EncryptedPackage")
    return _leaf(replace(whole, data=data, unlocked=whole.unlocked or given, kind=kind))


def _leaf(found: Received) -> Found:
    """Something that is no container: an entry by its bytes or by its suffix, or passed over."""
    says = promised(_last(found.source))
    if found.kind in ("workbook", "old-excel", "ods", "json"):
        return found
    if found.kind == "word":
        return _unread(found, "FILE-WORD")
    if says in ENTRIES:
        return found
    if says in CONTAINERS and found.kind != "pdf":
        return _unread(found, "FILE-EMPTY" if found.kind == "empty" else "FILE-CONTAINER", says)
    reason = found.kind if found.kind in ("picture", "pdf") else "other"
    return PassedOver(found.source, reason)


def _unread(found: Received, problem: str, detail: str = "") -> Received:
    return replace(found, data=None, problem=problem, detail=detail)


def _last(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]


def receive(path: Path) -> Iterator[Received | PassedOver]:
    """Everything under the path, one after the other, in this process and with the usual limits."""
    for found in walk([path]):
        if isinstance(found, Waiting):
            yield from open_waiting(found)
        else:
            yield found
