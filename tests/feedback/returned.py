"""Checked submissions to answer, and what a return copy shows at its cells."""

import hashlib
from collections.abc import Callable, Mapping

import openpyxl
from openpyxl.workbook.workbook import Workbook

from tests.workbook.samples import edited, find_form, opened
from tianbao.checks import Context, check_submission
from tianbao.findings import Checked, verdict_of
from tianbao.forms.model import Form
from tianbao.forms.sums import checksum
from tianbao.submission import Submission
from tianbao.workbook.layout import layout_of
from tianbao.workbook.read import read
from tianbao.workbook.write import filled

SOURCE = "returned/示例区外事办公室.xlsx"


def checked(found: Submission, form: Form, source: str = SOURCE, data: bytes = b"") -> Checked:
    """The submission's findings and verdict, as the check command has them."""
    findings, undecided = check_submission(form, found, Context(edition_due=form.edition))
    code = checksum(form, found.value)
    digest = hashlib.sha256(data).hexdigest()
    return Checked(source, digest, verdict_of(findings), findings, undecided, found, code)


def sent(form: Form, base: Submission, cells: Mapping[str, object]) -> Checked:
    """A workbook in which somebody typed over cells, read and checked."""
    layout = layout_of(form)

    def change(book: Workbook) -> None:
        for address, value in cells.items():
            place = layout.places[address]
            book[place.sheet][place.a1].value = value

    data = edited(filled(form, base), change)
    return checked(read(data, find_form), form, data=data)


def again(data: bytes, form: Form, change: Callable[[Workbook], object] = lambda book: None) -> Checked:
    """The copy as it comes back, changed or not."""
    back = edited(data, change)
    return checked(read(back, find_form), form, "again.xlsx", back)


def colours(data: bytes) -> dict[str, list[str]]:
    """sheet!area → the conditions under which a cell has one of the copy's own colours, red or yellow before each."""
    found: dict[str, list[str]] = {}
    for sheet in opened(data).worksheets:
        for area in sheet.conditional_formatting:
            for rule in area.rules:
                colour = {"FFFF8B8B": "red", "FFFFD84D": "yellow"}.get(
                    rule.dxf.fill.bgColor.rgb if rule.dxf.fill else ""
                )
                if colour:
                    for part in str(area.sqref).split():
                        found.setdefault(f"{sheet.title}!{part}", []).append(f"{colour} {rule.formula[0]}")
    return found


def comments(data: bytes) -> dict[str, str]:
    """sheet!A1 → comment."""
    return {
        f"{sheet.title}!{cell.coordinate}": cell.comment.text
        for sheet in opened(data).worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell, openpyxl.cell.cell.Cell) and cell.comment
    }


def said(data: bytes, sheet: str = "审核结果") -> str:
    """All text of a sheet."""
    return "\n".join(
        str(cell.value) for row in opened(data)[sheet].iter_rows() for cell in row if cell.value is not None
    )
