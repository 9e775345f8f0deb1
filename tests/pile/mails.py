"""Mails with workbooks attached, as mail programs of all ages write them: names in many spellings, TNEF, mail boxes."""

import base64
import random
import struct
from collections.abc import Callable, Sequence
from urllib.parse import quote

Attachment = tuple[str, bytes]
_OCTETS = "application/octet-stream"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _word(text: str, charset: str) -> str:
    return f"=?{charset}?B?{base64.b64encode(text.encode(charset)).decode()}?="


def _plain_quoted(name: str) -> bytes:
    return f'filename="{name}"'.encode()


def _words(charset: str) -> Callable[[str], bytes]:
    return lambda name: f'filename="{_word(name, charset)}"'.encode()


def _raw(charset: str) -> Callable[[str], bytes]:
    return lambda name: b'filename="' + name.encode(charset) + b'"'


def _extended(charset: str) -> Callable[[str], bytes]:
    return lambda name: f"filename*={charset}''{quote(name.encode(charset))}".encode()


def _continued(name: str) -> bytes:
    coded = quote(name.encode("gb18030"))
    cut = len(coded) // 2
    cut -= (coded[cut - 1] == "%") + 2 * (coded[cut - 2] == "%")
    return f"filename*0*=gb18030''{coded[:cut]};\r\n filename*1*={coded[cut:]}".encode()


SPELLINGS: dict[str, Callable[[str], bytes]] = {
    "words in UTF-8": _words("utf-8"),
    "words in GB18030": _words("gb18030"),
    "raw UTF-8": _raw("utf-8"),
    "raw GBK": _raw("gbk"),
    "RFC 2231": _extended("UTF-8"),
    "RFC 2231 in GBK": _extended("GBK"),
    "RFC 2231 continued": _continued,
}


def mail(
    attachments: Sequence[Attachment], chance: random.Random, spelling: str = "words in UTF-8", inside: bytes = b""
) -> bytes:
    """A mail with these attachments; `inside`: a whole mail forwarded as an attachment."""
    boundary = f"----=_Part_{chance.getrandbits(48):012x}"
    parts = [
        b"Content-Type: text/plain; charset=gb18030\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + "请查收。".encode("gbk")
    ]
    for name, data in attachments:
        kind = _SHEET if name.endswith(".xlsx") and chance.random() < 0.5 else _OCTETS
        head = (
            f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; ".encode()
        )
        parts.append(head + SPELLINGS[spelling](name) + b"\r\n\r\n" + _lines(data))
    if inside:
        parts.append(b"Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n" + inside)
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return (
        _head(chance)
        + f'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n'.encode()
        + body
        + f"--{boundary}--\r\n".encode()
    )


def mail_without(chance: random.Random) -> bytes:
    """A mail of words only."""
    return _head(chance) + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "年报下周报送。\r\n".encode()


def _head(chance: random.Random) -> bytes:
    subject = _word("政府信息公开工作年度报告", "utf-8")
    return (
        f"From: gk{chance.randrange(999)}@example.cn\r\nTo: office@example.cn\r\nSubject: {subject}\r\n"
        f"Message-ID: <{chance.getrandbits(64):x}@example.cn>\r\nDate: Mon, 15 Jan 2024 10:00:00 +0800\r\n"
    ).encode()


def _lines(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def mbox(mails: Sequence[bytes]) -> bytes:
    """A mail box in one file."""
    start = b"From gk@example.cn Mon Jan 15 10:00:00 2024\n"
    return b"".join(start + each.replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ") + b"\n" for each in mails)


def winmail(attachments: Sequence[Attachment], charset: str = "gbk") -> bytes:
    """winmail.dat, in which Outlook hides attachments."""
    out = struct.pack("<LH", 0x223E9F78, 1)
    out += _attribute(1, 0x00089006, struct.pack("<L", 0x10000))
    out += _attribute(1, 0x00069007, struct.pack("<LL", 936, 0))
    for name, data in attachments:
        out += _attribute(2, 0x00069002, struct.pack("<HLHHL", 1, 0xFFFFFFFF, 0, 0, 0))
        out += _attribute(2, 0x00018010, name.encode(charset) + b"\0")
        out += _attribute(2, 0x0006800F, data)
    return out


def _attribute(level: int, kind: int, data: bytes) -> bytes:
    return struct.pack("<BLL", level, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)
