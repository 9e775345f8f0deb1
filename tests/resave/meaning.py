"""What a workbook means to readers that are none of ours: openpyxl for everything, calamine for values."""

import io
import re
import warnings
from dataclasses import dataclass, fields, replace

import openpyxl
import python_calamine
from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

Table = dict[str, object]
"""`sheet!A1` → what is there."""
_QUOTED = re.compile(r'("(?:[^"]|"")*")')
_COMPARED = ("between", "notBetween")


@dataclass(frozen=True)
class Meaning:
    """Everything that must survive another program. Empty texts and empty cells are the same; names are those of
    cells, as exceljs loses constants and .xls adds names of functions.
    """

    values: Table
    formulas: Table
    merges: frozenset[str]
    validations: Table
    unlocked: frozenset[str]
    protected: frozenset[str]
    visible: frozenset[str]
    names: Table

    def typed(self) -> "Meaning":
        """The same with values only where no formula stands."""
        left = {where: value for where, value in self.values.items() if where not in self.formulas}
        return replace(self, values=left)

    def without(self, *names: str) -> "Meaning":
        """The same with some aspects left out, for a program that loses them."""
        emptied: dict[str, Table] = {"values": {}, "formulas": {}, "validations": {}, "names": {}}
        kept = {f.name: getattr(self, f.name) for f in fields(self)}
        return Meaning(**(kept | {name: emptied.get(name, frozenset()) for name in names}))


def normal(formula: str) -> str:
    """A formula as all programs agree on it."""
    pieces = _QUOTED.split(formula.removeprefix("="))
    outside = (re.sub(r"\s+", "", piece).upper().replace("_XLFN.", "").replace("'", "") for piece in pieces[::2])
    texts = [*pieces[1::2], ""]
    return _double_minus("".join(piece + text for piece, text in zip(outside, texts, strict=True)))


def _double_minus(formula: str) -> str:
    """-(-X) as --X: gnumeric writes the brackets."""
    while (at := formula.find("-(-")) >= 0:
        depth, end, quoted = 0, at, False
        for end in range(at + 1, len(formula)):
            quoted ^= formula[end] == '"'
            depth += 0 if quoted else (formula[end] == "(") - (formula[end] == ")")
            if depth == 0:
                break
        formula = f"{formula[: at + 1]}{formula[at + 2 : end]}{formula[end + 1 :]}"
    return formula


def meaning(data: bytes) -> Meaning:
    """What openpyxl sees."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(io.BytesIO(data))
        results = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    values, formulas, validations = Table(), Table(), Table()
    merges, unlocked = set[str](), set[str]()
    for sheet in book.worksheets:
        merges |= {f"{sheet.title}!{area.coord}" for area in sheet.merged_cells.ranges}
        validations |= _validations(sheet)
        covered = {spot for area in sheet.merged_cells.ranges for spot in list(area.cells)[1:]}
        for cell in (cell for row in sheet.iter_rows() for cell in row if isinstance(cell, Cell)):
            where = f"{sheet.title}!{cell.coordinate}"
            if cell.data_type == "f":
                formulas[where] = normal(str(getattr(cell.value, "text", cell.value)))
            shown = _plain(results[sheet.title][cell.coordinate].value)
            if shown is not None:
                values[where] = shown
            if not cell.protection.locked and ((cell.row, cell.column) not in covered or shown is not None):
                unlocked.add(where)
    return Meaning(
        values,
        formulas,
        frozenset(merges),
        validations,
        frozenset(unlocked),
        frozenset(sheet.title for sheet in book.worksheets if sheet.protection.sheet),
        frozenset(sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"),
        {
            name.lower().replace(".", "_"): re.sub(r"[$']", "", str(found.attr_text))
            for name, found in book.defined_names.items()
            if not name.startswith(("_xlnm", "_xlfn")) and "!" in str(found.attr_text)
        },
    )


def values(data: bytes) -> Table:
    """What calamine sees."""
    found = Table()
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    for title in book.sheet_names:
        sheet = book.get_sheet_by_name(title)
        for row, line in enumerate(sheet.to_python(skip_empty_area=False), 1):
            for column, value in enumerate(line, 1):
                shown = _plain(value)
                if shown is not None:
                    found[f"{title}!{get_column_letter(column)}{row}"] = shown
    return found


def _plain(value: object) -> object:
    """Line ends as one character, numbers as floats of 15 digits, no difference between empty and nothing."""
    if isinstance(value, str):
        value = re.sub(r"(?:_x000D_|\r)+\n?", "\n", value)
        return value or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(f"{value:.15g}")
    return value


def _validations(sheet: Worksheet) -> Table:
    found = Table()
    for check in sheet.data_validations.dataValidation:
        kind = check.type or "none"
        operator = "" if kind in ("none", "list", "custom") else check.operator or "between"
        second = normal(str(check.formula2 or "")) if operator in _COMPARED else ""
        first = "" if kind == "none" else normal(str(check.formula1 or ""))
        said = (kind, operator, check.errorStyle or "stop", first, second)
        for area in check.sqref.ranges:
            for row, column in area.cells:
                found[f"{sheet.title}!{get_column_letter(column)}{row}"] = said
    return found
