"""Bytes that are no workbook of ours: each a catalogued problem, never another exception."""

import io
import random
import zipfile
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import examples
from tests.workbook.samples import (
    Change,
    back,
    empty,
    filled_in,
    find_form,
    official,
    part_of,
    put,
    repacked,
    small,
    swap,
)
from tianbao.catalogue import words
from tianbao.submission import Submission
from tianbao.workbook import package, sheet_xml, strings_xml, xlsx
from tianbao.workbook.package import NotAWorkbook
from tianbao.workbook.read import read

FORM = small()
DATA = filled_in(FORM)
TABLE, HIDDEN = part_of(DATA, "二、数量"), part_of(DATA, "_tianbao")
FAR = b'<worksheet><sheetData><row r="2000000"><c><v>1</v></c></row></sheetData></worksheet>'
OUTSIDE = 'TargetMode="External" Target='
MERGES = '<mergeCell ref="A90:B90"/>' * 70 + "<mergeCell "
BOOK, STYLES, STRINGS, RELS = "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels"
ROOT = "_rels/.rels"


def problem(data: bytes) -> str:
    """The id of the problem, which the catalogue words with the facts given."""
    with pytest.raises(NotAWorkbook) as caught:
        read(data, find_form)
    worded = words.finding(caught.value.problem)
    assert worded.severity == "error"
    for language in ("zh", "en"):
        blanks = worded.said[language].count("{")
        assert blanks <= len(caught.value.facts), (caught.value.problem, caught.value.facts)
    return caught.value.problem


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return out.getvalue()


def docx() -> bytes:
    rel = b'<Relationship Id="r" Type="http://x/officeDocument" Target="word/document.xml"/>'
    return zipped(
        {ROOT: b"<Relationships>" + rel + b"</Relationships>", "word/document.xml": b"<w:document xmlns:w='w'/>"}
    )


def ole(*inside: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"".join(name.encode("utf-16-le") for name in inside) + bytes(512)


def twice(name: str) -> bytes:
    out = io.BytesIO(repacked(DATA, {}))
    with zipfile.ZipFile(out, "a") as target, pytest.warns(UserWarning, match="Duplicate name"):
        target.writestr(name, b"<x/>")
    return out.getvalue()


def with_part(name: str, change: Change) -> bytes:
    return repacked(DATA, {name: change})


def sheet_with(inside: str, attributes: str = "") -> bytes:
    return with_part(TABLE, put("B4", inside, attributes))


def doctype(xml: str) -> str:
    return xml.replace("?>", '?><!DOCTYPE x [<!ENTITY a "b">]>', 1)


BAD: dict[str, tuple[str, Callable[[], bytes]]] = {
    "empty": ("FILE-EMPTY", lambda: b""),
    "text": ("FILE-NOT-WORKBOOK", "年报".encode),
    "random": ("FILE-NOT-WORKBOOK", lambda: random.Random(1).randbytes(5000)),
    "docx": ("FILE-WORD", docx),
    "zip of something": ("FILE-NOT-WORKBOOK", lambda: zipped({"a.txt": b"x"})),
    "empty zip": ("FILE-NOT-WORKBOOK", lambda: zipped({})),
    "start of a zip only": ("FILE-DAMAGED", lambda: b"PK\x03\x04" + bytes(100)),
    "encrypted": ("FILE-ENCRYPTED", lambda: ole("EncryptedPackage")),
    "old Excel": ("FILE-OLD-EXCEL", lambda: ole("Workbook")),
    "too large": ("FILE-TOO-LARGE", lambda: b"PK\x03\x04" + bytes(package.MAX_FILE)),
    "other workbook": ("FILE-NOT-OURS", lambda: with_part(HIDDEN, b"<worksheet/>")),
    "unknown form": ("FILE-WRONG-FORM", lambda: with_part(STRINGS, swap("<t>small</t>", "<t>big</t>"))),
    "year in words": ("FILE-NOT-OURS", lambda: with_part(HIDDEN, swap("<v>2023</v>", "<v>23</v>"))),
    "doctype in a sheet": ("FILE-DOCTYPE", lambda: with_part(TABLE, doctype)),
    "doctype in the strings": ("FILE-DOCTYPE", lambda: with_part(STRINGS, doctype)),
    "doctype in the workbook": ("FILE-DOCTYPE", lambda: with_part(BOOK, doctype)),
    "doctype in the relations": ("FILE-DOCTYPE", lambda: with_part(ROOT, doctype)),
    "member twice": ("FILE-DAMAGED", lambda: twice(TABLE)),
    "member twice by case": ("FILE-DAMAGED", lambda: repacked(DATA, {"XL/WORKBOOK.XML": b"<workbook/>"})),
    "sheet missing": ("FILE-DAMAGED", lambda: with_part(TABLE, None)),
    "sheet of no XML": ("FILE-DAMAGED", lambda: with_part(TABLE, b"\x00\x01\x02")),
    "unknown encoding": ("FILE-DAMAGED", lambda: with_part(TABLE, swap("UTF-8", "x-nowhere"))),
    "multi-byte encoding": ("FILE-DAMAGED", lambda: with_part(TABLE, swap("UTF-8", "gb18030"))),
    "not closed": ("FILE-DAMAGED", lambda: with_part(TABLE, lambda xml: xml[: len(xml) // 2])),
    "bad UTF-8": ("FILE-DAMAGED", lambda: with_part(TABLE, b"<worksheet>\xff\xfe</worksheet>")),
    "unknown entity": ("FILE-DAMAGED", lambda: sheet_with("<v>&x;</v>")),
    "string out of range": ("FILE-DAMAGED", lambda: sheet_with("<v>99999</v>", ' t="s"')),
    "string below zero": ("FILE-DAMAGED", lambda: sheet_with("<v>-1</v>", ' t="s"')),
    "string of many digits": ("FILE-DAMAGED", lambda: sheet_with(f"<v>{'9' * 6000}</v>", ' t="s"')),
    "strings missing": ("FILE-DAMAGED", lambda: repacked(DATA, {STRINGS: None})),
    "not a number": ("FILE-DAMAGED", lambda: sheet_with("<v>NaN</v>")),
    "infinite": ("FILE-DAMAGED", lambda: sheet_with("<v>1e999</v>")),
    "number in words": ("FILE-DAMAGED", lambda: sheet_with("<v>12件</v>")),
    "number as Python writes it": ("FILE-DAMAGED", lambda: sheet_with("<v>1_000</v>")),
    "full-width number": ("FILE-DAMAGED", lambda: sheet_with("<v>１２</v>")),
    "cell twice": ("FILE-DAMAGED", lambda: with_part(TABLE, swap('<c r="C4"', '<c r="B4"'))),
    "cell nowhere": ("FILE-DAMAGED", lambda: with_part(TABLE, swap('<c r="C4"', '<c r="4C"'))),
    "cell beyond the last column": ("FILE-DAMAGED", lambda: with_part(TABLE, swap('<c r="C4"', '<c r="ZZZ4"'))),
    "cell beyond the last row": ("FILE-DAMAGED", lambda: with_part(TABLE, swap('<c r="C4"', '<c r="C1048577"'))),
    "row beyond the last": ("FILE-TOO-LARGE", lambda: with_part(TABLE, FAR)),
    "merge of nothing": ("FILE-DAMAGED", lambda: with_part(TABLE, swap('<mergeCell ref="', '<mergeCell ref="?', 1))),
    "shared formula without text": ("FILE-DAMAGED", lambda: sheet_with('<f t="shared" si="9"/><v>1</v>')),
    "no sheets": ("FILE-NOT-WORKBOOK", lambda: with_part(BOOK, b"<workbook/>")),
    "no relations": ("FILE-NOT-WORKBOOK", lambda: with_part(ROOT, None)),
    "workbook elsewhere": ("FILE-NOT-WORKBOOK", lambda: with_part(ROOT, swap('Target="xl/', 'Target="../../etc/'))),
    "workbook outside": ("FILE-NOT-WORKBOOK", lambda: with_part(ROOT, swap("Target=", OUTSIDE))),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_bytes_are_a_catalogued_problem(case: str) -> None:
    wanted, make = BAD[case]
    assert problem(make()) == wanted


BOUNDS: dict[str, tuple[object, str, int, Callable[[], bytes]]] = {
    "members": (package, "MAX_MEMBERS", 5, lambda: DATA),
    "part": (package, "MAX_PART", 3000, lambda: DATA),
    "all parts together": (package, "MAX_EXPANDED", 20_000, lambda: DATA),
    "file": (package, "MAX_FILE", 3000, lambda: DATA),
    "cells": (sheet_xml, "MAX_CELLS", 20, lambda: DATA),
    "merges": (sheet_xml, "MAX_CELLS", 60, lambda: with_part(TABLE, swap("<mergeCell ", MERGES, 1))),
    "sheets": (xlsx, "MAX_SHEETS", 3, lambda: DATA),
    "strings": (strings_xml, "MAX_STRINGS", 20, lambda: DATA),
    "names": (xlsx, "MAX_NAMES", 5, lambda: DATA),
}  # fmt: skip


@pytest.mark.parametrize("case", BOUNDS)
def test_every_bound_holds(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, name, bound, make = BOUNDS[case]
    data = make()
    monkeypatch.setattr(module, name, bound)
    assert problem(data) == "FILE-TOO-LARGE"


def test_a_part_that_expands_a_thousandfold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_PART", 2**20)
    assert problem(with_part(TABLE, b"<worksheet>" + b" " * 2**24 + b"</worksheet>")) == "FILE-TOO-LARGE"


def test_deep_nesting() -> None:
    """Ten megabytes of open elements: refused for being cut off, read when they are closed."""
    name = b"a" * 60
    deep = 10 * 2**20 // 125
    nested = b"<worksheet>" + b"<%b>" % name * deep + b"</%b>" % name * deep + b"</worksheet>"
    assert back(with_part(TABLE, nested)).observations
    assert problem(with_part(TABLE, nested[:-20])) == "FILE-DAMAGED"


def test_a_dimension_of_a_million_rows_is_not_believed() -> None:
    data = with_part(TABLE, swap('<dimension ref="A1:', '<dimension ref="A1:XFD1048576" x="'))
    assert back(data) == back(DATA)


def test_style_out_of_range_locks_and_reads() -> None:
    """Locked flags judge nothing by themselves, so a figure is not lost for a style that is not there."""
    for style in ("9999", "-1", "9" * 6000, "x"):
        data = with_part(TABLE, lambda xml, style=style: xml.replace('<c r="B4" s="', f'<c r="B4" s="{style}" z="'))  # type: ignore[misc]
        assert back(data).entries == back(DATA).entries


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions_are_refused(method: int) -> None:
    assert problem(repacked(DATA, {}, method)) == "FILE-DAMAGED"


def test_encrypted_member_and_wrong_checksum() -> None:
    locked = bytearray(DATA)
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = locked.find(mark)
        while at >= 0:
            locked[at + offset] |= 1
            at = locked.find(mark, at + 4)
    assert problem(bytes(locked)) == "FILE-DAMAGED"
    stored = repacked(DATA, {}, zipfile.ZIP_STORED)
    assert problem(stored.replace(b"<sheetData>", b"<sheetdata>")) == "FILE-DAMAGED"


def test_zip64_numbers_beyond_all_measure() -> None:
    end = DATA.rindex(b"PK\x05\x06")
    record = b"PK\x06\x06" + (44).to_bytes(8, "little") + bytes(12) + b"\xff" * 32
    locator = b"PK\x06\x07" + bytes(4) + end.to_bytes(8, "little") + (1).to_bytes(4, "little")
    assert problem(DATA[:end] + record + locator + DATA[end:]) == "FILE-DAMAGED"


def test_a_member_beyond_the_end() -> None:
    opened, _ = package.open_package(DATA)
    for offset in (2**64 - 1, len(DATA) + 5, -1):
        opened.members[TABLE].header_offset = offset
        with pytest.raises(NotAWorkbook, match="FILE-DAMAGED"):
            opened.part(TABLE)


@cache
def target() -> bytes:
    return filled_in(official())


def reads_or_says(data: bytes) -> None:
    try:
        assert isinstance(back(data), Submission)
    except NotAWorkbook as error:
        assert words.finding(error.problem)


@examples(150)
@given(st.integers(0, 2**32))
def test_truncated_anywhere(seed: int) -> None:
    data = target()
    assert problem(data[: seed % len(data)])


@examples(150)
@given(st.lists(st.tuples(st.integers(0, 2**32), st.integers(1, 255)), min_size=1, max_size=20), st.booleans())
def test_flipped_bytes(flips: list[tuple[int, int]], directory: bool) -> None:
    data = bytearray(DATA)
    first = data.index(b"PK\x01\x02") if directory else 0
    for place, mask in flips:
        data[first + place % (len(data) - first)] ^= mask
    reads_or_says(bytes(data))


PLACES = st.integers(0, 2**32)
PARTS = (TABLE, BOOK, STYLES, STRINGS, RELS, ROOT)


@examples(150)
@given(
    st.sampled_from(PARTS), st.lists(st.tuples(st.integers(0, 2**32), st.binary(max_size=3)), min_size=1, max_size=4)
)
def test_flipped_bytes_inside_a_part(part: str, changes: list[tuple[int, bytes]]) -> None:
    def spoil(xml: bytes) -> bytes:
        for place, new in changes:
            at = place % len(xml)
            xml = xml[:at] + new + xml[at + 1 :]
        return xml

    with zipfile.ZipFile(io.BytesIO(DATA)) as source:
        reads_or_says(repacked(DATA, {part: spoil(source.read(part))}))


def test_an_empty_workbook_of_ours_is_no_problem() -> None:
    assert back(empty(FORM)).observations == ()
