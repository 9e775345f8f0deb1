"""Workbooks that LibreOffice opened, typed into and saved: the same values, and nothing noticed that is not so."""

import io
from pathlib import Path

import pytest
import python_calamine

from tests.real.office import Changes, Office
from tests.workbook.samples import (
    AGENCY,
    ODD,
    STORY,
    back,
    empty,
    entries,
    every_form,
    filled_in,
    full,
    kinds,
    official,
    small,
    submission,
    totals,
)
from tianbao.forms.model import Form
from tianbao.submission import Submission
from tianbao.workbook.layout import layout_of
from tianbao.workbook.write import filled, fingerprint

pytestmark = pytest.mark.libreoffice
FORMS = every_form()


def resaved(office: Office, folder: Path, data: bytes, *, through: tuple[str, ...] = ()) -> bytes:
    """After LibreOffice has opened and saved it, by way of other formats where asked for."""
    path = folder / "原.xlsx"
    path.write_bytes(data)
    for number, suffix in enumerate((*through, "xlsx")):
        path = office.resave(path, folder / f"{number}.{suffix}", recalculate=True)
    return path.read_bytes()


def sent(form: Form) -> Submission:
    """All that a submission can carry."""
    odd = dict(zip([a for a in entries(form) if form.cells[a].kind.numeric], ODD, strict=False))
    cells = {address: entry.value.raw for address, entry in full(form).entries.items()}
    keys = [i.key for rule in form.rules if rule.severity == "query" for i in rule.instances]
    return submission(
        form,
        {**cells, **odd},
        texts={
            **dict.fromkeys(form.narratives, STORY),
            next(iter(form.narratives)): "\u3000\u3000首行 12 件，第3局 abc",
        },
        explanations={keys[0]: "机构改革\n“划转”<&>", keys[-1]: "属实"},
        signoff={line.id: f"签 {line.id}" for line in form.signoff},
    )


@pytest.mark.parametrize("name", FORMS)
def test_libreoffice_sees_the_same_values(office: Office, tmp_path: Path, name: str) -> None:
    form, given = FORMS[name], sent(FORMS[name])
    path = tmp_path / "已填.xlsx"
    path.write_bytes(filled(form, given))
    layout = layout_of(form)
    places = {address: str(layout.places[address]) for address in (*entries(form), *form.narratives)}
    seen = office.recalculate(path, list(places.values()))
    for address in entries(form):
        value = given.value(address)
        found = seen[places[address]]
        assert found == (value.raw if value.number is None else pytest.approx(float(value.number))), address
    for address in form.narratives:
        assert seen[places[address]] == given.texts[address]


@pytest.mark.parametrize(("name", "through"), [*((name, ()) for name in FORMS), ("gov-disclosure/2021", ("ods",))])
def test_saved_by_libreoffice(office: Office, tmp_path: Path, name: str, through: tuple[str, ...]) -> None:
    form, given = FORMS[name], sent(FORMS[name])
    before = filled(form, given)
    found, wanted = back(resaved(office, tmp_path, before, through=through)), back(before)
    for address in form.cells:
        mine, theirs = found.entries[address], wanted.entries[address]
        assert (mine.value.number, mine.value.text) == (theirs.value.number, theirs.value.text), address
        assert (mine.place, mine.formula, mine.intact) == (theirs.place, theirs.formula, theirs.intact), address
    assert all(found.entries[address].intact for address in totals(form))
    assert (found.texts, found.explanations, found.signoff) == (wanted.texts, wanted.explanations, wanted.signoff)
    assert (found.agency, found.year, found.fingerprint) == (AGENCY, given.year, fingerprint(form))
    assert found.observations == ()


def test_saved_as_old_excel_and_back(office: Office, tmp_path: Path) -> None:
    """.xls turns the dots of names into underscores; nothing else changes."""
    form = official()
    found = back(resaved(office, tmp_path, filled_in(form), through=("xls",)))
    wanted = back(filled_in(form))
    assert {a: e.value.number for a, e in found.entries.items()} == {
        a: e.value.number for a, e in wanted.entries.items()
    }
    assert (found.texts, found.observations) == (wanted.texts, ())


@pytest.mark.parametrize("name", ["small", "gov-disclosure/2021"])
def test_an_empty_workbook_saved(office: Office, tmp_path: Path, name: str) -> None:
    found = back(resaved(office, tmp_path, empty(FORMS[name], None)))
    assert kinds(found) == []
    assert all(found.value(address).kind == "blank" for address in entries(FORMS[name]))
    assert all(found.entries[address].intact for address in totals(FORMS[name]))
    assert (found.texts, found.agency.name) == ({}, "")


def test_calamine_reads_what_libreoffice_saved(office: Office, tmp_path: Path) -> None:
    data = resaved(office, tmp_path, filled_in(small()))
    rows = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("二、数量").to_python()
    values = [back(data).value(f"table.come.{column}").number for column in ("net", "post", "total")]
    assert rows[3][1:4] == values


def test_typed_by_hand_totals_follow(office: Office, tmp_path: Path) -> None:
    """What is typed into the cells of the empty workbook is what a submission of the same figures shows."""
    form = official()
    path = tmp_path / "空.xlsx"
    path.write_bytes(empty(form))
    layout = layout_of(form)
    typed: Changes = {
        str(layout.places[address]): float(value.number) if value.number is not None else str(value.raw)
        for address in entries(form)
        for value in [full(form).value(address)]
    }
    places = {address: str(layout.places[address]) for address in totals(form)}
    seen = office.set_and_recalculate(path, typed, list(places.values()))
    wanted = back(filled_in(form))
    assert {a: seen[place] for a, place in places.items()} == {a: float(wanted.value(a).counted) for a in places}
