"""Old Excel and OpenDocument files made by hand: every token, every repeat, and bytes that mean harm."""

import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import examples
from tests.workbook.old_bytes import (
    EOF,
    bare,
    biff,
    bof,
    cell,
    figure,
    formula,
    name,
    number,
    ods,
    ole,
    record,
    row,
    table,
    text,
    words,
    xls,
)
from tianbao.catalogue import words as catalogue
from tianbao.values import FormatClass
from tianbao.workbook import biff as biff_module
from tianbao.workbook import ods as ods_module
from tianbao.workbook import xls as xls_module
from tianbao.workbook.kinds import book_kind
from tianbao.workbook.ods import read_ods
from tianbao.workbook.ods_formula import excel_formula, excel_reference
from tianbao.workbook.package import NotAWorkbook
from tianbao.workbook.sheets import RawBook, RawSheet
from tianbao.workbook.xls import read_xls

OWN = record(0x01AE, struct.pack("<HH", 2, 0x0401))
OTHER = record(0x01AE, struct.pack("<H", 1) + text("外.xls") + text("表") + b"")
LINKS = record(0x0017, struct.pack("<HHhhHhhHhh", 3, 0, 0, 0, 0, -1, -1, 1, 0, 0))


def problem(read: Callable[[bytes], RawBook], data: bytes) -> str:
    """The catalogued problem that reading ends with."""
    with pytest.raises(NotAWorkbook) as caught:
        read(data)
    assert catalogue.finding(caught.value.problem).severity == "error"
    return caught.value.problem


def sheet_of(records: bytes, books: bytes = b"") -> RawSheet:
    return read_xls(xls({"三、申请": records, "乙": b""}, books)).sheets[0]


def in_ods(rows: str, styles: str = "", attributes: str = "") -> RawSheet:
    return read_ods(ods(table(rows, attributes=attributes), styles)).sheets[0]


# ---- formulas of .xls ----

A1, B2 = b"\x44\0\0\x00\xc0", b"\x44\1\0\x01\xc0"
"""Relative references as values."""
ONE, TWO = b"\x1e\1\0", b"\x1e\2\0"
ABC = b"\x17\x03\0" + b'a"c'
FORMULAS: dict[str, bytes] = {
    "A1+B2": A1 + B2 + b"\x03",
    "A1-(B2-1)": A1 + B2 + ONE + b"\x04\x04",
    "(A1-B2)-1": A1 + B2 + b"\x04\x15" + ONE + b"\x04",
    "(1+2)*A1": ONE + TWO + b"\x03" + A1 + b"\x05",
    "-A1^2": A1 + b"\x13" + TWO + b"\x07",
    "+10%": b"\x1e\x0a\0\x14\x12",
    'A1&"a""c"': A1 + ABC + b"\x08",
    "A1<>B2": A1 + B2 + b"\x0e",
    "SUM(A1,B2)": A1 + B2 + b"\x42\x02\x04\0",
    "SUM(A1)": A1 + b"\x19\x10\0\0",
    "ROUND(A1,2)": A1 + TWO + b"\x41\x1b\0",
    "IF(A1,,TRUE)": A1 + b"\x16\x1d\1\x42\x03\x01\0",
    "0.5": b"\x1f" + struct.pack("<d", 0.5),
    "1E+20": b"\x1f" + struct.pack("<d", 1e20),
    "#N/A": b"\x1c\x2a",
    "#REF!": b"\x2a\0\0\0\0",
    "SUM($A$1:B2)": b"\x25\0\0\1\0\0\0\x01\xc0\x42\x01\x04\0",
    "SUM($A:$B)": b"\x25\0\0\xff\xff\0\0\x01\0\x42\x01\x04\0",
    "SUM($3:$4)": b"\x25\2\0\3\0\0\0\xff\0\x42\x01\x04\0",
    "'三、申请'!$C$2": b"\x5a\0\0\1\0\2\0",
    "'[1]表'!$C$2": b"\x5a\2\0\1\0\2\0",
    "#REF!+1": b"\x5a\1\0\1\0\2\0" + ONE + b"\x03",
    "CHOOSE(1,2)": ONE + b"\x19\x04\1\0\0\0\0\0" + TWO + b"\x42\x02\x64\0",
    "小计*2": b"\x43\1\0\0\0" + TWO + b"\x05",
    "IFERROR(A1,1)": b"\x23\2\0\0\0" + A1 + ONE + b"\x42\x03\xff\0",
    "(A1,B2)": A1 + B2 + b"\x10\x15",
}
NAMES = (
    name(bare("小计"), b"\x3a\0\0\1\0\2\0")
    + name(bare("_xlfn.IFERROR"), b"", flags=3)
    + name(bare("x"), ONE, sheet=2)
    + name(b"\0\x0d", ONE, flags=0x20, sheet=2)
)


@pytest.mark.parametrize("written", FORMULAS)
def test_a_formula_of_an_xls(written: str) -> None:
    found = sheet_of(formula(0, 5, FORMULAS[written], 3), OWN + OTHER + LINKS + NAMES).cells[0, 5]
    assert (found.formula, found.value.number) == (written, 3)


def test_constants_in_a_formula() -> None:
    tokens = b"\x60" + bytes(7) + b"\x60" + bytes(7) + b"\x03"
    first = b"\1\1\0" + b"".join(b"\1" + struct.pack("<d", value) for value in (1, 2, 3)) + b"\4\1" + bytes(7)
    second = b"\0\0\0\2" + text("甲")
    assert sheet_of(formula(0, 0, tokens, 0, first + second)).cells[0, 0].formula == '{1,2;3,TRUE}+{"甲"}'


@pytest.mark.parametrize("tokens", [b"\x18\0\0\0\0", b"", A1 + A1, b"\x03", b"\x42\x09\x04\0", b"\x41\xfe\0"])
def test_a_formula_that_cannot_be_read_is_there_without_text(tokens: bytes) -> None:
    assert sheet_of(formula(0, 0, tokens, 7)).cells[0, 0].formula == ""


def test_a_shared_formula_is_written_out() -> None:
    shared = record(0x04BC, struct.pack("<HHBBxBH", 1, 2, 3, 3, 2, 9) + b"\x4c\xff\xff\xff\xc0" + ONE + b"\x03")
    anchor = b"\x01\1\0\3\0"
    sheet = sheet_of(formula(1, 3, anchor, 5) + shared + formula(2, 3, anchor, 6))
    assert [sheet.cells[at, 3].formula for at in (1, 2)] == ["C1+1", "C2+1"]
    assert problem(read_xls, xls({"甲": formula(1, 3, anchor)})) == "FILE-DAMAGED"


def test_an_array_formula_stands_in_its_first_cell() -> None:
    array = record(0x0221, struct.pack("<HHBBHIH", 0, 1, 0, 0, 0, 0, 6) + ONE + b"\x1e\x03\0" + b"")
    tokens = struct.pack("<HHBBHIH", 0, 1, 0, 0, 0, 0, len(A1)) + A1
    sheet = sheet_of(formula(0, 0, b"\x01\0\0\0\0", 5) + record(0x0221, tokens) + formula(1, 0, b"\x01\0\0\0\0", 6))
    assert [(sheet.cells[at, 0].formula, sheet.cells[at, 0].value.number) for at in (0, 1)] == [("A1", 5), (None, 6)]
    assert array


def test_results_of_formulas() -> None:
    def result(first: int, second: int) -> float:
        return struct.unpack("<d", bytes((first, 0, second, 0, 0, 0, 0xFF, 0xFF)))[0]  # type: ignore[no-any-return]

    sheet = sheet_of(
        b"".join(
            formula(at, 0, A1 + ONE + b"\x03", result(*special))
            for at, special in enumerate([(1, 1), (2, 7), (3, 0), (0, 0)])
        )
        + record(0x0207, text("通过"))
    )
    assert [sheet.cells[at, 0].value.raw for at in range(4)] == [True, "#DIV/0!", None, "通过"]


# ---- cells and sheets of .xls ----


def test_cells_of_every_kind() -> None:
    looks = record(0x00E0, struct.pack("<HHH14x", 0, 0, 1)) + record(0x00E0, struct.pack("<HHH14x", 0, 14, 0))
    looks += record(0x041E, struct.pack("<H", 200) + text("0.0%")) + record(0x00E0, struct.pack("<HHH14x", 0, 200, 1))
    cut = "甲" * 5
    strings = struct.pack("<II", 3, 3) + text("办结\r\n二") + b"\x05\0\x08\1\0abcde" + bytes(4) + b"\x07\0\x01"
    strings += cut[:3].encode("utf-16-le")
    more = b"\0" + b"xyzw"
    records = (
        number(0, 0, 12.5, 1)
        + record(0x027E, struct.pack("<HHHI", 0, 1, 2, (1234 << 2) | 3))
        + record(0x00BD, struct.pack("<HH", 1, 0) + struct.pack("<HIHI", 0, (5 << 2) | 2, 0, 0xFFFFFFFE) + b"\1\0")
        + record(0x00FD, struct.pack("<HHHI", 2, 0, 0, 0))
        + record(0x00FD, struct.pack("<HHHI", 2, 1, 0, 1))
        + record(0x00FD, struct.pack("<HHHI", 2, 2, 9, 2))
        + record(0x0204, struct.pack("<HHH", 3, 0, 0) + text(" / "))
        + record(0x0205, struct.pack("<HHHBB", 3, 1, 0, 1, 0))
        + record(0x0205, struct.pack("<HHHBB", 3, 2, 0, 42, 1))
        + record(0x0201, struct.pack("<HHH", 4, 0, 1))
        + record(0x00BE, struct.pack("<HHHHH", 4, 1, 1, 0, 2))
    )
    sheet = sheet_of(records, looks + record(0x00FC, strings) + record(0x003C, more))
    assert {spot: found.value.text for spot, found in sheet.cells.items()} == {
        (0, 0): "12.5", (0, 1): "12.34", (1, 0): "5", (1, 1): "-1", (2, 0): "办结\n二", (2, 1): "abcde",
        (2, 2): "甲甲甲xyzw", (3, 0): " / ", (3, 1): "True", (3, 2): "#N/A", (4, 0): "", (4, 1): "", (4, 2): "",
    }  # fmt: skip
    formats: dict[tuple[int, int], FormatClass] = {(0, 0): "date", (0, 1): "percent", (1, 0): "number"}
    assert {spot: sheet.cells[spot].format for spot in formats} == formats
    assert [spot for spot, found in sheet.cells.items() if not found.locked] == [(0, 0), (4, 0), (4, 1)]


def test_sheets_merges_protection_hidden_rows_and_comments() -> None:
    records = (
        record(0x0012, b"\1\0")
        + record(0x0208, struct.pack("<H10xHH", 7, 0x20, 0))
        + record(0x007D, struct.pack("<HHHHH", 3, 256, 0, 0, 1))
        + record(0x00E5, struct.pack("<H4H", 1, 0, 1, 0, 2))
        + record(0x001C, bytes(12))
        + bof(0x20)
        + number(9, 9, 1)
        + EOF
    )
    book = read_xls(xls({"甲": records, "乙": b""}, NAMES + OWN + LINKS, hidden=("乙",)))
    first, second = book.sheets
    assert (first.name, first.visible, first.protected) == ("甲", True, True)
    assert (second.name, second.visible, second.protected) == ("乙", False, False)
    assert (first.hidden_rows, first.hidden_columns) == ({7}, set(range(3, 256)))
    assert (first.merges, first.comments, first.cells) == ([((0, 0), (1, 2))], 1, {})
    assert book.names == {"小计": "'甲'!$C$2"}
    assert book.local_names == {("乙", "x"): "1"}
    assert not book.macros
    assert "validations" not in book.seen
    assert {"formulas", "locks", "protection"} <= book.seen


def test_macros_are_seen() -> None:
    data = ole({"Workbook": biff({"甲": b""})}, [("_VBA_PROJECT_CUR", 1, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)])
    assert read_xls(data).macros


# ---- .xls that mean harm ----

TREE = [(f"n{at}", 1, at % 60 + 1, at % 60 + 1, 0xFFFFFFFF) for at in range(2, 61)]
"""A directory in which every entry is both neighbours of the one before: 2 to the 58th ways through it."""
BAD_XLS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "no container": ("FILE-DAMAGED", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
    "container of nothing": ("FILE-NOT-WORKBOOK", lambda: ole({"Contents": b"x"})),
    "Word": ("FILE-WORD", lambda: ole({"WordDocument": b"x"})),
    "Word with a workbook in it": ("FILE-WORD", lambda: ole({"WordDocument": b"x", "Workbook": biff({"甲": b""})})),
    "encrypted new file": ("FILE-ENCRYPTED", lambda: ole({"EncryptedPackage": b"x", "EncryptionInfo": b"x"})),
    "encrypted old file": ("FILE-ENCRYPTED", lambda: xls({"甲": b""}, record(0x002F, bytes(6)))),
    "Excel 95": ("FILE-OLD-EXCEL", lambda: ole({"Book": b"x"})),
    "Excel 95 in a newer stream": ("FILE-OLD-EXCEL", lambda: ole({"Workbook": biff({"甲": b""}, version=0x0500)})),
    "two workbooks": ("FILE-DAMAGED", lambda: ole({"Workbook": biff({"甲": b""}), "WORKBOOK": biff({"乙": b""})})),
    "chain that bites its tail": ("FILE-DAMAGED", lambda: ole({"Workbook": biff({"甲": b""})}, loop=True)),
    "no sheets": ("FILE-NOT-WORKBOOK", lambda: xls({})),
    "sheet twice": ("FILE-DAMAGED", lambda: xls({"a": b"", "A": b""})),
    "sheet elsewhere": ("FILE-DAMAGED", lambda: ole({"Workbook": bof(5) + record(0x85, bytes(8)) + EOF})),
    "stream cut off": ("FILE-DAMAGED", lambda: ole({"Workbook": biff({"甲": b""})[:-4].ljust(4096, b"\xff")})),
    "cell twice": ("FILE-DAMAGED", lambda: xls({"甲": number(0, 0, 1) + number(0, 0, 2)})),
    "not a number": ("FILE-DAMAGED", lambda: xls({"甲": number(0, 0, float("nan"))})),
    "infinite": ("FILE-DAMAGED", lambda: xls({"甲": number(0, 0, float("-inf"))})),
    "string out of range": ("FILE-DAMAGED", lambda: xls({"甲": record(0x00FD, bytes(10))})),
    "a billion strings": ("FILE-TOO-LARGE", lambda: xls({"甲": b""}, record(0x00FC, struct.pack("<II", 0, 10**9)))),
    "strings that are not there": ("FILE-DAMAGED", lambda: xls({"甲": b""}, record(0x00FC, struct.pack("<II", 9, 9)))),
    "record too short": ("FILE-DAMAGED", lambda: xls({"甲": record(0x0203, b"\0")})),
    "name of no sheet": ("FILE-DAMAGED", lambda: ole({"Workbook": biff({"甲": b""}, NAMES)})),
    "name of nothing": ("FILE-DAMAGED", lambda: xls({"甲": formula(0, 0, b"\x43\0\0\0\0")})),
    "array without a cell": ("FILE-DAMAGED", lambda: xls({"甲": record(0x0221, bytes(14))})),
    "too many blanks": (
        "FILE-TOO-LARGE",
        lambda: xls({"甲": b"".join(record(0x00BE, struct.pack("<HH258H", at, 0, *[0] * 258)) for at in range(900))}),
    ),
    "sheets that share their cells": ("FILE-DAMAGED", lambda: ole({"Workbook": shared_sheets(150, 20)})),
}  # fmt: skip


def shared_sheets(count: int, cells: int) -> bytes:
    """Many sheets at one place of the stream."""
    size = len(bof(5)) + count * len(record(0x0085, bytes(6) + text("0000", 1))) + len(EOF)
    listed = b"".join(record(0x0085, struct.pack("<IBB", size, 0, 0) + text(f"{at:04}", 1)) for at in range(count))
    return bof(5) + listed + EOF + bof(0x10) + b"".join(number(at, 0, 1) for at in range(cells)) + EOF


@pytest.mark.parametrize("case", BAD_XLS)
def test_bad_xls(case: str) -> None:
    wanted, make = BAD_XLS[case]
    assert problem(read_xls, make()) == wanted


def test_a_forged_directory_ends() -> None:
    assert read_xls(ole({"Workbook": biff({"甲": number(0, 0, 1)})}, TREE)).sheets[0].name == "甲"


def test_a_formula_longer_than_any_is_not_written_out() -> None:
    many = b"\x43\1\0\0\0" * 300 + b"\x08" * 299
    long = name(bare("长" * 200), ONE)
    assert sheet_of(formula(0, 0, many), long).cells[0, 0].formula == ""


@pytest.mark.parametrize(
    ("module", "what", "bound"), [(xls_module, "MAX_CELLS", 2), (xls_module, "MAX_FORMULA_BYTES", 11), (biff_module, "MAX_RECORDS", 9), (xls_module, "MAX_FILE", 9)]
)  # fmt: skip
def test_bounds_of_xls(module: object, what: str, bound: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = xls({"甲": b"".join(formula(at, 0, ONE, at) for at in range(5))})
    monkeypatch.setattr(module, what, bound)
    assert problem(read_xls, data) == "FILE-TOO-LARGE"


# ---- .ods ----

OPEN = '<style:style style:name="o" style:family="table-cell" style:parent-style-name="p"/>'
OPEN += '<style:style style:name="p" style:family="table-cell">'
OPEN += '<style:table-cell-properties style:cell-protect="none"/></style:style>'


def test_texts() -> None:
    sheet = in_ods(
        row(
            words("一<text:s/> <text:span>二</text:span><text:s text:c='3'/>三", "", "第<text:line-break/>四<text:tab/>"),
            words("\n   开<text:a>头</text:a>\n   尾"),
            cell('<office:annotation><text:p>批</text:p></office:annotation><text:p>正</text:p>', 'office:value-type="string"'),
            cell("<text:p>显示</text:p>", 'office:value-type="string" office:string-value="原文"'),
            cell("<text:p>字<text:ruby><text:ruby-base>底</text:ruby-base><text:ruby-text>音</text:ruby-text></text:ruby></text:p>", ""),
        )
    )  # fmt: skip
    assert [sheet.cells[0, at].value.text for at in range(5)] == [
        "一  二   三\n\n第\n四\t",
        "开头 尾",
        "正",
        "原文",
        "字底",
    ]
    assert sheet.comments == 1


def test_values_of_every_type() -> None:
    def typed(kind: str, attribute: str = "", shown: str = "") -> str:
        return cell(f"<text:p>{shown}</text:p>", f'office:value-type="{kind}" {attribute}')

    sheet = in_ods(
        row(
            figure("12.50"),
            typed("percentage", 'office:value="0.125"'),
            typed("currency", 'office:value="-3"'),
            typed("date", 'office:date-value="2024-01-20"'),
            typed("date", 'office:date-value="2024-01-20T12:00:00"'),
            typed("time", 'office:time-value="PT06H00M00S"'),
            typed("boolean", 'office:boolean-value="true"'),
            typed("date", 'office:date-value="1700-01-01"', "1700年"),
            typed("boolean", 'office:boolean-value="false" t:formula="of:=FALSE()"'),
        )
    )
    found = [sheet.cells[0, at] for at in range(9)]
    assert [each.value.text for each in found] == [
        "12.5", "0.125", "-3", "45311", "45311.5", "0.25", "True", "1700年", "False",
    ]  # fmt: skip
    assert [each.format for each in found[:6]] == ["number", "percent", "number", "date", "date", "date"]
    assert found[8].formula is None


def test_locks_formats_and_hidden_sheets_follow_from_styles() -> None:
    styles = (
        OPEN
        + '<style:style style:name="d" style:family="table-cell" style:data-style-name="N1"/>'
        + '<number:date-style style:name="N1"/><number:text-style style:name="N2"/>'
        + '<style:style style:name="h" style:family="table"><style:table-properties t:display="false"/></style:style>'
    )
    rows = (
        '<t:table-column t:number-columns-repeated="2" t:default-cell-style-name="o"/><t:table-column t:visibility="collapse"/>'
        + row(
            cell(attributes='t:number-columns-repeated="3"'),
            figure(1, 't:style-name="o"'),
            figure(2, 't:style-name="d"'),
        )
        + row(figure(3), attributes='t:default-cell-style-name="d" t:visibility="filter" t:number-rows-repeated="2"')
    )
    sheet = in_ods(rows, styles, 't:style-name="h" t:protected="true"')
    assert (sheet.visible, sheet.protected) == (False, True)
    assert [spot for spot, found in sheet.cells.items() if not found.locked] == [(0, 0), (0, 1), (0, 3)]
    assert (sheet.cells[0, 4].format, sheet.cells[1, 0].format, sheet.cells[0, 3].format) == ("date", "date", "number")
    assert (sheet.hidden_rows, sheet.hidden_columns) == ({1, 2}, {2})


def test_repeats_and_merges() -> None:
    rows = (
        row(cell(attributes='t:number-columns-repeated="16384"'), attributes='t:number-rows-repeated="3"')
        + row(
            figure(5, 't:number-columns-spanned="2" t:number-rows-spanned="3"'),
            "<t:covered-table-cell/>",
            figure(7, 't:number-columns-repeated="3"'),
            cell(attributes='t:style-name="o" t:number-columns-repeated="16379"'),
        )
        + row(
            cell(attributes='t:style-name="o" t:number-columns-repeated="2"'), attributes='t:number-rows-repeated="2"'
        )
        + row(cell(attributes='t:style-name="o"'), attributes='t:number-rows-repeated="1048570"')
    )
    sheet = in_ods(f"<t:table-header-rows>{rows}</t:table-header-rows>", OPEN)
    assert sheet.merges == [((3, 0), (5, 1))]
    values = {spot: found.value.number for spot, found in sheet.cells.items() if found.value.number is not None}
    assert values == {(3, 0): 5, (3, 2): 7, (3, 3): 7, (3, 4): 7}
    assert [spot for spot, found in sheet.cells.items() if not found.locked] == [(4, 0), (4, 1), (5, 0), (5, 1)]


def test_what_is_no_sheet_is_not_read() -> None:
    inner = table(row(figure(9)), "里")
    rows = f"<t:shapes>{inner}</t:shapes>" + row(cell(f"{inner}<text:p>格</text:p>", 'office:value-type="string"'))
    rows += row(figure(1))
    book = read_ods(
        ods(
            table("<t:table-source/>" + row(figure(8)), "'file:///x.ods'#甲")
            + table(rows, "甲")
            + f"<t:dde-links><t:dde-link>{table(row(figure(7)), '乙')}</t:dde-link></t:dde-links>"
        )
    )
    assert [sheet.name for sheet in book.sheets] == ["甲"]
    assert {spot: found.value.text for spot, found in book.sheets[0].cells.items()} == {(0, 0): "格", (1, 0): "1"}


def test_names_of_ods() -> None:
    named = """<t:named-range t:name="a.b" t:cell-range-address="$'三、申请'.$D$5"/>
        <t:named-expression t:name="c" t:expression="&quot;a;b&quot;"/>
        <t:named-expression t:name="e" t:expression="of:=[$甲.$A$1]*2"/>"""
    local = (
        '<t:named-expressions><t:named-range t:name="x" t:cell-range-address="$甲.$A$1:.$B$2"/></t:named-expressions>'
    )
    book = read_ods(ods(table(row(figure(1)) + local, "甲") + f"<t:named-expressions>{named}</t:named-expressions>"))
    assert book.names == {"a.b": "'三、申请'!$D$5", "c": '"a;b"', "e": "'甲'!$A$1*2"}
    assert book.local_names == {("甲", "x"): "'甲'!$A$1:$B$2"}


OPEN_FORMULAS = {
    "of:=SUM([.D5:.D8];[$'三、申请'.$A$1])": "SUM(D5:D8,'三、申请'!$A$1)",
    "of:=SUM([$'it''s'.A1:.B2];[$甲.$A$1:$乙.$B$2])": "SUM('it''s'!A1:B2,'甲:乙'!$A$1:$B$2)",
    "of:={1;2|3;-0.5}*[.A1]": "{1,2;3,-0.5}*A1",
    'of:="a;b|{[.A1]}"&"x""y"': '"a;b|{[.A1]}"&"x""y"',
    "of:=SUM([.C:.C])+SUM([.2:.3])": "SUM(C:C)+SUM(2:3)",
    "of:=SUM([.$A$1:.$B$1048576])+SUM([.A2:.XFD2])": "SUM($A:$B)+SUM(2:2)",
    "of:=['file:///tmp/外.ods'#$甲.B2]": "'[外.ods]甲'!B2",
    "of:=[.#REF!]+[$甲.B$#REF!]+#REF!": "#REF!+#REF!+#REF!",
    "of:=COM.MICROSOFT.IFS([.A1]>1;TRUE();[.A2]~[.A3])": "IFS(A1>1,TRUE,A2,A3)",
    "of:=SUM([.A1:.B2]![.B1:.B9])": "SUM(A1:B2 B1:B9)",
    "oooc:=[.A1]": "A1",
    "msoxl:=SUM(A1,B2)": "SUM(A1,B2)",
    "of:=[.A1": "",
    'of:="a': "",
    "x:=1": "",
    "of:=" + "1+" * 9000: "",
}


@pytest.mark.parametrize("written", OPEN_FORMULAS)
def test_a_formula_of_an_ods(written: str) -> None:
    assert excel_formula(written) == OPEN_FORMULAS[written]


def test_references_that_are_none() -> None:
    for nonsense in ("", ".", "甲.乙.A1", "'甲.A1", ".A1:.B", "#REF!"):
        assert "!" in excel_reference(nonsense) or nonsense == ".A1:.B"


@pytest.mark.parametrize("written", ["of:=" + "[" * 16_000, "of:=" + "'" * 16_000, "of:=[" + "'" * 16_000 + "]"])
def test_formulas_that_would_keep_a_careless_reader_busy(written: str) -> None:
    assert excel_formula(written) in ("", "#REF!", written[4:])


MANIFEST = b'<manifest:manifest xmlns:manifest="m"><manifest:encryption-data/></manifest:manifest>'
BIG = 't:number-columns-repeated="999" '
BAD_ODS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "text": ("FILE-WORD", lambda: ods("", mime="application/vnd.oasis.opendocument.text")),
    "slides": ("FILE-NOT-WORKBOOK", lambda: ods("", mime="application/vnd.oasis.opendocument.presentation")),
    "encrypted": ("FILE-ENCRYPTED", lambda: ods(table(""), parts={"META-INF/manifest.xml": MANIFEST})),
    "no content": ("FILE-DAMAGED", lambda: ods("", parts={"content.xml": b""})),
    "no sheets": ("FILE-NOT-WORKBOOK", lambda: ods("")),
    "sheet twice": ("FILE-DAMAGED", lambda: ods(table("") + table(""))),
    "doctype": ("FILE-DOCTYPE", lambda: ods("", parts={"content.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'})),
    "doctype in styles": ("FILE-DOCTYPE", lambda: ods(table(""), parts={"styles.xml": b"<!DOCTYPE x><x/>"})),
    "no XML": ("FILE-DAMAGED", lambda: ods("", parts={"content.xml": b"\0\1"})),
    "not a number": ("FILE-DAMAGED", lambda: ods(table(row(figure("NaN"))))),
    "a figure a million times": ("FILE-TOO-LARGE", lambda: ods(table(row(figure(1), attributes='t:number-rows-repeated="1048576"')))),
    "figures beyond the last column": ("FILE-TOO-LARGE", lambda: ods(table(row(figure(1, 't:number-columns-repeated="16385"'))))),
    "many open cells": ("FILE-TOO-LARGE", lambda: ods(table(row(cell(attributes=BIG + 't:style-name="o"'), attributes='t:number-rows-repeated="999"')), OPEN)),
    "spaces without end": ("FILE-TOO-LARGE", lambda: ods(table(row(words('<text:s text:c="999999999"/>'))))),
    "hidden rows without end": ("FILE-TOO-LARGE", lambda: ods(table(row(attributes='t:number-rows-repeated="999" t:visibility="collapse"') * 210))),
    "columns of two styles in every row": (
        "FILE-TOO-LARGE",
        lambda: ods(table('<t:table-column t:default-cell-style-name="o"/><t:table-column/>' * 8000
                    + row(cell(attributes='t:number-columns-repeated="16000"')) * 150)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_ODS)
def test_bad_ods(case: str) -> None:
    wanted, make = BAD_ODS[case]
    assert problem(read_ods, make()) == wanted


@pytest.mark.parametrize(("what", "bound"), [("MAX_CELLS", 2), ("MAX_SHEETS", 1), ("MAX_NAMES", 1), ("MAX_STEPS", 2)])
def test_bounds_of_ods(what: str, bound: int, monkeypatch: pytest.MonkeyPatch) -> None:
    named = '<t:named-range t:name="{}" t:cell-range-address="$甲.$A$1"/>'
    both = f"<t:named-expressions>{named.format('a')}{named.format('b')}</t:named-expressions>"
    data = ods(table(row(figure(1), figure(2), figure(3)), "甲") + table("", "乙") + both)
    monkeypatch.setattr(ods_module, what, bound)
    assert problem(read_ods, data) == "FILE-TOO-LARGE"


def test_macros_of_ods() -> None:
    lists = {"Basic/Standard/script-lb.xml": b"<x/>"}
    assert not read_ods(ods(table(""), parts=lists)).macros
    assert read_ods(ods(table(""), parts=lists | {"Basic/Standard/Module1.xml": b"<x/>"})).macros


# ---- kinds ----


def test_the_bytes_decide_which_reader() -> None:
    assert book_kind(xls({"甲": b""})) == "xls"
    assert book_kind(ods(table(""))) == "ods"
    assert book_kind(ods(table(""), mime=None)) == "ods"
    assert book_kind(b"PK\x03\x04 [Content_Types].xml") == "xlsx"
    assert book_kind(b"") == "xlsx"
    assert read_ods(ods(table(""), mime=None)).sheets


@pytest.mark.parametrize(
    ("data", "format_"),
    [
        (b'\xef\xbb\xbf<?xml version="1.0"?><office:document office:mimetype="x"/>', "Flat ODF (.fods)"),
        (b'<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "XML Spreadsheet 2003"),
        (b"<HTML><body><table>", "HTML"),
    ],
)  # fmt: skip
def test_tables_in_other_formats_are_named(data: bytes, format_: str) -> None:
    with pytest.raises(NotAWorkbook, match="FILE-OTHER-FORMAT") as caught:
        book_kind(data)
    assert caught.value.facts == {"format": format_}


# ---- any bytes at all ----

SAMPLE_XLS = xls(
    {
        "三、申请": number(0, 0, 1)
        + b"".join(formula(at + 1, 0, tokens) for at, tokens in enumerate(FORMULAS.values()))
        + record(0x00FD, struct.pack("<HHHI", 99, 0, 0, 0)),
        "乙": record(0x00E5, struct.pack("<H4H", 1, 0, 1, 0, 2)),
    },
    OWN + OTHER + LINKS + NAMES + record(0x00FC, struct.pack("<II", 1, 1) + text("办结")),
)
SAMPLE_ODS = ods(
    table(
        row(figure(1, 't:formula="of:=SUM([.A1:.B2])"'), words("办结"), cell(attributes='t:style-name="o"'))
        + row(figure(2, 't:number-columns-spanned="2"'), attributes='t:number-rows-repeated="2"')
    ),
    OPEN,
)
CHANGES = st.lists(st.tuples(st.integers(0, 2**32), st.integers(0, 255)), min_size=1, max_size=12)


def reads_or_says(read: Callable[[bytes], RawBook], data: bytes) -> None:
    try:
        assert read(data).sheets
    except NotAWorkbook as error:
        assert catalogue.finding(error.problem)


@examples(300)
@given(CHANGES, st.integers(0, 2**32))
def test_flipped_bytes_of_xls(changes: list[tuple[int, int]], length: int) -> None:
    data = bytearray(SAMPLE_XLS)
    for place, new in changes:
        data[place % len(data)] = new
    reads_or_says(read_xls, bytes(data))
    reads_or_says(read_xls, bytes(data[: length % len(data)]))


@examples(200)
@given(CHANGES)
def test_flipped_bytes_of_content(changes: list[tuple[int, int]]) -> None:
    import zipfile
    from io import BytesIO

    with zipfile.ZipFile(BytesIO(SAMPLE_ODS)) as archive:
        content = bytearray(archive.read("content.xml"))
    for place, new in changes:
        content[place % len(content)] = new
    reads_or_says(read_ods, ods("", parts={"content.xml": bytes(content)}))


@examples(200)
@given(st.text(alphabet="[].$'#A1:;|{}\"~!=TRUE()of", max_size=60))
def test_any_formula_gives_a_text(written: str) -> None:
    assert isinstance(excel_formula(f"of:={written}"), str)


@examples(300)
@given(st.binary(max_size=60))
def test_any_tokens_give_a_text_or_damage(tokens: bytes) -> None:
    reads_or_says(read_xls, xls({"甲": formula(0, 0, tokens)}, OWN + OTHER + LINKS))
