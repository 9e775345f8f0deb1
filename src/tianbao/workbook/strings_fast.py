"""sharedStrings.xml → texts without a parser, where it holds nothing but texts, runs and phonetic hints."""

import re
from collections.abc import Sequence

from tianbao.workbook.package import NotAWorkbook
from tianbao.workbook.shape import plain
from tianbao.workbook.strings_xml import MAX_STRINGS, read_strings, unescaped

_HEAD = re.compile(rb'(?:<\?xml[^>]*\?>)?\s*<sst(?: [\w:]+="[^"<&]*")*>')
_PLAIN = re.compile(rb'<si><t(?: xml:space="preserve")?>([^<]*)</t></si>')
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos);")
_NAMED = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}


def fast_strings(part: bytes) -> Sequence[str] | None:
    """The shared strings; None where the part cannot be read at all."""
    if not part:
        return ()
    head = _HEAD.match(part)
    if head and plain(part):
        body = part[head.end() :].rstrip()
        raw = _PLAIN.findall(body)
        if len(raw) <= MAX_STRINGS and _PLAIN.sub(b"", body) == b"</sst>":
            return _texts(b"\0".join(raw).decode()) if raw else ()
    try:
        return read_strings(part)
    except NotAWorkbook:
        return None


def _texts(joined: str) -> Sequence[str] | None:
    if "&" in joined:
        if joined.count("&") != len(_ENTITY.findall(joined)):
            return None
        joined = _ENTITY.sub(lambda found: _NAMED[found[0]], joined)
    if "_x" in joined or "\r" in joined:
        return [unescaped(text) for text in joined.split("\0")]
    return joined.split("\0")
