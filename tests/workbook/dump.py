"""A workbook's meaning as a text that people can compare: what stands where, what is locked, what may be typed."""

from collections.abc import Iterator

from openpyxl.cell.cell import Cell
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from tests.workbook.samples import opened


def dump(data: bytes) -> str:
    """Every sheet with its cells, formulas with their stored results, locks, validations, colours and print set-up."""
    book, results = opened(data), opened(data, results=True)
    lines = []
    for sheet in book.worksheets:
        lines += [*_sheet(sheet, results[sheet.title]), ""]
    lines += ["# names", *_names(book)]
    return "\n".join(lines) + "\n"


def _sheet(sheet: Worksheet, results: Worksheet) -> Iterator[str]:
    state = "protected" if sheet.protection.sheet else "UNPROTECTED"
    yield f"# {sheet.title}: {sheet.sheet_state}, {state}"
    merged = {area.coord.partition(":")[0]: area.coord for area in sheet.merged_cells.ranges}
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell, Cell) and (cell.value is not None or not cell.protection.locked):
                yield _cell(cell, results, merged.get(cell.coordinate, cell.coordinate))
    for check in sorted(sheet.data_validations.dataValidation, key=lambda found: str(found.sqref)):
        yield f"check {check.sqref}: {_validation(check)}"
    for area in sheet.conditional_formatting:
        for rule in area.rules:
            yield f"tint {area.sqref}: {rule.formula[0]}"
    yield f"print {sheet.page_setup.orientation or 'portrait'}, paper {sheet.page_setup.paperSize}, {_pages(sheet)}"
    yield f"freeze {sheet.freeze_panes}, filter {sheet.auto_filter.ref}"


def _cell(cell: Cell, results: Worksheet, area: str) -> str:
    open_or = "" if cell.protection.locked else " open"
    link = f" → {cell.hyperlink.location}" if cell.hyperlink else ""
    if cell.data_type == "f":
        return f"{area}{open_or} {cell.value} ⇒ {results[cell.coordinate].value!r}"
    return f"{area}{open_or} {'' if cell.value is None else repr(cell.value)}{link}".rstrip()


def _validation(check: DataValidation) -> str:
    operands = " ".join(str(operand) for operand in (check.formula1, check.formula2) if operand is not None)
    kind = f"{check.type or 'any'} {check.operator or ''} {operands}".strip()
    return f"{kind} | {check.promptTitle}: {check.prompt} | {check.error or '—'}"


def _pages(sheet: Worksheet) -> str:
    fit = f"{sheet.page_setup.fitToWidth}×{sheet.page_setup.fitToHeight} pages"
    return f"{fit}, area {sheet.print_area or '—'}, top rows {sheet.print_title_rows or '—'}"


def _names(book: Workbook) -> Iterator[str]:
    for name, found in sorted(book.defined_names.items()):
        yield f"{name} = {found.attr_text}"
