"""What WPS makes of a workbook that it opens and saves, by habits seen in files that it wrote."""

import random
import re

from tests.resave.book import (
    BOOK,
    CUSTOM,
    MAIN,
    OFFICE,
    RELS,
    STRINGS,
    TYPES,
    Cell,
    Row,
    Sheet,
    cell_xml,
    open_book,
    sheet_xml,
    sst,
)
from tests.resave.habits import head_with, reorder_strings, reorder_styles, shared, some_cell, with_spans
from tests.resave.zips import zip_of

_ROOT = (
    f'xmlns="{MAIN}" xmlns:r="{OFFICE}" '
    'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData"'
)
_FOLDERS = ("_rels/", "docProps/", "xl/", "xl/_rels/", "xl/theme/", "xl/worksheets/")
_FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"


def wps_like(data: bytes, seed: int = 0) -> bytes:
    """WPS: folders in the zip, its own properties, 15 digits, formulas shared, no ids."""
    chance = random.Random(seed)
    book = open_book(data)
    reorder_styles(book, random.Random(seed % 3), _centred)
    reorder_strings(book, chance, lambda _, inside: inside)
    for name, part in book.places.items():
        book.parts[part] = _sheet(book.sheets[name], chance, seed).encode()
    if any(cell.kind == "s" for sheet in book.sheets.values() for cell in sheet.cells()):
        book.parts[STRINGS] = sst(book.strings).encode()
    else:
        without_strings(book.parts)
    book.edit(BOOK, lambda xml: re.sub(r"<workbookPr[^>]*/>", "<workbookPr/>", xml))
    if CUSTOM in book.parts:
        book.edit(CUSTOM, lambda xml: _properties(xml, chance))
    return zip_of([*((folder, b"") for folder in _FOLDERS), *book.parts.items()])


def number(text: str) -> str:
    """A number with the 15 digits that WPS writes."""
    return text if re.fullmatch(r"-?\d{1,15}", text) else f"{float(text):.15g}".replace("e", "E")


def _centred(xf: str) -> str:
    if "<alignment" in xf or not xf.endswith("/>"):
        return xf
    return f'{xf[:-2]}><alignment vertical="center"/></xf>'


def _sheet(sheet: Sheet, chance: random.Random, seed: int) -> str:
    formula = shared(sheet, chance)

    def cell(each: Cell) -> str:
        if each.formula is None and each.kind in ("", "n") and each.value is not None:
            each.value = number(each.value)
        return cell_xml(each, formula)

    level = f' outlineLevelCol="{seed % 4}"' if seed % 4 else ""
    form = f'<sheetFormatPr defaultColWidth="9" defaultRowHeight="13.5"{level}/>'
    head = head_with(sheet.head, _ROOT, form, some_cell(chance))
    sheet.head = head if "<sheetPr" in head else head.replace("<dimension", "<sheetPr/><dimension", 1)
    if "<headerFooter" not in sheet.tail:
        sheet.tail = sheet.tail.replace("</worksheet>", "<headerFooter/></worksheet>")
    return sheet_xml(sheet, cell, _row if seed % 2 else _plain_row)


def _row(row: Row) -> str:
    return with_spans(row)


def _plain_row(row: Row) -> str:
    return re.sub(r' spans="[^"]*"', "", row.attributes)


def without_strings(parts: dict[str, bytes]) -> None:
    parts.pop(STRINGS, None)
    for part in (TYPES, RELS):
        xml = parts[part].decode()
        parts[part] = re.sub(r"<(?:Override|Relationship) [^>]*haredStrings[^>]*/>", "", xml).encode()


def _properties(xml: str, chance: random.Random) -> str:
    own = (
        ("ICV", f"{chance.getrandbits(128):032X}_12"),
        ("KSOProductBuildVer", f"2052-12.1.0.{chance.randrange(9999)}"),
    )
    more = "".join(
        f'<property fmtid="{_FORMAT}" pid="{90 + at}" name="{name}"><vt:lpwstr>{text}</vt:lpwstr></property>'
        for at, (name, text) in enumerate(own)
    )
    return xml.replace("</Properties>", f"{more}</Properties>")
