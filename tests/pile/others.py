"""What arrives beside filled workbooks: other documents, damaged files, files that are nothing."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.pile.base import FORM, TEXT, YEAR, consistent
from tests.pile.truth import FAILED, PASSED, UNREADABLE, Expectation
from tests.resave.book import DECLARATION, MAIN, OFFICE
from tests.resave.spellings import utf16
from tests.resave.zips import zip_of
from tianbao.forms import library

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000"
    "000049454e44ae426082"
)
_JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000") + bytes(400) + b"\xff\xd9"
_PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
_UNREADABLE = Expectation(UNREADABLE, must=("FILE-",))


@dataclass(frozen=True)
class Other:
    """A file of some other kind. `name` where the name itself says what it is; {n} is a number of its own."""

    name: str
    data: Callable[[random.Random, str], bytes]
    expectation: Expectation | None


def docx(chance: random.Random, agency: str) -> bytes:
    text = f"<w:p><w:r><w:t>{agency}{YEAR}年年报</w:t></w:r></w:p>"
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>'
    )
    relation = f'<Relationship Id="r" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return zip_of(
        [
            ("[Content_Types].xml", types.encode()),
            ("_rels/.rels", f'{DECLARATION}<Relationships xmlns="x">{relation}</Relationships>'.encode()),
            ("word/document.xml", f'<w:document xmlns:w="{word}"><w:body>{text}</w:body></w:document>'.encode()),
        ]
    )


def doc(chance: random.Random, agency: str) -> bytes:
    return _OLE + bytes(504) + "WordDocument".encode("utf-16-le") + chance.randbytes(2000)


def other_workbook(chance: random.Random, agency: str) -> bytes:
    """A list of telephone numbers."""
    sheet = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>{agency}</t></is></c></row>'
    )
    sheet += '<row r="2"><c r="A2"><v>13800000000</v></c></row></sheetData></worksheet>'
    listed = '<sheets><sheet name="通讯录" sheetId="1" r:id="r"/></sheets>'
    book = f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{listed}</workbook>'
    relation = '<Relationships xmlns="x"><Relationship Id="r" Type="{}/{}" Target="{}"/></Relationships>'
    return zip_of(
        [
            ("_rels/.rels", relation.format(OFFICE, "officeDocument", "xl/workbook.xml").encode()),
            ("xl/workbook.xml", book.encode()),
            ("xl/_rels/workbook.xml.rels", relation.format(OFFICE, "worksheet", "worksheets/sheet1.xml").encode()),
            ("xl/worksheets/sheet1.xml", sheet.encode()),
        ]
    )


def workbook(chance: random.Random, agency: str) -> bytes:
    return consistent(chance, agency).bytes()


def truncated(chance: random.Random, agency: str) -> bytes:
    data = workbook(chance, agency)
    return data[: chance.randrange(100, len(data) - 100)]


def html_table(chance: random.Random, agency: str) -> bytes:
    return f"<html><body><table><tr><td>{agency}</td><td>1</td></tr></table></body></html>".encode("gb18030")


def submission(chance: random.Random, agency: str) -> bytes:
    form = library.load(FORM, "2021")
    data = {
        "form": FORM,
        "edition": "2021",
        "year": YEAR,
        "agency": {"name": agency, "code": None},
        "cells": dict.fromkeys(form.cells, 0),
        "texts": dict.fromkeys(form.narratives, TEXT),
        "explanations": {},
    }
    return json.dumps(data, ensure_ascii=False).encode()


def own_result(chance: random.Random, agency: str) -> bytes:
    return b'{"tool": "tianbao", "version": "0.1.0", "summary": {"files": 0}, "submissions": [], "passed_over": []}'


def fixed(data: bytes) -> Callable[[random.Random, str], bytes]:
    return lambda chance, agency: data


OTHERS: dict[str, Other] = {
    "Word file": Other("{n}年报.docx", docx, _UNREADABLE),
    "old Word file": Other("{n}年报.doc", doc, _UNREADABLE),
    "other workbook": Other("{n}通讯录.xlsx", other_workbook, Expectation(UNREADABLE + FAILED)),
    "picture": Other("{n}盖章页.jpg", fixed(_JPEG), None),
    "screenshot": Other("{n}截图.png", fixed(_PNG), None),
    "scan": Other("{n}扫描件.pdf", fixed(_PDF), None),
    "lock file": Other("~${n}年报.xlsx", fixed(b"\x05admin" + bytes(159)), None),
    "LibreOffice's lock": Other(".~lock.{n}年报.xlsx#", fixed(b",admin,pc,15.01.2024 10:00,file;"), None),
    "thumbs": Other("Thumbs.db", fixed(_OLE + bytes(1000)), None),
    "own result": Other("{n}结果.json", own_result, None),
    "note": Other("{n}说明.txt", fixed("请查收".encode("gb18030")), None),
    "empty file": Other("{n}空.xlsx", fixed(b""), Expectation(UNREADABLE, must=("FILE-EMPTY",))),
    "truncated": Other("{n}不全.xlsx", truncated, _UNREADABLE),
    "text as xlsx": Other("{n}文本.xlsx", fixed("这不是工作簿".encode()), _UNREADABLE),
    "picture as xlsx": Other("{n}图片.xlsx", fixed(_PNG), _UNREADABLE),
    "html as xls": Other("{n}网页.xls", html_table, _UNREADABLE),
    "json": Other("{n}数据.json", submission, Expectation(PASSED)),
    "broken json": Other("{n}坏.json", fixed(b'{"form": "gov-disclosure", '), _UNREADABLE),
    "other json": Other("{n}别的.json", fixed(b'{"a": 1}'), _UNREADABLE),
    "workbook as picture": Other("{n}年报.jpg", workbook, Expectation(PASSED)),
    "workbook without suffix": Other("{n}年报", workbook, Expectation(PASSED)),
    "workbook as xls": Other("{n}年报.xls", workbook, Expectation(PASSED)),
    "workbook as et": Other("{n}年报.et", workbook, Expectation(PASSED)),
    "workbook in UTF-16": Other(
        "{n}年报.xlsx", lambda chance, agency: utf16(workbook(chance, agency)), Expectation(PASSED + UNREADABLE)
    ),
    "broken zip": Other("{n}打包.zip", lambda chance, agency: zip_of([("a.xlsx", b"x" * 900)])[:70], _UNREADABLE),
}  # fmt: skip
