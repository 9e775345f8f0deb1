"""styles.xml → what each cell format means for reading: whether it locks, and what it shows a number as."""

import re
from dataclasses import dataclass

from tianbao.values import FormatClass
from tianbao.workbook.package import local, parse_xml

BUILT_IN: dict[int, FormatClass] = {
    **dict.fromkeys((9, 10), "percent"),
    **dict.fromkeys((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)), "date"),
    49: "text",
}
"""Number formats that every program knows by number; the ranges are those of Chinese Excel (ECMA-376, 18.8.30)."""
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
_LONGEST_CODE = 1_000
"""Characters of a number format that are looked at; Excel allows 255, and searching takes squares of them."""
_TIME = re.compile(r"[ymdhs]|e(?![+-])|上午", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CellStyle:
    """One entry of cellXfs."""

    locked: bool = True
    format: FormatClass = "number"


DEFAULT = CellStyle()


def read_styles(xml: bytes) -> tuple[CellStyle, ...]:
    """The cell formats in order; locked where the file says nothing. Raises NotAWorkbook."""
    formats: dict[int, FormatClass] = {}
    found: list[CellStyle] = []
    inside = [False]

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "numFmt":
            formats[_number(attributes.get("numFmtId"))] = class_of(attributes.get("formatCode", ""))
        elif tag == "cellXfs":
            inside[0] = True
        elif inside[0] and tag == "xf":
            number = _number(attributes.get("numFmtId"))
            found.append(CellStyle(True, formats.get(number) or BUILT_IN.get(number, "number")))
        elif inside[0] and tag == "protection" and found:
            found[-1] = CellStyle(attributes.get("locked", "1") not in ("0", "false"), found[-1].format)

    def end(name: str) -> None:
        if local(name) == "cellXfs":
            inside[0] = False

    if xml:
        parse_xml(xml, start, end)
    return tuple(found)


def class_of(code: str) -> FormatClass:
    """What a format shows a number as: yyyy-mm-dd a date, 0.0% a percentage, @ a text, anything else a number."""
    first = _LITERAL.sub("", code[:_LONGEST_CODE]).partition(";")[0]
    if first.strip().lower() == "general":
        return "number"
    if "%" in first:
        return "percent"
    if _TIME.search(first):
        return "date"
    return "text" if first.strip() == "@" else "number"


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else -1
