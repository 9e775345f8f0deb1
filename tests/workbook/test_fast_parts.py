"""The pieces of the fast way, one by one: what each of them refuses is left to the slow way."""

import io
import struct
import zipfile
from collections.abc import Callable

import pytest

from tianbao.values import BLANK, understand
from tianbao.workbook.a1 import Place
from tianbao.workbook.edited import shown_by
from tianbao.workbook.fast.directory import Member, directory
from tianbao.workbook.fast.inflate import inflated
from tianbao.workbook.fast.recipe import NotSo, picked
from tianbao.workbook.fast.shape import INLINE, SELF, SHARED, cut, plain
from tianbao.workbook.fast.strings import fast_strings

SHEET = b'<worksheet><sheetData><row r="1">%s</row></sheetData></worksheet>'


def zipped(*names: str, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name in names:
            archive.writestr(name, name * 9)
    return out.getvalue()


def patched(data: bytes, place: int, form: str, value: int) -> bytes:
    changed = bytearray(data)
    struct.pack_into(form, changed, place % len(data), value)
    return bytes(changed)


ODD: dict[str, Callable[[], bytes]] = {
    "too short": lambda: b"PK",
    "no end": lambda: zipped("a.xml") + b"xx",
    "an entry more than there are": lambda: patched(patched(zipped("a.xml"), -12, "<H", 2), -14, "<H", 2),
    "entries for none": lambda: patched(patched(zipped("a.xml"), -12, "<H", 0), -14, "<H", 0),
    "a name in no known encoding": lambda: zipped("aaaa.xml").replace(b"aaaa", b"\xff\xfe\xff\xfe"),
    "a backslash": lambda: zipped("a_b.xml").replace(b"a_b.xml", b"a\\b.xml"),
    "a step upwards": lambda: zipped("ab/c.xml").replace(b"ab/c.xml", b"../c.xml"),
    "one name twice": lambda: zipped("a.xml", "b.xml").replace(b"b.xml", b"a.xml"),
    "a member that is listed as another": lambda: zipped("a.xml").replace(b"a.xml", b"b.xml", 1),
    "bytes between": lambda: _with_gap(zipped("a.xml")),
    "another method": lambda: zipped("a.xml", method=zipfile.ZIP_BZIP2),
    "an entry of another kind": lambda: zipped("a.xml").replace(b"PK\x01\x02", b"PK\x01\x03"),
    "a directory before any member": lambda: _members_cut(zipped("a.xml")),
}  # fmt: skip


def _with_gap(data: bytes) -> bytes:
    """Three bytes behind the directory that belong to nobody, though all sums are right."""
    length = struct.unpack_from("<L", data, len(data) - 10)[0]
    return patched(data[:-22] + b"\0\0\0" + data[-22:], -10, "<L", length + 3)


def _members_cut(data: bytes) -> bytes:
    at = data.index(b"PK\x01\x02")
    return patched(data[:10] + data[at:], -6, "<L", 10)


@pytest.mark.parametrize("name", ODD)
def test_an_unusual_zip_has_no_directory(name: str) -> None:
    assert directory(ODD[name]()) is None


def test_an_ordinary_zip_has_one_and_its_parts_are_proven() -> None:
    data = zipped("xl/A.xml", "b/", method=zipfile.ZIP_STORED)
    found = directory(data)
    assert found is not None
    assert list(found) == ["xl/a.xml"]
    member = found["xl/a.xml"]
    assert inflated(data, member) == b"xl/A.xml" * 9
    for wrong in (
        Member(member.start, member.end, member.size, member.crc ^ 1, stored=True),
        Member(member.start, member.end - 1, member.size, member.crc, stored=True),
        Member(member.start, member.end, member.size, member.crc, stored=False),
    ):
        assert inflated(data, wrong) is None


def test_every_spelling_of_a_cell_becomes_one() -> None:
    spelled = cut(
        SHEET % b'\n<c r="A1" s="1"></c>\n<c r="B1" t="s"><v>7</v></c>\r\n<c r="C1" t="inlineStr"><is><t>x</t></is></c>'
        b'<c r="D1" t="n"><v>1</v></c><c r="E1"/>',
        b"",
    )
    assert spelled is not None
    assert spelled.values == [SELF, SHARED + b"7", INLINE + b"x", b"1", SELF]


CELLS = {
    "a sign of our own": b'<c r="A1"><v>\x00</v></c>',
    "an end without its beginning": b'<c r="A1" t="inlineStr"><is><r/></is></c><c r="B1"><is><t>y</t></is></c>',
    "the end of nothing": b'<c r="A1"><v>]]></v></c>',
    "a control character": b'<c r="A1"><v>\x0b</v></c>',
    "no UTF-8": b'<c r="A1"><v>\xff</v></c>',
}


@pytest.mark.parametrize("name", CELLS)
def test_what_only_a_parser_may_read_is_not_cut(name: str) -> None:
    assert cut(SHEET % CELLS[name], b"") is None


def test_a_part_without_data_is_not_cut() -> None:
    assert cut(b"<worksheet/>", b"") is None


def test_declarations_and_other_encodings_are_not_plain() -> None:
    assert plain(b'<?xml version="1.0" encoding="UTF-8"?><a/>')
    for part in (b"<a><!-- x --></a>", b"\xff\xfe<\0a\0", b'<?xml version="1.0" encoding="GBK"?><a/>', b"<a>\x01</a>"):
        assert not plain(part)


def test_values_as_they_stand_in_slots() -> None:
    strings = ["甲"]
    assert picked(b"", "n", strings) == picked(SELF, "n", strings) == BLANK
    assert picked(SHARED + b"0", "", strings) == understand("甲")
    assert picked(INLINE, "", strings) == BLANK
    assert picked(INLINE + b"&lt;&#65;", "", strings) == understand("<A")
    assert picked(b"1", "b", strings) == understand(True)
    assert picked(b"12", "t", strings) == understand("12")


@pytest.mark.parametrize(
    ("raw", "kind"),
    [(SHARED + b"1", ""), (SHARED + b"x", ""), (b"x", "n"), (b"&x;", "t"), (INLINE + b"&#0;", ""), (b"&#xD800;", "t")],
)
def test_values_that_only_a_parser_can_judge(raw: bytes, kind: str) -> None:
    with pytest.raises(NotSo):
        picked(raw, kind, ["甲"])


def sst(inside: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><sst count="1">{inside}</sst>'.encode()


@pytest.mark.parametrize(
    ("inside", "texts"),
    [
        ("", []),
        ("<si><t>a</t></si><si><t xml:space=\"preserve\"> b</t></si>", ["a", " b"]),
        ("<si><r><t>a</t></r><r><t>b</t></r><rPh sb=\"0\" eb=\"1\"><t>x</t></rPh></si>", ["ab"]),
        ("<si><t>&amp;&#x41;&#66;</t></si>", ["&AB"]),
        ("<si><t>a_x000D_b</t></si>", ["a\nb"]),
        ("<si><t/></si><si><t>b</t></si>", ["", "b"]),
        ("<si><t>a</t></si><!-- x -->", ["a"]),
        ("<si/>", [""]),
    ],
)  # fmt: skip
def test_shared_strings(inside: str, texts: list[str]) -> None:
    found = fast_strings(sst(inside))
    assert found is not None
    assert list(found) == texts


@pytest.mark.parametrize("inside", ["<si><t>a</si>", "<si><t>&x;</t></si>", "<si><t>&#0;</t></si>", "<si><t>a</t>"])
def test_shared_strings_that_are_no_xml(inside: str) -> None:
    assert fast_strings(sst(inside)) is None


KNOWN = {"A1": 3, "A2": 4, "B1": None, "C1": "甲"}


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ("SUM(A1:A2)", 7), ("A1+A2-1", 6), ("-A1*2", -6), ("(A1+1)*2", 8), ("ROUND(A1+0.25,1)", None), ("N(A1)", 3),
        ("SUM(A1,A2+1)", 8), ("SUM(A1:C1)", 3), ("ROUND(A1,99)", None), ("C1+1", None), ("A1:A2+1", None), ("Z9", None),
        ("SUM(A1", None), ("IF(A1,1,2)", None), ("N(1)", None), ("A1++", None), ("SUM(A1:A9999)", None), ("*", None),
        ("(" * 30 + "A1" + ")" * 30, None), ("A1)", None),
    ],
)  # fmt: skip
def test_an_edited_formula_is_reckoned_or_left_alone(formula: str, result: int | None) -> None:
    def value_at(place: Place) -> object:
        return understand(KNOWN[place.a1]) if place.a1 in KNOWN else None

    found = shown_by(formula, "表", value_at)  # type: ignore[arg-type]
    if formula.startswith("ROUND(A1+"):
        assert found is not None
        assert str(found) == "3.3"
    else:
        assert found == result
