"""A workbook that XlsxWriter or our own writer made, as rows and cells that can be written in another spelling."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.resave.zips import unzipped, zip_of
from tianbao.workbook.a1 import column_name, column_number

BOOK, RELS, STYLES, STRINGS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/sharedStrings.xml"
TYPES, ROOT, CUSTOM = "[Content_Types].xml", "_rels/.rels", "docProps/custom.xml"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

_ROW = re.compile(r'<row r="(\d+)"([^>]*?)(?:/>|>(.*?)</row>)', re.DOTALL)
_CELL = re.compile(r'<c r="([A-Z]+)(\d+)"(?: s="(\d+)")?(?: t="(\w+)")?(?:/>|>(.*?)</c>)', re.DOTALL)
_FORMULA = re.compile(r"<f[^>]*?(?:/>|>(.*?)</f>)", re.DOTALL)
_VALUE = re.compile(r"<v>(.*?)</v>", re.DOTALL)
_INLINE = re.compile(r"<is>(.*?)</is>", re.DOTALL)
_TEXT = re.compile(r"<t(?: [^>]*)?>(.*?)</t>", re.DOTALL)


@dataclass(slots=True)
class Cell:
    """One cell; row and column from 1. Formula and value are XML text, None where there is none."""

    row: int
    column: int
    style: str = ""
    kind: str = ""
    formula: str | None = None
    value: str | None = None

    @property
    def name(self) -> str:
        return f"{column_name(self.column - 1)}{self.row}"


@dataclass(slots=True)
class Row:
    """One row; `attributes` as they stand in the file, with the space before them."""

    number: int
    attributes: str
    cells: list[Cell]


@dataclass(slots=True)
class Sheet:
    """One worksheet: what stands before the data, the rows, what stands behind them."""

    head: str
    rows: list[Row]
    tail: str

    def cells(self) -> Iterator[Cell]:
        for row in self.rows:
            yield from row.cells

    def cell(self, name: str) -> Cell:
        """The cell with that name, made where it is not there yet."""
        found = re.fullmatch(r"([A-Z]+)(\d+)", name)
        assert found is not None, name
        number, column = int(found[2]), column_number(found[1]) + 1
        row = next((row for row in self.rows if row.number == number), None)
        if row is None:
            row = Row(number, "", [])
            self.rows = sorted([*self.rows, row], key=lambda each: each.number)
        cell = next((cell for cell in row.cells if cell.column == column), None)
        if cell is None:
            cell = Cell(number, column)
            row.cells = sorted([*row.cells, cell], key=lambda each: each.column)
        return cell


def parse_sheet(xml: str) -> Sheet:
    """Rows and cells of a worksheet part."""
    first, last = xml.index("<sheetData"), xml.rindex("</sheetData>")
    first = xml.index(">", first) + 1
    rows = []
    for found in _ROW.finditer(xml, first, last):
        cells = []
        for column, number, style, kind, inside in _CELL.findall(found[3] or ""):
            formula, value = (_FORMULA.search(inside), _VALUE.search(inside)) if inside else (None, None)
            inline = _INLINE.search(inside or "")
            cells.append(
                Cell(
                    int(number),
                    column_number(column) + 1,
                    style,
                    kind,
                    (formula[1] or "") if formula else None,
                    inline[1] if inline else value[1] if value else None,
                )
            )
        rows.append(Row(int(found[1]), found[2], cells))
    return Sheet(xml[:first], rows, xml[last:])


def plain_formula(cell: Cell) -> str:
    return "" if cell.formula is None else f"<f>{cell.formula}</f>"


def cell_xml(cell: Cell, formula: Callable[[Cell], str] = plain_formula, reference: bool = True) -> str:
    """The cell as XlsxWriter spells it, but for its formula."""
    begin = "<c" + (f' r="{cell.name}"' if reference else "") + (f' s="{cell.style}"' if cell.style else "")
    begin += f' t="{cell.kind}"' if cell.kind and cell.kind != "n" else ""
    if cell.formula is None and cell.value is None:
        return begin + "/>"
    return begin + ">" + formula(cell) + ("" if cell.value is None else f"<v>{cell.value}</v>") + "</c>"


def sheet_xml(
    sheet: Sheet, cell: Callable[[Cell], str] = cell_xml, row_attributes: Callable[[Row], str] | None = None
) -> str:
    """The part; `cell` and `row_attributes` decide the spelling."""
    pieces = [sheet.head]
    for row in sheet.rows:
        attributes = row.attributes if row_attributes is None else row_attributes(row)
        inside = "".join(map(cell, row.cells))
        pieces.append(f'<row r="{row.number}"{attributes}' + (f">{inside}</row>" if inside else "/>"))
    return "".join(pieces) + sheet.tail


@dataclass(slots=True)
class Book:
    """The parts of a workbook; sheets and shared strings are parsed, the rest is text or bytes."""

    parts: dict[str, bytes]
    places: dict[str, str]
    """Sheet → part, in the order of the tabs."""
    sheets: dict[str, Sheet]
    strings: list[str]
    """What stands inside each <si>."""
    known: dict[str, int] = field(default_factory=dict)

    def text(self, part: str) -> str:
        return self.parts[part].decode()

    def edit(self, part: str, change: Callable[[str], str]) -> None:
        """Rewrites a part that is not parsed."""
        self.parts[part] = change(self.text(part)).encode()

    def string(self, text: str) -> str:
        """The number of a shared string, added where it is new."""
        if text not in self.known:
            self.strings.append(si_of(text))
            self.known[text] = len(self.strings) - 1
        return str(self.known[text])

    def shown(self, cell: Cell) -> str:
        """The text of a cell with a shared string, else its value as it stands."""
        return si_text(self.strings[int(cell.value or 0)]) if cell.kind == "s" else html.unescape(cell.value or "")

    def put(self, sheet: str, name: str, value: int | float | str | None, formula: str | None = None) -> Cell:
        """What somebody typed: a number, a text, nothing; or a formula with its stored result (None: without one)."""
        cell = self.sheets[sheet].cell(name)
        cell.formula = None if formula is None else html.escape(formula, quote=False)
        if value is None:
            cell.kind, cell.value = "", None
        elif isinstance(value, str):
            cell.kind = "s" if formula is None else "str"
            cell.value = self.string(value) if formula is None else html.escape(value, quote=False)
        else:
            cell.kind, cell.value = "", repr(value)
        return cell

    def written(self, cell: Callable[[Cell], str] = cell_xml) -> dict[str, bytes]:
        """All parts, in their old order."""
        made = dict(self.parts)
        for name, part in self.places.items():
            made[part] = sheet_xml(self.sheets[name], cell).encode()
        made[STRINGS] = sst(self.strings).encode()
        return made

    def bytes(self) -> bytes:
        return zip_of(self.written().items())


def si_of(text: str) -> str:
    space = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
    return f"<t{space}>{html.escape(text, quote=False)}</t>"


def si_text(inside: str) -> str:
    """The text of a shared string; what XlsxWriter writes has one run."""
    return html.unescape("".join(_TEXT.findall(inside)))


def sst(strings: list[str], attributes: str = "") -> str:
    inside = "".join(f"<si>{each}</si>" for each in strings)
    counts = f'count="{len(strings)}" uniqueCount="{len(strings)}"'
    return f'{DECLARATION}<sst xmlns="{MAIN}"{attributes} {counts}>{inside}</sst>'


def open_book(data: bytes) -> Book:
    """The workbook, parsed."""
    parts = unzipped(data)
    related = dict(
        re.findall(r'<Relationship Id="(\w+)" Type="[^"]*/worksheet" Target="([^"]*)"', parts[RELS].decode())
    )
    listed = re.findall(r'<sheet name="([^"]*)"[^>]* r:id="(\w+)"', parts[BOOK].decode())
    places = {html.unescape(name): f"xl/{related[relation]}" for name, relation in listed}
    strings = re.findall(r"<si>(.*?)</si>", parts[STRINGS].decode(), re.DOTALL) if STRINGS in parts else []
    known = {si_text(each): number for number, each in enumerate(strings)}
    sheets = {name: parse_sheet(parts[part].decode()) for name, part in places.items()}
    for sheet in sheets.values():
        for cell in sheet.cells():
            if cell.kind == "inlineStr":
                # stamped texts stand in their cells; every office program puts them among the shared strings
                strings.append(cell.value or "<t></t>")
                cell.kind, cell.value = "s", str(len(strings) - 1)
    return Book(parts, places, sheets, strings, known)
