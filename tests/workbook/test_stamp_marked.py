"""A stamped return copy is the one that XlsxWriter writes: same cells, colours, comments and boxes."""

import re
from dataclasses import replace

import pytest
from hypothesis import given

from tests.conftest import examples
from tests.feedback.returned import checked, comments
from tests.workbook.samples import every_form, full, opened, random_submissions, submission
from tests.workbook.test_stamp import awkward, spelled
from tianbao.feedback.marked import copy_parts, marked_copy
from tianbao.findings import Finding
from tianbao.forms.model import Form
from tianbao.submission import Agency, Submission
from tianbao.workbook.emit import emit
from tianbao.workbook.marked import marked_plan


def colours(data: bytes) -> dict[str, list[tuple[str, str, str]]]:
    """Per sheet, in the order in which they count: area, condition, colour."""
    found = {}
    for sheet in opened(data).worksheets:
        rules = [(rule.priority, str(area.sqref), rule) for area in sheet.conditional_formatting for rule in area.rules]
        rules.sort(key=lambda rule: rule[0])
        found[sheet.title] = [(area, str(rule.formula[0]), str(rule.dxf.fill.bgColor.rgb)) for _, area, rule in rules]
    return found


_COLOURED = re.compile(r'<conditionalFormatting sqref="([^"]*)">(.*?)</conditionalFormatting>')
_RULE = re.compile(r'<cfRule type="expression" dxfId="\d+" priority="(\d+)"><formula>(.*?)</formula>')


def but_for_numbers(parts: dict[str, str]) -> dict[str, object]:
    """The parts without the numbers of styles, and with the conditions of colours in their order."""
    kept: dict[str, object] = {}
    for name, xml in parts.items():
        rules = [
            (int(order), area, said) for area, inside in _COLOURED.findall(xml) for order, said in _RULE.findall(inside)
        ]
        plain = re.sub(r' s="\d+"', "", _COLOURED.sub("", xml))
        kept[name] = plain, [(area, said) for _, area, said in sorted(rules)]
    del kept["xl/styles.xml"]
    kept["[Content_Types].xml"] = sorted(re.findall(r"<[^>]*>", parts["[Content_Types].xml"]))
    return kept


def same(base: Submission, form: Form, *more: Finding) -> None:
    found = checked(base, form)
    found = replace(found, findings=(*found.findings, *more))
    parts = copy_parts(found, form)
    written = emit(marked_plan(parts.content, parts.marks, parts.result, parts.digest))
    stamped = marked_copy(found, form)
    assert but_for_numbers(spelled(stamped)) == but_for_numbers(spelled(written))


@pytest.mark.parametrize("name", sorted(every_form()))
def test_a_stamped_return_copy_is_the_written_one(name: str) -> None:
    form = every_form()[name]

    @examples(4)
    @given(random_submissions(form))
    def check(base: Submission) -> None:
        same(base, form)

    check()
    for base in (full(form), awkward(form), submission(form, {}), submission(form, {}, agency=Agency(""))):
        same(base, form)


@pytest.mark.parametrize("name", ["small", "gov-disclosure/2021", "penalties/2024"])
def test_styles_colours_and_comments_are_the_same(name: str) -> None:
    form = every_form()[name]
    # not the awkward one: openpyxl leaves _x000D_ as it is in texts that stand in cells
    found = checked(submission(form, dict.fromkeys([*form.cells][::3], "甲")), form)
    parts = copy_parts(found, form)
    written = emit(marked_plan(parts.content, parts.marks, parts.result, parts.digest))
    stamped = marked_copy(found, form)
    assert colours(stamped) == colours(written)
    assert comments(stamped) == comments(written)
    there = opened(stamped)
    pairs = {}
    for sheet in opened(written).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                other = there[sheet.title][cell.coordinate]
                assert cell.value == other.value
                pairs[cell.style_id, other.style_id] = (cell, other)
    for pair in pairs.values():
        assert looks_of(pair[0]) == looks_of(pair[1])


def looks_of(cell: object) -> list[str]:
    names = ("font", "fill", "border", "alignment", "protection", "number_format")
    return [repr(getattr(cell, name)) for name in names]


def test_the_same_result_gives_the_same_bytes() -> None:
    form = every_form()["gov-disclosure/2021"]
    first = marked_copy(checked(awkward(form), form), form)
    marked_copy(checked(full(form), form), form)
    assert marked_copy(checked(awkward(form), form), form) == first
