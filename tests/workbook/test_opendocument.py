"""OpenDocument files made by hand: every type and repeat, formulas, and bytes that mean harm; which reader is asked."""

import io
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import examples
from tests.workbook.old_bytes import cell, figure, ods, row, table, words, xls
from tests.workbook.old_judge import CHANGES, problem, reads_or_says
from tianbao.workbook.kinds import book_kind
from tianbao.workbook.ods import reader as ods_module
from tianbao.workbook.ods.checks import entry_check
from tianbao.workbook.ods.formula import excel_formula, excel_reference
from tianbao.workbook.ods.reader import read_ods
from tianbao.workbook.package import NotAWorkbook
from tianbao.workbook.sheets import RawSheet

WORDS = 'office:value-type="string"'
OPEN_LOOK = 't:style-name="o"'


def across(count: int) -> str:
    return f't:number-columns-repeated="{count}"'


def down(count: int) -> str:
    return f't:number-rows-repeated="{count}"'


def in_ods(rows: str, styles: str = "", attributes: str = "") -> RawSheet:
    return read_ods(ods(table(rows, attributes=attributes), styles)).sheets[0]


# ---- .ods ----

OPEN = '<style:style style:name="o" style:family="table-cell" style:parent-style-name="p"/>'
OPEN += '<style:style style:name="p" style:family="table-cell">'
OPEN += '<style:table-cell-properties style:cell-protect="none"/></style:style>'


def test_texts() -> None:
    base = "<text:ruby-base>底</text:ruby-base>"
    sheet = in_ods(
        row(
            words(
                "一<text:s/> <text:span>二</text:span><text:s text:c='3'/>三", "", "第<text:line-break/>四<text:tab/>"
            ),
            words("\n   开<text:a>头</text:a>\n   尾"),
            cell("<office:annotation><text:p>批</text:p></office:annotation><text:p>正</text:p>", WORDS),
            cell("<text:p>显示</text:p>", 'office:value-type="string" office:string-value="原文"'),
            cell(f"<text:p>字<text:ruby>{base}<text:ruby-text>音</text:ruby-text></text:ruby></text:p>"),
        )
    )
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
        "12.5", "0.125", "-3", "45311", "45311.5", "0.25", "TRUE", "1700年", "FALSE",
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
        f'<t:table-column {across(2)} t:default-cell-style-name="o"/><t:table-column t:visibility="collapse"/>'
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


CONDITIONS = {
    "": "",
    "of:cell-content-is-whole-number() and cell-content()>=0": "whole|greaterThanOrEqual|stop|0",
    "of:cell-content-is-decimal-number() and cell-content-is-between(-50,5000)": "decimal|between|stop|-50|5000",
    "of:cell-content-is-date() and cell-content-is-not-between([.A1];[.A2])": "date|notBetween|stop|A1|A2",
    "of:cell-content-text-length()<=500": "textLength|lessThanOrEqual|stop|500",
    'of:cell-content-is-in-list("是";"否")': 'list||stop|"是,否"',
    "of:cell-content-is-in-list([$乙.$A$1:.$A$3])": "list||stop|乙!A1:A3",
    "of:is-true-formula([.A1]>[.B1])": "custom||stop|A1>B1",
    "of:cell-content-is-whole-number() and cell-content-is-between(MAX(1;2),3)": None,
    "of:cell-content()>=0": None,
    "of:something-else()": None,
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_checks_of_entries(condition: str) -> None:
    wanted = CONDITIONS[condition]
    assert entry_check(condition, "stop") == (condition.removeprefix("of:") if wanted is None else wanted)


def test_where_checks_of_entries_hold() -> None:
    condition = "cell-content-text-length()&lt;=5"
    checks = f"""<t:content-validations><t:content-validation t:name="v" t:condition="{condition}">
        <t:error-message t:message-type="warning"/></t:content-validation></t:content-validations>"""
    here = 't:content-validation-name="v"'
    rows = row(figure(1), cell(attributes=f"{here} {across(2)}"), attributes=down(2)) + row(cell(attributes=here))
    rule = "textLength|lessThanOrEqual|warning|5"
    found = read_ods(ods(checks + table(rows))).sheets[0].validations
    assert found == dict.fromkeys([(0, 1), (0, 2), (1, 1), (1, 2), (2, 0)], rule)


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
MANY_OPEN = cell(attributes=f"{across(999)} {OPEN_LOOK}")
HIDDEN = row(attributes=f'{down(999)} t:visibility="collapse"')
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
    "a figure a million times": ("FILE-TOO-LARGE", lambda: ods(table(row(figure(1), attributes=down(1_048_576))))),
    "figures beyond the last column": ("FILE-TOO-LARGE", lambda: ods(table(row(figure(1, across(16_385)))))),
    "many open cells": ("FILE-TOO-LARGE", lambda: ods(table(row(MANY_OPEN, attributes=down(999))), OPEN)),
    "spaces without end": ("FILE-TOO-LARGE", lambda: ods(table(row(words('<text:s text:c="999999999"/>'))))),
    "hidden rows without end": ("FILE-TOO-LARGE", lambda: ods(table(HIDDEN * 210))),
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
        (b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "XML Spreadsheet 2003"),
        (b"<HTML><body><table>", "HTML"),
    ],
)  # fmt: skip
def test_tables_in_other_formats_are_named(data: bytes, format_: str) -> None:
    with pytest.raises(NotAWorkbook, match="FILE-OTHER-FORMAT") as caught:
        book_kind(data)
    assert caught.value.facts == {"format": format_}


# ---- any bytes at all ----

SAMPLE_ODS = ods(
    table(
        row(figure(1, 't:formula="of:=SUM([.A1:.B2])"'), words("办结"), cell(attributes='t:style-name="o"'))
        + row(figure(2, 't:number-columns-spanned="2"'), attributes='t:number-rows-repeated="2"')
    ),
    OPEN,
)


@examples(200)
@given(CHANGES)
def test_flipped_bytes_of_content(changes: list[tuple[int, int]]) -> None:
    with zipfile.ZipFile(io.BytesIO(SAMPLE_ODS)) as archive:
        content = bytearray(archive.read("content.xml"))
    for place, new in changes:
        content[place % len(content)] = new
    reads_or_says(read_ods, ods("", parts={"content.xml": bytes(content)}))


@examples(200)
@given(st.text(alphabet="[].$'#A1:;|{}\"~!=TRUE()of", max_size=60))
def test_any_formula_gives_a_text(written: str) -> None:
    assert isinstance(excel_formula(f"of:={written}"), str)
