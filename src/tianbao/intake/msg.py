"""Attachments of a mail as Outlook saves it (.msg)."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

from tianbao.intake.members import Allowance, CannotOpen, Member
from tianbao.intake.names import decoded, harmless

_ATTACHMENT = "__attach_version1.0_#"
_DATA, _MAIL = "__substg1.0_37010102", "__substg1.0_3701000D"
_NAMES = ("3707", "3704", "3001")
"""Long name, short name, name shown."""
_DEEPEST = 50


def msg_members(_name: str, data: bytes, left: Allowance) -> Iterator[Member]:
    """Every attachment; those of a mail in the mail below its name."""
    try:
        import olefile  # noqa: PLC0415  an extra
    except ImportError:
        raise CannotOpen("FILE-MSG") from None
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as file:
            yield from _attachments(file, (), left)
    except CannotOpen:
        raise
    except Exception:  # noqa: BLE001  the library raises whatever damaged bytes lead it to
        raise CannotOpen("FILE-CONTAINER", "msg") from None


def _attachments(file: Any, top: Sequence[str], left: Allowance) -> Iterator[Member]:
    inside = {path[len(top)] for path in file.listdir() if len(path) > len(top) and tuple(path[: len(top)]) == (*top,)}
    folders = sorted(name for name in inside if name.startswith(_ATTACHMENT))
    if len(folders) > left.limits.members:
        raise CannotOpen("FILE-MEMBERS", str(left.limits.members))
    if not folders:
        yield Member("", passed="no-attachment", levels=len(top) // 2)
    for number, folder in enumerate(folders, 1):
        here = (*top, folder)
        name = harmless(_title(file, here) or f"part-{number}")
        if file.exists([*here, _DATA]):
            size = file.get_size([*here, _DATA])
            if limit := left.too_large(size):
                yield Member(name, problem="FILE-EXPANDED", detail=limit)
                continue
            left.spend(size)  # streams may share their bytes
            with file.openstream([*here, _DATA]) as stream:
                yield Member(name, stream.read(), levels=len(top) // 2 + 1)
        elif file.exists([*here, _MAIL]) and len(top) < _DEEPEST:
            for member in _attachments(file, (*here, _MAIL), left):
                yield Member(f"{name}.msg/{member.name}".rstrip("/"), *_rest(member))
        else:
            yield Member(name, problem="FILE-MEMBER", detail="msg")


def _rest(member: Member) -> tuple[bytes | None, str, str, str, bool, int]:
    return member.data, member.problem, member.detail, member.passed, member.unlocked, member.levels


def _title(file: Any, here: Sequence[str]) -> str:
    """The name of an attachment: as Unicode, or in the code page of the sender."""
    for name in _NAMES:
        for suffix, encoding in (("001F", "utf-16-le"), ("001E", "")):
            path = [*here, f"__substg1.0_{name}{suffix}"]
            if file.exists(path):
                with file.openstream(path) as stream:
                    raw = stream.read(2**16)
                text = raw.decode(encoding, "replace") if encoding else decoded(raw)
                if text.strip("\0 "):
                    return text.strip("\0 ")
    return ""
