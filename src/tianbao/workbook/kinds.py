"""Which reader the bytes of a workbook need: told by the bytes, never by the name of the file."""

from typing import Literal

from tianbao.workbook.package import NotAWorkbook
from tianbao.workbook.xls.ole import SIGNATURE

BookKind = Literal["xlsx", "xls", "ods"]

_ZIP, _ODF = b"PK\x03\x04", b"mimetype"
_NAME = 30
"""Where the name of a zip's first member stands: that is `mimetype` in OpenDocument files."""
_HEAD = 4096
_TEXTS = (
    (b"office:document", "Flat ODF (.fods)"),
    (b"urn:schemas-microsoft-com:office:spreadsheet", "XML Spreadsheet 2003"),
    (b"<table", "HTML"),
    (b"<html", "HTML"),
)


def book_kind(data: bytes) -> BookKind:
    """The kind of a workbook; "xlsx" also for what is none, as that reader says why not.

    Raises NotAWorkbook for tables written as XML or as a web page, which Excel opens under an .xls name.
    """
    if data.startswith(SIGNATURE):
        return "xls"
    if data.startswith(_ZIP):
        # a member so named is listed at the end, too, if another program has put it elsewhere
        first = data[_NAME : _NAME + len(_ODF)] == _ODF
        return "ods" if first or (b"content.xml" in data and b"[Content_Types].xml" not in data) else "xlsx"
    head = data[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"<"):
        for mark, name in _TEXTS:
            if mark in head:
                raise NotAWorkbook("FILE-OTHER-FORMAT", format=name)
    return "xlsx"
