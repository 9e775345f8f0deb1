"""Damage by a program that moves cells alone: names, merges and formulas stay where they were. All of it is named."""

import io
from collections.abc import Callable

import openpyxl
import pytest
from openpyxl.workbook.workbook import Workbook

from tests.build import data as sample
from tests.workbook.samples import edited
from tianbao.findings import Checked
from tianbao.forms import library
from tianbao.intake.received import Received
from tianbao.submission import json_text, of_json
from tianbao.verbs.check import check_received
from tianbao.workbook.write import filled

FORM = library.load("gov-disclosure", "2021")
FIGURES = {"requests.new.natural": 12, "requests.granted.natural": 9, "requests.carried_out.natural": 3}
DATA = filled(FORM, of_json(json_text(sample(cells=FIGURES))))
AGENCY = openpyxl.load_workbook(io.BytesIO(DATA))["_tianbao"]["B4"].value
COVER, PROACTIVE, REQUESTS, REVIEWS = "填报说明", "二、主动公开", "三、申请", "四、复议诉讼"
FIGURE_RULES = ("T2-", "T3-", "T4-", "TYPE-")


def checked(change: Callable[[Workbook], object]) -> Checked:
    (result,) = check_received(Received("x.xlsx", edited(DATA, change), None))
    assert isinstance(result, Checked)
    return result


def cases(result: Checked) -> set[str]:
    return {f"{finding.rule}.{finding.case}" for finding in result.findings}


@pytest.mark.parametrize(
    ("sheet", "row", "line"),
    [
        (REQUESTS, 5, "一、本年新收政府信息公开申请数量"),
        (REQUESTS, 10, "2.其他法律行政法规禁止公开"),
        (REQUESTS, 28, "（七）总计"),
        (REQUESTS, 29, "四、结转下年度继续办理"),
        (PROACTIVE, 11, "行政处罚"),
        (PROACTIVE, 15, "行政事业性收费"),
        (REVIEWS, 5, "四、政府信息公开行政复议、行政诉讼情况"),
    ],
)
def test_a_deleted_row_is_an_error_that_names_it(sheet: str, row: int, line: str) -> None:
    found = checked(lambda book: book[sheet].delete_rows(row))
    (lost,) = [finding for finding in found.findings if finding.rule == "STRUCT-ROW"]
    assert str(lost.facts["line"]).endswith(line)
    assert found.verdict == "failed"
    assert not [finding.rule for finding in found.findings if finding.rule.startswith(FIGURE_RULES)]


@pytest.mark.parametrize(
    ("sheet", "column", "line"),
    [(REQUESTS, 6, "科研机构"), (REQUESTS, 10, "总计"), (PROACTIVE, 4, "现行有效件数"), (REVIEWS, 15, "总计")],
)
def test_a_deleted_column_is_an_error_that_names_it(sheet: str, column: int, line: str) -> None:
    found = checked(lambda book: book[sheet].delete_cols(column))
    (lost,) = [finding for finding in found.findings if finding.rule == "STRUCT-COLUMN"]
    assert str(lost.facts["line"]).endswith(line)
    assert found.verdict == "failed"
    assert not [finding.rule for finding in found.findings if finding.rule.startswith(FIGURE_RULES)]


def test_headings_that_changed_places_are_not_lost() -> None:
    def change(book: Workbook) -> None:
        sheet = book[REQUESTS]
        sheet["E4"].value, sheet["F4"].value = sheet["F4"].value, sheet["E4"].value

    assert cases(checked(change)) == {"STRUCT-DIFFER.any", "STRUCT-TEXT.other"}


@pytest.mark.parametrize(
    ("spot", "formula", "case", "verdict"),
    [
        ("J5", "=SUM(D5:H5)", "right", "passed"),  # what it leaves out is 0
        ("J5", "=SUM(E5:I5)", "wrong", "failed"),
        ("J5", "=D5+E5+F5+G5+H5+I5", "right", "passed"),
        ("J5", "=-(1-SUM('三、申请'!D5:I5))", "wrong", "failed"),
        ("J5", "=SUM(D5:I5)*2", "wrong", "failed"),
        ("J5", "=ROUND(N(D5)+SUM(E5,F5:I5),0)", "right", "passed"),
        ("J5", "=12", "right", "passed"),
        ("D28", "=SUM(D7:D27)+1", "wrong", "failed"),
        ("J28", "=J5+J6-J29", "right", "passed"),
        ("J5", "=AVERAGE(D5:I5)", "unknown", "queried"),
        ("J5", "=SUM(D5:K5)", "unknown", "queried"),
        ("J5", "=[1]Sheet1!A1", "unknown", "queried"),
        ("J5", "=" + "(" * 60 + "D5" + ")" * 60, "unknown", "queried"),
    ],
)
def test_an_edited_total_without_its_result_is_never_silent(spot: str, formula: str, case: str, verdict: str) -> None:
    def change(book: Workbook) -> None:
        book[REQUESTS][spot].value = formula

    found = checked(change)
    assert cases(found) == {f"TOTAL-EDITED.{case}"}
    assert found.verdict == verdict


@pytest.mark.parametrize(("spot", "case"), [("J5", "blank"), ("J6", "blank-right")])
def test_a_deleted_total_is_told_as_that_and_not_as_a_blank_entry(spot: str, case: str) -> None:
    def change(book: Workbook) -> None:
        book[REQUESTS][spot].value = None

    found = cases(checked(change))
    assert f"TOTAL-TYPED.{case}" in found
    assert "TYPE-BLANK.table" not in found


def test_a_text_over_a_total_is_told_once() -> None:
    def change(book: Workbook) -> None:
        book[REQUESTS]["J5"].value = "12件"

    assert cases(checked(change)) == {"TOTAL-TYPED.wrong"}


@pytest.mark.parametrize(
    ("sheet", "spot", "rule", "verdict"),
    [
        (COVER, "C4", "IDENTITY-AGENCY.gone", "queried"),
        (COVER, "C5", "IDENTITY-YEAR.gone", "queried"),
        ("_tianbao", "B3", "STRUCT-UNNAMED.blank", "queried"),
        ("_tianbao", "B1", "STRUCT-UNNAMED.blank", "queried"),
    ],
)
def test_an_identity_that_was_cleared_is_asked_about(sheet: str, spot: str, rule: str, verdict: str) -> None:
    def change(book: Workbook) -> None:
        book[sheet][spot].value = None

    found = checked(change)
    assert rule in cases(found)
    assert found.verdict == verdict
    assert found.submission is not None
    assert (found.submission.year, found.submission.value("requests.new.natural").number) == (2023, 12)


def test_the_agency_is_found_where_merged_cells_were_pasted_as_values() -> None:
    pasted = Workbook()
    del pasted["Sheet"]
    for source in openpyxl.load_workbook(io.BytesIO(DATA), data_only=True).worksheets:
        if source.title != "_tianbao":
            sheet = pasted.create_sheet(source.title)
            for row in source.iter_rows():
                for cell in row:
                    if cell.value is not None:
                        sheet[cell.coordinate] = cell.value
    buffer = io.BytesIO()
    pasted.save(buffer)
    (found,) = check_received(Received("x.xlsx", buffer.getvalue(), None))
    assert isinstance(found, Checked)
    assert {f"{finding.rule}.{finding.case}" for finding in found.findings} == {
        "STRUCT-UNNAMED.any",
        "TOTAL-TYPED.right",
    }
    assert found.verdict == "queried"
    assert found.submission is not None
    assert found.submission.agency.name == AGENCY


def test_a_hidden_sheet_is_named() -> None:
    def change(book: Workbook) -> None:
        book[REQUESTS].sheet_state = "hidden"

    found = checked(change)
    assert cases(found) == {"STRUCT-HIDDEN.sheet"}
    assert found.verdict == "passed"


def test_a_hint_gives_whole_numbers_as_such() -> None:
    def change(book: Workbook) -> None:
        book[REQUESTS]["D7"].value = 9.5

    (hint,) = [finding for finding in checked(change).findings if finding.rule == "HINT-CELL"]
    assert "由 9.5 改为 9" in str(hint.facts["changes_zh"])
    assert "9.0" not in str(hint.facts)
    assert isinstance(hint.expected, int)
