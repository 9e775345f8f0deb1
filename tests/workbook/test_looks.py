"""What people look at: every label has the room it needs, and every table prints on one page."""

import pytest

from tests.workbook.samples import every_form
from tianbao.forms.model import Form
from tianbao.workbook.plan import Issue, Item, SheetPlan
from tianbao.workbook.write import content_of, plan_of

_DEFAULT_HEIGHT, _LINE, _ASCII_PER_HANZI = 15.0, 13.0, 2.1


def lines_of(item: Item, sheet: SheetPlan) -> int:
    """Printed lines that a wrapped text takes in its area."""
    columns = range(item.area.first.column, item.area.last.column + 1)
    room = sum(sheet.widths[column] for column in columns) / _ASCII_PER_HANZI
    return -(-len(str(item.content)) // max(1, int(room)))


@pytest.mark.parametrize("form", every_form().values(), ids=every_form())
def test_every_label_of_a_table_has_room(form: Form) -> None:
    tables = {section.sheet for section in form.sections if section.blocks}
    plan = plan_of(content_of(form, Issue(form.years[0])))
    for sheet in plan.sheets:
        for item in sheet.items if sheet.name in tables else ():
            if item.look not in ("head", "row-head", "corner", "subtitle", "note") or not item.content:
                continue
            rows = range(item.area.first.row, item.area.last.row + 1)
            height = sum(sheet.heights.get(row, _DEFAULT_HEIGHT) for row in rows)
            assert height >= _LINE * lines_of(item, sheet), (sheet.name, item.area.first.a1, item.content)


@pytest.mark.parametrize("form", every_form().values(), ids=every_form())
def test_every_table_prints_on_one_page_with_its_checksum(form: Form) -> None:
    plan = plan_of(content_of(form, Issue(form.years[0])))
    for section in form.sections:
        sheet = next(sheet for sheet in plan.sheets if sheet.name == section.sheet)
        if section.blocks:
            assert sheet.printing.one_page
            assert sheet.printing.area is not None
            printed = range(sheet.printing.area.first.row, sheet.printing.area.last.row + 1)
            code = next(item for item in sheet.items if item.look == "seal")
            assert code.area.first.row in printed
