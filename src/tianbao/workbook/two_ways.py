"""XML that two programs could read in two ways: the same names in another namespace, or alternatives to choose from.

The readers go by the names of elements without their prefix, as programs write one prefix or none. Who writes two wants
one program to see a cell that another does not.
"""

import re

from tianbao.workbook.package import NotAWorkbook

_MARKS = (b"\xff\xfe", b"\xfe\xff")
_PREFIXED = re.compile(
    rb"<([^\s<>/:=\"'&!?]+):(?:c|v|f|is|t|r|si|sst|row|sheetData|sheets?|definedNames?|workbook|worksheet)[\s/>]"
)
_AGAIN = re.compile(rb"\sxmlns\s*=|<[^\s<>/:]+:AlternateContent[\s>]")
_DECLARED = re.compile(rb"\sxmlns:([^\s=]+)\s*=")


def refuse_two_ways(xml: bytes, part: str, within: bytes = b"") -> None:
    """Raises NotAWorkbook for such XML; `within`: the element that counts, the whole part without it."""
    if xml[:2] in _MARKS:
        xml = xml.decode("utf-16", "replace").encode()
    start, end = (xml.find(within), xml.rfind(within)) if within else (_behind_root(xml), len(xml))
    inside = xml[max(start, 0) : end]
    if b":" not in inside and b"xmlns" not in inside:
        return
    prefixes = set(_PREFIXED.findall(inside))
    root = _root_prefix(xml)
    if prefixes - {root} or _AGAIN.search(inside) or root in _DECLARED.findall(inside):
        raise NotAWorkbook("FILE-DAMAGED", part=part)


_ROOT = re.compile(rb"<([^\s<>/:=\"'&!?]+:)?[^\s<>/:=\"'&!?]+[\s/>]")


def _root_prefix(xml: bytes) -> bytes:
    found = _ROOT.search(xml)
    return (found[1] or b"").removesuffix(b":") if found else b""


def _behind_root(xml: bytes) -> int:
    found = _ROOT.search(xml)
    return max(xml.find(b">", found.start()), 0) if found else 0
