"""Another program's way of writing: the same workbook in every spelling that the format allows or that was seen."""

import html
import random
import re
from collections.abc import Callable

from tests.resave.book import (
    BOOK,
    RELS,
    ROOT,
    STRINGS,
    STYLES,
    TYPES,
    Cell,
    cell_xml,
    open_book,
    plain_formula,
    si_text,
)
from tests.resave.habits import in_runs, reorder_strings, shuffled
from tests.resave.wps import without_strings
from tests.resave.zips import unzipped, zip_of

Parts = dict[str, bytes]
Spelling = Callable[[bytes, int], bytes]
_STRICT = (
    ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"),
    (
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "http://purl.oclc.org/ooxml/officeDocument/relationships",
    ),
    ("http://schemas.openxmlformats.org/drawingml/2006/main", "http://purl.oclc.org/ooxml/drawingml/main"),
)
_OFFICE_PARTS = ("xl/", "_rels/")


def strict(data: bytes, seed: int = 0) -> bytes:
    """Strict Open XML: other namespaces, other types of relationships."""

    def change(xml: str) -> str:
        for old, new in _STRICT:
            xml = xml.replace(old, new)
        return xml

    parts = _edited(data, change, lambda name: name.startswith(_OFFICE_PARTS))
    parts[BOOK] = parts[BOOK].replace(b"<workbook ", b'<workbook conformance="strict" ', 1)
    return zip_of(parts.items())


def prefixed(data: bytes, seed: int = 0) -> bytes:
    """Every element of the sheets, strings, styles and the workbook under a prefix."""

    def change(xml: str) -> str:
        head, _, body = xml.partition("?>")
        body = re.sub(r"<(/?)(?![?!])([a-zA-Z])", r"<\1x:\2", body)
        return f"{head}?>{body}".replace("xmlns=", "xmlns:x=", 1)

    return zip_of(_edited(data, change, _is_sheet_or(STRINGS, STYLES, BOOK)).items())


def with_bom(data: bytes, seed: int = 0) -> bytes:
    """A byte order mark before every part."""
    return zip_of((name, b"\xef\xbb\xbf" + content) for name, content in unzipped(data).items())


def inline_strings(data: bytes, seed: int = 0) -> bytes:
    """Texts in the cells, some of them in runs; no part of shared strings."""
    book, chance = open_book(data), random.Random(seed)

    def cell(each: Cell) -> str:
        if each.kind != "s" or each.value is None:
            return cell_xml(each)
        inside = book.strings[int(each.value)]
        text = si_text(inside)
        if chance.random() < 0.3 and len(text) > 1:
            inside = in_runs(inside, (text[:1], text[1:]))
        return f'<c r="{each.name}" s="{each.style}" t="inlineStr"><is>{inside}</is></c>'

    parts = book.written(cell)
    without_strings(parts)
    return zip_of(parts.items())


def rich_strings(data: bytes, seed: int = 0) -> bytes:
    """Shared texts in runs with phonetic hints, as where fonts differ within a cell."""

    def spell(_: int, inside: str) -> str:
        text = si_text(inside)
        middle = max(1, len(text) // 2)
        return in_runs(inside, (text[:middle], text[middle:]))

    return _respelled_strings(data, seed, spell)


def other_string_order(data: bytes, seed: int = 0) -> bytes:
    """Shared strings in another order."""
    return _respelled_strings(data, seed, lambda _, inside: inside)


def texts_as_results(data: bytes, seed: int = 0) -> bytes:
    """Every text as t="str", as some libraries write it."""
    book = open_book(data)

    def cell(each: Cell) -> str:
        if each.kind != "s":
            return cell_xml(each)
        text = html.escape(book.shown(each), quote=False)
        return f'<c r="{each.name}" s="{each.style}" t="str"><v>{text}</v></c>'

    parts = book.written(cell)
    without_strings(parts)
    return zip_of(parts.items())


def no_references(data: bytes, seed: int = 0) -> bytes:
    """Rows and cells without r, one after another; gaps are filled with empty ones."""
    book = open_book(data)
    parts = book.written()
    for name, part in book.places.items():
        sheet = book.sheets[name]
        at = {row.number: row for row in sheet.rows}
        rows = []
        for number in range(1, max(at, default=0) + 1):
            cells = {cell.column: cell for cell in at[number].cells} if number in at else {}
            line = (
                cell_xml(cells[column], plain_formula, False) if column in cells else "<c/>"
                for column in range(1, max(cells, default=0) + 1)
            )
            rows.append(f"<row>{''.join(line)}</row>")
        parts[part] = (sheet.head + "".join(rows) + sheet.tail).encode()
    return zip_of(parts.items())


def absolute_targets(data: bytes, seed: int = 0) -> bytes:
    """Relationships with absolute targets."""
    parts = unzipped(data)
    for part, base in ((RELS, "/xl/"), (ROOT, "/")):
        parts[part] = parts[part].replace(b'Target="', b'Target="' + base.encode())
    return zip_of(parts.items())


def backslashes(data: bytes, seed: int = 0) -> bytes:
    """Members with backslashes, as some Windows programs wrote them."""
    return zip_of((name.replace("/", "\\"), content) for name, content in unzipped(data).items())


def other_part_order(data: bytes, seed: int = 0) -> bytes:
    """The members of the zip in another order, the list of types last."""
    members = list(unzipped(data).items())
    return zip_of(members[at] for at in reversed(shuffled(len(members), random.Random(seed), 1)))


def other_part_names(data: bytes, seed: int = 0) -> bytes:
    """Sheets and strings under other names and numbers; only the relationships say which is which."""
    sheets = sorted(name for name in unzipped(data) if name.startswith("xl/worksheets/"))
    numbers = shuffled(len(sheets), random.Random(seed))
    new = {name: f"xl/tables/blatt{number + 1}.xml" for name, number in zip(sheets, numbers, strict=True)}
    return _renamed(data, {**new, STRINGS: "xl/texte.xml"})


def other_style_name(data: bytes, seed: int = 0) -> bytes:
    """The styles, and with them the locks, under another name."""
    return _renamed(data, {STYLES: "xl/formate.xml"})


def empty_values(data: bytes, seed: int = 0) -> bytes:
    """Empty cells in all spellings: <c/>, <c></c>, <v/>, <v></v>."""
    chance = random.Random(seed)

    def cell(each: Cell) -> str:
        if each.formula is None and each.value is None:
            inside = chance.choice(("", "<v/>", "<v></v>"))
            return f'<c r="{each.name}" s="{each.style}">{inside}</c>'
        return cell_xml(each)

    return zip_of(open_book(data).written(cell).items())


def typed_numbers(data: bytes, seed: int = 0) -> bytes:
    """t="n" on numbers and blanks, and 12 as 12.0 or 1.2E1."""
    chance = random.Random(seed)

    def cell(each: Cell) -> str:
        if each.kind in ("", "n") and each.formula is None:
            value = each.value
            if value is not None and value.isdigit():
                value = chance.choice((value, f"{value}.0", f"{int(value):.6E}"))
            return f'<c r="{each.name}" s="{each.style}" t="n"' + ("/>" if value is None else f"><v>{value}</v></c>")
        return cell_xml(each)

    return zip_of(open_book(data).written(cell).items())


def empty_caches(data: bytes, seed: int = 0) -> bytes:
    """Formulas without their results, as a program that does not compute leaves them."""
    book = open_book(data)
    for sheet in book.sheets.values():
        for cell in sheet.cells():
            if cell.formula is not None:
                cell.kind, cell.value = "", None
    return book.bytes()


def indented(data: bytes, seed: int = 0) -> bytes:
    """Sheets on many lines, as gnumeric writes them, with a comment."""

    def change(xml: str) -> str:
        xml = re.sub(r"<(row|c|mergeCell|dataValidation|sheetData|/row|/sheetData)(?=[ >/])", r"\n  <\1", xml)
        return xml.replace("<sheetData>", "<!-- saved --><sheetData>", 1)

    return zip_of(_edited(data, change, _is_sheet_or()).items())


def utf16(data: bytes, seed: int = 0) -> bytes:
    """Sheets and strings in UTF-16, which the format allows and hardly anybody reads."""

    def change(xml: str) -> str:
        return xml.replace('encoding="UTF-8"', 'encoding="UTF-16"', 1)

    names = _is_sheet_or(STRINGS)
    edited = _edited(data, change, names)
    return zip_of((name, part.decode().encode("utf-16") if names(name) else part) for name, part in edited.items())


SPELLINGS: dict[str, Spelling] = {
    "strict": strict,
    "prefixed": prefixed,
    "byte order mark": with_bom,
    "inline strings": inline_strings,
    "rich strings": rich_strings,
    "other string order": other_string_order,
    "texts as results": texts_as_results,
    "no references": no_references,
    "absolute targets": absolute_targets,
    "backslashes": backslashes,
    "other part order": other_part_order,
    "other part names": other_part_names,
    "other style name": other_style_name,
    "empty values": empty_values,
    "typed numbers": typed_numbers,
    "empty caches": empty_caches,
    "indented": indented,
    "utf-16": utf16,
}
"""Each must be read as the untouched workbook is; UTF-16 may be refused instead."""


def _edited(data: bytes, change: Callable[[str], str], chosen: Callable[[str], bool]) -> Parts:
    return {
        name: change(content.decode()).encode() if chosen(name) else content for name, content in unzipped(data).items()
    }


def _renamed(data: bytes, new: dict[str, str]) -> bytes:
    parts = unzipped(data)
    for listing in (RELS, TYPES):
        text = parts[listing].decode()
        for old, made in new.items():
            for before, after in ((f'"/{old}"', f'"/{made}"'), (f'"{old[3:]}"', f'"{made[3:]}"')):
                text = text.replace(before, after)
        parts[listing] = text.encode()
    return zip_of((new.get(name, name), content) for name, content in parts.items())


def _is_sheet_or(*names: str) -> Callable[[str], bool]:
    return lambda name: name.startswith("xl/worksheets/") or name in names


def _respelled_strings(data: bytes, seed: int, spell: Callable[[int, str], str]) -> bytes:
    book = open_book(data)
    reorder_strings(book, random.Random(seed), spell)
    return book.bytes()
