"""What else a workbook may come with: macros, comments, links to other files, a password."""

import io
import random
from datetime import datetime
from unittest.mock import Mock, patch

import msoffcrypto.format.ooxml

from tests.pile.base import Filled
from tests.pile.kind import Kind
from tests.pile.structure import REQUESTS
from tests.pile.truth import FIGURES, NOT_FAILED, NOT_PASSED, PASSED, UNREADABLE, Expectation
from tests.resave.book import BOOK, DECLARATION, MAIN, OFFICE, RELS, TYPES

PASSWORD, OTHER_PASSWORD = "123456", "gk-2024"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_OUTSIDE_MODE = ' TargetMode="External"'
_VML = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_VBA = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def relations(*entries: tuple[str, str, str]) -> bytes:
    """A part of relationships: id, kind, target (with a colon: outside)."""
    lines = (
        f'<Relationship Id="{name}" Type="{kind}" Target="{target}"{_OUTSIDE_MODE if ":" in target else ""}/>'
        for name, kind, target in entries
    )
    return f'{DECLARATION}<Relationships xmlns="{_PACKAGE}">{"".join(lines)}</Relationships>'.encode()


def _add(made: Filled, override: str, kind: str, relation: str = "") -> None:
    made.book.edit(
        TYPES, lambda xml: xml.replace("</Types>", f'<Override PartName="{override}" ContentType="{kind}"/></Types>')
    )
    if relation:
        made.book.edit(RELS, lambda xml: xml.replace("</Relationships>", f"{relation}</Relationships>"))


def comment(made: Filled, chance: random.Random) -> None:
    """Somebody's remark at a cell, with the drawing that Excel keeps for it."""
    part = made.book.places[REQUESTS]
    number = part.rpartition("/sheet")[2].removesuffix(".xml")
    text = "<text><r><t>与业务科核对过</t></r></text>"
    made.book.parts["xl/comments1.xml"] = (
        f'{DECLARATION}<comments xmlns="{MAIN}"><authors><author>张</author></authors><commentList>'
        f'<comment ref="D5" authorId="0">{text}</comment></commentList></comments>'
    ).encode()
    made.book.parts["xl/drawings/vmlDrawing1.vml"] = (
        b'<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel">'
        b'<v:shape id="s1" type="#t" style="visibility:hidden"><x:ClientData ObjectType="Note"><x:Row>4</x:Row>'
        b"<x:Column>3</x:Column></x:ClientData></v:shape></xml>"
    )
    made.book.parts[f"xl/worksheets/_rels/sheet{number}.xml.rels"] = relations(
        ("rId1", f"{OFFICE}/vmlDrawing", "../drawings/vmlDrawing1.vml"),
        ("rId2", f"{OFFICE}/comments", "../comments1.xml"),
    )
    sheet = made.book.sheets[REQUESTS]
    sheet.tail = sheet.tail.replace("</worksheet>", '<legacyDrawing r:id="rId1"/></worksheet>')
    _add(made, "/xl/comments1.xml", f"{_SPREADSHEET}.comments+xml")
    default = f'<Default Extension="vml" ContentType="{_VML}"/><Override'
    made.book.edit(TYPES, lambda xml: xml.replace("<Override", default, 1))


def macros(made: Filled, chance: random.Random) -> None:
    made.book.parts["xl/vbaProject.bin"] = _OLE + chance.randbytes(1500)
    plain, enabled = f"{_SPREADSHEET}.sheet.main+xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    made.book.edit(TYPES, lambda xml: xml.replace(plain, enabled))
    relation = f'<Relationship Id="rIdV" Type="{_VBA}" Target="vbaProject.bin"/>'
    _add(made, "/xl/vbaProject.bin", "application/vnd.ms-office.vbaProject", relation)


def _outside(made: Filled, inside: str, target: str, kind: str, formula: str) -> None:
    made.book.parts["xl/externalLinks/externalLink1.xml"] = (
        f'{DECLARATION}<externalLink xmlns="{MAIN}" xmlns:r="{OFFICE}">{inside}</externalLink>'
    ).encode()
    if target:
        made.book.parts["xl/externalLinks/_rels/externalLink1.xml.rels"] = relations(
            ("rId1", f"{OFFICE}/{kind}", target)
        )
    link = f'<Relationship Id="rIdL" Type="{OFFICE}/externalLink" Target="externalLinks/externalLink1.xml"/>'
    _add(made, "/xl/externalLinks/externalLink1.xml", f"{_SPREADSHEET}.externalLink+xml", link)
    references = '<externalReferences><externalReference r:id="rIdL"/></externalReferences>'
    made.book.edit(BOOK, lambda xml: xml.replace("</sheets>", f"</sheets>{references}"))
    address = "requests.new.natural"
    made.put(address, made.figures[address], formula)


def link_to_a_file(made: Filled, chance: random.Random) -> None:
    sheet = '<sheetNames><sheetName val="Sheet1"/></sheetNames>'
    book = f'<externalBook r:id="rId1">{sheet}</externalBook>'
    _outside(made, book, "file:///D:/%E7%BB%9F%E8%AE%A1.xlsx", "externalLinkPath", "[1]Sheet1!$A$1")


def link_by_path(made: Filled, chance: random.Random) -> None:
    """The path in the formula itself, as LibreOffice and some libraries write it."""
    address = "requests.new.natural"
    made.put(address, made.figures[address], "'D:\\报表\\[统计.xlsx]Sheet1'!$B$2")


def dde(made: Filled, chance: random.Random) -> None:
    inside = '<ddeLink ddeService="cmd" ddeTopic="/C calc"><ddeItems><ddeItem name="A0"/></ddeItems></ddeLink>'
    _outside(made, inside, "", "", "[1]!A0")


def dde_in_words(made: Filled, chance: random.Random) -> None:
    address = "requests.new.natural"
    made.put(address, made.figures[address], "cmd|'/C calc'!A0")


def locked_with(data: bytes, password: str, seed: int = 0) -> bytes:
    """The workbook with a password for opening. The same bytes for the same seed."""
    chance = random.Random(seed)
    agile, container = "msoffcrypto.method.ecma376_agile", "msoffcrypto.method.container.ecma376_encrypted"
    out, clock = io.BytesIO(), Mock(wraps=datetime)
    clock.now.return_value = datetime(2024, 1, 15)
    with patch(f"{agile}._random_buffer", chance.randbytes), patch(f"{container}.datetime", clock):
        msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(data)).encrypt(password, out)
    return out.getvalue()


def encrypted(made: Filled, chance: random.Random) -> bytes:
    return locked_with(made.bytes(), PASSWORD, chance.getrandbits(32))


def encrypted_otherwise(made: Filled, chance: random.Random) -> bytes:
    return locked_with(made.bytes(), OTHER_PASSWORD, chance.getrandbits(32))


_OUTSIDE = Expectation(NOT_PASSED, never=FIGURES, named=True)
_NAMED = Expectation(NOT_FAILED, never=FIGURES, named=True)

PARTS: dict[str, Kind] = {
    "comment": Kind(comment, Expectation(PASSED, never=FIGURES)),
    "macros": Kind(macros, _NAMED, ".xlsm"),
    "link to a file": Kind(link_to_a_file, _OUTSIDE),
    "link by path": Kind(link_by_path, _OUTSIDE),
    "dde": Kind(dde, _OUTSIDE),
    "dde in words": Kind(dde_in_words, _OUTSIDE),
    "password given": Kind(encrypted, Expectation(PASSED), rewritable=False),
    "password unknown": Kind(
        encrypted_otherwise, Expectation(UNREADABLE, must=("FILE-ENCRYPTED",)), rewritable=False
    ),
}  # fmt: skip
