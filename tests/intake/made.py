"""Archives and mails as offices send them, made in code; names and headers in every encoding met."""

import base64
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Sequence
from email.message import EmailMessage
from functools import cache

from tianbao.forms import library
from tianbao.verbs.make import template

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAME = "外事办公室_2023年年报（终稿）.xlsx"


@cache
def workbook() -> bytes:
    """An issued workbook."""
    return template(library.load("gov-disclosure", "2021"), 2023, "示例区外事办公室", "", None)


def zipped(*members: tuple[str, bytes], stored: bool = False) -> bytes:
    """A zip as Python writes it."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = archive.compression
            archive.writestr(info, data)
    return into.getvalue()


def raw_zip(*members: tuple[bytes, bytes], local_names: Sequence[bytes] = (), flags: int = 0) -> bytes:
    """A zip with names as bytes, as other programs write them; `local_names` before the members, if they differ."""
    body, directory = b"", b""
    for at, (name, data) in enumerate(members):
        deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = deflate.compress(data) + deflate.flush()
        said = struct.pack("<IIIHH", zlib.crc32(data), len(packed), len(data), 0, 0)
        local = local_names[at] if local_names else name
        directory += struct.pack("<IHHHHHH", 0x02014B50, 20, 20, flags, 8, 0, 0x21)
        directory += said[:12] + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, len(body)) + name
        body += struct.pack("<IHHHHH", 0x04034B50, 20, flags, 8, 0, 0x21)
        body += said[:12] + struct.pack("<HH", len(local), 0) + local + packed
    count = len(members)
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(directory), len(body), 0)
    return body + directory + end


def tarred(*members: tuple[str, bytes], mode: str = "w") -> bytes:
    """A tar, compressed by `mode` (w:gz)."""
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return into.getvalue()


def mail(*attachments: tuple[str, bytes], subject: str = "报送年报", html: bool = False) -> bytes:
    """A mail as today's programs write it."""
    made = _message(subject)
    if html:
        made.add_alternative("<p>见附件</p>", subtype="html")
    for name, data in attachments:
        made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes()


def forwarded(inner: bytes, subject: str = "转发：报送") -> bytes:
    """A mail with a mail in it."""
    from email import message_from_bytes
    from email.policy import default

    made = _message(subject)
    made.add_attachment(message_from_bytes(inner, policy=default))
    return made.as_bytes()


def _message(subject: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "a@example.org", "b@example.org", subject
    made["Date"], made["Message-ID"] = "Mon, 15 Jan 2024 09:00:00 +0800", "<1@example.org>"
    made.set_content("附件为年报，请查收。")
    return made


def raw_mail(*parts: tuple[bytes, bytes], end: bytes = b"--BB--\r\n") -> bytes:
    """A mail from header lines and content (in Base64) of each attachment, byte by byte as given."""
    made = b"From: =?GBK?B?zeLKwrDs?= <a@example.org>\r\nSubject: \xb1\xa8\xcb\xcd\r\nMIME-Version: 1.0\r\n"
    made += b'Content-Type: multipart/mixed; boundary="BB"\r\n\r\n'
    made += b"--BB\r\nContent-Type: text/plain; charset=gb18030\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    made += "附件为年报，请查收。".encode("gb18030") + b"\r\n"
    for headers, data in parts:
        made += b"--BB\r\n" + headers + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        made += base64.encodebytes(data).replace(b"\n", b"\r\n")
    return made + end


def word(text: str, charset: str) -> bytes:
    """An encoded word of RFC 2047."""
    return b"=?" + charset.encode() + b"?B?" + base64.b64encode(text.encode(charset)) + b"?="


def mbox(*mails: bytes) -> bytes:
    """Mails in one file."""
    return b"".join(
        b"From a@example.org Mon Jan 15 09:00:00 2024\n" + one.replace(b"\r\n", b"\n") + b"\n" for one in mails
    )


def tnef(title: bytes, data: bytes, long_name: str = "", embedded: bytes = b"") -> bytes:
    """A winmail.dat with one attachment; the long name and a mail in it as Outlook gives them, among properties."""

    def part(level: int, name: int, value: bytes) -> bytes:
        return struct.pack("<BII", level, name, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)

    def padded(value: bytes) -> bytes:
        return struct.pack("<II", 1, len(value)) + value + b"\0" * (-len(value) % 4)

    made = struct.pack("<IH", 0x223E9F78, 1) + part(1, 0x00089006, struct.pack("<I", 0x10000))
    made += part(1, 0x00069007, struct.pack("<II", 936, 0))
    made += part(2, 0x00069002, struct.pack("<HIHHI", 1, 0xFFFFFFFF, 0, 0, 0))
    made += part(2, 0x00018010, title + b"\0") + (part(2, 0x0006800F, data) if data else b"")
    if long_name:
        said = struct.pack("<HH", 0x001F, 0x3707) + padded((long_name + "\0").encode("utf-16-le"))
        if embedded:
            number = struct.pack("<HHI", 0x0003, 0x3705, 5)
            named = struct.pack("<HH16sII", 0x0003, 0x8001, b"", 0, 1) + struct.pack("<I", 7)
            said = number + named + said + struct.pack("<HH", 0x000D, 0x3701) + padded(embedded)
        made += part(2, 0x00069005, struct.pack("<I", 4 if embedded else 1) + said)
    return made


def stored_rar(name: bytes, data: bytes, method: int = 0x30) -> bytes:
    """A RAR of version 3 with one member."""

    def block(kind: int, flags: int, body: bytes) -> bytes:
        head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head

    said = struct.pack("<IIBIIBBHI", len(data), len(data), 2, zlib.crc32(data), 0x2DA20000, 20, method, len(name), 0x20)
    return (
        b"Rar!\x1a\x07\x00"
        + block(0x73, 0, b"\0" * 6)
        + block(0x74, 0x8000, said + name)
        + data
        + block(0x7B, 0x4000, b"")
    )


@cache
def sealed(data: bytes, password: str) -> bytes:
    """Something with a password for opening, as Excel locks it, but with less work for each guess."""
    from msoffcrypto.method.ecma376_agile import ECMA376Agile

    made: bytes = ECMA376Agile.encrypt(password, io.BytesIO(data), spin_count=1000)
    return made
