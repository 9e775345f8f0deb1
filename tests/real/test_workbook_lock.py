"""The lock as LibreOffice holds it, and as a person at the keyboard meets it."""

from pathlib import Path

import openpyxl
import pytest

from tests.real.keyboard import Keyboard
from tests.real.office import Office, RefusedError
from tests.workbook.samples import AGENCY, back, empty, filled_in, official, small
from tests.workbook.test_second_readers import open_spots
from tianbao.forms.model import Form
from tianbao.submission import Agency
from tianbao.workbook.a1 import Place, parse_a1
from tianbao.workbook.layout import CHECKS, COVER, COVER_AGENCY, layout_of


def workbook(folder: Path, data: bytes) -> Path:
    path = folder / "报送表.xlsx"
    path.write_bytes(data)
    return path


@pytest.mark.libreoffice
@pytest.mark.parametrize(
    ("form", "agency"),
    [(small(), AGENCY), (official("2021"), None), (official("2019"), AGENCY)],
    ids=["small named", "2021 nameless", "2019 named"],
)
def test_every_cell_is_as_the_layout_says(office: Office, tmp_path: Path, form: Form, agency: Agency | None) -> None:
    """Every cell of every sheet: LibreOffice's own flag, and whether it lets the cell be written."""
    wanted = open_spots(form, agency)
    audited = office.audit(workbook(tmp_path, empty(form, agency)))
    assert [sheet["name"] for sheet in audited] == list(layout_of(form).sheets)
    for sheet in audited:
        name = sheet["name"]
        assert sheet["protected"] and sheet["outside_locked"] and sheet["unchanged"], name
        assert sheet["visible"] == (name != layout_of(form).sheets[-1])
        unlocked = {parse_a1(cell) for cell, found in sheet["cells"].items() if not found["locked"]}
        written = {parse_a1(cell) for cell, found in sheet["cells"].items() if not found["refused"]}
        assert unlocked == wanted[name], name
        assert written == wanted[name], name


@pytest.mark.libreoffice
def test_other_contents_are_refused_and_taken(office: Office, tmp_path: Path) -> None:
    """Not only its own content: a total, a light, a label, a heading and the hidden identity stay what they are."""
    form = official()
    layout = layout_of(form)
    path = workbook(tmp_path, filled_in(form))
    locked = [
        layout.places["requests.new.total"],
        layout.light("T3-ID[natural]"),
        Place("三、申请", 0, 0),
        Place("三、申请", 4, 0),
        Place(COVER, *COVER_AGENCY),
        Place("_tianbao", 6, 1),
        Place(CHECKS, 2, 5),
        Place("四、复议诉讼", 30, 30),
    ]
    for place in locked:
        with pytest.raises(RefusedError):
            office.set_and_recalculate(path, {str(place): 5}, [])
    cell, total = (str(layout.places[address]) for address in ("requests.new.natural", "requests.new.total"))
    before = office.recalculate(path, [cell, total])
    after = office.set_and_recalculate(path, {cell: 1000}, [cell, total])
    assert after == {cell: 1000, total: float(str(before[total])) - float(str(before[cell])) + 1000}


@pytest.mark.keyboard
def test_a_clerk_at_the_keyboard(tmp_path: Path) -> None:
    """−3 meets our stop message, a total cannot be typed over, 7 is kept and counted."""
    path = workbook(tmp_path, empty(official(), None))
    with Keyboard(path) as person:
        for _ in range(4):
            person.press("ctrl+Next")
        person.settle()
        person.goto("D5")
        person.enter("-3")
        assert person.dialog() == "请检查"
        person.dismiss()
        person.goto("D6")
        person.enter("2.5")
        assert person.dialog() == "请检查"
        person.dismiss()
        person.goto("J5")
        person.type("9")
        assert person.dialog() == "Information"  # LibreOffice's own: protected cells cannot be modified
        person.dismiss()
        person.goto("D5")
        person.enter("7")
        assert not person.in_dialog()
        person.save()
    found = back(path.read_bytes())
    assert found.value("requests.new.natural").number == 7
    assert found.value("requests.carried_in.natural").kind == "blank"
    total = found.entries["requests.new.total"]
    assert total.intact and total.cached is not None and total.cached.number == 7
    sheet = openpyxl.load_workbook(path, data_only=True)["三、申请"]
    assert (sheet["D5"].value, sheet["J5"].value, sheet["D6"].value) == (7, 7, None)
    assert found.observations == ()
