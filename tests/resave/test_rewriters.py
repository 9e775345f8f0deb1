"""The imitations and odd spellings mean the same to readers that are none of ours, and to ours."""

import io
import zipfile
from collections.abc import Callable
from functools import cache

import pytest

from tests.resave import excel, wps
from tests.resave.book import open_book
from tests.resave.excel import excel_like, excel_random
from tests.resave.meaning import Meaning, meaning, values
from tests.resave.programs import openpyxl_saved
from tests.resave.samples import FORMS, workbook
from tests.resave.spellings import SPELLINGS
from tests.resave.wps import wps_like
from tests.workbook.samples import back
from tianbao.submission import Submission
from tianbao.workbook.package import NotAWorkbook

Rewriter = Callable[[bytes, int], bytes]
IMITATIONS: dict[str, Rewriter] = {"excel_like": excel_like, "excel_random": excel_random, "wps_like": wps_like}
REWRITERS: dict[str, Rewriter] = {**IMITATIONS, **SPELLINGS, "openpyxl": openpyxl_saved}
SEEDS = {"excel_random": (0, 1, 2, 3), "wps_like": (0, 1)}
CASES = [(name, seed) for name in REWRITERS for seed in SEEDS.get(name, (0,))]
OFFICIAL = "gov-disclosure/2021"
# openpyxl knows neither Strict nor backslashes and wants the styles under their usual name, calamine the strings
BEYOND_OPENPYXL = {"strict", "backslashes", "other style name"}
BEYOND_CALAMINE = {"utf-16", "other part names"}


@cache
def wanted(name: str) -> Meaning:
    return meaning(workbook(name))


@pytest.mark.parametrize(("name", "seed"), [case for case in CASES if case[0] not in BEYOND_OPENPYXL])
def test_means_the_same_to_openpyxl(name: str, seed: int) -> None:
    data = REWRITERS[name](workbook(OFFICIAL), seed)
    found, due = meaning(data), wanted(OFFICIAL)
    if name in ("empty caches", "openpyxl"):
        found, due = found.without("values"), due.without("values")
    if name == "excel_random" and seed == 3:
        # a child that comes before the cell with the text of a shared formula is nothing to openpyxl
        found, due = found.without("formulas"), due.without("formulas")
    for aspect in Meaning.__dataclass_fields__:
        assert getattr(found, aspect) == getattr(due, aspect), aspect


@pytest.mark.parametrize(("name", "seed"), [case for case in CASES if case[0] not in BEYOND_CALAMINE])
def test_means_the_same_to_calamine(name: str, seed: int) -> None:
    before = workbook(OFFICIAL)
    found, due = values(REWRITERS[name](before, seed)), values(before)
    if name in ("empty caches", "openpyxl"):
        due = {where: value for where, value in due.items() if where not in wanted(OFFICIAL).formulas}
    assert found == due


def alike(found: Submission, due: Submission) -> None:
    for address, entry in due.entries.items():
        mine = found.entries[address]
        assert (mine.value.number, mine.value.text) == (entry.value.number, entry.value.text), address
        assert (mine.place, mine.formula, mine.intact) == (entry.place, entry.formula, entry.intact), address
    assert (found.texts, found.explanations, found.signoff) == (due.texts, due.explanations, due.signoff)
    assert (found.agency, found.year, found.fingerprint) == (due.agency, due.year, due.fingerprint)


@pytest.mark.parametrize(("name", "seed"), CASES)
def test_our_reader_sees_the_same_submission(name: str, seed: int) -> None:
    before = workbook(OFFICIAL)
    try:
        found = back(REWRITERS[name](before, seed))
    except NotAWorkbook:
        assert name == "utf-16"
        return
    alike(found, back(before))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", IMITATIONS)
def test_every_form(name: str, form: str) -> None:
    alike(back(IMITATIONS[name](workbook(form), 5)), back(workbook(form)))
    assert meaning(IMITATIONS[name](workbook(form), 5)) == wanted(form)


@pytest.mark.parametrize("name", REWRITERS)
def test_another_file_every_time_and_the_same_for_the_same_seed(name: str) -> None:
    before, rewrite = workbook("small"), REWRITERS[name]
    assert rewrite(before, 1) == rewrite(before, 1)
    changed = {part for part, content in parts(rewrite(before, 1)).items() if parts(before).get(part) != content}
    if name != "other part order":
        assert changed


def test_seeds_differ() -> None:
    for rewrite in IMITATIONS.values():
        assert len({rewrite(workbook("small"), seed) for seed in range(4)}) == 4


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        assert source.testzip() is None
        return {name: source.read(name) for name in source.namelist()}


def test_habits_of_excel_are_there() -> None:
    made = parts(excel_random(workbook(OFFICIAL), 3))
    everything = b"".join(made.values())
    habits = ("x14ac:dyDescent", "xr:uid", 't="shared"', "phoneticPr", "_x000D_\r\n", "absPath", "documentId", "rPh")
    assert [habit for habit in habits if habit.encode() not in everything] == []
    assert "xl/calcChain.xml" in made
    children_first = [
        part for part, xml in made.items() if part.startswith("xl/worksheets") and early_child(xml.decode())
    ]
    assert children_first


def early_child(xml: str) -> bool:
    first = {n: xml.find(f'si="{n}"') for n in range(200)}
    masters = {n: xml.find(f'" si="{n}">') for n in range(200)}
    return any(0 <= first[n] < masters[n] for n in range(200))


def test_habits_of_wps_are_there() -> None:
    made = parts(wps_like(workbook(OFFICIAL), 1))
    everything = b"".join(made.values())
    habits = ("etCustomData", "KSOProductBuildVer", "ICV", "outlineLevelCol", 't="shared"', "spans=")
    assert [habit for habit in habits if habit.encode() not in everything] == []
    assert {"_rels/", "xl/", "xl/worksheets/"} <= made.keys()
    assert not [foreign for foreign in (b"xr:uid", b"dyDescent", b"calcChain") if foreign in everything]


def test_no_strings_no_part() -> None:
    book = open_book(workbook("small"))
    for sheet in book.sheets.values():
        for row in sheet.rows:
            row.cells = [cell for cell in row.cells if cell.kind != "s"]
    assert "xl/sharedStrings.xml" not in parts(wps_like(book.bytes(), 0))


@pytest.mark.parametrize(
    ("given", "excel_writes", "wps_writes"),
    [
        ("12", "12", "12"),
        ("1753.79", "1753.79", "1753.79"),
        ("0.1", "0.10000000000000001", "0.1"),
        ("0.07", "7.0000000000000007E-2", "0.07"),
        ("18.651064", "18.651064000000002", "18.651064"),
        ("-3", "-3", "-3"),
    ],
)
def test_numbers_as_each_writes_them(given: str, excel_writes: str, wps_writes: str) -> None:
    assert (excel.number(given), wps.number(given)) == (excel_writes, wps_writes)
    assert float(excel_writes) == float(given) == float(wps_writes)
