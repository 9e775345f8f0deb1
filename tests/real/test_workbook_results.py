"""Every stored result of every formula is what LibreOffice computes after a hard recalculation."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import Phase, Verbosity, given, settings
from hypothesis import strategies as st

from tests.conftest import examples
from tests.real.office import Changes, Office
from tests.workbook.samples import (
    AGENCY,
    content,
    empty,
    every_form,
    figures,
    filled_in,
    random_submissions,
    raw,
    stored,
)
from tianbao.forms.model import Form
from tianbao.submission import Submission
from tianbao.values import Number
from tianbao.workbook.a1 import Place
from tianbao.workbook.layout import CHECKS, COVER, COVER_AGENCY, EXPLANATION, layout_of

pytestmark = pytest.mark.libreoffice
FORMS = every_form()
AT_ONCE = 8


def differing(expected: Mapping[str, object], found: Mapping[str, object]) -> dict[str, tuple[object, object]]:
    """Places where two results differ: numbers beyond rounding, texts at all."""
    return {
        place: (wanted, found.get(place)) for place, wanted in expected.items() if not same(wanted, found.get(place))
    }


def same(wanted: object, found: object) -> bool:
    if isinstance(found, float | int) and isinstance(wanted, int | float | Decimal):
        return float(wanted) == pytest.approx(float(found), rel=1e-12, abs=1e-9)
    return wanted == found


def results_in(data: bytes) -> dict[str, object]:
    """sheet!A1 → stored result of every formula in a workbook's bytes."""
    return {
        str(Place(sheet.name, *spot)): cell.value.raw if cell.value.number is None else cell.value.number
        for sheet in raw(data).sheets
        for spot, cell in sheet.cells.items()
        if cell.formula is not None
    }


def typed(form: Form, given: Submission) -> Changes:
    """What a clerk would type into the empty workbook to report this."""
    layout = layout_of(form)
    changes: dict[str, str | int | float | None] = {}
    for address, entry in given.entries.items():
        number, content = entry.value.number, entry.value.raw
        changes[str(layout.places[address])] = plain(number) if number is not None else str(content or "") or None
    for key, text in given.texts.items():
        changes[str(layout.places[key])] = text or None
    for key, text in given.explanations.items():
        changes[str(Place(CHECKS, layout.line(key).row, EXPLANATION))] = text
    changes[str(Place(COVER, *COVER_AGENCY))] = given.agency.name
    return changes


def plain(number: Number) -> int | float:
    return number if isinstance(number, int) else float(number)


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("agency", [None, AGENCY], ids=["nameless", "named"])
def test_empty_workbook(office: Office, tmp_path: Path, name: str, agency: object) -> None:
    form = FORMS[name]
    path = tmp_path / "空表.xlsx"
    path.write_bytes(empty(form, agency))
    expected = results_in(path.read_bytes())
    assert len(expected) > 20
    assert differing(expected, office.recalculate(path, list(expected))) == {}


@pytest.mark.parametrize("name", FORMS)
def test_filled_workbook(office: Office, tmp_path: Path, name: str) -> None:
    form = FORMS[name]
    path = tmp_path / "已填.xlsx"
    path.write_bytes(filled_in(form))
    expected = results_in(path.read_bytes())
    assert differing(expected, office.recalculate(path, list(expected))) == {}


@pytest.mark.parametrize("name", FORMS)
def test_whatever_is_typed(office: Office, tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    form = FORMS[name]
    path = tmp_path_factory.mktemp("typed") / "空表.xlsx"
    path.write_bytes(empty(form, None))

    # Each try costs seconds: a failure is shown as found, not made smaller, and only where it differs.
    @settings(examples(3), phases=[Phase.generate], verbosity=Verbosity.quiet)
    @given(st.lists(random_submissions(form), min_size=AT_ONCE, max_size=AT_ONCE))
    def agree(tried: list[Submission]) -> None:
        expected = [stored(content(form, given)) for given in tried]
        found = office.batch(path, [typed(form, given) for given in tried], list(expected[0]))
        for given_, wanted, got in zip(tried, expected, found, strict=True):
            assert differing(wanted, got) == {}, figures(given_)

    agree()
