"""The same workbook as Excel, WPS and others write it: every spelling that the format allows reads the same."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.workbook.samples import (
    Change,
    back,
    empty,
    filled_in,
    kinds,
    part_of,
    put,
    raw,
    repacked,
    small,
    submission,
    swap,
    xml_of,
)
from tianbao.submission import Submission
from tianbao.workbook.grammar import normal, shifted
from tianbao.workbook.strings_xml import unescaped
from tianbao.workbook.write import filled

FORM = small()
DATA = filled_in(FORM)
TABLE, STORY, FACTS = (part_of(DATA, name) for name in ("二、数量", "一、情况", "三、概况"))
BOOK, STYLES, STRINGS, RELS = "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels"


def prefixed(xml: str) -> str:
    """Every element of the main namespace under the prefix x, as some libraries write it."""
    head, _, body = xml.partition("?>")
    body = re.sub(r"<(/?)(?![?!])([a-zA-Z])", r"<\1x:\2", body)
    return f"{head}?>{body}".replace("xmlns=", "xmlns:x=", 1)


def without_references(xml: str) -> str:
    """Cells and rows without r: they follow one another. The gaps are filled with blank cells first."""

    def row(found: re.Match[str]) -> str:
        pieces = re.findall(r'<c r="([A-Z])\d+"(.*?(?:/>|</c>))', found[3], re.DOTALL)
        last = max((ord(letter) for letter, _ in pieces), default=64)
        cells = dict(pieces)
        body = "".join(f"<c{cells.get(chr(letter), '/>')}" for letter in range(65, last + 1))
        return f"<row>{body}</row>"

    numbered = {
        int(number): found
        for found in re.finditer(r'<row r="(\d+)"([^>]*)>(.*?)</row>', xml, re.DOTALL)
        for number in [found[1]]
    }
    first = xml.index("<sheetData>") + len("<sheetData>")
    rows = "".join(row(numbered[number]) if number in numbered else "<row/>" for number in range(1, max(numbered) + 1))
    return xml[:first] + rows + xml[xml.index("</sheetData>") :]


def inline(xml: str) -> str:
    """Shared strings written into the cells, in two runs, with a phonetic hint between."""
    strings = re.findall(r"<si><t[^>]*>(.*?)</t></si>", xml_of(DATA, STRINGS), re.DOTALL)

    def cell(found: re.Match[str]) -> str:
        text = strings[int(found[2])]
        first, second = (f'<r><t xml:space="preserve">{piece}</t></r>' for piece in (text[:1], text[1:]))
        runs = f"{first}<rPh><t>pin</t></rPh>{second}"
        plain = f'<t xml:space="preserve">{text}</t>'
        return f'<c{found[1]} t="inlineStr"><is>{plain if "&" in text[:5] else runs}</is></c>'

    return re.sub(r'<c([^>]*?) t="s"><v>(\d+)</v></c>', cell, xml)


def in_runs(xml: str) -> str:
    """Rich text, as LibreOffice writes Chinese beside Latin letters."""

    def rich(found: re.Match[str]) -> str:
        text = found[1]
        middle = 0 if "&" in text else len(text) // 2
        runs = "".join(
            f'<r><rPr><rFont val="宋体"/></rPr><t xml:space="preserve">{piece}</t></r>'
            for piece in (text[:middle], text[middle:])
            if piece
        )
        return f'<si>{runs}<rPh sb="0" eb="1"><t>PINYIN</t></rPh><phoneticPr fontId="1"/></si>'

    return re.sub(r"<si><t[^>]*>(.*?)</t></si>", rich, xml, flags=re.DOTALL)


BLANKS = '<row r="40"><c r="A40"/><c r="B40"></c><c r="C40"><v/></c><c r="D40" t="s"><v></v></c></row></sheetData>'
FOREIGN = '<worksheet xmlns:q="u" q:uid="{0}" '
VARIANTS: dict[str, dict[str, Change]] = {
    "t=n": {TABLE: lambda xml: re.sub(r'<c (r="[BC][45]"[^>]*)><v>', r'<c \1 t="n"><v>', xml)},
    "numbers with .0": {TABLE: lambda xml: re.sub(r'(<c r="[BC][45]"[^>]*><v>\d+)</v>', r"\1.0</v>", xml)},
    "numbers with exponent": {TABLE: lambda xml: re.sub(r'(<c r="[BC][45]"[^>]*><v>\d+)</v>', r"\1E0</v>", xml)},
    "binary noise": {FACTS: lambda xml: re.sub(r"<v>(\d+\.\d\d)</v>", r"<v>\g<1>000000000003</v>", xml)},
    "prefixed": dict.fromkeys((TABLE, STORY, FACTS, STYLES, STRINGS), prefixed),
    "prefixed workbook": {BOOK: lambda xml: prefixed(xml).replace("<x:sheet ", '<x:sheet x:state="visible" ')},
    "no references": {TABLE: without_references},
    "inline strings": dict.fromkeys((TABLE, STORY, FACTS), inline),
    "rich text": {STRINGS: in_runs},
    "absolute targets": {RELS: swap('Target="', 'Target="/xl/')},
    "backslashes": {RELS: swap("worksheets/", "worksheets\\")},
    "other case": {RELS: swap("worksheets/sheet", "Worksheets/Sheet")},
    "directory entries": {"xl/": b"", "xl/worksheets/": b"", "_rels/": b""},
    "no styles": {STYLES: None, RELS: lambda xml: re.sub(r"<Relationship [^>]*styles[^>]*/>", "", xml)},
    "strict": {
        name: swap("schemas.openxmlformats.org/spreadsheetml/2006/main", "purl.oclc.org/ooxml/spreadsheetml/main")
        for name in (TABLE, STORY, FACTS, BOOK)
    },
    "attributes of others": {TABLE: lambda xml: xml.replace("<row ", '<row q:d="1" ').replace("<worksheet ", FOREIGN)},
    "CR LF and comments": {TABLE: swap("<row ", "\r\n <!-- x --> <row ")},
    "blank cells of all kinds": {TABLE: swap("</sheetData>", BLANKS)},
}  # fmt: skip


@pytest.mark.parametrize("name", VARIANTS)
def test_other_spellings_read_the_same(name: str) -> None:
    found, wanted = back(repacked(DATA, VARIANTS[name])), back(DATA)
    assert {a: (e.value.number or e.value.raw, e.formula, e.intact) for a, e in found.entries.items()} == {
        a: (e.value.number or e.value.raw, e.formula, e.intact) for a, e in wanted.entries.items()
    }
    assert (found.texts, found.agency, found.observations) == (wanted.texts, wanted.agency, ())


def test_other_encoding_of_a_part() -> None:
    xml = xml_of(DATA, TABLE).replace('encoding="UTF-8"', 'encoding="UTF-16"')
    assert back(repacked(DATA, {TABLE: xml.encode("utf-16")})).entries == back(DATA).entries


def test_stored_without_compression() -> None:
    assert back(repacked(DATA, {}, 0)) == back(DATA)


def test_no_shared_strings() -> None:
    data = repacked(DATA, dict.fromkeys(sheet_parts(), inline) | {STRINGS: None})
    assert back(data) == back(DATA)


def sheet_parts() -> list[str]:
    return [f"xl/worksheets/sheet{number + 1}.xml" for number in range(len(raw(DATA).sheets))]


def table_with(*cells: Callable[[str], str]) -> Submission:
    def change(xml: str) -> str:
        for cell in cells:
            xml = cell(xml)
        return xml

    return back(repacked(DATA, {TABLE: change}))


def test_shared_formulas_are_written_out() -> None:
    shared = put("D4", '<f t="shared" ref="D4:D5" si="0">SUM(B4:C4)</f><v>9</v>')
    child = put("D5", '<f t="shared" si="0"/><v>8</v>')
    found = table_with(shared, child)
    assert [found.entries[f"table.{row}.total"].formula for row in ("come", "done")] == ["SUM(B4:C4)", "SUM(B5:C5)"]
    assert all(found.entries[f"table.{row}.total"].intact for row in ("come", "done"))
    assert found.entries["table.done.total"].cached and found.entries["table.done.total"].cached.number == 8


def test_shared_formula_whose_text_comes_later() -> None:
    found = table_with(
        put("D4", '<f t="shared" si="3"/><v>9</v>'),
        put("D5", '<f t="shared" ref="D4:D5" si="3">SUM(B5:C5)</f><v>8</v>'),
    )
    assert found.entries["table.come.total"].intact and found.entries["table.done.total"].intact


ENTRIES = {
    "<f>1+2</f><v>3</v>": (3, "1+2", 3),
    "<f>=1 + 2</f><v>3</v>": (3, "1+2", 3),
    "<f>1+2</f>": ("=1+2", "1+2", None),
    "<f>B9</f><v></v>": ("=B9", "B9", None),
    "<v>7</v>": (7, None, None),
    "": (None, None, None),
}


@pytest.mark.parametrize("inside", ENTRIES)
def test_formula_in_an_entry(inside: str) -> None:
    entry = table_with(put("B4", inside)).entries["table.come.net"]
    assert (entry.value.raw, entry.formula, entry.cached and entry.cached.raw) == ENTRIES[inside]
    assert not entry.intact


TYPED = {
    ('t="s"', "<v>0</v>"): "2023年小表",
    ('t="str"', "<f>A1</f><v>甲</v>"): "甲",
    ('t="str"', "<v>_x0031_2</v>"): "12",
    ('t="b"', "<v>1</v>"): True,
    ('t="b"', "<v>0</v>"): False,
    ('t="e"', "<f>1/0</f><v>#DIV/0!</v>"): "#DIV/0!",
    ('t="d"', "<v>2024-01-20</v>"): "2024-01-20",
    ('t="inlineStr"', "<is><t>0</t></is>"): "0",
    ('t="inlineStr"', "<is><t> 12 </t></is>"): " 12 ",
    ('t="n"', "<v> 12 </v>"): 12,
    ('t="n"', "<v>-0.5</v>"): -0.5,
}


@pytest.mark.parametrize(("kind", "inside"), TYPED)
def test_types_of_cells(kind: str, inside: str) -> None:
    found = table_with(put("B4", inside, f" {kind}")).value("table.come.net").raw
    assert found == TYPED[kind, inside] or float(str(found)) == TYPED[kind, inside]
    assert isinstance(found, bool) == isinstance(TYPED[kind, inside], bool)


def test_empty_text_is_not_the_same_as_nothing() -> None:
    data = repacked(
        DATA,
        {
            STRINGS: swap("<si><t>2023年小表</t></si>", "<si><t></t></si>"),
            TABLE: put("B4", "<v>0</v>", ' t="s"'),
        },
    )
    value = back(data).value("table.come.net")
    assert (value.raw, value.kind) == ("", "blank")


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("_x0041_", "A"),
        ("a_x000D_\nb", "a\nb"),
        ("_x005F_x0041_", "_x0041_"),
        ("_xD83D__xDE00_", "😀"),
        ("half _xD83D_", "half \ufffd"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("_x00_", "_x00_"),
    ],
)
def test_escapes(written: str, text: str) -> None:
    assert unescaped(written) == text


def test_totals_that_were_changed() -> None:
    edited, typed, wider = (
        table_with(put("D4", inside)).entries["table.come.total"]
        for inside in ("<f>B4</f><v>3</v>", "<v>3</v>", "<f>SUM(B4:C5)</f>")
    )
    assert (edited.value.raw, edited.formula, edited.intact) == (3, "B4", False)
    assert (typed.value.raw, typed.formula, typed.intact) == (3, None, False)
    assert (wider.value.raw, wider.intact) == ("=SUM(B4:C5)", False)


@pytest.mark.parametrize(
    "spelling", ["SUM($B$4:$C$4)", "sum(b4:c4)", " SUM( B4 : C4 ) ", "_xlfn.SUM(B4:C4)", "SUM(\n$B4:C$4)"]
)
def test_spellings_of_an_intact_formula(spelling: str) -> None:
    assert table_with(put("D4", f"<f>{spelling}</f><v>0</v>")).entries["table.come.total"].intact


def test_normal_formula_keeps_texts_and_sheet_names() -> None:
    assert normal("=IF('三、 a''b'!$D$5=\"x 'y' $A$1\",1 , 0)") == "IF(三、 A'B!D5=\"x 'y' $A$1\",1,0)"


@pytest.mark.parametrize(
    ("formula", "moved"),
    [
        ("A1+$B$2+C$3+$D4", "B3+$B$2+D$3+$D6"),
        ("SUM('三、A1'!A1:B2)", "SUM('三、A1'!B3:C4)"),
        ('IF(A1="B2",LOG10(C3),B_1)', 'IF(B3="B2",LOG10(D5),B_1)'),
        ("requests.new1+x!A1", "requests.new1+x!B3"),
    ],
)
def test_shifting_a_shared_formula(formula: str, moved: str) -> None:
    assert shifted(formula, 2, 1) == moved


def test_locks_come_from_the_styles() -> None:
    cells = {sheet.name: sheet.cells for sheet in raw(empty(FORM)).sheets}
    assert (cells["二、数量"][3, 1].locked, cells["二、数量"][3, 3].locked) == (False, True)
    beyond = repacked(empty(FORM), {TABLE: swap('<c r="B4" s="', '<c r="B4" s="9')})
    assert {sheet.name: sheet.cells for sheet in raw(beyond).sheets}["二、数量"][3, 1].locked


def test_names_of_one_sheet_and_parts_that_are_no_worksheet() -> None:
    """A copied sheet has names of its own, and a chart sheet has no cells: neither is in the way."""
    chart = '<Relationship Id="rIdC" Type="http://x/chartsheet" Target="chartsheets/sheet1.xml"/></Relationships>'
    data = repacked(
        DATA,
        {
            BOOK: lambda xml: xml.replace("</sheets>", '<sheet name="图" sheetId="99" r:id="rIdC"/></sheets>').replace(
                "<definedNames>",
                '<definedNames><definedName name="table.come.net" localSheetId="0">\'填报说明\'!$A$1</definedName>',
            ),
            RELS: swap("</Relationships>", chart),
            "xl/chartsheets/sheet1.xml": b"<chartsheet/>",
        },
    )
    found = back(data)
    assert kinds(found) == ["names-local"]
    assert replace(found, observations=()) == back(DATA)


def test_names_with_underscores_as_old_formats_keep_them() -> None:
    data = repacked(DATA, {BOOK: lambda xml: re.sub(r'name="table\.(\w+)\.(\w+)"', r'name="TABLE_\1_\2"', xml)})
    assert back(data) == back(DATA)


def test_hidden_sheet_renamed_and_shown() -> None:
    data = repacked(DATA, {BOOK: lambda xml: xml.replace('name="_tianbao"', 'name="x"').replace('state="hidden"', "")})
    found = back(data)
    assert (found.agency, found.fingerprint) == (back(DATA).agency, back(DATA).fingerprint)
    assert kinds(found) == ["sheets-renamed"]


def test_the_given_values_are_those_of_the_file() -> None:
    assert back(filled(FORM, submission(FORM, {"table.come.net": "12件"}))).value("table.come.net").raw == "12件"
