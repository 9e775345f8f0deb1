"""Hostile workbooks made in code: small files that would keep a reader busy, files that two readers see differently."""

import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache

from tests.verbs import good
from tests.workbook.samples import Change, official, part_of, put, repacked, swap
from tianbao.submission import of_json
from tianbao.workbook.write import filled

BOOK, STYLES, STRINGS, RELS = "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels"
TYPES, ROOT = "[Content_Types].xml", "_rels/.rels"


@cache
def sound() -> bytes:
    """A workbook that passes."""
    return filled(official(), of_json(json.dumps(good.data())))


TABLE = part_of(sound(), "三、申请")
STORY = part_of(sound(), "一、总体情况")


def changed(part: str, change: Change) -> bytes:
    """The workbook with another part."""
    return repacked(sound(), {part: change})


def before(mark: str, text: str) -> Callable[[str], str]:
    """Puts a text before the first or only mark in a part."""
    return lambda xml: xml.replace(mark, text + mark, 1)


def _rows(cells: Callable[[int], str], count: int) -> Callable[[str], str]:
    return before("</sheetData>", "".join(f'<row r="{1000 + at}">{cells(at)}</row>' for at in range(count)))


def _shared_text(text: str, times: int) -> bytes:
    last = _count(sound())
    return repacked(
        sound(),
        {
            STRINGS: lambda xml: xml.replace("</sst>", f'<si><t xml:space="preserve">{text}</t></si></sst>'),
            TABLE: _rows(lambda at: f'<c r="A{1000 + at}" t="s"><v>{last}</v></c>', times),
        },
    )


def _count(data: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        return source.read(STRINGS).count(b"<si>")


def _related(kind: str, target: str, name: str = "q") -> Callable[[str], str]:
    return before("</Relationships>", f'<Relationship Id="{name}" Type="{kind}" Target="{target}"/>')


def _check(references: str, formula: str = "1") -> bytes:
    rule = f'<dataValidation type="whole" sqref="{references}"><formula1>{formula}</formula1></dataValidation>'
    return changed(TABLE, before("<dataValidations", f"<dataValidations>{rule}</dataValidations>"))


def _merges(reference: str, times: int) -> bytes:
    return changed(TABLE, before("</mergeCells>", f'<mergeCell ref="{reference}"/>' * times))


def _defined(text: str, times: int = 1) -> bytes:
    names = "".join(f'<definedName name="n{at}">{text}</definedName>' for at in range(times))
    return changed(BOOK, before("</definedNames>", names))


def _listed(times: int, relation: str) -> bytes:
    sheets = "".join(f'<sheet name="s{at}" sheetId="{at + 99}" r:id="{relation}"/>' for at in range(times))
    return changed(BOOK, before("</sheets>", sheets))


_MASTER = '<c r="A999"><f t="shared" si="77" ref="A1">' + "A1+" * 4000 + "1</f></c>"


def _copies_of_a_formula() -> bytes:
    copies = "".join(
        f'<row r="{1000 + at}"><c r="A{1000 + at}"><f t="shared" si="77"/></c></row>' for at in range(9000)
    )
    return changed(TABLE, before("</sheetData>", f'<row r="999">{_MASTER}</row>{copies}'))


_TEN = "ABCDEFGHIJ"
_ALL_COLUMNS = '<col min="1" max="16384" hidden="1"/>'
_FORMAT = '<numFmt numFmtId="200" formatCode="' + "[" * 10**6 + '"/>'
_ATTRIBUTES = " ".join(f'a{at}="1"' for at in range(100_000))

BUSY: dict[str, tuple[str, Callable[[], bytes]]] = {
    "check of overlapping areas": ("", lambda: _check("A1:SR190 " * 2000)),
    "check of a million areas": ("FILE-TOO-LARGE", lambda: _check("A1 " * 10**6)),
    "check with a formula of quotes": ("FILE-TOO-LARGE", lambda: _check("A1", "'" * 10**6)),
    "200,000 merges of 20,000 cells": ("FILE-TOO-LARGE", lambda: _merges("A1:SR39", 200_000)),
    "100,000 merges of 20,000 cells": ("", lambda: _merges("A1:SR39", 100_000)),
    "100,000 merges of 4 cells": ("", lambda: _merges("A1:B2", 100_000)),
    "all columns hidden often": (
        "FILE-TOO-LARGE",
        lambda: changed(TABLE, before("<sheetData>", f"<cols>{_ALL_COLUMNS * 9999}</cols>")),
    ),
    "formula of quotes": ("FILE-TOO-LARGE", lambda: changed(TABLE, put("D5", "<f>" + "'" * 10**6 + "</f><v>1</v>"))),
    "formula of signs": (
        "FILE-TOO-LARGE", lambda: changed(TABLE, put("D5", "<f>" + "-(" * 10**5 + ")" * 10**5 + "</f><v>1</v>")),
    ),
    "formula of signs, short": (
        "", lambda: changed(TABLE, put("D5", "<f>" + "-(" * 4000 + "1" + ")" * 4000 + "</f><v>1</v>")),
    ),
    "formula copied 9,000 times": ("FILE-TOO-LARGE", _copies_of_a_formula),
    "text shown 30,000 times": ("FILE-TOO-LARGE", lambda: _shared_text("字" * 300_000, 30_000)),
    "spaces shown 30,000 times": ("FILE-TOO-LARGE", lambda: _shared_text(" " * 300_000, 30_000)),
    "heading of 6,000,000 characters": (
        "FILE-TOO-LARGE", lambda: changed(STRINGS, swap("<t>总计</t>", f"<t>{'总计' * 3_000_000}</t>", 1)),
    ),
    "heading of 600,000 characters": (
        "+", lambda: changed(STRINGS, swap("<t>总计</t>", f"<t>{'总计' * 300_000}</t>", 1)),
    ),
    "ligatures of 18 letters": (
        "+", lambda: changed(STRINGS, swap("<t>总计</t>", "<t>" + "\ufdfa" * 200_000 + "</t>", 1)),
    ),
    "story of 4,000,000 characters": ("FILE-TOO-LARGE", lambda: changed(STRINGS, swap(good.TEXT, "收" * 4_194_305, 1))),
    "number format of brackets": (
        "", lambda: changed(STYLES, before("<fonts", f"<numFmts>{_FORMAT}</numFmts>")),
    ),
    "sharedStrings of 10^7 entries": ("FILE-TOO-LARGE", lambda: changed(STRINGS, before("</sst>", "<si/>" * 10**7))),
    "names of one MB": ("", lambda: _defined("'a" * 500_000)),
    "49,000 names": ("", lambda: _defined("A!$A$1", 49_000)),
    "60,000 names": ("FILE-TOO-LARGE", lambda: _defined("A!$A$1", 60_000)),
    "10,000 sheets": ("FILE-TOO-LARGE", lambda: _listed(10_000, "rId3")),
    "60,000 figures beside the table": (
        "+",
        lambda: changed(TABLE, _rows(lambda at: "".join(f'<c r="{c}{1000 + at}"><v>1</v></c>' for c in _TEN), 6_000)),
    ),
    "300,000 cells": (
        "FILE-TOO-LARGE",
        lambda: changed(TABLE, _rows(lambda at: "".join(f'<c r="{c}{1000 + at}"/>' for c in _TEN), 30_000)),
    ),
    "300,000 rows": ("", lambda: changed(TABLE, before("</sheetData>", "<row/>" * 300_000))),
    "dimension of 10^9 rows": (
        "", lambda: changed(TABLE, swap('<dimension ref="A1:', '<dimension ref="A1:XFD1000000000" x="', 1)),
    ),
    "nested 300,000 times": ("", lambda: changed(TABLE, before("</worksheet>", "<x>" * 300_000 + "</x>" * 300_000))),
    "100,000 attributes": (
        "", lambda: changed(TABLE, before("</worksheet>", f"<x {_ATTRIBUTES}/>")),
    ),
    "path of a million steps": (
        "", lambda: changed(RELS, _related("x", "a/../" * 10**6)),
    ),
}  # fmt: skip
"""Expected: an id; "" for one that passes or is asked about as if nothing were; "+" for any finding but FILE-…"""


def _member(data: bytes, name: str) -> tuple[int, int, int]:
    """Where a member's entry in the directory, its own header and its content stand."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        info = source.getinfo(name)
    at = data.index(b"PK\x01\x02")
    while data[at + 46 : at + 46 + len(name)] != name.encode():
        at = data.index(b"PK\x01\x02", at + 4)
    long, extra = struct.unpack_from("<HH", data, info.header_offset + 26)
    return at, info.header_offset, info.header_offset + 30 + long + extra


def spoilt(name: str, where: str) -> bytes:
    """A member whose checksum, size, name or flag is not what the other half of the zip says."""
    data = bytearray(sound())
    entry, header, content = _member(sound(), name)
    match where:
        case "crc":
            for at in (entry + 16, header + 14):
                data[at] ^= 1
        case "crc of the member":
            data[header + 14] ^= 1
        case "name":
            data[header + 30] ^= 1
        case "method":
            data[header + 8] ^= 8
        case "locked":
            data[entry + 8] |= 1
            data[header + 6] |= 1
        case "size":
            data[entry + 24] ^= 1
        case "content":
            data[content + 5] ^= 0xFF
    return bytes(data)


def twice(name: str, other: str) -> bytes:
    """A second member under the same or an equal name, first or last."""
    return repacked(sound(), {other: zipfile.ZipFile(io.BytesIO(sound())).read(name)})


def same_name(name: str) -> bytes:
    """A second member under the very same name."""
    data = repacked(sound(), {name[:-1] + "X": changed_figure()})
    return data.replace((name[:-1] + "X").encode(), name.encode())


def changed_figure() -> bytes:
    """The table with another figure."""
    with zipfile.ZipFile(io.BytesIO(sound())) as source:
        return re.sub(rb"<v>1</v>", b"<v>2</v>", source.read(TABLE), count=1)


def hidden_member(place: str) -> bytes:
    """A member that the directory does not list: a reader that goes from member to member sees another table."""
    inside = changed_figure()
    packed = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = packed.compress(inside) + packed.flush()
    head = struct.pack(
        "<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 0x21, zlib.crc32(inside), len(body), len(inside), len(TABLE), 0
    )
    extra = head + TABLE.encode() + body
    data = sound()
    end = data.rindex(b"PK\x05\x06")
    start = struct.unpack_from("<I", data, end + 16)[0]
    at = {"first": 0, "last": start, "between": _member(data, TABLE)[1]}[place]
    directory = bytearray(data[start:end])
    entry = 0
    while entry < len(directory):
        offset = struct.unpack_from("<I", directory, entry + 42)[0]
        if offset >= at:
            struct.pack_into("<I", directory, entry + 42, offset + len(extra))
        entry += 46 + sum(struct.unpack_from("<3H", directory, entry + 28))
    closing = bytearray(data[end:])
    struct.pack_into("<I", closing, 16, start + len(extra))
    return data[:at] + extra + data[at:start] + bytes(directory) + bytes(closing)


def two_directories() -> bytes:
    """A zip whose end names one directory, and in its comment a second end that names another."""
    data = bytearray(sound())
    end = data.rindex(b"PK\x05\x06")
    second = bytes(data[end:])
    struct.pack_into("<H", data, end + 20, len(second))
    return bytes(data) + second


def _cell(old: str, new: str) -> bytes:
    return changed(TABLE, swap(old, new, 1))


def _in_cell(inside: str, attributes: str = "") -> bytes:
    return changed(TABLE, put("B5", inside, attributes))


_SPREAD = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
_FAR = '<c r="Z99"><v>7</v></c>'
_OTHER_NAMESPACE = '<o:c xmlns:o="urn:o" r="Z99"><o:v>7</o:v></o:c>'

TWO_WAYS: dict[str, Callable[[], bytes]] = {
    "member twice": lambda: same_name(TABLE),
    "member twice by case": lambda: twice(TABLE, TABLE.upper()),
    "member twice by backslash": lambda: twice(TABLE, TABLE.replace("/", "\\")),
    "member twice by a slash in front": lambda: twice(TABLE, f"/{TABLE}"),
    "member that is not listed, first": lambda: hidden_member("first"),
    "member that is not listed, between": lambda: hidden_member("between"),
    "member that is not listed, last": lambda: hidden_member("last"),
    "two directories": two_directories,
    "bytes in front": lambda: b"PK\x03\x04" + sound(),
    "bytes behind": lambda: sound() + b"PK\x05\x06",
    "wrong CRC of a table": lambda: spoilt(TABLE, "crc"),
    "wrong CRC of a part that nobody reads": lambda: spoilt("docProps/app.xml", "crc"),
    "wrong CRC in a member that nobody reads": lambda: spoilt("xl/theme/theme1.xml", "crc of the member"),
    "damaged part that nobody reads": lambda: spoilt("xl/theme/theme1.xml", "content"),
    "other name in the member": lambda: spoilt(TABLE, "name"),
    "other name in a member that nobody reads": lambda: spoilt("docProps/app.xml", "name"),
    "other method in the member": lambda: spoilt("docProps/app.xml", "method"),
    "other size in the member": lambda: spoilt("docProps/app.xml", "size"),
    "locked member": lambda: spoilt(TABLE, "locked"),
    "cell twice": lambda: _cell('<c r="C5"', '<c r="B5"'),
    "cell in the row of another": lambda: _cell('<c r="C5"', '<c r="C6"'),
    "result twice": lambda: _in_cell("<v>1</v><v>2</v>"),
    "result and text in place": lambda: _in_cell("<v>1</v><is><t>2</t></is>"),
    "text in place and result": lambda: _in_cell("<is><t>2</t></is><v>1</v>", ' t="inlineStr"'),
    "formula twice": lambda: _in_cell("<f>1+1</f><f>1</f><v>1</v>"),
    "element inside a result": lambda: _in_cell("<v>1<v>2</v></v>"),
    "cell of another namespace": lambda: _cell("</row>", f"{_OTHER_NAMESPACE}</row>"),
    "cell without namespace": lambda: _cell("</row>", '<c xmlns="" r="Z99"><v>7</v></c></row>'),
    "cells to choose from": lambda: _cell(
        "</row>", f"<mc:AlternateContent {_MC}><mc:Choice>{_FAR}</mc:Choice></mc:AlternateContent></row>"
    ),
    "cells to choose from, in UTF-16": lambda: changed(
        TABLE,
        before("</row>", _OTHER_NAMESPACE)(zipped_part(TABLE).replace("UTF-8", "UTF-16")).encode("utf-16"),
    ),
    "text of another namespace": lambda: changed(STRINGS, before("<si>", '<o:si xmlns:o="urn:o"><o:t>x</o:t></o:si>')),
    "sheet of another namespace": lambda: changed(BOOK, before("</sheets>", '<o:sheet xmlns:o="urn:o" name="x"/>')),
    "two sheets of one part": lambda: changed(BOOK, before("</sheets>", '<sheet name="x" sheetId="99" r:id="rId3"/>')),
    "two sheets of one name": lambda: changed(BOOK, swap('name="四、复议诉讼"', 'name="三、申请"', 1)),
    "relation twice": lambda: changed(RELS, _related("x", "y", "rId3")),
    "two workbooks": lambda: repacked(
        sound(),
        {
            "xl/other.xml": zipfile.ZipFile(io.BytesIO(sound())).read(BOOK),
            ROOT: _related("http://x/officeDocument", "xl/other.xml"),
        },
    ),
    "two lists of texts": lambda: repacked(
        sound(),
        {
            "xl/other.xml": f'<sst xmlns="{_SPREAD}"/>'.encode(),
            RELS: _related("http://x/sharedStrings", "other.xml"),
        },
    ),
    "workbook of two formats": lambda: repacked(sound(), {"mimetype": b"application/x", "content.xml": b"<x/>"}),
}  # fmt: skip
"""Files in which two programs could see two things: none of them may pass, nor be asked about as if it were read."""


def zipped_part(name: str) -> str:
    """A part of the sound workbook."""
    with zipfile.ZipFile(io.BytesIO(sound())) as source:
        return source.read(name).decode()
