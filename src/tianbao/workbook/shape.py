"""A worksheet part → its shape, which workbooks of one template share, and the values that fill it.

The part is cut at each cell's end; what stands between the values, brought into one spelling, is the shape. Programs
vary freely in views, widths, heights, spans and ids: these are left out. A blank and a filled cell have one shape.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from tianbao.workbook.styles_xml import CellStyle

SLOT = re.compile(
    rb"/>|><v>([^<]*)</v></c>|"
    rb' t="(?:s"><v>([^<]*)</v>|inlineStr"><is><t(?: xml:space="preserve")?>([^<]*)</t></is>)</c>'
)
"""Where a cell ends: empty, with a value of its own, with a shared string, with a text of its own."""
STEP = 4
"""A cut part is a list: piece, value, shared, inline, piece, …"""

_ATTRIBUTES = rb'(?: [\w:]+="[^"<&]*")*'
_VIEWS = re.compile(
    rb"<sheetViews>(?:<sheetView%s(?:/>|>(?:<(?:pane|selection)%s/>)*</sheetView>))+</sheetViews>"
    % (_ATTRIBUTES, _ATTRIBUTES)
)
_HEAD = re.compile(rb"<(?:dimension|sheetFormatPr)%s ?/>" % _ATTRIBUTES)
_WIDTH = re.compile(rb' (?:width|bestFit|customWidth|collapsed|outlineLevel)="[^"<&]*"')
_UID = re.compile(rb' xr:uid="\{[0-9A-Fa-f-]{36}\}"')
_ROW = re.compile(rb'<row r="(\d+)"((?: [\w:]+="[^"<&]*")*) ?(/?)>')
_HIDDEN = b' hidden="1"'
_BLANKS = re.compile(rb">\s+<")
_CELL = re.compile(rb'(<c r="[A-Z]+\d+")(?: s="(\d+)")?(?: t="(?:str|e)"(?=><f))?')
"""A cell's begin; whether a formula shows a text or an error is left to the program and the moment."""
_COLUMN_STYLE = re.compile(rb' style="(\d+)"')
_VALIDATION = re.compile(rb"<dataValidation .*?(?:</dataValidation>|/>)", re.DOTALL)
_CONTROL = bytes(code for code in range(32) if code not in (9, 10, 13))


@dataclass(frozen=True, slots=True)
class Cut:
    """A part cut at its cells. `pieces` alternate as STEP says; `key` is the digest of the shape."""

    pieces: list[bytes | None]
    head: bytes
    tail: bytes
    key: bytes


def cut(part: bytes, styles: bytes) -> Cut | None:
    """The cut part; None where it is not plain UTF-8 of the main namespace. `styles` is the digest of the formats."""
    start, end = part.find(b"<sheetData>"), part.rfind(b"</sheetData>")
    if start < 0 or end < 0 or not plain(part):
        return None
    head, data, tail = part[:start], part[start:end], part[end:]
    head = _WIDTH.sub(b"", _HEAD.sub(b"", _VIEWS.sub(b"", head)))
    if b"xr:uid" in part:
        head, tail = _UID.sub(b"", head), _UID.sub(b"", tail)
    pieces: list[bytes | None] = SLOT.split(_one_spelling(data))
    shape = b"\1".join(pieces[::STEP])  # type: ignore[arg-type]
    return Cut(pieces, head, tail, hashlib.sha256(b"\0".join((styles, head, tail, shape))).digest())


def plain(part: bytes) -> bool:
    """Whether nothing in the part needs a parser to be understood: no declarations, controls or other encodings."""
    head = part[:100].lower()
    if b"<!" in part or b"]]>" in part or part[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return False
    if b"encoding=" in head and b'encoding="utf-8"' not in head:
        return False
    if len(part.translate(None, _CONTROL)) != len(part):
        return False
    try:
        part.decode()
    except UnicodeDecodeError:
        return False
    return True


def _one_spelling(data: bytes) -> bytes:
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b">\n" in data[:100]:
        data = _BLANKS.sub(b"><", data)
    data = _ROW.sub(_row, data)
    data = data.replace(b' t="n"', b"")
    if b'"shared"' in data:
        data = data.replace(b"/><v>", b"></f><v>")
    if b"<v/>" in data or b"<v />" in data:
        data = data.replace(b"<v/></c>", b"<v></v></c>").replace(b"<v /></c>", b"<v></v></c>")
    if b'"></c>' in data:
        data = data.replace(b'"></c>', b'"/>')
    return data.replace(b"</f></c>", b"</f><v></v></c>")


def _row(found: re.Match[bytes]) -> bytes:
    if b' r="' in found[2]:
        return found[0]
    return b'<row r="%b"%b%b>' % (found[1], _HIDDEN if _HIDDEN in found[2] else b"", found[3])


def loose_key(part: Cut, styles: Sequence[CellStyle]) -> bytes:
    """The digest with formats told apart only by what they mean, and checks of entries in any order: for a program
    that numbers its formats anew in every file.
    """

    def meaning(index: bytes | None) -> bytes:
        number = int(index) if index else 0
        if number >= len(styles):
            return b"L"
        style = styles[number]
        return (b"L" if style.locked else b"U") + style.format[:1].encode()

    shape = b"\1".join(part.pieces[::STEP])  # type: ignore[arg-type]
    shape = _CELL.sub(lambda found: found[1] + meaning(found[2]), shape)
    head = _COLUMN_STYLE.sub(lambda found: meaning(found[1]), part.head)
    checks = sorted(_VALIDATION.findall(part.tail)) if b"<dataValidations" in part.tail else []
    return hashlib.sha256(b"\0".join((head, shape, _VALIDATION.sub(b"", part.tail), *checks))).digest()
