"""What people do to sheets, done to the XML as Excel would do it: formulas, names, merges and checks move along."""

import html
import re
from collections.abc import Callable

from tests.resave.book import BOOK, OFFICE, RELS, TYPES, Book, Row, Sheet, parse_sheet, sheet_xml
from tests.resave.formulas import Move, moved, moved_area
from tianbao.workbook.a1 import column_name, column_number

_AREA = re.compile(r"([A-Z]{1,3})(\d+)(?::([A-Z]{1,3})(\d+))?")
_NAME = re.compile(r"<definedName ([^>]*)>(.*?)</definedName>", re.DOTALL)
_SPANS = re.compile(r' spans="[^"]*"')
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"


def insert_row(book: Book, title: str, before: int) -> None:
    """An empty row before that row (from 1), styled like the one above."""
    sheet = book.sheets[title]
    above = next((row for row in sheet.rows if row.number == before - 1), None)
    _restructure(book, title, lambda row, column: (row + (row >= before), column))
    if above is not None:
        fresh = sheet.cell(f"A{before}")
        fresh.style = above.cells[0].style if above.cells else ""
        for cell in above.cells:
            sheet.cell(f"{column_name(cell.column - 1)}{before}").style = cell.style


def insert_column(book: Book, title: str, before: int) -> None:
    """An empty column before that column (from 1)."""
    _restructure(book, title, lambda row, column: (row, column + (column >= before)))


def delete_row(book: Book, title: str, gone: int) -> None:
    """The row is gone, and all that named its cells says #REF!."""
    _restructure(book, title, lambda row, column: None if row == gone else (row - (row > gone), column))


def delete_column(book: Book, title: str, gone: int) -> None:
    """The column is gone, and all that named its cells says #REF!."""
    _restructure(book, title, lambda row, column: None if column == gone else (row, column - (column > gone)))


def _restructure(book: Book, title: str, move: Move) -> None:
    sheet = book.sheets[title]
    rows: dict[int, Row] = {}
    for row in sheet.rows:
        for cell in row.cells:
            if (spot := move(cell.row, cell.column)) is not None:
                rows.setdefault(spot[0], Row(spot[0], _SPANS.sub("", row.attributes), [])).cells.append(cell)
                cell.row, cell.column = spot
    for row in rows.values():
        row.cells.sort(key=lambda cell: cell.column)
    sheet.rows = [rows[number] for number in sorted(rows)]
    sheet.tail = _moved_tail(sheet.tail, title, move)
    sheet.head = re.sub(r"<dimension [^>]*/>", "", sheet.head)
    for name, each in book.sheets.items():
        for cell in each.cells():
            if cell.formula is not None:
                cell.formula = _moved_text(cell.formula, title, move, own=name == title)
                if "#REF!" in cell.formula:
                    cell.kind, cell.value = "e", "#REF!"
        if name != title:
            each.tail = re.sub(
                r'location="([^"]*)"', lambda found: f'location="{_moved_text(found[1], title, move)}"', each.tail
            )
    _each_name(book, lambda attributes, text: (attributes, _moved_text(text, title, move)))


def _moved_text(text: str, title: str, move: Move, *, own: bool = False) -> str:
    plain = html.unescape(text)
    return html.escape(moved(plain, move, lambda named: named == title or (own and not named)), quote=False)


def _moved_tail(tail: str, title: str, move: Move) -> str:
    def areas(found: re.Match[str]) -> str:
        after = [made for text in found[2].split() if (made := _moved_ref(text, move))]
        return f'{found[1]}="{" ".join(after)}"'

    tail = re.sub(r'\b(sqref|ref)="([^"]*)"', areas, tail)
    # a merge, check or colour of which nothing is left
    tail = re.sub(r'<(mergeCell|hyperlink) [^>]*\b(?:ref)=""[^>]*/>', "", tail)
    for tag in ("dataValidation", "conditionalFormatting"):
        tail = re.sub(rf'<{tag} [^>]*sqref=""[^>]*>.*?</{tag}>', "", tail, flags=re.DOTALL)
    tail = re.sub(r'<mergeCell ref="([A-Z]+\d+)(?::\1)?"/>', "", tail)

    def formula(found: re.Match[str]) -> str:
        return f"<{found[1]}>{_moved_text(found[2], title, move, own=True)}</{found[1]}>"

    tail = re.sub(r"<(formula|formula1|formula2)>(.*?)</\1>", formula, tail, flags=re.DOTALL)
    return re.sub(r'count="\d+"', "", tail)


def _moved_ref(text: str, move: Move) -> str:
    found = _AREA.fullmatch(text)
    if found is None:
        return text
    first = (int(found[2]), column_number(found[1]) + 1)
    last = (int(found[4]), column_number(found[3]) + 1) if found[3] else first
    area = moved_area(first, last, move)
    if area is None:
        return ""
    (top, left), (bottom, right) = area
    start, end = f"{column_name(left - 1)}{top}", f"{column_name(right - 1)}{bottom}"
    return start if start == end and not found[3] else f"{start}:{end}"


def _each_name(book: Book, change: Callable[[str, str], tuple[str, str] | None]) -> None:
    def one(found: re.Match[str]) -> str:
        made = change(found[1], found[2])
        return "" if made is None else f"<definedName {made[0]}>{made[1]}</definedName>"

    book.edit(BOOK, lambda xml: _NAME.sub(one, xml))


def each_name(book: Book, change: Callable[[str, str], str | None]) -> None:
    """Workbook-wide names of cells: (name, target) → another target, or None for a name that is deleted."""

    def one(attributes: str, text: str) -> tuple[str, str] | None:
        found = re.search(r'name="([^"]*)"', attributes)
        name = found[1] if found else ""
        if "localSheetId" in attributes or name.startswith("_xlnm"):
            return attributes, text
        made = change(name, html.unescape(text))
        return None if made is None else (attributes, html.escape(made, quote=False))

    _each_name(book, one)


def add_names(book: Book, names: list[tuple[str, str, int | None]]) -> None:
    """Names with their targets, of the whole workbook or (a number) of one sheet."""
    made = "".join(
        f'<definedName name="{name}"{"" if sheet is None else f" localSheetId={chr(34)}{sheet}{chr(34)}"}>'
        f"{html.escape(target, quote=False)}</definedName>"
        for name, target, sheet in names
    )
    if "<definedNames>" in book.text(BOOK):
        book.edit(BOOK, lambda xml: xml.replace("</definedNames>", f"{made}</definedNames>"))
    else:
        book.edit(BOOK, lambda xml: xml.replace("</sheets>", f"</sheets><definedNames>{made}</definedNames>"))


def rename_sheet(book: Book, title: str, new: str) -> None:
    """Names and formulas follow."""

    def follow(text: str) -> str:
        for old in (f"'{title}'!", f"{title}!"):
            text = text.replace(old, f"'{new}'!")
        return text

    for sheet in book.sheets.values():
        for cell in sheet.cells():
            if cell.formula:
                cell.formula = follow(cell.formula)
        sheet.tail = follow(sheet.tail)
    book.edit(BOOK, lambda xml: follow(xml.replace(f'name="{title}"', f'name="{new}"')))
    order = list(book.places)
    book.places = {new if name == title else name: book.places[name] for name in order}
    book.sheets = {new if name == title else name: book.sheets[name] for name in order}


def delete_sheet(book: Book, title: str) -> None:
    """The sheet is gone; all that named its cells says #REF!."""
    number, part = list(book.places).index(title), book.places.pop(title)
    del book.sheets[title], book.parts[part]
    book.edit(TYPES, lambda xml: re.sub(rf'<Override PartName="/{re.escape(part)}"[^>]*/>', "", xml))
    relation = re.search(rf'<Relationship Id="(\w+)" [^>]*Target="{re.escape(part[3:])}"/>', book.text(RELS))
    assert relation is not None
    book.edit(RELS, lambda xml: xml.replace(relation[0], ""))
    book.edit(BOOK, lambda xml: re.sub(rf'<sheet [^>]*r:id="{relation[1]}"/>', "", xml))
    gone = re.compile(rf"'?{re.escape(title)}'?!\$?[A-Z]+\$?\d+(?::\$?[A-Z]+\$?\d+)?")
    for sheet in book.sheets.values():
        for cell in sheet.cells():
            if cell.formula and gone.search(cell.formula):
                cell.formula, cell.kind, cell.value = gone.sub("#REF!", cell.formula), "e", "#REF!"
        sheet.tail = gone.sub("#REF!", sheet.tail)

    def name(attributes: str, text: str) -> tuple[str, str] | None:
        local = re.search(r'localSheetId="(\d+)"', attributes)
        if local and int(local[1]) == number:
            return None
        if local and int(local[1]) > number:
            attributes = attributes.replace(local[0], f'localSheetId="{int(local[1]) - 1}"')
        return attributes, gone.sub("#REF!", text)

    _each_name(book, name)


def add_sheet(book: Book, title: str, sheet: Sheet, *, first: bool = False) -> None:
    """A sheet at the end of the tabs, or before all others."""
    number = 1 + max(int(found) for found in re.findall(r"/sheet(\d+)\.xml", " ".join(book.parts)))
    part, relation = f"xl/worksheets/sheet{number}.xml", f"rIdX{number}"
    kind = f'<Override PartName="/{part}" ContentType="{_SHEET_TYPE}"/></Types>'
    book.edit(TYPES, lambda xml: xml.replace("</Types>", kind))
    target = f'<Relationship Id="{relation}" Type="{OFFICE}/worksheet" Target="{part[3:]}"/></Relationships>'
    book.edit(RELS, lambda xml: xml.replace("</Relationships>", target))
    entry = f'<sheet name="{title}" sheetId="{number + 40}" r:id="{relation}"/>'
    if first:
        book.edit(BOOK, lambda xml: xml.replace("<sheets>", f"<sheets>{entry}"))
        local = re.compile(r'localSheetId="(\d+)"')
        book.edit(BOOK, lambda xml: local.sub(lambda found: f'localSheetId="{int(found[1]) + 1}"', xml))
        book.places = {title: part, **book.places}
    else:
        book.edit(BOOK, lambda xml: xml.replace("</sheets>", f"{entry}</sheets>"))
        book.places[title] = part
    book.sheets[title] = sheet
    book.parts[part] = b""


def copy_of(sheet: Sheet) -> Sheet:
    """The sheet once more, to be changed by itself."""
    return parse_sheet(sheet_xml(sheet))


def move_sheet_first(book: Book, title: str) -> None:
    """The tab is dragged before all others."""
    order = list(book.places)
    number = order.index(title)
    entry = re.search(rf'<sheet name="{re.escape(title)}"[^>]*/>', book.text(BOOK))
    assert entry is not None
    book.edit(BOOK, lambda xml: xml.replace(entry[0], "").replace("<sheets>", f"<sheets>{entry[0]}"))

    def place(found: re.Match[str]) -> str:
        old = int(found[1])
        return f'localSheetId="{0 if old == number else old + (old < number)}"'

    book.edit(BOOK, lambda xml: re.sub(r'localSheetId="(\d+)"', place, xml))
    book.places = {title: book.places[title], **{name: book.places[name] for name in order if name != title}}


def hide_rows(sheet: Sheet, numbers: set[int]) -> None:
    for row in sheet.rows:
        if row.number in numbers:
            row.attributes += ' hidden="1"'


def hide_column(sheet: Sheet, letter: str) -> None:
    number = column_number(letter) + 1

    def one(found: re.Match[str]) -> str:
        first, last, rest = int(found[1]), int(found[2]), found[3]
        if not first <= number <= last:
            return found[0]
        pieces = [(first, number - 1, rest), (number, number, f'{rest} hidden="1"'), (number + 1, last, rest)]
        return "".join(f'<col min="{a}" max="{b}"{more}/>' for a, b, more in pieces if a <= b)

    sheet.head = re.sub(r'<col min="(\d+)" max="(\d+)"([^>]*)/>', one, sheet.head)


def unprotect(sheet: Sheet) -> None:
    sheet.tail = re.sub(r"<sheetProtection[^>]*/>", "", sheet.tail)


def unmerge(sheet: Sheet, reference: str) -> None:
    assert f'<mergeCell ref="{reference}"/>' in sheet.tail, reference
    sheet.tail = sheet.tail.replace(f'<mergeCell ref="{reference}"/>', "")


def merge(sheet: Sheet, reference: str) -> None:
    assert "</mergeCells>" in sheet.tail
    sheet.tail = sheet.tail.replace("</mergeCells>", f'<mergeCell ref="{reference}"/></mergeCells>')
    sheet.tail = re.sub(r'<mergeCells count="\d+">', "<mergeCells>", sheet.tail)


def all_unprotected(book: Book) -> None:
    """As whoever changes the structure must have done first."""
    for sheet in book.sheets.values():
        unprotect(sheet)
