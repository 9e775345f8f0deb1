"""Names of attachments as mail programs write them: RFC 2047, RFC 2231, or raw bytes of GBK or UTF-8."""

import binascii
import re
from email.message import Message

from tianbao.intake.names import decoded

_LONGEST = 16_384
"""Characters of one header that are looked at: the standard parser takes quadratic time."""
_WORD = re.compile(r"=\?([^?\s]{1,40})\?([bBqQ])\?([^?]*)\?=")
_CHINESE = frozenset({"gb2312", "gb_2312-80", "csgb2312", "gbk", "cp936", "ms936", "x-gbk", "windows-936", "gb18030"})


def header(part: Message, name: str) -> str:
    """The header as it stood, raw bytes decoded, line breaks taken out; "" where there is none."""
    for key, value in part.raw_items():  # get() turns raw bytes into U+FFFD
        if key.lower() == name:
            text = str(value)[:_LONGEST]
            if not text.isascii():
                # before the parameters are split: the last byte of a GBK character may be a backslash
                text = decoded(text.encode("utf-8", "surrogateescape"))
            return text.replace("\r", "").replace("\n", "")
    return ""


def file_name(part: Message) -> str:
    """The name that a part gives to its content, "" where it gives none."""
    for field, parameter in (("content-disposition", "filename"), ("content-type", "name")):
        text = header(part, field)
        if "name" not in text.lower():
            continue
        alone = Message()
        alone[field] = text
        try:
            said = [value for key, value in alone.get_params([], header=field) if key.lower() == parameter]
        except (ValueError, IndexError, LookupError):
            # numbers of continuations that are no numbers
            continue
        # a name by RFC 2231 beside a plain one is the true one: the other stands there for old programs
        value = next((value for value in said if isinstance(value, tuple)), said[0] if said else "")
        if isinstance(value, tuple):
            charset, _, coded = value
            found = words(_decode(coded.encode("latin-1", "replace"), charset or ""))
        else:
            found = words(str(value))
        if found.strip():
            return found.strip()
    return ""


def words(text: str) -> str:
    """Encoded words decoded. Neighbours in one charset are joined first: a character may be cut between them."""
    pieces: list[str] = []
    pending, charset, at = b"", "", 0
    for found in _WORD.finditer(text):
        between = text[at : found.start()]
        its = found[1].partition("*")[0].lower()
        if between.strip() or its != charset:
            pieces.append(_decode(pending, charset))
            pending = b""
        if between.strip() or at == 0:
            pieces.append(between)
        pending, charset, at = pending + _bytes(found[2], found[3]), its, found.end()
    pieces += [_decode(pending, charset), text[at:]]
    return "".join(pieces)


def _bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(raw, header=True)
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    kept = kept[: len(kept) - (len(kept) % 4 == 1)]
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def _decode(raw: bytes, charset: str) -> str:
    """By the charset named: those of Chinese as GB18030, which has all their characters; unknown ones by the bytes."""
    charset = charset.lower().strip()
    try:
        return raw.decode("gb18030" if charset in _CHINESE else charset or "utf-8")
    except (LookupError, ValueError):
        return decoded(raw)
