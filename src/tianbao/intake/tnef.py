"""Attachments of a winmail.dat, in which Outlook packs them for others of its kind."""

from collections.abc import Iterator

from tianbao.intake.members import Allowance, CannotOpen, Member
from tianbao.intake.names import decoded, harmless

_LEVELS = (1, 2)
"""An object belongs to the mail or to an attachment."""


def tnef_members(_name: str, data: bytes, left: Allowance) -> Iterator[Member]:
    """Every attachment; a mail in it is a winmail.dat again."""
    try:
        from tnefparse import TNEF  # noqa: PLC0415  an extra
    except ImportError:
        raise CannotOpen("FILE-EXTRA", "mail") from None
    try:
        attachments = TNEF(data, do_checksum=False).attachments
    except Exception:  # noqa: BLE001  the library raises whatever damaged bytes lead it to
        raise CannotOpen("FILE-CONTAINER", "winmail.dat") from None
    if len(attachments) > left.limits.members:
        raise CannotOpen("FILE-MEMBERS", str(left.limits.members))
    whole = _is_whole(data)
    for number, attachment in enumerate(attachments, 1):
        content = attachment.data
        name = harmless(_title(attachment) or f"part-{number}")
        if hasattr(attachment, "embed"):
            name = f"{name}.dat"
        if isinstance(content, bytes):
            yield Member(name, content)
        else:
            yield Member(name, problem="FILE-MEMBER", detail="winmail.dat")
    if not whole:
        raise CannotOpen("FILE-CONTAINER-CUT", "winmail.dat")


def _is_whole(data: bytes) -> bool:
    """Whether the objects end where the file ends; the library takes what is there and says nothing."""
    at = 6
    while at + 11 <= len(data) and data[at] in _LEVELS:
        at += 11 + int.from_bytes(data[at + 5 : at + 9], "little")
    return at <= len(data) and not data[at:].strip(b"\0\r\n")


def _title(attachment: object) -> str:
    """The long name, else the short one, which stands in the code page of the sender."""
    try:
        name = attachment.long_filename()  # type: ignore[attr-defined]
    except (UnicodeDecodeError, AttributeError):
        name = getattr(attachment, "_name", b"")
    return (decoded(name) if isinstance(name, bytes) else str(name)).strip("\0 ")
