"""The harness itself: what the real programs say here is what the other tests rely on."""

import os
import signal
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import openpyxl
import pypdf
import pytest
import python_calamine
import xlsxwriter

from tests.real.browser import Browser
from tests.real.keyboard import Keyboard
from tests.real.office import Office, OfficeError, RefusedError

SHEET = "情况"
ROWS = 5


def at(cell: str) -> str:
    return f"{SHEET}!{cell}"


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """Five open cells, a locked sum with a wrong stored 0, a light, an error; 说明 is open."""
    path = tmp_path / "小表 一.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet(SHEET)
    sheet.protect("slip")
    is_open = book.add_format({"locked": False})
    for row in range(ROWS):
        sheet.write_number(row, 0, row + 1, is_open)
    whole = {
        "validate": "integer",
        "criteria": ">=",
        "value": 0,
        "error_title": "只填整数",
        "error_message": "请填整数",
    }
    sheet.data_validation(0, 0, ROWS - 1, 0, whole)
    sheet.write_formula("A6", "=SUM(A1:A5)", None, 0)
    sheet.write_formula("A7", '=IF(COUNT(A1:A5)<5,"缺",IF(A6=15,"通过","不符"))', None, "缺")
    sheet.write_formula("A8", "=A6/(A1-1)", None, 0)
    sheet.write_formula("A9", '=IF(A1=1,"","变")', None, "变")
    book.add_worksheet("说明").write("B2", "不锁")
    book.close()
    return path


@pytest.mark.libreoffice
def test_recalculates_what_was_stored_wrong(office: Office, workbook: Path) -> None:
    read = office.recalculate(workbook, [at(f"A{row}") for row in range(5, 11)])
    assert read == {
        at("A5"): 5,
        at("A6"): 15,
        at("A7"): "通过",
        at("A8"): "#DIV/0!",
        at("A9"): "",
        at("A10"): None,
    }
    assert office.displayed(workbook, [at("A6"), at("A8")]) == {at("A6"): "15", at("A8"): "#DIV/0!"}


@pytest.mark.libreoffice
def test_text_stays_text_and_none_empties(office: Office, workbook: Path) -> None:
    changes = {at("A1"): "01", at("A2"): None, at("A3"): "=9", at("A4"): 2.5}
    read = office.set_and_recalculate(workbook, changes, [*changes, at("A6"), at("A7")])
    assert read == {**changes, at("A6"): 7.5, at("A7"): "缺"}


@pytest.mark.libreoffice
def test_batch_takes_each_variation_back(office: Office, workbook: Path) -> None:
    original = workbook.read_bytes()
    # Every variation changes another cell, so one that lingers would show in the sum of the next.
    variations = [{at(f"A{number % ROWS + 1}"): 100 + number} for number in range(50)]
    results = office.batch(workbook, [*variations, {}], [at("A1"), at("A6"), at("A7")])
    for number, result in enumerate(results[:-1]):
        assert result[at("A6")] == 15 - (number % ROWS + 1) + 100 + number
        assert result[at("A7")] == "不符"
    assert results[-1] == {at("A1"): 1, at("A6"): 15, at("A7"): "通过"}
    assert workbook.read_bytes() == original


@pytest.mark.libreoffice
def test_locked_cell_is_refused_and_force_passes_and_restores(office: Office, workbook: Path) -> None:
    with pytest.raises(RefusedError, match=r"情况!A6 \(variation 1\)"):
        office.batch(workbook, [{at("A1"): 3}, {at("A2"): 3, at("A6"): 9}], [])
    typed: list[dict[str, str | int | float | None]] = [
        {at("A6"): 9},
        {},
        {at("A6"): "=A1+1", at("A1"): 7},
        {},
    ]
    results = office.batch(workbook, typed, [at("A6")], force=True)
    assert [result[at("A6")] for result in results] == [9, 15, 8, 15]


@pytest.mark.libreoffice
def test_audit_tries_every_cell(office: Office, workbook: Path) -> None:
    data, notes = office.audit(workbook)
    assert (data["name"], data["protected"], data["visible"]) == (SHEET, True, True)
    assert data["unchanged"] and data["outside_locked"]
    assert data["cells"]["A1"] == {"locked": False, "refused": False}
    assert {name for name, cell in data["cells"].items() if cell["locked"]} == {"A6", "A7", "A8", "A9"}
    assert {name for name, cell in data["cells"].items() if cell["refused"]} == {"A6", "A7", "A8", "A9"}
    assert not notes["protected"]
    assert notes["cells"]["B2"] == {"locked": True, "refused": False}


@pytest.mark.libreoffice
@pytest.mark.parametrize("suffix", ["xlsx", "ods", "xls"])
def test_resaves_with_the_same_numbers(office: Office, workbook: Path, tmp_path: Path, suffix: str) -> None:
    out = office.resave(workbook, tmp_path / f"out.{suffix}", recalculate=True)
    rows = python_calamine.CalamineWorkbook.from_path(out).get_sheet_by_name(SHEET).to_python()
    assert [row[0] for row in rows[:6]] == [1, 2, 3, 4, 5, 15]


@pytest.mark.libreoffice
def test_converts_many(office: Office, workbook: Path, tmp_path: Path) -> None:
    other = workbook.with_name("二.xlsx")
    other.write_bytes(workbook.read_bytes())
    made = office.convert_many([workbook, other], tmp_path / "out", "ods")
    assert [path.name for path in made] == ["小表 一.ods", "二.ods"]
    assert all(path.read_bytes()[:2] == b"PK" for path in made)


@pytest.mark.libreoffice
@pytest.mark.poppler
def test_pictures_of_the_pages(office: Office, workbook: Path) -> None:
    pictures = office.pictures(workbook)
    assert len(pictures) == 2
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in pictures)


def living(group: int) -> list[str]:
    """The processes of a group, but for those that only wait to be buried."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name, _, rest = stat.read_text().rpartition(")")
            state, _, its_group = rest.split()[:3]
            if int(its_group) == group and state != "Z":
                found.append(name)
    return found


@pytest.mark.libreoffice
def test_a_dead_office_is_said_and_replaced(workbook: Path) -> None:
    with Office() as own:
        own.start()
        os.killpg(own.group, signal.SIGKILL)
        with pytest.raises(OfficeError, match="LibreOffice died"):
            own.recalculate(workbook, [at("A6")])
        assert own.recalculate(workbook, [at("A6")]) == {at("A6"): 15}
        group = own.group
        assert living(group)
    assert not living(group)


@pytest.mark.libreoffice
def test_what_cannot_be_done_is_named(office: Office, workbook: Path) -> None:
    with pytest.raises(OfficeError, match="no sheet 无"):
        office.recalculate(workbook, ["无!A1"])
    with pytest.raises(OfficeError, match="not a place"):
        office.recalculate(workbook, ["A1"])
    assert office.recalculate(workbook, [at("A1")]) == {at("A1"): 1}


@pytest.mark.keyboard
def test_a_person_meets_validation_and_lock(workbook: Path, tmp_path: Path) -> None:
    with Keyboard(workbook) as person:
        person.goto("A1")
        person.enter("7")
        assert not person.in_dialog()
        person.goto("A2")
        person.enter("-3")
        assert person.dialog() == "只填整数"
        assert person.screenshot(tmp_path / "stop.png").stat().st_size > 1000
        person.dismiss()
        person.goto("A6")
        person.type("9")
        assert person.dialog() == "Information"  # LibreOffice's own: protected cells cannot be modified
        person.dismiss()
        person.save()
    sheet = openpyxl.load_workbook(workbook)[SHEET]
    assert [sheet.cell(row, 1).value for row in (1, 2, 3, 6)] == [7, 2, 3, "=SUM(A1:A5)"]
    assert openpyxl.load_workbook(workbook, data_only=True)[SHEET]["A6"].value == 21


class Listener(BaseHTTPRequestHandler):
    asked: list[str] = []  # noqa: RUF012 - of the class, so that the test can read it

    def do_GET(self) -> None:
        self.asked.append(self.path)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Silent."""


@pytest.mark.browser
def test_browser_sees_and_blocks_outside_requests(browser: Browser, tmp_path: Path) -> None:
    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}/p.png"
    good, bad = tmp_path / "好.html", tmp_path / "bad.html"
    head = '<!doctype html><html lang="zh"><meta charset="utf-8"><title>年报</title>'
    good.write_text(f'{head}<div style="width:600px">数据</div>', encoding="utf-8")
    bad.write_text(f'{head}<img src="{address}">', encoding="utf-8")
    browser.outside.clear()
    browser.faults.clear()
    try:
        page = browser.open(good)
        assert (page.title(), page.inner_text("div")) == ("年报", "数据")
        assert browser.overflow(good, 400) > 0
        assert browser.overflow(good, 800) == 0
        assert browser.screenshot(good, tmp_path / "p.png", 500).read_bytes().startswith(b"\x89PNG")
        assert "数据" in pypdf.PdfReader(browser.print_pdf(good, tmp_path / "p.pdf")).pages[0].extract_text()
        assert (browser.outside, browser.faults) == ([], [])
        browser.open(bad)
        assert browser.outside == [address]
        assert browser.faults
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        browser.outside.clear()
        browser.faults.clear()
    assert Listener.asked == []
