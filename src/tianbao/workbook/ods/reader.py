""".ods: content.xml → RawBook, in one bounded pass, with formulas, locks, protection and names as in an .xlsx."""

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from tianbao.values import BLANK, FormatClass, Value, of_sheet_number, understand
from tianbao.workbook.a1 import MAX_COLUMNS, MAX_ROWS
from tianbao.workbook.grammar import TRUTH
from tianbao.workbook.ods.checks import entry_check
from tianbao.workbook.ods.formula import excel_formula, excel_reference
from tianbao.workbook.ods.styles import StyleReader, Styles, read_styles, short, shortened
from tianbao.workbook.package import NotAWorkbook, Package, open_zip, parse_xml
from tianbao.workbook.sheet_xml import MAX_CELLS
from tianbao.workbook.sheets import RawBook, RawCell, RawSheet, Spot
from tianbao.workbook.xlsx import MAX_NAMES, MAX_SHEETS

REST = 1_000
"""Blank rows or columns in one run from which on they are the rest of the sheet, not part of a table."""

MAX_SPACES = 1_000_000
"""Spaces that are told by their number, in all cells together."""

_MIME = b"application/vnd.oasis.opendocument."
_ROWS, _COLUMNS = "table:number-rows-repeated", "table:number-columns-repeated"
MAX_STEPS = 500_000
"""Runs of cells of one style, in all rows together."""

_DRAWN = frozenset({"table:shapes", "office:forms", "table:dde-links", "table:tracked-changes"})
_NOT_SHOWN = frozenset({"office:annotation", "text:ruby-text", "text:note"})
_EPOCH = datetime(1899, 12, 30)
_TIME = re.compile(r"(-?)PT(\d{1,7})H(\d{1,2})M(\d{1,2}(?:[.,]\d{1,12})?)S")
_DAY = 86_400
_LAID_OUT = re.compile(r"[\t\r\n][ \t\r\n]*")
_SPACES = re.compile(rb"xmlns:(office|table|text)\s*=")
_NO_MODULES = ("script-lb.xml", "script-lc.xml")


def read_ods(data: bytes) -> RawBook:
    """Everything in the workbook that we look at. Raises NotAWorkbook."""
    package = open_zip(data)
    mime = package.part("mimetype").strip()
    if mime.startswith(_MIME + b"text"):
        raise NotAWorkbook("FILE-WORD")
    if mime and not mime.startswith(_MIME + b"spreadsheet"):
        raise NotAWorkbook("FILE-NOT-WORKBOOK")
    if b":encryption-data" in package.part("META-INF/manifest.xml"):
        raise NotAWorkbook("FILE-ENCRYPTED")
    content = package.part("content.xml")
    if not content:
        raise NotAWorkbook("FILE-DAMAGED", part="content.xml")
    if "[content_types].xml" in package.members or len(_SPACES.findall(content)) > len(set(_SPACES.findall(content))):
        # a workbook of two formats, or a prefix with two meanings: programs would see two things
        raise NotAWorkbook("FILE-DAMAGED", part="content.xml")
    package.read_rest()
    styles = Styles()
    read_styles(package.part("styles.xml"), styles)
    book = _BookReader(styles).read(content)
    if not book.sheets:
        raise NotAWorkbook("FILE-NOT-WORKBOOK")
    if len({sheet.name.lower() for sheet in book.sheets}) < len(book.sheets):
        raise NotAWorkbook("FILE-DAMAGED", part="content.xml")
    return replace(book, macros=_has_macros(package))


def _has_macros(package: Package) -> bool:
    """Whether there are modules: LibreOffice also keeps lists of none."""
    return any(
        name.startswith(("basic/", "scripts/")) and name.endswith((".xml", ".py", ".js")) and
        not name.endswith(_NO_MODULES)
        for name in package.members
    )  # fmt: skip


@dataclass(slots=True)
class _Cell:
    """A cell of the current row as it is being read."""

    attributes: dict[str, str]
    depth: int
    paragraphs: list[list[str]] = field(default_factory=list)


@dataclass(slots=True)
class _Row:
    """The current row: finished cells with the column where they begin and how often they stand there."""

    repeated: int
    look: str
    cells: list[tuple[int, int, RawCell]] = field(default_factory=list)
    merges: list[tuple[int, int, int]] = field(default_factory=list)
    checks: list[tuple[int, int, str]] = field(default_factory=list)
    column: int = 0


class _BookReader:
    """The handlers of content.xml."""

    def __init__(self, styles: Styles) -> None:
        self._styles, self._style_reader = styles, StyleReader(styles)
        self._book = RawBook([], {})
        self._checks: dict[str, tuple[str, str]] = {}
        """Of entries: name → condition and what happens to an entry that breaks it."""
        self._check, self._rules_known = "", dict[str, str]()
        self._path: list[str] = []
        self._sheet: RawSheet | None = None
        self._ends: list[int] = []
        self._looks: list[str] = []
        """The styles of columns, for cells without one, each up to the column in `_ends`."""
        self._columns, self._next_row = 0, 0
        self._row: _Row | None = None
        self._cell: _Cell | None = None
        self._silent = 0
        """The depth of an element that is not looked into; 0: none."""
        self._left, self._spaces, self._steps = MAX_CELLS, MAX_SPACES, MAX_STEPS

    def read(self, xml: bytes) -> RawBook:
        parse_xml(xml, self._start, self._end, self._text, spaces=True)
        return self._book

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = short(name)
        parent = self._path[-1] if self._path else ""
        self._path.append(tag)
        if self._silent:
            return
        if self._cell is not None:
            self._inside_cell(self._cell, tag, attributes)
        elif tag in _DRAWN or (tag == "table:table" and parent != "office:spreadsheet"):
            self._silent = len(self._path) - 1
        elif tag in _HANDLERS and (self._sheet is not None or tag == "table:table"):
            _HANDLERS[tag](self, shortened(attributes))
        elif tag in ("table:named-range", "table:named-expression"):
            self._name(shortened(attributes))
        elif tag in ("table:content-validation", "table:error-message"):
            self._entry_check(tag, shortened(attributes))
        elif self._sheet is None:
            self._style_reader.start(tag, shortened(attributes))

    def _end(self, _: str) -> None:
        tag = self._path.pop()
        depth = len(self._path)
        if self._silent:
            if depth == self._silent:
                self._silent = 0
        elif self._cell is not None:
            if depth == self._cell.depth:
                self._finish(self._cell)
                self._cell = None
        elif tag == "table:table-row" and self._row is not None and self._sheet is not None:
            self._finish_row(self._sheet, self._row)
            self._row = None
        elif tag == "table:table" and self._path[-1:] == ["office:spreadsheet"]:
            self._sheet = None
        elif tag == "office:automatic-styles":
            self._style_reader.finish()

    def _text(self, data: str) -> None:
        cell = self._cell
        if cell is None or self._silent or not cell.paragraphs or len(self._path) <= cell.depth + 1:
            return
        # several spaces stand for themselves, as LibreOffice writes them; line ends are only how the file is laid out
        pieces = cell.paragraphs[-1]
        if not pieces and data[0] in "\t\r\n":
            data = data.lstrip(" \t\r\n")
        pieces.append(_LAID_OUT.sub(" ", data))

    def _table(self, attributes: dict[str, str]) -> None:
        if len(self._book.sheets) >= MAX_SHEETS:
            raise NotAWorkbook("FILE-TOO-LARGE", limit=str(MAX_SHEETS))
        self._sheet = RawSheet(
            attributes.get("table:name", ""),
            attributes.get("table:style-name", "") not in self._styles.hidden,
            attributes.get("table:protected") == "true",
        )
        self._book.sheets.append(self._sheet)
        self._ends, self._looks, self._columns, self._next_row = [], [], 0, 0

    def _elsewhere(self, _: dict[str, str]) -> None:
        """Not a sheet but what was last seen in another file."""
        if self._book.sheets and self._book.sheets[-1] is self._sheet:
            self._book.sheets.pop()

    def _entry_check(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table:content-validation":
            self._check = attributes.get("table:name", "")
            self._checks[self._check] = attributes.get("table:condition", ""), "stop"
        elif self._check in self._checks:
            self._checks[self._check] = self._checks[self._check][0], attributes.get("table:message-type", "stop")

    def _column(self, attributes: dict[str, str]) -> None:
        count = _count(attributes.get(_COLUMNS))
        if attributes.get("table:visibility", "visible") != "visible" and self._sheet is not None:
            self._hide(self._sheet.hidden_columns, self._columns, count)
        self._columns += count
        self._ends.append(self._columns)
        self._looks.append(attributes.get("table:default-cell-style-name", ""))

    def _begin_row(self, attributes: dict[str, str]) -> None:
        if self._row is not None or self._sheet is None:
            return
        self._row = _Row(_count(attributes.get(_ROWS)), attributes.get("table:default-cell-style-name", ""))
        if attributes.get("table:visibility", "visible") != "visible":
            self._hide(self._sheet.hidden_rows, self._next_row, self._row.repeated)

    def _hide(self, hidden: set[int], first: int, count: int) -> None:
        count = min(count, REST)
        self._take(count)
        hidden.update(range(first, first + count))

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        if self._row is not None:
            self._cell = _Cell(attributes, len(self._path) - 1)

    def _inside_cell(self, cell: _Cell, tag: str, attributes: dict[str, str]) -> None:
        depth = len(self._path) - 1
        if depth == cell.depth + 1:
            if tag == "text:p":
                cell.paragraphs.append([])
                return
            self._silent = depth
            if tag == "office:annotation" and self._sheet is not None:
                self._sheet.comments += 1
        elif tag in _NOT_SHOWN:
            self._silent = depth
        elif tag == "text:s":
            count = _count(shortened(attributes).get("text:c"))
            self._spaces -= count
            if self._spaces < 0:
                raise NotAWorkbook("FILE-TOO-LARGE", limit=str(MAX_SPACES))
            cell.paragraphs[-1].append(" " * count)
        elif tag in ("text:tab", "text:line-break"):
            cell.paragraphs[-1].append("\t" if tag == "text:tab" else "\n")

    def _finish(self, cell: _Cell) -> None:
        row = self._row
        if row is None:
            return
        attributes = cell.attributes
        count = _count(attributes.get(_COLUMNS))
        text = "\n".join("".join(pieces) for pieces in cell.paragraphs)
        value, class_ = _value(attributes, text)
        written = attributes.get("table:formula")
        formula = None if written is None else excel_formula(written)
        if formula in TRUTH:
            formula = None
        across, down = (_count(attributes.get(f"table:number-{way}-spanned")) for way in ("columns", "rows"))
        if rule := self._rule(attributes.get("table:content-validation-name", "")):
            row.checks.append((row.column, count, rule))
        if across * down > 1:
            row.merges.append((row.column, across, down))
        end = row.column + count
        while row.column < end:
            look, until = self._look(attributes.get("table:style-name") or row.look, row.column, end)
            locked, format_ = self._styles.of(look)
            found = RawCell(value, formula, locked, class_ or format_)
            if found != _UNTOUCHED:
                row.cells.append((row.column, until - row.column, found))
            row.column = until

    def _look(self, own: str, column: int, end: int) -> tuple[str, int]:
        """The style at a column, and up to where it holds."""
        self._steps -= 1
        if self._steps < 0:
            raise NotAWorkbook("FILE-TOO-LARGE", limit=str(MAX_STEPS))
        at = bisect_right(self._ends, column)
        if own or at == len(self._ends):
            return own, end
        return self._looks[at], min(self._ends[at], end)

    def _finish_row(self, sheet: RawSheet, row: _Row) -> None:
        for column, across, down in row.merges:
            self._take(1)
            first = self._next_row, column
            sheet.merges.append((first, (first[0] + down - 1, column + across - 1)))
        for column, count, cell in row.cells:
            blank = cell.value.kind == "blank" and cell.formula is None and cell.value.raw is None
            if blank and (count >= REST or row.repeated >= REST):
                continue
            self._put(sheet, (self._next_row, column), (row.repeated, count), cell)

        for column, count, rule in row.checks:
            size = min(row.repeated, REST), min(count, REST)
            self._take(size[0] * size[1])
            spots = ((self._next_row + at, column + beside) for at in range(size[0]) for beside in range(size[1]))
            sheet.validations.update(dict.fromkeys(spots, rule))
        self._next_row += row.repeated

    def _rule(self, name: str) -> str:
        if name not in self._rules_known:
            self._rules_known[name] = entry_check(*self._checks.get(name, ("", "stop")))
        return self._rules_known[name]

    def _put(self, sheet: RawSheet, first: Spot, size: tuple[int, int], cell: RawCell) -> None:
        self._take(size[0] * size[1])
        if first[0] + size[0] > MAX_ROWS or first[1] + size[1] > MAX_COLUMNS:
            raise NotAWorkbook("FILE-TOO-LARGE", limit=str(MAX_ROWS))
        for row in range(first[0], first[0] + size[0]):
            for column in range(first[1], first[1] + size[1]):
                sheet.cells[row, column] = cell

    def _take(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise NotAWorkbook("FILE-TOO-LARGE", limit=str(MAX_CELLS))

    def _name(self, attributes: dict[str, str]) -> None:
        name = attributes.get("table:name", "")
        if "table:expression" in attributes:
            written = attributes["table:expression"]
            text = excel_formula(written if ":=" in written.split('"')[0] else f"of:={written}")
        else:
            text = excel_reference(attributes.get("table:cell-range-address", ""))
        if len(self._book.names) + len(self._book.local_names) >= MAX_NAMES:
            raise NotAWorkbook("FILE-TOO-LARGE", limit=str(MAX_NAMES))
        if self._sheet is None:
            self._book.names[name] = text
        elif not name.startswith("_xlnm."):
            self._book.local_names[self._sheet.name, name] = text


_HANDLERS: Final[dict[str, Callable[[_BookReader, dict[str, str]], None]]] = {
    "table:table": _BookReader._table,
    "table:table-source": _BookReader._elsewhere,
    "table:table-column": _BookReader._column,
    "table:table-row": _BookReader._begin_row,
    "table:table-cell": _BookReader._begin_cell,
    "table:covered-table-cell": _BookReader._begin_cell,
}
_UNTOUCHED = RawCell(BLANK)


def _count(text: str | None) -> int:
    """A number of repetitions, at least 1."""
    return (
        min(int(text), MAX_ROWS) if text and text.isascii() and text.isdigit() and len(text) < 10 and int(text) else 1
    )


def _value(attributes: dict[str, str], text: str) -> tuple[Value, FormatClass | None]:
    """What the cell holds, and the class of number that its type says."""
    kind = attributes.get("office:value-type", "")
    if attributes.get("calcext:value-type") == "error":
        return understand(text), None
    if kind in ("float", "percentage", "currency"):
        try:
            value = of_sheet_number(attributes.get("office:value", ""))
        except ValueError:
            raise NotAWorkbook("FILE-DAMAGED", part="content.xml") from None
        return value, "percent" if kind == "percentage" else None
    if kind in ("date", "time"):
        serial = _serial(attributes.get("office:date-value"), attributes.get("office:time-value"))
        return (understand(text), None) if serial is None else (of_sheet_number(repr(serial)), "date")
    if kind == "boolean":
        return understand(attributes.get("office:boolean-value") == "true"), None
    text = attributes.get("office:string-value", text)
    return (understand(text) if text else BLANK), None


def _serial(date: str | None, time: str | None) -> float | None:
    """The number that stands for a date or a time of day in a sheet; None for none."""
    if date:
        try:
            since = datetime.fromisoformat(date).replace(tzinfo=None) - _EPOCH
        except ValueError:
            return None
        return since / timedelta(days=1) if since >= timedelta(0) else None
    found = _TIME.fullmatch(time or "")
    if not found:
        return None
    seconds = int(found[2]) * 3600 + int(found[3]) * 60 + float(found[4].replace(",", "."))
    return -seconds / _DAY if found[1] else seconds / _DAY
