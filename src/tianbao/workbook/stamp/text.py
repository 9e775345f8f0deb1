"""Contents of cells as XML, spelled as XlsxWriter spells them; texts stand in the cell itself, not in a shared list."""

import re

from tianbao.values import Number, Raw, Value
from tianbao.workbook.a1 import Place
from tianbao.workbook.emit import cell_text

# each underscore that would begin an escape is escaped, also the second of _x0041_x0042_, which XlsxWriter forgets
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9a-fA-F]{4}_)")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_ODD = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff&<>]|_x")

EMPTY = "/>"
"""Ends the tag of a cell that holds nothing."""


def escaped(text: str) -> str:
    """The text as it stands between tags."""
    if not _ODD.search(text):
        return text
    text = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", _LOOKS_ESCAPED.sub("_x005F_", text))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def inside(content: Raw, place: Place) -> str:
    """What follows `<c r="D5" s="4"` in a cell without formula. Raises DoesNotFit."""
    if content is None or content == "":
        return EMPTY
    if isinstance(content, str | bool):
        text = cell_text(content, place)
        space = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
        return f' t="inlineStr"><is><t{space}>{escaped(text)}</t></is></c>'
    return number(content)


def number(content: Number) -> str:
    """A number as the content of a cell."""
    return f"><v>{content:.16G}</v></c>"


def of_value(value: Value, place: Place) -> str:
    """A value as the content of a cell without formula."""
    return inside(value.raw, place) if value.number is None else number(value.number)


def height(points: float) -> str:
    """The height of a row, in the whole pixels that XlsxWriter makes of points."""
    return f"{int(points * 4.0 / 3.0 + 0.5) * 0.75:.16g}"
