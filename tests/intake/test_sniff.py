"""What a file is: by its bytes, and by its suffix where they do not say."""

import bz2
import gzip
import lzma

import pytest

from tests.intake import made, oles
from tianbao.intake.sniff import Kind, kind_of

BOOK = made.workbook()
DOCX = made.zipped(
    ("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>"), ("word/embeddings/a.xlsx", BOOK)
)
ODS_MIME = b"application/vnd.oasis.opendocument.spreadsheet"
ODS = made.zipped(("mimetype", ODS_MIME), ("content.xml", b"<x/>"), stored=True)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40

SAID: dict[str, tuple[bytes, str, Kind]] = {
    "a workbook": (BOOK, "a.xlsx", "workbook"),
    "a workbook called a zip": (BOOK, "a.zip", "workbook"),
    "a workbook called old": (BOOK, "a.et", "workbook"),
    "a workbook without suffix": (BOOK, "attachment", "workbook"),
    "a workbook cut off": (BOOK[:2000], "attachment", "workbook"),
    "the first bytes of a workbook": (BOOK[:4], "a.xlsx", "workbook"),
    "a workbook in parts elsewhere": (
        made.zipped(("_rels/.rels", b""), ("[Content_Types].xml", b""), ("book/workbook.xml", b"")),
        "a",
        "workbook",
    ),
    "text under a workbook's suffix": (b"hello", "a.XLSX", "workbook"),
    "an archive under a workbook's suffix": (made.zipped(("a.txt", b"a")), "a.xlsx", "workbook"),
    "a workbook inside an archive's folder": (
        made.zipped(("a/[Content_Types].xml", b""), ("xl/b.txt", b"")),
        "a",
        "zip",
    ),
    "a folder xl in an archive": (made.zipped(("xl/b.xlsx", BOOK)), "a.zip", "zip"),
    "old Excel": (oles.ole({"Workbook": oles.BOOK}), "a.xls", "old-excel"),
    "older Excel": (oles.ole({"Book": oles.BOOK}), "a", "old-excel"),
    "Excel 4": (b"\x09\4\6\0\0\0\x10\0" + b"\0" * 20, "a", "old-excel"),
    "old WPS": (oles.ole({"Workbook": oles.BOOK, "ETExtData": b"x"}), "a.et", "old-excel"),
    "old Excel with a Word file in it": (
        oles.ole({"Workbook": oles.BOOK, "MBD0001": {"WordDocument": b"x"}}),
        "a.xls",
        "old-excel",
    ),
    "Word with a workbook in it": (
        oles.ole({"WordDocument": b"x", "ObjectPool": {"_1": {"Workbook": oles.BOOK}}}),
        "a.xls",
        "word",
    ),
    "old Excel cut off": (oles.ole({"Workbook": oles.BOOK})[:600], "a", "old-excel"),
    "OLE of another kind": (oles.ole({"PowerPoint Document": b"x"}), "a.ppt", "other"),
    "OLE of another kind under Excel's suffix": (oles.ole({"Catalog": b"x"}), "a.xls", "old-excel"),
    "a locked workbook": (made.sealed(BOOK, "p"), "a.xlsx", "encrypted"),
    "a locked old workbook": (oles.locked_xls("p"), "a.xls", "encrypted"),
    "OpenDocument": (ODS, "a.xlsx", "ods"),
    "OpenDocument without its mark": (made.zipped(("content.xml", b"")), "a.ods", "ods"),
    "OpenDocument text": (
        made.zipped(("mimetype", ODS_MIME.replace(b"spreadsheet", b"text")), stored=True),
        "a",
        "word",
    ),
    "Word": (DOCX, "a.docx", "word"),
    "Word called a workbook": (DOCX, "a.xlsx", "word"),
    "old Word": (oles.ole({"WordDocument": b"x"}), "a.wps", "word"),
    "text under Word's suffix": (b"hello", "a.doc", "word"),
    "rich text": (b"{\\rtf1\\ansi", "a.doc", "word"),
    "slides": (made.zipped(("[Content_Types].xml", b""), ("ppt/presentation.xml", b"")), "a.pptx", "other"),
    "data": (b'\xef\xbb\xbf \n{\n "form": 1}', "a.txt", "json"),
    "data in UTF-16": ('{"form": 1}'.encode("utf-16"), "a.txt", "json"),
    "data under a workbook's suffix": (b'{"form": 1}', "a.xlsx", "json"),
    "text under the suffix of data": (b"hello", "a.json", "json"),
    "braces of another kind": (b"{% block %}", "a.txt", "other"),
    "a zip": (made.zipped(("a.txt", b"a")), "a", "zip"),
    "an empty zip": (made.zipped(), "a", "zip"),
    "a tar": (made.tarred(("a", b"a")), "a", "tar"),
    "a tar, gzip": (made.tarred(("a", b"a"), mode="w:gz"), "a", "tar"),
    "a tar, bzip2": (made.tarred(("a", b"a"), mode="w:bz2"), "a", "tar"),
    "a tar, xz": (made.tarred(("a", b"a"), mode="w:xz"), "a", "tar"),
    "gzip": (gzip.compress(b"a"), "a.xlsx.gz", "compressed"),
    "bzip2": (bz2.compress(b"a"), "a", "compressed"),
    "xz": (lzma.compress(b"a"), "a", "compressed"),
    "7z": (b"7z\xbc\xaf\x27\x1c\0\4", "a", "7z"),
    "rar": (made.stored_rar(b"a", b"a"), "a.zip", "rar"),
    "a cabinet": (b"MSCF\0\0\0\0", "a", "other-archive"),
    "text under a zip's suffix": (b"hello", "a.zip", "zip"),
    "a mail": (made.mail(), "a", "mail"),
    "a mail with raw GBK": (made.raw_mail(), "1705280400.M1P2.host:2,S", "mail"),
    "a mail that begins with its way": (b"X-QQ-mid: 1\r\nReceived: from a\r\n by b\r\nDate: x\r\n\r\n", "a", "mail"),
    "notes": (b"Name: x\nSubject: y\n", "a.txt", "other"),
    "mails": (made.mbox(made.mail()), "Inbox", "mbox"),
    "winmail.dat": (made.tnef(b"a", b"a"), "winmail.dat", "tnef"),
    "Outlook": (oles.ole(oles.outlook()), "a", "msg"),
    "a picture": (PNG, "a", "picture"),
    "a picture under a workbook's suffix": (PNG, "a.xlsx", "picture"),
    "a PDF": (b"\n%PDF-1.7", "a", "pdf"),
    "OFD": (made.zipped(("OFD.xml", b"<x/>")), "a.ofd", "pdf"),
    "nothing": (b"", "a.xlsx", "empty"),
    "text": (b"hello", "a.txt", "other"),
}


@pytest.mark.parametrize("name", SAID)
def test_what_it_is(name: str) -> None:
    data, file, kind = SAID[name]
    assert kind_of(data, file) == kind


@pytest.mark.parametrize("name", SAID)
def test_cut_anywhere_it_is_still_something(name: str) -> None:
    data, file, _ = SAID[name]
    for end in (*range(0, min(len(data), 120)), *range(120, len(data), max(1, len(data) // 50))):
        assert kind_of(data[:end], file)


def test_a_directory_that_goes_round_ends() -> None:
    data = bytearray(oles.ole({"Workbook": oles.BOOK}))
    first = int.from_bytes(data[48:52], "little")
    table = int.from_bytes(data[76:80], "little")
    # the directory's sector follows itself, its entry is its own neighbour
    at = 512 * (table + 1) + 4 * first
    data[at : at + 4] = first.to_bytes(4, "little")
    entry = 512 * (first + 1) + 128
    data[entry + 72 : entry + 76] = (1).to_bytes(4, "little")
    assert kind_of(bytes(data), "a") == "old-excel"
