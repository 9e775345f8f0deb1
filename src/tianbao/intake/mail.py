"""Attachments of a mail, and of the mails forwarded in it. What people wrote is no attachment."""

import binascii
import re
from collections.abc import Iterator
from dataclasses import replace
from email.errors import (
    CloseBoundaryNotFoundDefect,
    FirstHeaderLineIsContinuationDefect,
    MissingHeaderBodySeparatorDefect,
)
from email.message import Message
from email.parser import BytesFeedParser
from email.policy import compat32

from tianbao.intake.bulk import Bulk, decoded, set_aside
from tianbao.intake.headers import file_name, header, words
from tianbao.intake.members import Allowance, CannotOpen, Member
from tianbao.intake.names import harmless
from tianbao.intake.sniff import Kind, kind_of, suffix_of

_PIECE = 2**16
_ENCODED = ("base64", "quoted-printable")
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"})
_WRITTEN: frozenset[Kind] = frozenset({"other", "mail", "mbox", "empty"})
"""What a text that people wrote looks like. All else is an attachment whose headers are damaged."""
_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})
_LOSING = (CloseBoundaryNotFoundDefect, FirstHeaderLineIsContinuationDefect, MissingHeaderBodySeparatorDefect)
_STRAY = re.compile(r"^content-(?:transfer-encoding:\s*base64|disposition:\s*attachment)", re.MULTILINE | re.IGNORECASE)
_UUENCODED = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]+)\r?\n(.*?)^end\r?$", re.MULTILINE | re.DOTALL)


def mail_members(name: str, data: bytes, left: Allowance) -> Iterator[Member]:
    """Every attachment in the order of the mail; those of a forwarded mail below its name. Raises CannotOpen at the end
    where something of the mail seems to be missing.
    """
    text, bulk = set_aside(data)
    mail = _parsed(text, left.limits.members)
    yield from _attachments(mail, bulk, left.limits.depth, 1)
    cut_in_header = suffix_of(name) == "eml" and b"\n\n" not in data and b"\n\r\n" not in data
    if cut_in_header or any(map(_loses, _walked(mail))):
        raise CannotOpen("FILE-CONTAINER-CUT", "eml")


def _parsed(data: bytes, most: int) -> Message:
    """The mail. Raises CannotOpen for too many parts, while they are parsed, and for parts too deep in one another."""
    made = 0

    def part(**_: object) -> Message:
        nonlocal made
        made += 1
        if made > most + 1:  # the parser makes one to try
            raise CannotOpen("FILE-MEMBERS", str(most))
        return Message(compat32)

    parser = BytesFeedParser(part, policy=compat32)
    try:
        for at in range(0, len(data), _PIECE):
            parser.feed(data[at : at + _PIECE])
        return parser.close()
    except RecursionError:
        raise CannotOpen("FILE-DEPTH", "100") from None


def _attachments(mail: Message, bulk: Bulk, deepest: int, level: int) -> Iterator[Member]:
    """Attachments; beside pictures and signatures alone it is said that there was nothing to read."""
    substantial = False
    for number, part in enumerate(_parts(mail), 1):
        if part.get_content_maintype() == "message" and part.is_multipart():
            if part.get_content_type() == "message/delivery-status":
                continue
            substantial = True
            yield from _forwarded(part, number, bulk, deepest, level)
            continue
        for member in _content(part, number, bulk):
            signature = part.get_content_type() in _SIGNATURES
            picture = part.get_content_maintype() == "image"
            substantial = substantial or not (signature or picture)
            yield member
    if not substantial:
        yield Member("", passed="no-attachment", levels=0)


def _walked(mail: Message) -> Iterator[Message]:
    """Every part of a mail and of the mails in it, but not of those whose text is still encoded."""
    waiting = [mail]
    while waiting:
        part = waiting.pop()
        yield part
        inside = part.get_payload() if part.is_multipart() else None
        if isinstance(inside, list) and (part.get_content_maintype() != "message" or _encoding(part) not in _ENCODED):
            waiting += [each for each in inside if isinstance(each, Message)]


def _loses(part: Message) -> bool:
    """Whether something that looks like an attachment stands where none is looked for, or the end of a part is missing:
    the mail was cut off, or a line between its parts is damaged.
    """
    if any(isinstance(defect, _LOSING) for defect in part.defects):
        return True
    beside = [text for text in (part.preamble, part.epilogue) if text]
    try:
        content = part.get_payload() if not part.is_multipart() else None
    except ValueError:  # the charset is no word at all
        return True
    if isinstance(content, str):
        if _encoding(part) == "base64":
            # the decoder passes over what is no Base64, and so over the next part
            return ":" in content or any(_STRAY.search(text) for text in beside)
        beside.append(content)
    return any(_STRAY.search(text) for text in beside)


def _parts(mail: Message) -> Iterator[Message]:
    """The leaves of a mail, and the mails in it as one each."""
    waiting = [mail]
    while waiting:
        part = waiting.pop()
        inside = part.get_payload() if part.is_multipart() else None
        if isinstance(inside, list) and (part is mail or part.get_content_maintype() != "message"):
            waiting += [each for each in reversed(inside) if isinstance(each, Message)]
        else:
            yield part


def _forwarded(part: Message, number: int, bulk: Bulk, deepest: int, level: int) -> Iterator[Member]:
    inside = part.get_payload()
    mail = inside[0] if isinstance(inside, list) and isinstance(inside[0], Message) else part
    subject = words(header(mail, "subject")).strip()
    name = harmless(file_name(part) or f"{subject or f'part-{number}'}.eml")
    if _encoding(part) in _ENCODED:
        # not allowed for a mail in a mail, yet some servers do it: its text is still encoded
        outer = Message(compat32)
        outer["content-transfer-encoding"] = _encoding(part)
        outer.set_payload(mail.as_bytes().decode("ascii", "surrogateescape"))
        yield Member(name if name.lower().endswith(".eml") else f"{name}.eml", _bytes(outer, bulk))
        return
    if level >= deepest:
        yield Member(name, problem="FILE-DEPTH", detail=str(deepest))
        return
    for member in _attachments(mail, bulk, deepest, level + 1):
        yield replace(member, name=f"{name}/{member.name}".rstrip("/"), levels=member.levels + 1)


def _content(part: Message, number: int, bulk: Bulk) -> Iterator[Member]:
    """The attachment that a leaf is; of a text that people wrote only what is hidden in it."""
    name = file_name(part)
    disposition = header(part, "content-disposition").strip().lower()
    if part.get_content_maintype() == "text" and not name and not disposition.startswith("attachment"):
        written = _bytes(part, bulk)
        if kind_of(written, "") in _WRITTEN:
            yield from _uuencoded(written)
            return
    shown = harmless(name) if name else f"part-{number}"
    if part.get_content_maintype() == "multipart":
        yield Member(shown, problem="FILE-CONTAINER-CUT", detail="boundary")
        return
    if part.get_content_type() in _SEALED:
        yield Member(shown, problem="FILE-SEALED-MAIL")
        return
    yield Member(shown, _bytes(part, bulk))


def _uuencoded(text: bytes) -> Iterator[Member]:
    """Attachments that old programs wrote into the text."""
    for found in _UUENCODED.finditer(text):
        name = harmless(words(found[1].decode("gb18030", "replace")))
        try:
            yield Member(name, b"".join(map(binascii.a2b_uu, found[2].splitlines())))
        except binascii.Error:
            yield Member(name, problem="FILE-MEMBER", detail="uuencode")


def _encoding(part: Message) -> str:
    return header(part, "content-transfer-encoding").strip().lower()


def _bytes(part: Message, bulk: Bulk) -> bytes:
    """The content decoded, with what was set aside."""
    if _encoding(part) == "base64":
        try:
            text = part.get_payload()
        except ValueError:  # the charset is no word at all
            return b""
        return decoded(bulk.restored(text.encode("ascii", "replace"))) if isinstance(text, str) else b""
    payload = part.get_payload(decode=True)
    return bulk.restored(payload) if isinstance(payload, bytes) else b""
