"""Workbooks of ours that LibreOffice saved as .xls and .ods: read as the .xlsx they were."""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import xlrd
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.workbook.workbook import Workbook

from tests import build
from tests.cli.run import tianbao
from tests.conftest import examples
from tests.real.office import Office
from tests.workbook.old_judge import CHANGES, reads_or_says
from tests.workbook.samples import STORY, edited, empty, find_form, full, official, raw, small
from tianbao.forms import library
from tianbao.forms.model import Form
from tianbao.submission import Submission
from tianbao.values import BLANK
from tianbao.workbook.grammar import normal
from tianbao.workbook.layout import layout_of
from tianbao.workbook.locate import name_key
from tianbao.workbook.ods.reader import read_ods
from tianbao.workbook.read import submission_of
from tianbao.workbook.sheets import RawBook, RawCell, RawSheet
from tianbao.workbook.write import filled
from tianbao.workbook.xls.reader import read_xls

pytestmark = pytest.mark.libreoffice

READERS: dict[str, Callable[[bytes], RawBook]] = {"xlsx": raw, "xls": read_xls, "ods": read_ods}
OLD = ("xls", "ods")
TABLE, ENTRY, TOTAL = "三、申请", "D5", "J5"


def penalties() -> Form:
    return library.load("penalties", "2024")


def said(form: Form, given_: Submission) -> Submission:
    """With an explanation and a sign-off, so that they are there to be lost."""
    key = next(i.key for rule in form.rules if rule.severity == "query" for i in rule.instances)
    signoff = {line.id: f"签 {line.id}" for line in form.signoff}
    return replace(given_, explanations={key: "机构改革\n“划转”<&>"}, signoff=signoff)


def meddled(book: Workbook) -> None:
    """What people do to a workbook: a total typed, another formula, text for a number, a sheet unprotected."""
    sheet = book[TABLE]
    sheet[ENTRY] = "12件"
    sheet["E5"] = "=1+2"
    sheet[TOTAL] = 99
    sheet["J6"] = "=D6+E6"
    sheet.protection.sheet = False
    sheet.row_dimensions[8].hidden = True
    sheet[ENTRY].comment = Comment("怎么填", "甲")


WORKBOOKS: dict[str, Callable[[], bytes]] = {
    "2021": lambda: filled(build.form("2021"), said(build.form("2021"), build.submission("2021"))),
    "2019": lambda: filled(build.form("2019"), said(build.form("2019"), build.submission("2019"))),
    "penalties": lambda: filled(penalties(), said(penalties(), full(penalties()))),
    "small": lambda: filled(small(), full(small())),
    "empty": lambda: empty(official()),
    "meddled": lambda: edited(filled(build.form("2021"), build.submission("2021")), meddled),
}


@dataclass(frozen=True)
class Saved:
    """One workbook by suffix, as bytes and as read; each is converted once in a session."""

    paths: Mapping[str, Path]
    books: Mapping[str, RawBook]


@pytest.fixture(scope="module")
def saved(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Saved]:
    done: dict[str, Saved] = {}

    def get(name: str) -> Saved:
        if name not in done:
            folder = tmp_path_factory.mktemp(name)
            first = folder / f"{name}.xlsx"
            first.write_bytes(WORKBOOKS[name]())
            if name == "meddled":  # openpyxl dropped the stored results
                first = office.resave(first, folder / "meddled-again.xlsx", recalculate=True)
            old = {kind: office.resave(first, folder / f"{name}.{kind}", recalculate=True) for kind in OLD}
            paths = {"xlsx": first, **old}
            done[name] = Saved(paths, {kind: READERS[kind](path.read_bytes()) for kind, path in paths.items()})
        return done[name]

    return get


def cells(sheet: RawSheet, look: Callable[[RawCell], object]) -> dict[tuple[int, int], object]:
    """What is looked at in every cell that is not as an absent one."""
    absent = look(RawCell(BLANK))
    return {spot: look(found) for spot, found in sheet.cells.items() if look(found) != absent}


def formula(found: RawCell) -> str | None:
    return None if found.formula is None else normal(found.formula)


def content(found: RawCell) -> tuple[object, ...]:
    return found.value.kind, found.value.number, found.value.text


@pytest.mark.parametrize("kind", OLD)
@pytest.mark.parametrize("name", WORKBOOKS)
def test_the_same_book(saved: Callable[[str], Saved], name: str, kind: str) -> None:
    wanted, found = saved(name).books["xlsx"], saved(name).books[kind]
    assert found.seen == wanted.seen
    assert [(sheet.name, sheet.visible, sheet.protected) for sheet in found.sheets] == [
        (sheet.name, sheet.visible, sheet.protected) for sheet in wanted.sheets
    ]
    ours, theirs = (
        {name_key(key): normal(text) for key, text in book.names.items()} | dict(book.local_names)
        for book in (found, wanted)
    )
    assert ours == theirs
    for mine, its in zip(found.sheets, wanted.sheets, strict=True):
        assert sorted(mine.merges) == sorted(its.merges)
        assert (mine.hidden_rows, mine.hidden_columns) == (its.hidden_rows, its.hidden_columns)
        assert mine.comments == its.comments
        assert mine.validations == {spot: rule for spot, rule in its.validations.items() if rule}
        looks: tuple[Callable[[RawCell], object], ...] = (formula, lambda cell: cell.locked, lambda cell: cell.format)
        for look in looks:
            assert cells(mine, look) == cells(its, look), mine.name
        # nobody trusts stored results of formulas, so only what was typed must be the same
        assert cells(mine, lambda cell: content(cell) if cell.formula is None else None) == cells(
            its, lambda cell: content(cell) if cell.formula is None else None
        )


@pytest.mark.parametrize("kind", OLD)
@pytest.mark.parametrize("name", WORKBOOKS)
def test_the_same_submission(saved: Callable[[str], Saved], name: str, kind: str) -> None:
    wanted, found = (submission_of(saved(name).books[each], find_form) for each in ("xlsx", kind))
    for address, entry in wanted.entries.items():
        mine = found.entries[address]
        assert (mine.value.kind, mine.value.number, mine.value.text) == (
            entry.value.kind, entry.value.number, entry.value.text,
        ), address  # fmt: skip
        assert (mine.place, mine.formula, mine.intact, mine.format) == (
            entry.place, entry.formula, entry.intact, entry.format,
        ), address  # fmt: skip
    assert replace(found, entries={}) == replace(wanted, entries={})
    assert len(found.entries) == len(wanted.entries)


def test_nothing_is_missing_from_the_submissions(saved: Callable[[str], Saved]) -> None:
    """So that the test above does not compare two times nothing."""
    for name, form in (("2021", build.form("2021")), ("penalties", penalties())):
        found = submission_of(saved(name).books["xls"], find_form)
        assert all(found.entries[address].intact for address, each in form.cells.items() if each.total)
        assert found.explanations and found.signoff and found.agency.name and found.fingerprint
    shown = {cell.value.text for sheet in saved("small").books["ods"].sheets for cell in sheet.cells.values()}
    assert STORY in shown


def test_a_workbook_that_was_meddled_with(saved: Callable[[str], Saved]) -> None:
    form, paths = build.form("2021"), saved("meddled").paths
    by_place = {str(place): address for address, place in layout_of(form).places.items()}
    for kind in OLD:
        found = submission_of(saved("meddled").books[kind], find_form)
        entries = {place: found.entries[by_place[f"{TABLE}!{place}"]] for place in (ENTRY, "E5", TOTAL, "J6")}
        assert entries[ENTRY].value.raw == "12件"
        assert (entries["E5"].formula, entries["E5"].value.number) == ("1+2", 3)
        assert (entries[TOTAL].formula, entries[TOTAL].value.number, entries[TOTAL].intact) == (None, 99, False)
        assert (entries["J6"].formula, entries["J6"].intact) == ("D6+E6", False)
        assert saved("meddled").books[kind].sheets[4].hidden_rows == {7}
        assert saved("meddled").books[kind].sheets[4].comments == 1
    results = {kind: checked(path) for kind, path in paths.items()}
    assert results["xlsx"][0] == 1
    for kind in OLD:
        assert results[kind][0] == 1
        extra = [finding for finding in results[kind][1]["findings"] if finding["rule"] == "STRUCT-FORMAT"]
        assert [finding["message"] for finding in extra] == [f"文件存成了 .{kind} 格式，照常读取"]
        rest = [finding for finding in results[kind][1]["findings"] if finding not in extra]
        assert rest == results["xlsx"][1]["findings"]


def checked(path: Path) -> tuple[int, dict[str, Any]]:
    """Exit code and entry of the check."""
    ran = tianbao("check", path, "--json", "-")
    (entry,) = json.loads(ran.out)["submissions"]
    return ran.code, entry


@pytest.mark.parametrize("name", ["2021", "2019"])
def test_check_passes_them(saved: Callable[[str], Saved], name: str, tmp_path: Path) -> None:
    wanted = checked(saved(name).paths["xlsx"])[1]
    assert wanted["verdict"] == "passed"
    disguised = tmp_path / "带错后缀.xlsx"
    disguised.write_bytes(saved(name).paths["xls"].read_bytes())
    for path in (*(saved(name).paths[kind] for kind in OLD), disguised):
        code, entry = checked(path)
        assert code == 0
        assert [finding["rule"] for finding in entry["findings"]] == ["STRUCT-FORMAT"]
        for field in ("form", "edition", "year", "agency", "verdict", "checksum", "undecided"):
            assert entry[field] == wanted[field], field


@pytest.mark.parametrize("name", ["2021", "penalties"])
def test_xlrd_sees_the_same_cells(saved: Callable[[str], Saved], name: str) -> None:
    data = saved(name).paths["xls"].read_bytes()
    theirs = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
    ours = read_xls(data)
    for mine, its in zip(ours.sheets, theirs.sheets(), strict=True):
        assert sorted(its.merged_cells) == sorted((a, b + 1, c, d + 1) for (a, c), (b, d) in mine.merges)
        for row in range(its.nrows):
            for column in range(its.ncols):
                cell = its.cell(row, column)
                found = mine.cells.get((row, column))
                if cell.ctype == xlrd.XL_CELL_EMPTY:
                    assert found is None
                    continue
                assert found is not None
                if cell.ctype == xlrd.XL_CELL_NUMBER:
                    assert found.value.number is not None
                    assert float(found.value.number) == pytest.approx(cell.value, rel=1e-14)
                else:
                    assert found.value.text == cell.value
                assert found.locked == bool(theirs.xf_list[cell.xf_index].protection.cell_locked)


@examples(60)
@given(CHANGES, st.booleans(), st.integers(0, 2**32))
def test_flipped_bytes(saved: Callable[[str], Saved], changes: list[tuple[int, int]], old: bool, length: int) -> None:
    kind = "xls" if old else "ods"
    data = bytearray(saved("small").paths[kind].read_bytes())
    for place, new in changes:
        data[place % len(data)] = new
    reads_or_says(READERS[kind], bytes(data))
    reads_or_says(READERS[kind], bytes(data[: length % len(data)]))
