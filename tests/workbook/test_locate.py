"""Damaged sheets: what is found again, what is said about it, and that nothing is taken from a wrong cell."""

from collections.abc import Callable

import pytest
from openpyxl.workbook.workbook import Workbook

from tests.workbook.damage import delete_row, delete_sheet, forget_names, insert_column, insert_row, relabel, rename
from tests.workbook.samples import (
    SMALL,
    back,
    compiled,
    edited,
    entries,
    filled_in,
    full,
    kinds,
    official,
    small,
    submission,
)
from tianbao.checks.structure import UNREAD
from tianbao.forms.model import Form
from tianbao.submission import Submission
from tianbao.workbook.read import read
from tianbao.workbook.write import filled

FORMS = {"small": small(), "2021": official("2021"), "2019": official("2019")}
TABLE = {"small": "二、数量", "2021": "三、申请", "2019": "三、申请"}
Damage = Callable[[Workbook], object]


def found_after(form: Form, *damages: Damage, sent: Submission | None = None) -> Submission:
    def change(book: Workbook) -> None:
        for damage in damages:
            damage(book)

    return back(edited(filled(form, sent) if sent else filled_in(form), change))


def all_read(found: Submission, form: Form) -> None:
    sent = full(form)
    for address in entries(form):
        assert found.value(address) == sent.value(address), address
    assert found.texts == sent.texts


def lost(found: Submission) -> set[str]:
    return {address for seen in found.observations if seen.kind in UNREAD for address in seen.addresses}


@pytest.mark.parametrize("name", ["small", "2021"])
@pytest.mark.parametrize("row", [0, 1])
def test_row_above_the_table(name: str, row: int) -> None:
    form = FORMS[name]
    found = found_after(form, lambda book: insert_row(book, TABLE[name], row))
    all_read(found, form)
    assert kinds(found) == ["moved"]
    (moved,) = found.observations
    assert moved.place == TABLE[name]
    assert moved.facts["count"] == str(len(form.section("requests" if name != "small" else "table").cells))
    # the formulas moved along: they are still the form's own
    assert all(found.entries[address].intact for address in form.cells if form.cells[address].total)


@pytest.mark.parametrize("name", ["small", "2021"])
def test_row_between_rows(name: str) -> None:
    form = FORMS[name]
    before = {"small": 4, "2021": 6, "2019": 6}[name]
    found = found_after(form, lambda book: insert_row(book, TABLE[name], before))
    all_read(found, form)
    assert kinds(found) == ["moved"]


@pytest.mark.parametrize("names", [True, False], ids=["with names", "without names"])
def test_row_between_headings_and_values(names: bool) -> None:
    form = official()
    damages: list[Damage] = [lambda book: insert_row(book, "四、复议诉讼", 4)]
    found = found_after(form, *damages, *([] if names else [forget_names]))
    all_read(found, form)
    assert found.place("reviews.review.upheld") == "四、复议诉讼!A6"


@pytest.mark.parametrize("column", [0, 3])
@pytest.mark.parametrize("names", [True, False], ids=["with names", "without names"])
def test_column_inserted(column: int, names: bool) -> None:
    form = official()
    found = found_after(form, lambda book: insert_column(book, "三、申请", column), *([] if names else [forget_names]))
    all_read(found, form)
    assert kinds(found) == (["moved"] if names else ["moved", "names-lost"])


def test_row_deleted() -> None:
    form = official()
    row = int(back(filled_in(form)).place("requests.denied_3.natural").rpartition("D")[2]) - 1
    found = found_after(form, lambda book: delete_row(book, "三、申请", row))
    gone = {address for address in form.cells if address.startswith("requests.denied_3.")}
    assert lost(found) == gone
    assert not gone & set(found.entries)
    sent = full(form)
    for address in set(entries(form)) - gone:
        assert found.value(address) == sent.value(address), address
    # openpyxl leaves the checks of entries where they were
    assert kinds(found) == ["moved", "row-lost", "validations-changed"]
    assert [o.facts["line"] for o in found.observations if o.kind == "row-lost"] == [
        "三、本年度办理结果·（三）不予公开·3.危及“三安全一稳定”"
    ]


@pytest.mark.parametrize("name", FORMS)
def test_all_names_gone(name: str) -> None:
    form = FORMS[name]
    sent = submission(
        form,
        {address: entry.value.raw for address, entry in full(form).entries.items()},
        texts=full(form).texts,
        signoff={line.id: f"签{line.id}" for line in form.signoff},
        agency=full(form).agency,
    )
    found = found_after(form, forget_names, sent=sent)
    all_read(found, form)
    assert (found.signoff, found.agency) == (sent.signoff, sent.agency)
    assert kinds(found) == ["names-lost"]
    count = sum(int(o.facts["count"]) for o in found.observations)
    assert count == len(form.cells)


def test_names_gone_and_nameless_cover() -> None:
    data = filled(small(), submission(small(), {}, agency=full(small()).agency.__class__("")))

    def change(book: Workbook) -> None:
        forget_names(book)
        insert_row(book, "填报说明", 0)
        book["填报说明"]["C5"] = "某局"
        book["填报说明"]["C20"] = "010"

    found = back(edited(data, change))
    assert (found.agency.name, found.signoff) == ("某局", {"phone": "010"})


@pytest.mark.parametrize(
    "target", ["#REF!", "'没有'!$B$4", "'二、数量'!$ZZZ$4", "'二、数量'!$B$0", "SUM(1,2)", "二、数量!$B:$B"]
)
def test_broken_name(target: str) -> None:
    def change(book: Workbook) -> None:
        book.defined_names["table.come.net"].attr_text = target

    found = found_after(small(), change)
    all_read(found, small())
    assert [(o.kind, o.facts) for o in found.observations] == [("names-lost", {"count": "1"})]


@pytest.mark.parametrize("target", ["'二、数量'!$B$5", "'三、概况'!$B$7", "'二、数量'!$H$40"])
def test_name_moved_to_another_cell(target: str) -> None:
    """Name and heading differ: neither is taken, and the cell that the name now claims keeps its own figure."""

    def change(book: Workbook) -> None:
        book.defined_names["table.come.net"].attr_text = target

    found = found_after(small(), change)
    assert lost(found) == {"table.come.net"}
    assert "table.come.net" not in found.entries
    (seen,) = found.observations
    assert (seen.kind, seen.place) == ("name-and-heading-differ", "二、数量")
    assert (seen.addresses, seen.facts) == (("table.come.net",), {"count": "1", "cells": "“一、收到·网上”"})
    for address in set(entries(small())) - {"table.come.net"}:
        assert found.value(address) == full(small()).value(address)


def test_name_taken_where_the_heading_is_gone() -> None:
    def change(book: Workbook) -> None:
        book["二、数量"]["B3"] = "涂改"
        book["二、数量"]["A5"] = None

    found = found_after(small(), change)
    all_read(found, small())
    assert [(seen.kind, seen.place) for seen in found.observations] == [
        ("headings-lost", "二、数量"),
        ("label-changed", "二、数量!B3"),
        ("label-changed", "二、数量!A5"),
    ]


def test_a_name_at_the_place_of_another_heading_is_not_read() -> None:
    """A row was taken out by a program that leaves names where they were: no figure of the next row is read."""

    def change(book: Workbook) -> None:
        book["二、数量"]["A4"].value, book["二、数量"]["A5"].value = book["二、数量"]["A5"].value, None

    found = found_after(small(), change)
    shifted = {address for address in small().cells if address.split(".")[1] in ("come", "call")}
    assert lost(found) & shifted


def test_a_figure_in_no_entry_is_named() -> None:
    """In a covered cell whose merge was taken off."""

    def change(book: Workbook) -> None:
        book["二、主动公开"].unmerge_cells("B8:D8")
        book["二、主动公开"]["C8"] = 7

    found = found_after(FORMS["2021"], change)
    all_read(found, FORMS["2021"])
    assert [(seen.kind, seen.place) for seen in found.observations] == [
        ("merges-changed", "二、主动公开!B8"),
        ("stray-figure", "二、主动公开!C8"),
    ]


def test_a_copied_sheet_with_other_figures_is_named() -> None:
    def change(book: Workbook) -> None:
        copy = book.copy_worksheet(book["二、数量"])
        copy["B4"] = 99

    found = found_after(small(), change)
    all_read(found, small())
    assert [seen.kind for seen in found.observations if seen.kind == "repeated-sheet"] == ["repeated-sheet"]


def test_two_names_on_one_cell() -> None:
    """The heading of one is gone, and its name points to another's cell: that figure is not read twice."""

    def change(book: Workbook) -> None:
        book["二、数量"]["B3"] = "涂改"
        book.defined_names["table.come.net"].attr_text = "'二、数量'!$C$4"

    found = found_after(small(), change)
    assert lost(found) == {"table.come.net"}
    assert found.value("table.come.post") == full(small()).value("table.come.post")


LABELS: dict[str, Callable[[str], str]] = {
    "half-width brackets": lambda text: (
        text.replace("（", "(").replace("）", ") ").replace("“", '"').replace("、", ".")
    ),
    "line breaks": lambda text: "\n".join([text[: len(text) // 2], text[len(text) // 2 :]]),
    "spaces": lambda text: "\u3000".join(text) + "  ",
    "full-width digits": lambda text: text.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
}


@pytest.mark.parametrize(("name", "label"), [*(("small", label) for label in LABELS), ("2021", "half-width brackets")])
def test_headings_written_otherwise(name: str, label: str) -> None:
    form = FORMS[name]
    tables = [section.sheet for section in form.sections if section.blocks and section.id != "facts"]
    found = found_after(form, forget_names, *[lambda b, t=t: relabel(b, t, LABELS[label]) for t in tables])
    all_read(found, form)
    # the words are the same: that is all that is said
    changed = [o for o in found.observations if o.kind == "label-changed"]
    assert {o.facts["case"] for o in changed} <= {"spelling"}
    assert set(kinds(found)) <= {"names-lost", "label-changed", "labels-changed"}


def test_another_accepted_wording() -> None:
    def change(book: Workbook) -> None:
        book["二、数量"]["A5"] = "二、已办结"

    all_read(found_after(small(), forget_names, change), small())


@pytest.mark.parametrize("name", ["small", "2021"])
@pytest.mark.parametrize("names", [True, False], ids=["with names", "without names"])
def test_sheets_renamed_and_reordered(name: str, names: bool) -> None:
    form = FORMS[name]

    def change(book: Workbook) -> None:
        for number, title in enumerate(book.sheetnames):
            rename(book, title, f"Sheet{number + 1}")
        book.move_sheet("Sheet2", 3)
        book.move_sheet("Sheet1", 5)

    found = found_after(form, change, *([] if names else [forget_names]))
    all_read(found, form)
    assert kinds(found) == [*([] if names else ["names-lost"]), "sheets-renamed", "sheets-reordered"]


def test_explanations_are_found_on_a_renamed_sheet() -> None:
    sent = submission(small(), {}, explanations={"FEE": "属实", "LONG": "另报"})
    found = found_after(small(), lambda book: rename(book, "校验", "检查"), sent=sent)
    assert found.explanations == sent.explanations

    def free(book: Workbook) -> None:
        sheet = book["校验"]
        row = next(cell.row for cell in sheet["B"] if str(cell.value).startswith("（可另写"))
        sheet[f"A{row}"], sheet[f"H{row}"] = "FEE", "再补充"
        sheet[f"A{row + 1}"], sheet[f"H{row + 1}"] = " T9 ", " 其他 "
        sheet[f"A{row + 2}"] = "没有说明"

    found = found_after(small(), free, sent=sent)
    assert found.explanations == {"FEE": "属实\n再补充", "LONG": "另报", "T9": "其他"}
    assert found_after(small(), lambda book: delete_sheet(book, "校验"), sent=sent).explanations == {}
    broken = found_after(small(), lambda book: book["校验"].cell(4, 8, "备注"), sent=sent)
    assert broken.explanations == {}


def test_deleted_sheet_is_not_read_from_another() -> None:
    """总计 and 其他 stand on other tables too: a table that is gone must not be read from there."""
    form = official()
    for title, section in (("四、复议诉讼", "reviews"), ("三、申请", "requests"), ("二、主动公开", "proactive")):
        found = found_after(form, lambda book, title=title: delete_sheet(book, title))  # type: ignore[misc]
        gone = {address for address in form.cells if address.startswith(f"{section}.")}
        assert lost(found) == gone
        assert not gone & set(found.entries)


def test_a_sheet_with_a_few_of_the_headings_is_no_table() -> None:
    form = official()

    def change(book: Workbook) -> None:
        delete_sheet(book, "四、复议诉讼")
        own = book.create_sheet("我的草稿")
        own.append(["行政复议", "总计", "其他结果"])
        own.append([None, 5, 6])

    gone = {address for address in form.cells if address.startswith("reviews.")}
    found = found_after(form, change)
    assert lost(found) == gone
    assert not gone & set(found.entries)


def test_twin_of_a_deleted_table() -> None:
    """Two tables with the same headings: the one that is gone is not read from the other."""
    text = SMALL.read_text("utf-8")
    table = text[text.index("  - id: table\n") : text.index("  - id: facts\n")]
    other = {"id: table": "id: twin", "二、数量": "附、上年", "short: 数量": "short: 上年", "rule: ROW": "rule: TWIN"}
    twin = table
    for old, new in other.items():
        twin = twin.replace(old, new)
    form = compiled(text.replace("  - id: facts\n", f"{twin}  - id: facts\n"))
    sent = full(form)

    def change(book: Workbook) -> None:
        delete_sheet(book, "附、上年")
        forget_names(book)

    found = read(edited(filled(form, sent), change), lambda name, edition: form)
    gone = {address for address in form.cells if address.startswith("twin.")}
    assert lost(found) == gone
    assert not gone & set(found.entries)
    assert found.value("table.come.net") == sent.value("table.come.net")


def test_unprotected_sheets_are_named() -> None:
    def change(book: Workbook) -> None:
        book["校验"].protection.sheet = False
        book["二、数量"].protection.sheet = False

    found = found_after(small(), change)
    assert [(o.kind, o.place) for o in found.observations] == [
        ("sheet-unprotected", "二、数量"),
        ("sheet-unprotected", "校验"),
    ]
