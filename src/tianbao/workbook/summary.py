"""The summary workbook of many checked files: plain lists → bytes, row by row, so that memory stays flat.

Texts of strangers are texts here: never formulas, links or markup. XlsxWriter's warnings and codes are errors.
Same lists, same bytes: dates are fixed.
"""

import io
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from tempfile import TemporaryDirectory
from typing import Any, Literal

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError, XlsxWriterException

from tianbao.values import Raw, understand
from tianbao.workbook.emit import WriterRefused
from tianbao.workbook.literal import literal
from tianbao.workbook.looks import HEI, SONG
from tianbao.workbook.own import RESULT_SUBJECT

Tone = Literal["", "good", "ask", "bad", "dark"]
"""What a cell's colour says beside its words."""

MOST_ROWS = 1_000_000
"""Rows of a list on one sheet; the rest goes on to another sheet of its own."""

LONGEST = 32_767
"""UTF-16 units that a cell holds."""

_MADE = datetime(2020, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_A4 = 9
_EXACT = 10**15
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
"""Beginnings that a program could run when the cell is edited or the sheet goes through CSV."""

_LINE_HEIGHT, _MOST_LINES = 14.5, 12
"""Points of one line of a cell; a longer text is whole in its cell, but its row grows no further."""

_TONES: dict[Tone, dict[str, Any]] = {
    "": {},
    "good": {"bg_color": "#E2F0D9", "font_color": "#1E5C1E", "bold": True},
    "ask": {"bg_color": "#FFEB9C", "font_color": "#7F4F00", "bold": True},
    "bad": {"bg_color": "#FFC7CE", "font_color": "#9C0006", "bold": True},
    "dark": {"bg_color": "#E4DFEC", "font_color": "#403152", "bold": True},
}
_LINE = {"border": 1, "border_color": "#BFBFBF", "font_name": SONG, "font_size": 10, "valign": "top"}
_BAND = {**_LINE, "font_name": HEI, "bg_color": "#F2F2F2", "align": "center", "valign": "vcenter", "text_wrap": True}
_NAMED: dict[str, dict[str, Any]] = {
    "title": {"font_name": HEI, "font_size": 16, "valign": "vcenter"},
    "note": {"font_name": SONG, "font_size": 10, "font_color": "#404040", "valign": "vcenter"},
    "label": _BAND,
    "figure": {**_LINE, "font_size": 12, "bold": True, "align": "center", "valign": "vcenter"},
    "over": {**_BAND, "font_size": 9},
}


@dataclass(frozen=True, slots=True)
class Column:
    """`over` are small lines above the heading; `center`: short words and codes; `wrap`: rows grow with its texts."""

    heading: str
    width: float
    over: tuple[str, ...] = ()
    center: bool = False
    wrap: bool = True


@dataclass(frozen=True, slots=True)
class Toned:
    """A cell with a colour."""

    content: Raw
    tone: Tone


Cell = Raw | Toned


@dataclass(frozen=True, slots=True)
class ListSheet:
    """One list: what stands above it, its columns, its rows. `fixed`: columns that stay when scrolled sideways.

    `wide`: too many columns for one page; they print on as many as they need.
    """

    name: str
    title: str
    note: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[Cell]] = field(hash=False)
    counts: tuple[tuple[str, int], ...] = ()
    fixed: int = 0
    wide: bool = False


def write_summary(title: str, sheets: Iterable[ListSheet], page: str, cut: str, most_rows: int = MOST_ROWS) -> bytes:
    """The workbook's bytes. `page`: the footer; `cut`: what ends a text that is too long for a cell.

    Raises WriterRefused (our bug) and OSError (no space for the rows, which wait in a folder of their own).
    """
    out = io.BytesIO()
    with TemporaryDirectory(prefix="tianbao-") as folder, warnings.catch_warnings():
        warnings.simplefilter("error")
        options = {
            "constant_memory": True,
            "tmpdir": folder,
            "strings_to_urls": False,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
        }
        book = xlsxwriter.Workbook(out, options)
        try:
            properties = {"title": title, "subject": RESULT_SUBJECT, "created": _MADE, "author": "tianbao"}
            book.set_properties(properties)
            book.formats[0].set_font_name(SONG)
            writer = _Writer(book, page, cut)
            for sheet in sheets:
                writer.list(sheet, most_rows)
            book.close()
        except FileCreateError as refusal:
            raise OSError(*getattr(refusal.args[0], "args", refusal.args)) from refusal
        except (Warning, XlsxWriterException) as refusal:
            raise WriterRefused(str(refusal)) from refusal
        finally:
            _forget(book)
    return out.getvalue()


def _forget(book: Any) -> None:
    """Closes the rows' files, so that Windows can remove their folder, and keeps the destructor quiet."""
    for sheet in book.worksheets():
        if sheet.row_data_fh is not None and not sheet.row_data_fh.closed:
            sheet.row_data_fh.close()
    book.fileclosed = True


class _Writer:
    """Writes the lists of one workbook; keeps the formats, of which XlsxWriter wants one object each."""

    def __init__(self, book: Any, page: str, cut: str) -> None:
        self._book, self._page, self._cut = book, page, cut
        self._formats: dict[object, Any] = {}

    def list(self, plan: ListSheet, most_rows: int) -> None:
        """The list on one sheet, or on as many as its rows need."""
        number, sheet, row, top = 0, None, 0, 0
        for cells in plan.rows:
            if sheet is None or row - top >= most_rows:
                if sheet is not None:
                    self._close(sheet, plan, top, row)
                number += 1
                sheet, top = self._open(plan, number)
                row = top
            self._row(sheet, row, plan.columns, cells)
            row += 1
        if sheet is None:
            sheet, top = self._open(plan, 1)
            row = top
        self._close(sheet, plan, top, row)

    def _open(self, plan: ListSheet, number: int) -> tuple[Any, int]:
        """A new sheet with everything above its rows, and the first row below."""
        sheet = self._book.add_worksheet(plan.name if number == 1 else f"{plan.name} {number}")
        for column, said in enumerate(plan.columns):
            _done(sheet.set_column(column, column, said.width))
        row = 0
        for look, text, height in (("title", plan.title, 28), ("note", plan.note, 18)):
            if text:
                _done(sheet.set_row(row, height))
                self._string(sheet, row, 0, text, self._named(look))
                row += 1
        if plan.counts:
            for column, (label, _) in enumerate(plan.counts):
                self._string(sheet, row, column, label, self._named("label"))
            for column, (_, count) in enumerate(plan.counts):
                _done(sheet.write_number(row + 1, column, count, self._named("figure")))
            row += 3
        return sheet, self._headings(sheet, plan, row)

    def _headings(self, sheet: Any, plan: ListSheet, row: int) -> int:
        over = max((len(column.over) for column in plan.columns), default=0)
        for level in range(over):
            _done(sheet.set_row(row + level, 44 if level else 30))
            for column, said in enumerate(plan.columns):
                self._string(sheet, row + level, column, (*said.over, *[""] * over)[level], self._named("over"))
        row += over
        _done(sheet.set_row(row, 24))
        for column, said in enumerate(plan.columns):
            self._string(sheet, row, column, said.heading, self._named("label"))
        return row + 1

    def _close(self, sheet: Any, plan: ListSheet, top: int, end: int) -> None:
        """Filter, frozen heads and the printed page, when the last row is known."""
        _done(sheet.autofilter(top - 1, 0, max(top, end - 1), len(plan.columns) - 1))
        sheet.freeze_panes(top, plan.fixed)
        sheet.repeat_rows(top - 1 - max(len(column.over) for column in plan.columns), top - 1)
        sheet.set_paper(_A4)
        sheet.set_landscape()
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        _done(sheet.set_footer(f"&C&9{self._page}"))
        sheet.hide_gridlines(2)
        if plan.wide:
            sheet.repeat_columns(0, max(0, plan.fixed - 1))
        else:
            sheet.fit_to_pages(1, 0)

    def _row(self, sheet: Any, row: int, columns: Sequence[Column], cells: Sequence[Cell]) -> None:
        lines = 1
        for column, (said, cell) in enumerate(zip(columns, cells, strict=True)):
            content, tone = (cell.content, cell.tone) if isinstance(cell, Toned) else (cell, "")
            if content is None or content == "":
                _done(sheet.write_blank(row, column, None, self._format(tone, said, "text")))
            elif not isinstance(content, str | bool) and _kept(content):
                _done(sheet.write_number(row, column, content, self._format(tone, said, "number")))
            else:
                text = str(content).upper() if isinstance(content, bool) else str(content)
                kind = "risky" if text.startswith(_RISKY) else "text"
                self._string(sheet, row, column, text, self._format(tone, said, kind))
                if said.wrap:
                    lines = max(lines, _lines(text, said.width))
        if lines > 1:
            _done(sheet.set_row(row, 2 + _LINE_HEIGHT * min(lines, _MOST_LINES)))

    def _string(self, sheet: Any, row: int, column: int, text: str, look: Any) -> None:
        if not text:
            _done(sheet.write_blank(row, column, None, look))
            return
        units = text.encode("utf-16-le", "replace")
        given = literal(units.decode("utf-16-le"))
        if len(given.encode("utf-16-le")) > 2 * LONGEST:
            given = units[: 2 * (LONGEST - len(self._cut))].decode("utf-16-le", "ignore") + self._cut
        _done(sheet.write_string(row, column, given, look))

    def _named(self, name: str) -> Any:
        return self._made(name, _NAMED[name])

    def _format(self, tone: Tone, column: Column, kind: str) -> Any:
        """The look of a list's cell, made once."""
        key = (tone, column.center, column.wrap, kind)
        if key in self._formats:
            return self._formats[key]
        look: dict[str, Any] = {**_LINE, **_TONES[tone]}
        if kind == "number":
            look |= {"num_format": "General", "align": "center" if column.center else "right"}
        else:
            look |= {"text_wrap": column.wrap, "align": "center" if column.center else "left"}
            look |= {"quote_prefix": True} if kind == "risky" else {}
        return self._made(key, look)

    def _made(self, key: object, look: dict[str, Any]) -> Any:
        if key not in self._formats:
            self._formats[key] = self._book.add_format(look)
        return self._formats[key]


def _lines(text: str, width: float) -> int:
    """Lines that the text needs in a column: a Chinese character is as wide as two others."""
    room = max(1, int(width) - 1)
    return sum(max(1, -(-len(line.encode("gb18030", "replace")) // room)) for line in text.split("\n"))


def _kept(number: int | Decimal | float) -> bool:
    """Whether a cell gives the number back unchanged: 15 digits."""
    if isinstance(number, int):
        return -_EXACT < number < _EXACT
    value = understand(number)
    return value.number is not None and understand(float(value.number)).number == value.number


def _done(code: object) -> None:
    """XlsxWriter answers 0, None or an object; a negative number means that it left something out."""
    if isinstance(code, int) and not isinstance(code, bool) and code < 0:
        raise WriterRefused(str(code))
