"""What real programs make of our workbooks, and whether they open the imitations without repair."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.real.office import Office
from tests.resave.excel import excel_like, excel_random
from tests.resave.meaning import Meaning, meaning, values
from tests.resave.programs import exceljs_saved, gnumeric_saved, libreoffice_saved, libreoffice_typed
from tests.resave.samples import FORMS, workbook
from tests.resave.spellings import SPELLINGS
from tests.resave.test_rewriters import alike
from tests.resave.wps import wps_like
from tests.workbook.samples import AGENCY, back, empty, full

OFFICIAL = "gov-disclosure/2021"
BOOKS = {"small": workbook("small"), "official": workbook(OFFICIAL)}


def same_meaning(found: dict[str, bytes], *lost: str, results: bool = True) -> None:
    for name, data in found.items():
        mine, due = meaning(data).without(*lost), meaning(BOOKS[name]).without(*lost)
        if not results:
            mine, due = mine.typed(), due.typed()
        for aspect in Meaning.__dataclass_fields__:
            assert getattr(mine, aspect) == getattr(due, aspect), (name, aspect)


@pytest.mark.libreoffice
@pytest.mark.parametrize("through", [("xlsx",), ("ods", "xlsx"), ("xls", "xlsx")], ids=["xlsx", "ods", "xls"])
def test_libreoffice(office: Office, tmp_path: Path, through: tuple[str, ...]) -> None:
    found = libreoffice_saved(office, tmp_path, BOOKS, *through)  # type: ignore[arg-type]
    same_meaning(found)
    for name, data in found.items():
        alike(back(data), back(BOOKS[name]))


@pytest.mark.libreoffice
@pytest.mark.parametrize("suffix", ["ods", "xls"])
def test_libreoffice_leaves_other_formats(office: Office, tmp_path: Path, suffix: str) -> None:
    found = libreoffice_saved(office, tmp_path, BOOKS, suffix)  # type: ignore[arg-type]
    magic = {"ods": b"PK\x03\x04", "xls": b"\xd0\xcf\x11\xe0"}[suffix]
    for name, data in found.items():
        assert data.startswith(magic)
        assert values(data) == values(BOOKS[name])


@pytest.mark.libreoffice
def test_typed_into_the_empty_template(office: Office, tmp_path: Path) -> None:
    form = FORMS[OFFICIAL]
    given = full(form)
    data = libreoffice_typed(office, tmp_path, empty(form, AGENCY), form, given, "a")
    found = back(data)
    assert all(found.value(a).number == given.value(a).number for a, cell in form.cells.items() if cell.total is None)
    assert (found.texts, found.agency, found.observations) == (given.texts, AGENCY, ())
    due = meaning(empty(form, AGENCY))
    for aspect in ("formulas", "merges", "validations", "unlocked", "protected", "names"):
        assert getattr(meaning(data), aspect) == getattr(due, aspect), aspect


@pytest.mark.gnumeric
def test_gnumeric(tmp_path: Path) -> None:
    """The hidden sheet is shown, and lights say 待填, as it does not compute SUBSTITUTE over an area. Totals and all
    that was typed are right.
    """
    found = gnumeric_saved(tmp_path, BOOKS)
    same_meaning(found, "visible", results=False)
    for name, data in found.items():
        alike(back(data), back(BOOKS[name]))


@pytest.mark.exceljs
def test_exceljs(tmp_path: Path) -> None:
    found = exceljs_saved(tmp_path, BOOKS)
    same_meaning(found)
    for name, data in found.items():
        alike(back(data), back(BOOKS[name]))


IMITATED: dict[str, Callable[[bytes], bytes]] = {
    "excel_like": lambda data: excel_like(data, 1),
    "excel_random": lambda data: excel_random(data, 3),
    "wps_like": lambda data: wps_like(data, 1),
    "strict": lambda data: SPELLINGS["strict"](data, 0),
    "other part names": lambda data: SPELLINGS["other part names"](data, 0),
    "no references": lambda data: SPELLINGS["no references"](data, 0),
}


@pytest.mark.libreoffice
@pytest.mark.parametrize("name", IMITATED)
def test_libreoffice_opens_the_imitations(office: Office, tmp_path: Path, name: str) -> None:
    """A file that needs repair is not opened at all without a window; what is read is the same, formulas too."""
    before = BOOKS["official"]
    found = libreoffice_saved(office, tmp_path, {"official": IMITATED[name](before)}, "xlsx")
    same_meaning(found)
