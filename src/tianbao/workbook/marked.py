"""A marked return copy 退回件: a fresh workbook with colours and comments where something must be done, and 审核结果.

Colours are conditional: they last while the cell holds what was returned. The hidden sheet says that it is such a copy.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tianbao.values import Value, plain
from tianbao.workbook.a1 import Area, Place, areas
from tianbao.workbook.layout import IDENTITY, IDENTITY_KEYS, MARKED_KEY, MARKED_NAME, RESULT
from tianbao.workbook.plan import BookPlan, Comment, Content, Item, SheetPlan, Tint, TintLook
from tianbao.workbook.sheet_result import Result, result_sheet, wide
from tianbao.workbook.write import plan_of

Level = Literal["error", "query"]
_TINTS: dict[Level, TintLook] = {"error": "returned-error", "query": "returned-query"}
_LONGEST = 100
"""Characters of a text that a colour's condition compares; a formula takes no more than 255."""
_BEYOND = 0x10000
_COMMENT_WIDTH, _COMMENT_HEIGHT = 330.0, 420.0
_CHARACTERS, _LINE, _FRAME = 23, 17.0, 14.0
"""Chinese characters of 10 points on a line of a comment, the height of a line, and of the frame, in pixels."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a return copy shows at one cell or merged area, and what stands in it when it is returned."""

    area: Area
    level: Level
    comment: str
    returned: Value
    formula: bool = False


def marked_plan(content: Content, marks: Sequence[Mark], result: Result, digest: str) -> BookPlan:
    """The plan of the copy. `digest` names the file that it answers, in the hidden sheet."""
    plan = plan_of(content)
    by_sheet: dict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_sheet[mark.area.first.sheet].append(mark)
    cover, *others = (_marked(sheet, by_sheet[sheet.name]) for sheet in plan.sheets)
    identity = others[-1]
    row = len(IDENTITY_KEYS)
    said = Item(_at(row, 1), "identity", digest, variable=True, slot=("marked", ""))
    others[-1] = replace(identity, items=(*identity.items, Item(_at(row, 0), "identity", MARKED_KEY), said))
    names = {**plan.names, MARKED_NAME: Place(RESULT, 0, 0).full}
    return replace(plan, sheets=(cover, result_sheet(result), *others), names=names)


def _at(row: int, column: int) -> Area:
    return Area(Place(IDENTITY, row, column), Place(IDENTITY, row, column))


def _marked(sheet: SheetPlan, marks: list[Mark]) -> SheetPlan:
    # our colours come first: of two that set the same thing, programs show the first
    comments = tuple(comment_at(mark.area.first, mark.comment) for mark in marks if mark.comment)
    return replace(sheet, tints=(*tints_of(marks), *sheet.tints), comments=comments)


def tints_of(marks: Iterable[Mark]) -> Iterator[Tint]:
    """The colours of the marks, each with its condition."""
    blank: dict[Level, list[Place]] = defaultdict(list)
    for mark in marks:
        if mark.returned.kind == "blank" and mark.area.first == mark.area.last:
            blank[mark.level].append(mark.area.first)
        else:
            yield Tint((mark.area,), _unchanged(mark), _TINTS[mark.level])
    for level, places in blank.items():
        for area in areas(places):
            yield Tint((area,), f"LEN(TRIM({area.first.a1}))=0", _TINTS[level])


def _unchanged(mark: Mark) -> str:
    """Whether the cell still holds what was returned, as a condition."""
    cell, value = mark.area.first.absolute, mark.returned
    if value.kind == "blank":
        return f"LEN(TRIM({cell}))=0"
    if value.number is not None:
        number = plain(value.number)
        # what a formula gives may differ in the last binary digit
        same = f"ROUND({cell}-({number}),6)=0" if mark.formula else f"{cell}={number}"
        return f"IF(ISNUMBER({cell}),{same},FALSE)"
    text = str(value.raw).upper() if isinstance(value.raw, bool) else value.text
    head = text[:_LONGEST]
    head = next((head[:at] for at, character in enumerate(head) if not _plain(character)), head)
    quoted = head.replace('"', '""')
    if head == text:
        return f'EXACT({cell},"{quoted}")'
    # programs count characters beyond the BMP differently
    length = "" if any(ord(character) >= _BEYOND for character in text) else f",LEN({cell})={len(text)}"
    return f'AND(EXACT(LEFT({cell},{len(head)}),"{quoted}"){length})'


def _plain(character: str) -> bool:
    return character.isprintable() and ord(character) < _BEYOND


def comment_at(place: Place, text: str) -> Comment:
    """A comment that is large enough to be read without scrolling, within reason."""
    lines = sum(1 + (wide(line) // _CHARACTERS if len(line) >= _CHARACTERS else 0) for line in text.split("\n"))
    return Comment(place, text, _COMMENT_WIDTH, min(_COMMENT_HEIGHT, _FRAME + _LINE * lines))
