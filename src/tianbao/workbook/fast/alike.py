"""The key under which shapes are alike in all that matters, for programs that spell the same thing anew in every file.

It is asked for once for each shape. What it leaves out, no reader of a submission looks at.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape, unescape

from tianbao.workbook.a1 import column_number
from tianbao.workbook.fast.shape import ATTRIBUTES, SHARED, Cut, digest
from tianbao.workbook.grammar import shifted
from tianbao.workbook.styles_xml import CellStyle

_ROW = re.compile(rb'<row r="(\d+)"(%s)>' % ATTRIBUTES)
_HIDDEN = re.compile(rb' hidden="(?:1|true)"')
_CELL = re.compile(rb'<c r="([A-Z]+\d+)"(?: s="(\d+)")?(?: t="([a-zA-Z]+)")?(?=(><f)?)')
"""A cell's begin, and whether a formula follows."""
_RESULTS = {b"str": b"", b"e": b"", b"s": b"", b"b": b""}
"""What a formula's result is, is left to the program and the moment."""
_ALWAYS = re.compile(rb'(<f(?: \w+="[^"<>]*")*?) ca="\w+"')
"""Whether a formula is always computed anew."""
_KINDS = {b"": "n", b"n": "n", b"s": "s", b"b": "b"}
_COLUMN_STYLE = re.compile(rb' style="(\d+)"')
_VALIDATION = re.compile(rb"<dataValidation .*?(?:</dataValidation>|/>)", re.DOTALL)
_SHARING = re.compile(
    rb'(<c r="([A-Z]{1,3})(\d{1,7})"(?: \w+="\w*")*>)<f t="shared"'
    rb'(?: ca="\w+" ref="[\w:]+"| ref="[\w:]+"(?: ca="\w+")?| ca="\w+")? si="(\d+)">([^<]*)</f>'
)
_ENTITY = re.compile(rb"&(?:amp|lt|gt|quot|apos);")
_MOST, _LONGEST = 5_000, 1_000
"""Shared formulas of a sheet, and characters of one, that are written out."""


def loose_key(part: Cut, styles: Sequence[CellStyle]) -> tuple[bytes, str]:
    """The digest with formats told apart only by what they mean, rows without all that is free, and checks of entries
    in any order: for a program that numbers its formats and measures its rows anew in every file.

    What formulas result in is left out, and told beside: n number, b truth value, s shared string, t text, for each.
    """
    meanings: dict[bytes | None, bytes] = {}

    def meaning(index: bytes | None) -> bytes:
        number = int(index) if index else 0
        style = styles[number] if number < len(styles) else None
        locked, format_class = (style.locked, style.format[:1].encode()) if style else (True, b"")
        meanings[index] = (b"L" if locked else b"U") + format_class
        return meanings[index]

    shape = _ROW.sub(_row, part.shape)
    if b'<f t="shared"' in shape:
        shape = _written_out(shape)
    pieces = _CELL.split(_ALWAYS.sub(rb"\1", shape))
    names, formats, types, formulas, rests = (pieces[place::5] for place in range(1, 6))
    spelled = [pieces[0]]
    kinds = ["t" * pieces[0].count(SHARED)]
    for name, index, kind, formula, rest in zip(names, formats, types, formulas, rests, strict=True):
        told = kind or b""
        spelled += (name, meanings.get(index) or meaning(index), _RESULTS.get(told, told) if formula else told, rest)
        if SHARED in rest:
            kinds.append(_KINDS.get(told, "t") * rest.count(SHARED))
    head = _COLUMN_STYLE.sub(lambda found: meaning(found[1]), part.head)
    checks = sorted(_VALIDATION.findall(part.tail)) if b"<dataValidations" in part.tail else []
    return digest(head, *spelled, _VALIDATION.sub(b"", part.tail), *checks), "".join(kinds)


def _row(found: re.Match[bytes]) -> bytes:
    if b' r="' in found[2]:
        return found[0]
    return b'<row r="%b"%b>' % (found[1], b' hidden="1"' if _HIDDEN.search(found[2]) else b"")


def _written_out(shape: bytes) -> bytes:
    """Shared formulas as each cell would have them for itself; which cells share is left to the program."""
    found = _SHARING.findall(shape)
    first = {}
    for _, column, row, group, text in found:
        if text:
            if group in first or len(text) > _LONGEST or text.count(b"&") != len(_ENTITY.findall(text)):
                return shape
            first[group] = int(row), column_number(column.decode()), text
    if not first or len(found) > _MOST:
        return shape

    def own(cell: re.Match[bytes]) -> bytes:
        if cell[4] not in first:
            return cell[0]
        row, column, text = first[cell[4]]
        return cell[1] + _own(text, int(cell[3]) - row, column_number(cell[2].decode()) - column)

    return _SHARING.sub(own, shape)


@lru_cache(maxsize=4_096)
def _own(text: bytes, down: int, right: int) -> bytes:
    return b"<f>%b</f>" % escape(shifted(unescape(text.decode()), down, right), quote=False).encode()
