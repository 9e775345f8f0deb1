"""What people do to a sheet, done with openpyxl as Excel would do it: names and formulas move along."""

import re
from collections.abc import Callable

from openpyxl.utils.cell import get_column_letter
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tianbao.workbook.a1 import column_name, column_number, quoted

_CELL = re.compile(r"\$([A-Z]{1,3})\$(\d+)")
Move = Callable[[int, int], tuple[int, int] | None]
"""Row and column (from 0) → where they are afterwards, None where the cell is gone."""


def _moved(text: str, move: Move) -> str:
    gone = False

    def each(found: re.Match[str]) -> str:
        nonlocal gone
        after = move(int(found[2]) - 1, column_number(found[1]))
        gone = gone or after is None
        row, column = after or (0, 0)
        return f"${column_name(column)}${row + 1}"

    done = _CELL.sub(each, text)
    return "#REF!" if gone else done


def _follow(book: Workbook, sheet: Worksheet, move: Move) -> None:
    """Names and the sheet's own formulas, as far as they stand within it."""
    for name in book.defined_names.values():
        if str(name.attr_text).startswith(quoted(sheet.title)):
            name.attr_text = _moved(str(name.attr_text), move)
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f" and "!" not in str(cell.value):
                cell.value = _moved(str(cell.value), move)


def _shifted_merges(sheet: Worksheet, rows_from: int, columns_from: int, by_rows: int, by_columns: int) -> None:
    for area in list(sheet.merged_cells.ranges):
        if by_rows and area.min_row > rows_from:
            area.shift(row_shift=by_rows)
        elif by_rows and area.max_row > rows_from:
            area.expand(down=by_rows)
        if by_columns and area.min_col > columns_from:
            area.shift(col_shift=by_columns)
        elif by_columns and area.max_col > columns_from:
            area.expand(right=by_columns)


def insert_row(book: Workbook, title: str, before: int) -> None:
    """A row before that row (from 0)."""
    sheet = book[title]
    sheet.insert_rows(before + 1)
    _shifted_merges(sheet, before, 0, 1, 0)
    _follow(book, sheet, lambda row, column: (row + (row >= before), column))


def insert_column(book: Workbook, title: str, before: int) -> None:
    """A column before that column (from 0)."""
    sheet = book[title]
    sheet.insert_cols(before + 1)
    _shifted_merges(sheet, 0, before, 0, 1)
    _follow(book, sheet, lambda row, column: (row, column + (column >= before)))


def delete_row(book: Workbook, title: str, gone: int) -> None:
    """The row (from 0) and with it the names of its cells; ranges across it only get shorter."""
    sheet = book[title]
    sheet.delete_rows(gone + 1)
    _shifted_merges(sheet, gone + 1, 0, -1, 0)
    _follow(book, sheet, lambda row, column: None if row == gone else (row - (row > gone), column))


def delete_sheet(book: Workbook, title: str) -> None:
    for name in book.defined_names.values():
        if str(name.attr_text).startswith(quoted(title)):
            name.attr_text = "#REF!"
    del book[title]


def rename(book: Workbook, title: str, new: str) -> None:
    """Names and formulas of other sheets follow, as in every spreadsheet program."""
    book[title].title = new
    for name in book.defined_names.values():
        name.attr_text = str(name.attr_text).replace(f"{quoted(title)}!", f"{quoted(new)}!")
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    cell.value = str(cell.value).replace(f"{quoted(title)}!", f"{quoted(new)}!")


def forget_names(book: Workbook, keep: Callable[[str], bool] = lambda name: False) -> None:
    for name in list(book.defined_names):
        if not keep(name):
            del book.defined_names[name]


def relabel(book: Workbook, title: str, change: Callable[[str], str]) -> None:
    """Every text of a sheet written anew."""
    for row in book[title].iter_rows():
        for cell in row:
            if cell.data_type == "s" and isinstance(cell.value, str):
                cell.value = change(cell.value)


def cell_of(row: int, column: int) -> str:
    return f"{get_column_letter(column + 1)}{row + 1}"
