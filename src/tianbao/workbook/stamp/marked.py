"""Marked return copies from a stamp: values poured in, and what differs from copy to copy put into the sheets' XML.

The reference is `emit(marked_plan(…))`; tests/workbook/test_stamp_marked.py compares both.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from tianbao.forms.model import Form
from tianbao.submission import Submission
from tianbao.workbook.a1 import Area, Place
from tianbao.workbook.emit import PASSWORD
from tianbao.workbook.layout import IDENTITY, IDENTITY_KEYS, RESULT
from tianbao.workbook.marked import Mark, comment_at, marked_plan, tints_of
from tianbao.workbook.plan import Content, Issue, Item, SheetPlan, Tint, TintLook
from tianbao.workbook.sheet_result import SAMPLE, Result, result_sheet
from tianbao.workbook.sheet_text import entry_height, entry_rows
from tianbao.workbook.stamp.archive import Member, archive, packed
from tianbao.workbook.stamp.comments import boxes_xml, texts_xml
from tianbao.workbook.stamp.fill import Filler
from tianbao.workbook.stamp.press import named, stamp_of
from tianbao.workbook.stamp.text import escaped, height, inside
from tianbao.workbook.write import content_of

_TYPES, _RELATION = "[Content_Types].xml", "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_COMMENTS = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_AFTER_MERGES = "</mergeCells>"
_TINTS: tuple[TintLook, ...] = ("fail", "waiting", "returned-error", "returned-query")
_FIRST_OWN = 10_000
"""Our colours come before those of the workbook, whose numbers are raised by this."""
_KEPT = 8


class MarkedPress:
    """Writes the return copies of one form for one year."""

    def __init__(self, form: Form, issue: Issue, password: str = PASSWORD) -> None:
        self.form = form
        base = content_of(form, issue)
        plan = marked_plan(base, (), SAMPLE, "")
        # the sample shows every look once, so that all have a number in the styles
        sheets = [_with_colours(sheet) if sheet.name == RESULT else sheet for sheet in plan.sheets]
        self._plans = {f"xl/worksheets/sheet{number}.xml": sheet for number, sheet in enumerate(sheets, start=1)}
        self._result = next(name for name, sheet in self._plans.items() if sheet.name == RESULT)
        stamp = stamp_of(replace(plan, sheets=tuple(sheets)), password, keep={_TYPES, self._result})
        self._stamp = stamp.changed(_later)
        self._filler = Filler(base, self._stamp.formulas)
        sample = self._stamp.whole[self._result]
        self._styles = {item.look: _style(sample, item.area.first.a1) for item in self._plans[self._result].items}
        numbers = re.findall(r'<cfRule type="expression" dxfId="(\d+)"', sample)
        self._colours: dict[TintLook, str] = dict(zip(_TINTS, numbers, strict=True))
        self._head, self._tail = sample[: sample.index("<sheetData>")], sample[sample.index("<printOptions") :]
        self._lock = re.findall(r"<sheetProtection [^>]*/>", sample)[0]

    def content(self, submission: Submission) -> Content:
        """What the copy will hold; totals are left to the formulas."""
        return self._filler.content(submission, "formula")

    def lights(self, content: Content) -> Mapping[str, str]:
        """The light of every line of 校验 over the content."""
        return self._filler.lights(content)

    def written(self, content: Content, marks: Sequence[Mark], result: Result, digest: str) -> bytes:
        """The workbook's bytes: the same as of `marked_plan`. Raises DoesNotFit."""
        filling = self._filler.filling(content)
        filling["marked", ""] = inside(digest, Place(IDENTITY, len(IDENTITY_KEYS), 1))
        members: list[Member] = []
        more: list[Member] = []
        types = ""
        for part in self._stamp.parts:
            if isinstance(part, Member):
                members.append(part)
                continue
            text = part.text(filling)
            if part.name == _TYPES:
                types = text
                continue
            if part.name == self._result:
                text = self._result_xml(result_sheet(result))
            elif part.name in self._plans:
                plan = self._plans[part.name]
                here = [mark for mark in marks if mark.area.first.sheet == plan.name]
                if here:
                    text = self._marked(text, plan, here, content, more)
            members.append(packed(part.name, text.encode()))
        number = len(more) // 3
        return archive((packed(_TYPES, _typed(types, number).encode()), *members, *more))

    def _marked(self, text: str, plan: SheetPlan, marks: list[Mark], content: Content, more: list[Member]) -> str:
        """The sheet with the colours of its marks; its comments are added to `more`."""
        colours = "".join(self._colour(tint, order) for order, tint in enumerate(tints_of(marks), start=1))
        at = text.index(_AFTER_MERGES) + len(_AFTER_MERGES)
        text = text[:at] + colours + text[at:]
        comments = sorted(
            (comment_at(mark.area.first, mark.comment) for mark in marks if mark.comment),
            key=lambda comment: (comment.place.row, comment.place.column),
        )
        if not comments:
            return text
        number = len(more) // 3 + 1
        name = next(name for name, sheet in self._plans.items() if sheet is plan).rpartition("/")[2]
        boxes = boxes_xml(comments, number, plan.widths, self._heights(plan, content))
        more += (
            packed(f"xl/drawings/vmlDrawing{number}.vml", boxes.encode()),
            packed(f"xl/comments{number}.xml", texts_xml(comments).encode()),
            packed(f"xl/worksheets/_rels/{name}.rels", _related(number).encode()),
        )
        return text.replace("</worksheet>", '<legacyDrawing r:id="rId1"/></worksheet>')

    def _heights(self, plan: SheetPlan, content: Content) -> Mapping[int, float]:
        for section in self.form.sections:
            if section.sheet == plan.name and section.narrative:
                points = entry_height(section.narrative, content.texts.get(section.id, ""))
                return {**plan.heights, **dict.fromkeys(entry_rows(section.narrative), points)}
        return plan.heights

    def _result_xml(self, plan: SheetPlan) -> str:
        last = len(plan.widths) - 1
        rows = [
            f'<row r="{row + 1}" spans="1:{last + 1}" ht="{height(plan.heights[row])}" customHeight="1">'
            f"{''.join(self._cells(item) for item in items)}</row>"
            for row, items in groupby(plan.items, key=lambda item: item.area.first.row)
        ]
        merges = [_area(item.area) for item in plan.items if item.area.first != item.area.last]
        links = [
            f'<hyperlink ref="{item.area.first.a1}" location="{_attribute(item.link.removeprefix("internal:"))}" '
            f'display="{_attribute(str(item.content))}"/>'
            for item in plan.items
            if item.link
        ]
        (tint,) = plan.tints
        merged = "".join(f'<mergeCell ref="{ref}"/>' for ref in merges)
        size = f'<dimension ref="A1:{Place(RESULT, len(rows) - 1, last).a1}"/>'
        pieces = (
            re.sub(r'<dimension ref="[^"]*"/>', size, self._head),
            f"<sheetData>{''.join(rows)}</sheetData>{self._lock}",
            f'<mergeCells count="{len(merges)}">{merged}{_AFTER_MERGES}{self._colour(tint, 1)}',
            f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else "",
            self._tail,
        )
        return "".join(pieces)

    def _colour(self, tint: Tint, order: int) -> str:
        return (
            f'<conditionalFormatting sqref="{_area(tint.areas[0])}"><cfRule type="expression" '
            f'dxfId="{self._colours[tint.look]}" priority="{order}"><formula>{escaped(tint.formula)}</formula></cfRule>'
            "</conditionalFormatting>"
        )

    def _cells(self, item: Item) -> str:
        first, last, style = item.area.first, item.area.last, self._styles[item.look]
        if first == last:
            return f'<c r="{first.a1}"{style}{inside(item.content, first)}'
        covered = (Place(RESULT, first.row, column) for column in range(first.column + 1, last.column + 1))
        rest = "".join(f'<c r="{place.a1}"{style}/>' for place in covered)
        return f'<c r="{first.a1}"{style}{inside(item.content, first)}{rest}'


_presses: "OrderedDict[tuple[object, ...], MarkedPress]" = OrderedDict()


def marked_press(form: Form, issue: Issue) -> MarkedPress:
    """The press for return copies of that form, year and deadline, with or without an agency's name."""
    agency = named(issue)
    key = (form.id, form.edition, issue.year, issue.deadline, agency is None)
    press = _presses.pop(key, None)
    if press is None or press.form is not form:
        press = MarkedPress(form, replace(issue, agency=agency))
    _presses[key] = press
    while len(_presses) > _KEPT:
        _presses.popitem(last=False)
    return press


def _with_colours(sheet: SheetPlan) -> SheetPlan:
    area = Area(Place(RESULT, 0, 0), Place(RESULT, 0, 0))
    return replace(sheet, tints=tuple(Tint((area,), "TRUE", look) for look in _TINTS))


def _later(xml: str) -> str:
    return re.sub(r' priority="(\d+)"', lambda found: f' priority="{int(found[1]) + _FIRST_OWN}"', xml)


def _style(xml: str, cell: str) -> str:
    found = re.search(rf'<c r="{cell}"( s="\d+")?', xml)
    return (found[1] or "") if found else ""


def _area(area: Area) -> str:
    return area.first.a1 if area.first == area.last else f"{area.first.a1}:{area.last.a1}"


def _attribute(text: str) -> str:
    return escaped(text).replace('"', "&quot;").replace("\n", "&#xA;")


def _typed(types: str, number: int) -> str:
    """The list of parts with those of the comments."""
    if not number:
        return types
    types = types.replace("<Override", f'<Default Extension="vml" ContentType="{_VML}"/><Override', 1)
    more = "".join(f'<Override PartName="/xl/comments{at + 1}.xml" ContentType="{_COMMENTS}"/>' for at in range(number))
    return types.replace("</Types>", f"{more}</Types>")


def _related(number: int) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATION}/vmlDrawing" Target="../drawings/vmlDrawing{number}.vml"/>'
        f'<Relationship Id="rId2" Type="{_RELATION}/comments" Target="../comments{number}.xml"/></Relationships>'
    )
