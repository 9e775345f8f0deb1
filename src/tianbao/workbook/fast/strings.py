"""sharedStrings.xml → texts without a parser, where it holds nothing but plain texts."""

import re
from collections.abc import Sequence

from tianbao.workbook.fast.shape import plain
from tianbao.workbook.package import NotAWorkbook, parse_xml
from tianbao.workbook.strings_xml import MAX_STRINGS, read_strings, unescaped

_HEAD = re.compile(rb'(?:<\?xml[^>]*\?>)?\s*<sst(?: [\w:]+="[^"<&]*")*>')
_FIRST, _NEXT, _LAST = b"<si><t>", b"</t></si><si><t>", b"</t></si></sst>"
_SPACE = b' xml:space="preserve"'
_PHONETIC = re.compile(rb"<rPh .*?</rPh>|<phoneticPr [^>]*/>", re.DOTALL)
_TEXT = re.compile(rb"<t>([^<]*)</t>")
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});")
_NAMED = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}


def fast_strings(part: bytes) -> Sequence[str] | None:
    """The shared strings; None where the part cannot be read at all."""
    head = _HEAD.match(part)
    if head and plain(part):
        body = part[head.end() :].rstrip().replace(_SPACE, b"")
        if body == b"</sst>":
            return ()
        raw = _plain(body)
        if raw is None:
            raw = _runs(part, body)
        found = _texts(raw) if raw is not None and len(raw) <= MAX_STRINGS else None
        if found is not None:
            return found
    try:
        return read_strings(part)
    except NotAWorkbook:
        return None


def _plain(body: bytes) -> list[bytes] | None:
    if not body.startswith(_FIRST) or not body.endswith(_LAST):
        return None
    raw = body[len(_FIRST) : -len(_LAST)].split(_NEXT)
    return None if any(b"<" in text for text in raw) else raw


def _runs(part: bytes, body: bytes) -> list[bytes] | None:
    """Texts in several runs, as LibreOffice writes mixed scripts: joined, after the part is proven well-formed."""
    try:
        parse_xml(part)
    except NotAWorkbook:
        return None
    if b"<rPh" in body or b"<phoneticPr" in body:
        body = _PHONETIC.sub(b"", body)
    items = body.split(b"<si>")
    odd = (b"<si/>", b"<t/>", b"<t ", b":si", b":t>", b":t ", b":r>", b"xmlns", b"<![CDATA[", b"<!--")
    if items[0].strip() or any(piece in body for piece in odd):
        return None
    return [b"".join(_TEXT.findall(item)) for item in items[1:]]


def _texts(raw: Sequence[bytes]) -> Sequence[str] | None:
    joined = b"\0".join(raw).decode()
    if "\r" in joined:  # as a parser reads them; a character reference stays what it is
        joined = joined.replace("\r\n", "\n").replace("\r", "\n")
    if "&" in joined:
        if joined.count("&") != len(_ENTITY.findall(joined)):
            return None
        joined = _ENTITY.sub(_character, joined)
    if "\ufffe" in joined:
        return None
    if "_x" in joined or "\r" in joined:
        return [unescaped(text) for text in joined.split("\0")]
    return joined.split("\0")


def _character(found: re.Match[str]) -> str:
    name = found[0]
    if name in _NAMED:
        return _NAMED[name]
    code = int(name[3:-1], 16) if name[2] in "xX" else int(name[2:-1])
    allowed = code in (9, 10, 13) or 32 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
    return chr(code) if allowed else "\ufffe"
