"""Texts of a definition that a workbook cannot show or a reader cannot tell apart."""

import re
import unicodedata
from collections.abc import Iterator

from tianbao.forms.mistakes import Mark, Mistake
from tianbao.forms.model import Heading
from tianbao.forms.source import Node

_ODD = "[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff\U00010000-\U0010ffff]"
_ODD_TEXT = re.compile(_ODD)
_ODD_RULE = re.compile(rf"(?![\t\n]){_ODD}")


def odd_characters(node: Node, told: frozenset[Mark], key: str = "") -> Iterator[Mistake]:
    """The first character of each text that is none of a line of print, or that Excel counts as two.

    A rule may have line breaks. Texts at `told` are wrong already.
    """
    for name, entry in node.entries.items():
        yield from odd_characters(entry, told, name)
    for item in node.items:
        yield from odd_characters(item, told, key)
    found = (_ODD_RULE if key == "holds" else _ODD_TEXT).search(node.text)
    if found and node.mark not in told:
        yield Mistake("TEXT-CHARACTER", node.within(found.start(), 1), {"found": f"U+{ord(found[0]):04X}"})


def same_labels(headings: tuple[Heading, ...]) -> Iterator[Mistake]:
    """Siblings that nothing tells apart: the same label side by side, or the same label and the same `short`."""
    before = ""
    named: dict[tuple[str, str], Heading] = {}
    for place, heading in enumerate(headings):
        label = "".join(unicodedata.normalize("NFKC", heading.label).split())
        first = headings[place - 1] if label == before else named.get((label, heading.name))
        if label and first:
            yield Mistake("LABEL-TWICE", heading.mark, {"label": heading.label, "line": str(first.mark.line)})
        before = label
        named.setdefault((label, heading.name), heading)
        yield from same_labels(heading.of)
