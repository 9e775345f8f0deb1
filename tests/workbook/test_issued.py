"""What is kept of an issued workbook is what its plan lays down, for every form, year and kind of copy."""

from pathlib import Path

import pytest

from tests.workbook.samples import every_form
from tianbao.forms import library
from tianbao.forms.kept import keep
from tianbao.submission import Agency
from tianbao.workbook import issued
from tianbao.workbook.aspects_planned import of_plan
from tianbao.workbook.plan import Issue
from tianbao.workbook.write import content_of, fingerprint, plan_of

EVERY = every_form()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Things are kept there, and nothing is remembered from before."""
    monkeypatch.setattr(library, "_kept", {"folder": tmp_path})
    issued._issued.cache_clear()
    issued.issued_sheets.cache_clear()
    return tmp_path


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("name", EVERY)
def test_the_sheets_are_those_of_the_plan(name: str, named: bool) -> None:
    form = EVERY[name]
    for year in (1999, 2023, 2030):
        plan = plan_of(content_of(form, Issue(year, Agency("某局") if named else None)))
        found = issued.issued_sheets(form, year, named)
        assert list(found) == [sheet.name for sheet in plan.sheets]
        for sheet in plan.sheets:
            due = of_plan(sheet)
            assert found[sheet.name] == due
            # what is told of a sheet follows the order of its cells
            assert list(found[sheet.name].labels.items()) == list(due.labels.items())
            assert list(found[sheet.name].formulas.items()) == list(due.formulas.items())
    assert issued.issued_fingerprint(form, named) == fingerprint(form)


@pytest.mark.parametrize("name", EVERY)
def test_text_and_back(name: str) -> None:
    made = issued._made(EVERY[name], True)
    again = issued.issued_of(issued.issued_text(made))
    assert again == made
    assert [list(sheet.labels) for sheet in again.sheets.values()] == [
        list(sheet.labels) for sheet in made.sheets.values()
    ]


def test_a_second_run_plans_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    form = library.load("gov-disclosure", "2021")
    first = issued.issued_sheets(form, 2023, True)
    assert [path.name for path in folder.glob("issued-*")]
    issued._issued.cache_clear()
    issued.issued_sheets.cache_clear()
    monkeypatch.setattr(issued, "_made", None)
    assert issued.issued_sheets(form, 2023, True) == first


@pytest.mark.parametrize("text", ["", "[", "{}", "[1, 2]", '["x", [["填报说明", 1]]]', "null", '["x", [[[]]]]'])
def test_what_is_not_ours_is_made_anew(text: str, folder: Path) -> None:
    form = library.load("gov-disclosure", "2021")
    due = issued._made(form, True)
    keep(folder, "issued-gov-disclosure-2021-named", library._key(library.resource_root()), text)
    assert issued.issued_fingerprint(form, True) == due.fingerprint
    assert issued._issued(form, True) == due


def test_nothing_is_kept_of_a_form_that_does_not_ship(folder: Path) -> None:
    issued.issued_sheets(EVERY["small"], 2023, True)
    assert not list(folder.iterdir())
