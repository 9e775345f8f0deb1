"""Old Excel files made by hand: every record and token, and bytes that mean harm."""

import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import examples
from tests.workbook.old_bytes import EOF, bare, biff, bof, formula, name, number, ole, record, text, xls
from tests.workbook.old_judge import CHANGES, problem, reads_or_says
from tianbao.values import FormatClass
from tianbao.workbook.sheets import ALL_ASPECTS, RawSheet
from tianbao.workbook.xls import biff as biff_module
from tianbao.workbook.xls import globals as globals_module
from tianbao.workbook.xls import reader as xls_module
from tianbao.workbook.xls.reader import read_xls

OWN = record(0x01AE, struct.pack("<HH", 2, 0x0401))
OTHER = record(0x01AE, struct.pack("<H", 1) + text("外.xls") + text("表") + b"")
LINKS = record(0x0017, struct.pack("<HHhhHhhHhh", 3, 0, 0, 0, 0, -1, -1, 1, 0, 0))


def sheet_of(records: bytes, books: bytes = b"") -> RawSheet:
    return read_xls(xls({"三、申请": records, "乙": b""}, books)).sheets[0]


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
        (2, 2): "甲甲甲xyzw", (3, 0): " / ", (3, 1): "TRUE", (3, 2): "#N/A", (4, 0): "", (4, 1): "", (4, 2): "",
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
    assert book.seen == ALL_ASPECTS


def dv(bits: int, first: bytes, second: bytes, *areas: tuple[int, int, int, int]) -> bytes:
    """A check of entries over areas (top, bottom, left, right)."""
    operands = b"".join(struct.pack("<HH", len(each), 0) + each for each in (first, second))
    where = struct.pack("<H", len(areas)) + b"".join(struct.pack("<4H", *area) for area in areas)
    return record(0x01BE, struct.pack("<I", bits) + text("题") * 4 + operands + where)


def test_checks_of_entries() -> None:
    words = b"\x17\x03\1" + "是\0否".encode("utf-16-le")
    records = (
        dv(0x1 | 6 << 20, ONE, b"", (0, 1, 0, 0), (5, 5, 2, 2))
        + dv(0x2 | 1 << 4, ONE, TWO, (3, 3, 0, 0))
        + dv(0x3 | 0x80, words, b"", (4, 4, 0, 0))
        + dv(0x7, b"\x4c\xff\xff\0\xc0" + ONE + b"\x0d", b"", (7, 7, 1, 1))
        + dv(0x0, b"", b"", (8, 8, 0, 0))
        + dv(0x6 | 7 << 20, TWO, b"", (0, 65535, 9, 9))
    )
    assert sheet_of(records).validations == {
        **dict.fromkeys([(0, 0), (1, 0), (5, 2)], "whole|greaterThanOrEqual|stop|1"),
        (3, 0): "decimal|between|warning|1|2",
        (4, 0): 'list||stop|"是,否"',
        (7, 1): "custom||stop|B7>1",
        (0, 9): "textLength|lessThanOrEqual|stop|2",
    }


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
    "encrypted and cut off": ("FILE-ENCRYPTED", lambda: ole({"EncryptedPackage": b"x"})[:-600]),
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
    "check of no kind": ("FILE-DAMAGED", lambda: xls({"甲": dv(0xF, b"", b"")})),
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
    ("module", "what", "bound"),
    [
        (xls_module, "MAX_CELLS", 2),
        (xls_module, "MAX_FORMULA_BYTES", 11),
        (biff_module, "MAX_RECORDS", 9),
        (xls_module, "MAX_FILE", 9),
    ],
)
def test_bounds_of_xls(module: object, what: str, bound: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = xls({"甲": b"".join(formula(at, 0, ONE, at) for at in range(5))})
    monkeypatch.setattr(module, what, bound)
    assert problem(read_xls, data) == "FILE-TOO-LARGE"


@pytest.mark.parametrize("what", ["MAX_SHEETS", "MAX_NAMES", "MAX_STRINGS"])
def test_bounds_of_what_stands_before_the_sheets(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    strings = record(0x00FC, struct.pack("<II", 1, 1) + text("办结"))
    data = xls({"三、申请": number(0, 0, 1), "乙": b""}, OWN + OTHER + LINKS + NAMES + strings)
    assert read_xls(data).sheets[0].name == "三、申请"
    monkeypatch.setattr(globals_module, what, 0)
    assert problem(read_xls, data) == "FILE-TOO-LARGE"


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


@examples(300)
@given(CHANGES, st.integers(0, 2**32))
def test_flipped_bytes_of_xls(changes: list[tuple[int, int]], length: int) -> None:
    data = bytearray(SAMPLE_XLS)
    for place, new in changes:
        data[place % len(data)] = new
    reads_or_says(read_xls, bytes(data))
    reads_or_says(read_xls, bytes(data[: length % len(data)]))


@examples(300)
@given(st.binary(max_size=60))
def test_any_tokens_give_a_text_or_damage(tokens: bytes) -> None:
    reads_or_says(read_xls, xls({"甲": formula(0, 0, tokens)}, OWN + OTHER + LINKS))
