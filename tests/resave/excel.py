"""What Excel makes of a workbook that it opens and saves, by habits seen in files that it wrote."""

import random
import re

from tests.resave.book import (
    BOOK,
    DECLARATION,
    MAIN,
    OFFICE,
    RELS,
    STRINGS,
    TYPES,
    Book,
    Cell,
    Row,
    Sheet,
    cell_xml,
    open_book,
    sheet_xml,
    si_text,
    sst,
)
from tests.resave.habits import (
    break_lines,
    guid,
    head_with,
    in_runs,
    reorder_strings,
    reorder_styles,
    shared,
    some_cell,
    with_spans,
)
from tests.resave.zips import zip_of

_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_MS = "http://schemas.microsoft.com/office/spreadsheetml"
_SHEET_ROOT = (
    f'xmlns="{MAIN}" xmlns:r="{OFFICE}" xmlns:mc="{_MC}" mc:Ignorable="x14ac xr xr2 xr3" '
    f'xmlns:x14ac="{_MS}/2009/9/ac" xmlns:xr="{_MS}/2014/revision" '
    f'xmlns:xr2="{_MS}/2015/revision2" xmlns:xr3="{_MS}/2016/revision3" xr:uid="'
)
_BOOK_ROOT = (
    f'xmlns="{MAIN}" xmlns:r="{OFFICE}" xmlns:mc="{_MC}" mc:Ignorable="x15 xr xr6 xr10 xr2" '
    f'xmlns:x15="{_MS}/2010/11/main" xmlns:xr="{_MS}/2014/revision" xmlns:xr6="{_MS}/2016/revision6" '
    f'xmlns:xr10="{_MS}/2016/revision10" xmlns:xr2="{_MS}/2015/revision2"'
)
_CHAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
_HEIGHTS = ("13.8", "27", "28.5", "40.5")


def excel_like(data: bytes, seed: int = 0) -> bytes:
    """Excel with its constant ids, as for a file that was not born in it, and one order of styles."""
    return _Excel(data, seed, wild=False).bytes()


def excel_random(data: bytes, seed: int = 0) -> bytes:
    """Excel with all that differs from file to file: ids, styles, row heights, groups of formulas, rich texts."""
    return _Excel(data, seed, wild=True).bytes()


def number(text: str) -> str:
    """A number with the 17 digits that Excel writes, small ones with an exponent."""
    value = float(text)
    if value == int(value) and abs(value) < 1e15:
        return text if re.fullmatch(r"-?\d+", text) else str(int(value))
    if abs(value) >= 0.1:
        return f"{value:.17g}".replace("e+", "E+")
    mantissa, _, exponent = f"{value:.16E}".partition("E")
    return f"{mantissa.rstrip('0').rstrip('.')}E{int(exponent)}"


class _Excel:
    def __init__(self, data: bytes, seed: int, *, wild: bool) -> None:
        self._book, self._seed, self._wild = open_book(data), seed, wild
        self._chance = random.Random(seed)
        self._chain: list[str] = []

    def bytes(self) -> bytes:
        reorder_styles(self._book, self._chance if self._wild else random.Random(1))
        reorder_strings(self._book, self._chance, self._string)
        parts = self._book.parts
        for at, (name, part) in enumerate(self._book.places.items()):
            parts[part] = self._sheet(at, self._book.sheets[name]).encode()
        if self._book.strings:
            parts[STRINGS] = sst(self._book.strings).encode()
        self._book.edit(BOOK, self._workbook)
        self._calc_chain(self._book)
        return zip_of(parts.items())

    def _string(self, old: int, inside: str) -> str:
        text = si_text(inside)
        if self._wild and old % 23 == 5 and len(text) > 1 and "\n" not in text:
            return in_runs(inside, (text[: len(text) // 2], text[len(text) // 2 :]))
        inside = break_lines(inside, carriage=self._wild and (old + self._seed) % 3 == 0)
        hint = '<phoneticPr fontId="1" type="noConversion"/>'
        return inside + (hint if (old + self._seed) % 4 == 0 else "")

    def _uid(self, kind: int, at: int) -> str:
        return guid(self._chance) if self._wild else f"{{00000000-{kind:04d}-0000-{at:02X}00-000000000000}}"

    def _sheet(self, at: int, sheet: Sheet) -> str:
        early = self._wild and self._seed % 4 == 3
        formula = shared(sheet, self._chance, early=early, limit=40 if self._seed % 2 or not self._wild else 10)

        def cell(each: Cell) -> str:
            if each.formula is not None:
                self._chain.append(f'<c r="{each.name}" i="{at + 1}"/>')
            elif each.kind in ("", "n") and each.value is not None:
                each.value = number(each.value)
            return cell_xml(each, formula)

        zoom = ' zoomScale="85" zoomScaleNormal="85"' if self._seed % 4 == 1 else ""
        form = '<sheetFormatPr defaultRowHeight="14.25" x14ac:dyDescent="0.2"/>'
        root = f'{_SHEET_ROOT}{self._uid(1, at)}"'
        sheet.head = head_with(sheet.head, root, form, some_cell(self._chance), zoom)
        sheet.tail = self._tail(at, sheet.tail)
        return sheet_xml(sheet, cell, self._row)

    def _row(self, row: Row) -> str:
        more = ""
        if self._wild and " ht=" not in row.attributes and self._chance.random() < 0.15:
            more = f' ht="{self._chance.choice(_HEIGHTS)}"'
        return with_spans(row, f'{more} x14ac:dyDescent="0.15"')

    def _tail(self, at: int, tail: str) -> str:
        def identified(found: re.Match[str]) -> str:
            return f'{found[0]} xr:uid="{self._uid(2, at)}"'

        tail = re.sub(r'<dataValidation [^>]*sqref="[^"]*"', identified, tail)
        tail = tail.replace("</mergeCells>", '</mergeCells><phoneticPr fontId="1" type="noConversion"/>')
        if self._wild:
            checks = re.findall(r"<dataValidation .*?</dataValidation>", tail, re.DOTALL)
            if checks and "".join(checks) in tail:
                joined = "".join(checks)
                self._chance.shuffle(checks)
                tail = tail.replace(joined, "".join(checks))
        return tail

    def _workbook(self, xml: str) -> str:
        path = f'<x15ac:absPath url="D:\\{self._seed}\\" xmlns:x15ac="{_MS}/2010/11/ac"/>'
        choice = f'<mc:AlternateContent><mc:Choice Requires="x15">{path}</mc:Choice></mc:AlternateContent>'
        ids = 'xr6:coauthVersionLast="47" xr6:coauthVersionMax="47" xr10:uidLastSave='
        document = f'documentId="13_ncr:1_{guid(self._chance)}" {ids}"{self._uid(1, 0)}"'
        revision = f'<xr:revisionPtr revIDLastSave="0" {document}/>'
        xml = re.sub(r"<workbook [^>]*>", lambda _: f"<workbook {_BOOK_ROOT}>", xml, count=1)
        xml = re.sub(r"<calcPr[^>]*/>", '<calcPr calcId="191029"/>', xml)
        tab = self._chance.randrange(len(self._book.places) - 1)
        view = (
            f'<workbookView xWindow="-120" yWindow="-120" windowWidth="29040" windowHeight="15720" activeTab="{tab}"/>'
        )
        xml = re.sub(r"<workbookView [^>]*/>", view, xml)
        return xml.replace("<bookViews>", f"{choice}{revision}<bookViews>")

    def _calc_chain(self, book: Book) -> None:
        if not self._chain:
            return
        chain = "".join(self._chain)
        book.parts["xl/calcChain.xml"] = f'{DECLARATION}<calcChain xmlns="{MAIN}">{chain}</calcChain>'.encode()
        override = f'<Override PartName="/xl/calcChain.xml" ContentType="{_CHAIN}"/></Types>'
        book.edit(TYPES, lambda xml: xml.replace("</Types>", override))
        relation = f'<Relationship Id="rId99" Type="{OFFICE}/calcChain" Target="calcChain.xml"/></Relationships>'
        book.edit(RELS, lambda xml: xml.replace("</Relationships>", relation))
