"""Narratives: text that a paste has scattered is joined, and none is taken from a wrong sheet."""

import pytest
from openpyxl.workbook.workbook import Workbook

from tests.workbook.damage import delete_sheet, forget_names, insert_row, rename
from tests.workbook.samples import back, edited, empty, filled_in, full, kinds, official, small, submission
from tianbao.workbook.write import filled


def scattered(book: Workbook) -> None:
    sheet = book["一、情况"]
    sheet.unmerge_cells("A5:I8")
    sheet["A5"], sheet["A6"], sheet["C7"], sheet["B7"], sheet["A30"] = "第一段", "第二段", "丙", 12, "  末段"
    sheet["A31"] = "   "


@pytest.mark.parametrize("names", [True, False], ids=["with names", "without names"])
def test_scattered_text_is_joined_and_said(names: bool) -> None:
    def change(book: Workbook) -> None:
        scattered(book)
        if not names:
            forget_names(book)

    found = back(edited(empty(small()), change))
    assert found.texts == {"story": "第一段\n第二段\n12\n丙\n  末段"}
    joined = [o for o in found.observations if o.kind == "joined-text"]
    assert [(o.place, o.facts) for o in joined] == [("一、情况!A5", {"section": "一、情况", "count": "4"})]


def test_text_beside_an_empty_area() -> None:
    def change(book: Workbook) -> None:
        book["一、情况"].unmerge_cells("A5:I8")
        book["一、情况"]["D6"] = "写错了格"

    found = back(edited(empty(small()), change))
    assert (found.texts, kinds(found)) == ({"story": "写错了格"}, ["joined-text", "merges-changed"])


def test_row_above_the_area() -> None:
    def change(book: Workbook) -> None:
        insert_row(book, "一、情况", 4)

    found = back(edited(filled_in(small()), change))
    # the name says A6, the heading A5: the upper one, and everything below
    assert found.texts["story"].strip() == full(small()).texts["story"]


def test_a_sheet_of_another_wording_and_name() -> None:
    def change(book: Workbook) -> None:
        rename(book, "一、情况", "Sheet9")
        book["Sheet9"]["A1"] = "一、基本情况"
        forget_names(book)

    assert back(edited(filled_in(small()), change)).texts == full(small()).texts


def test_titles_inside_a_pasted_report_do_not_lead_astray() -> None:
    """A whole report pasted into one narrative has the titles of the others in it."""
    form = official()

    def change(book: Workbook) -> None:
        sheet = book["一、总体情况"]
        sheet.unmerge_cells(str(sheet.merged_cells.ranges.__iter__().__next__().coord))
        for row, text in enumerate(["五、存在的主要问题及改进情况", "没有", "六、其他需要报告的事项"]):
            sheet.cell(60 + row, 12, text)
        forget_names(book)

    sent = submission(form, {}, texts={"problems": "问题甲", "other": "其他乙"})
    found = back(edited(filled(form, sent), change))
    assert (found.texts["problems"], found.texts["other"]) == ("问题甲", "其他乙")
    assert found.texts["overview"] == "五、存在的主要问题及改进情况\n没有\n六、其他需要报告的事项"


def test_name_on_another_sheet_is_not_followed() -> None:
    form = official()

    def change(book: Workbook) -> None:
        book.defined_names["overview"].attr_text = "'五、问题及改进'!$A$5"

    sent = submission(form, {}, texts={"overview": "甲", "problems": "乙"})
    found = back(edited(filled(form, sent), change))
    assert found.texts == {"problems": "乙"}
    (seen,) = found.observations
    assert (seen.kind, seen.place, seen.addresses) == ("name-and-heading-differ", "一、总体情况", ("overview",))


def test_deleted_sheet_is_said() -> None:
    found = back(edited(filled_in(small()), lambda book: delete_sheet(book, "一、情况")))
    assert found.texts == {}
    (seen,) = found.observations
    assert (seen.kind, seen.facts, seen.addresses) == ("sheet-missing", {"sheet": "一、情况"}, ("story",))
