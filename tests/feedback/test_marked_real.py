"""A return copy in LibreOffice: it opens, its colours go when a cell is corrected, and what it saves is read again."""

from pathlib import Path

import pytest
from openpyxl.workbook.workbook import Workbook

from tests import build
from tests.feedback.returned import checked, colours, sent
from tests.real.office import Office
from tests.workbook.samples import edited, find_form
from tianbao.feedback.marked import marked_copy
from tianbao.workbook.layout import layout_of
from tianbao.workbook.read import read

pytestmark = pytest.mark.libreoffice
FORM = build.form()
LAYOUT = layout_of(FORM)
SPARE = "Z"
"""A column that no sheet uses: the conditions of the colours are written there as formulas."""


def test_a_colour_lasts_as_long_as_the_returned_value(office: Office, tmp_path: Path) -> None:
    long = "说“甲”&乙" * 40
    slips = {
        "requests.new.natural": "12件",
        "requests.granted.research": '甲"乙',
        "requests.granted.legal": long,
        "requests.granted.business": None,
        "requests.total.legal": 99,
        "requests.carried_out.business": 7,
        "reviews.direct.upheld": -2,
        "proactive.fees.amount": 1.1234567,
        "problems": None,
    }
    data = marked_copy(sent(FORM, build.submission(), slips), FORM)
    conditions = {
        place.partition(":")[0]: found[0].partition(" ")[2]
        for place, found in colours(data).items()
        if place.partition(":")[0] in {str(LAYOUT.places[address]) for address in slips}
    }
    assert len(conditions) == len(slips)
    spare = {place: f"{place.partition('!')[0]}!{SPARE}{10 + number}" for number, place in enumerate(conditions)}

    def with_conditions(book: Workbook) -> None:
        for place, cell in spare.items():
            sheet, _, a1 = cell.partition("!")
            book[sheet][a1] = f"={conditions[place]}"

    path = tmp_path / "copy.xlsx"
    path.write_bytes(edited(data, with_conditions))
    corrected = {
        str(LAYOUT.places[address]): 1.123457 if address == "proactive.fees.amount" else 3
        for address in slips
        if address != "requests.total.legal"
    }
    part = str(LAYOUT.places["requests.granted.legal"])
    before, after = office.batch(path, [{}, corrected], list(spare.values()))
    assert [cell for cell in spare.values() if not before[cell]] == []
    assert [cell for cell in spare.values() if after[cell]] == []
    (other,) = office.batch(path, [{part: f"{long}。"}], list(spare.values()))
    assert not other[spare[part]]


def test_a_copy_saved_by_another_program_is_read_again(office: Office, tmp_path: Path) -> None:
    first = sent(FORM, build.submission(), {"requests.new.natural": "12件", "requests.granted.research": "甲"})
    path = tmp_path / "copy.xlsx"
    path.write_bytes(marked_copy(first, FORM))
    saved = office.resave(path, tmp_path / "saved.xlsx")
    back = read(saved.read_bytes(), find_form)
    plain = read(path.read_bytes(), find_form)
    assert {address: entry.value.text for address, entry in back.entries.items()} == {
        address: entry.value.text for address, entry in plain.entries.items()
    }
    assert [finding.key for finding in checked(back, FORM).findings] == [
        finding.key for finding in checked(plain, FORM).findings
    ]
    assert [sheet for sheet in office.audit(path) if not sheet["protected"]] == []
