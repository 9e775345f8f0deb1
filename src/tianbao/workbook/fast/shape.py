"""A worksheet part → its shape, which workbooks of one template share, and the values that fill it.

The cells' values are cut out; what stands between them, in one spelling, is the shape. Searching for fixed bytes is
many times faster than for alternatives, so each spelling is brought to one and the same `<v>…</v>` by replacing, with
a sign in front that no XML may hold: SELF for an empty cell, SHARED for a shared string, INLINE for a text in place.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

SELF, SHARED, INLINE = b"\0", b"\1", b"\2"

_VALUE = re.compile(rb"<v>([^<]*)</v>")
ATTRIBUTES = rb'(?: [\w:]+="[ !#-%\'-;=-~]*")*'
_VIEWS = re.compile(
    rb"<sheetViews>(?:<sheetView%s ?(?:/>|>(?:<(?:pane|selection)%s ?/>)*</sheetView>))+</sheetViews>"
    % (ATTRIBUTES, ATTRIBUTES)
)
_HEAD = re.compile(rb"<(?:dimension|sheetFormatPr)%s ?/>" % ATTRIBUTES)
_WIDTH = re.compile(rb' (?:width|bestFit|customWidth|collapsed|outlineLevel)="[ !#-%\'-;=-~]*"')
_UID = re.compile(rb' xr:uid="\{[0-9A-Fa-f-]{36}\}"')
_HEIGHT = re.compile(rb' ht="[0-9.]*"')
_INLINE_STARTS = (b' t="inlineStr"><is><t>', b' t="inlineStr"><is><t xml:space="preserve">')
_INLINE_END = b"</t></is></c>"
_BLANKS = re.compile(rb">\s+<")
_CONTROL = bytes(code for code in range(3, 32) if code not in (9, 10, 13))


@dataclass(frozen=True, slots=True)
class Cut:
    """A part cut at its values. `values` with their signs; `shape` what stood between them; `key` its digest."""

    values: list[bytes]
    shape: bytes
    head: bytes
    tail: bytes
    key: bytes


def cut(part: bytes, styles: bytes) -> Cut | None:
    """The cut part; None for what only a parser may read. `styles` is the digest of the formats' meanings."""
    start, end = part.find(b"<sheetData>"), part.rfind(b"</sheetData>")
    if start < 0 or end < 0 or SELF in part or SHARED in part or INLINE in part:
        return None
    data = _one_spelling(part[start:end])
    if data is None:
        return None
    pieces = _VALUE.split(data)
    values = pieces[1::2]
    if not sound(values):
        return None
    head, tail = _head(part[:start]), part[end:]
    if b"xr:uid" in tail:
        tail = _UID.sub(b"", tail)
    shape = SHARED.join(pieces[::2])
    return Cut(values, shape, head, tail, digest(styles, head, tail, shape))


def digest(*parts: bytes) -> bytes:
    """One digest of several pieces, which cannot run into each other."""
    return hashlib.sha256(SELF.join(parts)).digest()


def _head(head: bytes) -> bytes:
    head = _WIDTH.sub(b"", _HEAD.sub(b"", _VIEWS.sub(b"", head)))
    return _UID.sub(b"", head) if b"xr:uid" in head else head


def _one_spelling(data: bytes) -> bytes | None:
    """Every value between <v> and </v>, empty cells too; None where the ends of texts do not match their beginnings."""
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b">\n" in data[:100]:
        data = _BLANKS.sub(b"><", data)
    if b'"></c>' in data:
        data = data.replace(b'"></c>', b'"/>')
    data = data.replace(b"/><v>", b"></f><v>").replace(b' t="n"', b"")
    data = data.replace(b' t="s"><v>', b"><v>" + SHARED).replace(b'"/>', b'"><v>' + SELF + b"</v></c>")
    if b' t="inlineStr"' in data:
        begun = sum(data.count(start) for start in _INLINE_STARTS)
        if begun != data.count(_INLINE_END):
            return None
        for start in _INLINE_STARTS:
            data = data.replace(start, b"><v>" + INLINE)
        data = data.replace(_INLINE_END, b"</v></c>")
    return data


def sound(values: Sequence[bytes]) -> bool:
    """Whether the values are texts that may stand in XML; what stands between them is proven once for each shape."""
    joined = b"".join(values)
    if b"]]>" in joined or len(joined.translate(None, _CONTROL)) != len(joined):
        return False
    try:
        joined.decode()
    except UnicodeDecodeError:
        return False
    return True


def plain(part: bytes) -> bool:
    """Whether nothing in the part needs a parser to be understood: no declarations, controls or other encodings."""
    head = part[:100].lower()
    if b"<!" in part or part[:2] in (b"\xff\xfe", b"\xfe\xff") or SELF in part or SHARED in part or INLINE in part:
        return False
    if b"encoding=" in head and b'encoding="utf-8"' not in head:
        return False
    return sound((part,))


def height_key(part: Cut, styles: bytes) -> bytes:
    """The digest without heights of rows, which follow the length of texts."""
    return digest(styles, part.head, part.tail, _HEIGHT.sub(b"", part.shape))
