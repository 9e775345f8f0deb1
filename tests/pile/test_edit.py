"""The damage is what Excel would leave: other programs open it, and recalculating changes nothing."""

import html
import io
import random
from pathlib import Path

import msoffcrypto
import pytest

from tests.pile import edit
from tests.pile.base import is_computed
from tests.pile.kind import thing
from tests.pile.kinds import KINDS
from tests.pile.parts import OTHER_PASSWORD, PASSWORD, locked_with
from tests.real.office import Office
from tests.resave.book import open_book
from tests.resave.meaning import meaning, values
from tests.workbook.samples import back, filled_in, opened, small

OPENED = (
    "row deleted",
    "column deleted",
    "row inserted",
    "column inserted",
    "own row",
    "sheet deleted",
    "sheet renamed",
    "sheets reordered",
    "sheet added",
    "sheet copied",
    "local names",
    "identity deleted",
    "pasted as values",
    "pasted without cover",
    "merged differently",
    "rows hidden",
    "column hidden",
    "comment",
    "macros",
    "link to a file",
    "date",
    "apostrophe",
)
RECALCULATED = (
    "untouched",
    "row deleted",
    "row inserted",
    "column deleted",
    "column inserted",
    "own row",
    "sheet renamed",
    "total typed wrong",
    "formula edited right",
    "formula edited wrong",
    "edition 2019 for 2020",
)


def made(kind: str) -> bytes:
    return thing(kind, KINDS[kind], random.Random(kind), "东湖区民政局").data


@pytest.mark.parametrize("kind", OPENED)
def test_openpyxl_opens_it(kind: str) -> None:
    assert opened(made(kind)).sheetnames == list(open_book(made(kind)).places)


@pytest.mark.libreoffice
@pytest.mark.parametrize("kind", RECALCULATED)
def test_results_are_those_of_a_program_that_computes(office: Office, tmp_path: Path, kind: str) -> None:
    data = made(kind)
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)
    book = open_book(data)
    due = {
        f"'{title}'!{cell.name}": float(cell.value)
        for title, sheet in book.sheets.items()
        for cell in sheet.cells()
        if cell.formula and cell.value and cell.kind in ("", "n") and is_computed(html.unescape(cell.formula))
    }
    assert len(due) > 50
    found = office.recalculate(path, list(due))
    assert {where: (due[where], found[where]) for where in due if found[where] != pytest.approx(due[where])} == {}


def test_rows_and_columns_move_everything_along() -> None:
    """A row inserted and taken out again leaves the workbook as it was."""
    before = filled_in(small())
    book = open_book(before)
    for at in (1, 4, 5):
        edit.insert_row(book, "二、数量", at)
        edit.insert_column(book, "二、数量", at)
        assert meaning(book.bytes()) != meaning(before)
        edit.delete_column(book, "二、数量", at)
        edit.delete_row(book, "二、数量", at)
    assert meaning(book.bytes()) == meaning(before)
    assert back(book.bytes()).entries == back(before).entries


def test_a_password_is_the_same_for_the_same_seed_and_opens() -> None:
    data = filled_in(small())
    locked = locked_with(data, PASSWORD, 7)
    assert locked == locked_with(data, PASSWORD, 7) != locked_with(data, OTHER_PASSWORD, 7)
    out = io.BytesIO()
    source = msoffcrypto.OfficeFile(io.BytesIO(locked))
    source.load_key(password=PASSWORD)
    source.decrypt(out)
    assert values(out.getvalue()) == values(data)
