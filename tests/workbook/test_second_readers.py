"""Other programs' readers see the workbook as we do: values, names, validations, locks."""

import io
from decimal import Decimal

import pytest
import python_calamine
from openpyxl.worksheet.worksheet import Worksheet

from tests.workbook.samples import (
    AGENCY,
    STORY,
    empty,
    every_form,
    filled_in,
    opened,
    raw,
    small,
    submission,
)
from tianbao.forms.model import Form
from tianbao.submission import Agency
from tianbao.workbook.a1 import Area, Place, parse_a1
from tianbao.workbook.layout import CHECKS, COVER, COVER_AGENCY, EXPLANATION, KEY, layout_of
from tianbao.workbook.results import LEVELS
from tianbao.workbook.sheets import Spot
from tianbao.workbook.write import filled

FORMS = every_form()
BOOKS = [f"{name} {state}" for name in FORMS for state in ("empty", "filled")]


def workbook(name: str) -> bytes:
    form, state = name.split()
    return empty(FORMS[form], None) if state == "empty" else filled_in(FORMS[form])


def same(theirs: object, ours: object) -> bool:
    return theirs == (float(ours) if isinstance(ours, Decimal) else ours)


@pytest.mark.parametrize("name", BOOKS)
def test_openpyxl_reads_what_we_read(name: str) -> None:
    data = workbook(name)
    formulas, results = opened(data), opened(data, results=True)
    ours = {sheet.name: sheet for sheet in raw(data).sheets}
    assert list(ours) == formulas.sheetnames
    for title, sheet in ours.items():
        assert sheet.protected and formulas[title].protection.sheet
        assert sheet.visible == (formulas[title].sheet_state == "visible")
        for row in results[title].iter_rows():
            for cell in row:
                mine = sheet.cells.get(parse_a1(cell.coordinate))
                assert same(cell.value, mine.value.raw if mine else None), f"{title}!{cell.coordinate}"
        for (line, column), mine in sheet.cells.items():
            theirs = formulas[title].cell(line + 1, column + 1)
            assert mine.locked == theirs.protection.locked, f"{title}!{theirs.coordinate}"
            assert (theirs.data_type == "f") == (mine.formula is not None)
            assert mine.formula is None or f"={mine.formula}" == theirs.value


@pytest.mark.parametrize("name", BOOKS)
def test_calamine_reads_what_we_read(name: str) -> None:
    data = workbook(name)
    theirs = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    for sheet in raw(data).sheets:
        rows = theirs.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
        for (row, column), cell in sheet.cells.items():
            found = rows[row][column] if row < len(rows) and column < len(rows[row]) else ""
            assert same(found, "" if cell.value.raw is None else cell.value.raw), f"{sheet.name}!{row},{column}"


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_address_is_a_name_that_openpyxl_resolves(form: Form) -> None:
    book = opened(filled_in(form))
    for address, place in layout_of(form).places.items():
        destinations = list(book.defined_names[address].destinations)
        assert destinations == [(place.sheet, place.absolute)]
        assert not any(address in sheet.defined_names for sheet in book.worksheets)
    places = [name.attr_text for name in book.defined_names.values()]
    assert len(places) == len(set(places))


def open_spots(form: Form, agency: Agency | None) -> dict[str, set[Spot]]:
    """Sheet → cells that a clerk may change, by the layout alone."""
    layout = layout_of(form)
    found: dict[str, set[Spot]] = {sheet: set() for sheet in layout.sheets}

    def add(area: Area) -> None:
        for row in range(area.first.row, area.last.row + 1):
            found[area.first.sheet] |= {(row, column) for column in range(area.first.column, area.last.column + 1)}

    for address, area in layout.spans.items():
        if address not in form.cells or form.cells[address].total is None:
            add(area)
    for line in form.signoff:
        place = layout.places[f"signoff.{line.id}"]
        add(Area(place, Place(COVER, place.row, place.column + 1)))
    if agency is None:
        add(Area(Place(COVER, *COVER_AGENCY), Place(COVER, COVER_AGENCY[0], 6)))
    queries = {i.key for rule in form.rules if LEVELS[rule.severity] == "需说明" for i in rule.instances}
    for check in layout.lines:
        if check.kind in ("free", "text", "blanks", "places") or check.key in queries:
            found[CHECKS].add((check.row, EXPLANATION))
        if check.kind == "free":
            found[CHECKS].add((check.row, KEY))
    return found


@pytest.mark.parametrize("agency", [None, AGENCY], ids=["nameless", "named"])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_only_entries_are_open(form: Form, agency: Agency | None) -> None:
    book = opened(empty(form, agency))
    wanted = open_spots(form, agency)
    assert sum(map(len, wanted.values())) > 10
    for sheet in book.worksheets:
        seen = {
            parse_a1(cell.coordinate)
            for row in sheet.iter_rows(max_row=sheet.max_row + 3, max_col=sheet.max_column + 3)
            for cell in row
            if not cell.protection.locked
        }
        assert seen == wanted[sheet.title], sheet.title
        whole = [*sheet.column_dimensions.values(), *sheet.row_dimensions.values()]
        assert all(dimension.protection.locked for dimension in whole if dimension.has_style)
        flags = sheet.protection
        assert flags.sheet and flags.password and flags.objects
        # True means forbidden
        assert not (flags.formatColumns or flags.formatRows or flags.autoFilter or flags.selectLockedCells)
        assert flags.insertRows and flags.deleteRows and flags.insertColumns and flags.deleteColumns
        assert flags.formatCells and flags.sort and not flags.selectUnlockedCells


def validated(sheet: Worksheet) -> dict[Spot, str]:
    """Cell → kind of its validation."""
    found: dict[Spot, str] = {}
    for check in sheet.data_validations.dataValidation:
        assert check.promptTitle and check.prompt and check.showInputMessage
        for area in str(check.sqref).split():
            first, _, last = area.partition(":")
            (top, left), (bottom, right) = parse_a1(first), parse_a1(last or first)
            for row in range(top, bottom + 1):
                found |= {(row, column): str(check.type) for column in range(left, right + 1)}
    return found


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_entry_has_its_validation(form: Form) -> None:
    book = opened(empty(form, None))
    kinds = {
        "count": "whole",
        "change": "whole",
        "amount": "decimal",
        "yesno": "list",
        "choice": "list",
        "text": "None",
    }
    layout = layout_of(form)
    for address, cell in form.cells.items():
        place = layout.places[address]
        found = validated(book[place.sheet]).get((place.row, place.column))
        assert found == (kinds[cell.kind.value] if cell.total is None else None), address
    for address in form.narratives:
        assert validated(book[layout.places[address].sheet])[parse_a1(layout.places[address].a1)]


def test_texts_arrive_whole_in_other_readers() -> None:
    data = filled(small(), submission(small(), {"facts.name": '<甲 & "乙">'}, texts={"story": STORY}))
    book = opened(data)
    assert book["一、情况"]["A5"].value == STORY
    assert book["三、概况"]["B5"].value == '<甲 & "乙">'
    rows = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("一、情况").to_python()
    assert rows[4][0] == STORY
