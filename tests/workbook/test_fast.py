"""The fast way and the slow way give the same submission, for files of every making and for every tampering."""

import random
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.checks.test_structure import DAMAGES
from tests.checks.test_structure import DATA as OFFICIAL
from tests.conftest import examples
from tests.resave.excel import excel_like, excel_random
from tests.resave.wps import wps_like
from tests.workbook.samples import every_form, filled_in, find_form, full, part_of, repacked, submission, swap
from tests.workbook.test_hostile import BAD
from tianbao.forms import library
from tianbao.submission import Submission
from tianbao.values import Raw
from tianbao.workbook import read
from tianbao.workbook.fast import reader as fast
from tianbao.workbook.package import NotAWorkbook
from tianbao.workbook.write import filled

FORM = every_form()["gov-disclosure/2021"]
TABLE, STORY = part_of(OFFICIAL, "三、申请"), part_of(OFFICIAL, "一、总体情况")
BOOK, STYLES, STRINGS = "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"


def either(data: bytes, shapes: fast.Shapes | None) -> Submission | str:
    """The submission or the problem, by the fast way with these shapes or by the slow one."""
    try:
        if shapes is None:
            return read.read(data, find_form, library.every)
        return fast.read(data, find_form, library.every, shapes)
    except NotAWorkbook as error:
        return error.problem


def same(data: bytes, shapes: fast.Shapes) -> None:
    """Equal when the file is new and when it was learned."""
    slow = either(data, None)
    for _ in range(2):
        found = either(data, shapes)
        assert found == slow
        if isinstance(found, Submission) and isinstance(slow, Submission):
            # mappings are left out of the comparison of dataclasses by their hash alone, not by ==
            assert (found.entries, found.texts, found.explanations) == (slow.entries, slow.texts, slow.explanations)


@pytest.fixture(scope="module")
def warm() -> fast.Shapes:
    """Shapes that have learned the official workbook."""
    shapes = fast.Shapes()
    either(OFFICIAL, shapes)
    assert shapes.counts.learned == 1
    return shapes


@pytest.mark.parametrize("name", every_form())
def test_one_workbook_is_learned_and_the_next_ones_are_known(name: str) -> None:
    form, shapes = every_form()[name], fast.Shapes()
    for seed in range(4):
        same(filled(form, full(form, seed)), shapes)
    assert (shapes.counts.slow, shapes.counts.known) == (1, 7)


def test_blank_marks_texts_and_explanations_have_the_same_shape(warm: fast.Shapes) -> None:
    chance = random.Random(5)
    slow = warm.counts.slow
    for _ in range(12):
        cells: dict[str, Raw] = {
            address: chance.choice([0, 1, Decimal("12.5"), -3, None, "/", "12件", "１２", 10**15, "=1"])
            for address, cell in FORM.cells.items()
            if cell.total is None
        }
        texts = {
            section: chance.choice(["", "一段文字\n第二段 <b>&amp;</b>", "𠮷" * 900]) for section in FORM.narratives
        }
        explanations = {"XY-CARRY[natural]": chance.choice(["", "属实"]), "TYPE-BLANK[requests]": "有"}
        signoff = {"phone": chance.choice(["", "010-1234"])}
        same(filled(FORM, submission(FORM, cells, texts=texts, explanations=explanations, signoff=signoff)), warm)
    assert warm.counts.slow == slow


@pytest.mark.parametrize("name", DAMAGES)
def test_damaged_templates(name: str, warm: fast.Shapes) -> None:
    same(DAMAGES[name].make(), warm)


@pytest.mark.parametrize("name", BAD)
def test_bad_bytes(name: str, warm: fast.Shapes) -> None:
    same(BAD[name][1](), warm)


@pytest.mark.parametrize("rewriter", [excel_like, excel_random, wps_like])
def test_what_a_program_spells_anew_in_every_file_is_known_from_the_second_on(
    rewriter: Callable[[bytes, int], bytes],
) -> None:
    shapes = fast.Shapes()
    for seed in range(5):
        texts = dict.fromkeys(FORM.narratives, f"第{seed}段\n\n第二段，12 件")
        given = submission(FORM, {"requests.new.natural": seed}, texts=texts)
        same(rewriter(filled(FORM, given), seed), shapes)
    assert (shapes.counts.slow, shapes.counts.learned) == (1, 1)


def test_a_shared_formula_that_was_changed_is_seen(warm: fast.Shapes) -> None:
    book = excel_like(filled_in(FORM), 1)
    same(book, warm)
    part = part_of(book, "校验")
    for old, new in ((">ROUND(", ">ROUND(1+"), (">ROUND(", ">ROUND(&copy;+"), (' si="', ' ca="1" ca="1" si="')):
        same(repacked(book, {part: lambda xml, old=old, new=new: xml.replace(old, new, 1)}), warm)  # type: ignore[misc]


Edit = tuple[str, Callable[[str], str]]


def first_entry(new: str) -> Callable[[str], str]:
    """Replaces the type and value of D5."""
    return lambda xml: re.sub(r'(<c r="D5" s="\d+")><v>\d+', lambda found: found[1] + new, xml)


def in_strings(new: str) -> Edit:
    return STRINGS, swap("<si><t>报告年度</t></si>", new)


FAR = '<row r="90"><c r="D90"><v>5</v></c></row>'
EDITS: dict[str, Edit] = {
    "a locked number changed": ("校验", lambda xml: xml.replace("<v>0</v>", "<v>1</v>")),
    "a total that is a text now": (TABLE, lambda xml: xml.replace('"><f>SUM($D$5', '" t="str"><f>SUM($D$5')),
    "a total that is an error": (
        TABLE,
        lambda xml: re.sub(r'"><f>(SUM\(\$D\$5:\$I\$5\))</f><v>\d+', r'" t="e"><f>\1</f><v>#VALUE!', xml),
    ),
    "a total that is a shared string": (TABLE, lambda xml: xml.replace('"><f>SUM($D$5', '" t="s"><f>SUM($D$5')),
    "a total typed over": (TABLE, lambda xml: re.sub(r"<f>SUM\(\$D\$5:\$I\$5\)</f>", "", xml)),
    "a total's formula shortened": (TABLE, swap("SUM($D$5:$I$5)", "SUM($D$5:$H$5)")),
    "a label that is another shared string": (TABLE, lambda xml: re.sub(r'(<c r="A5"[^>]*><v>)\d+', r"\g<1>0", xml)),
    "a figure in a locked empty cell": (TABLE, swap('<c r="B1" s="1"/>', '<c r="B1" s="1"><v>7</v></c>')),
    "a figure in a covered cell": (TABLE, swap('<c r="B5" s="14"/>', '<c r="B5" s="14"><v>7</v></c>')),
    "protection off": (TABLE, lambda xml: re.sub(r"<sheetProtection[^>]*/>", "", xml)),
    "a merge less": (TABLE, lambda xml: xml.replace('<mergeCell ref="A5:C5"/>', "")),
    "a row hidden": (TABLE, lambda xml: xml.replace('<row r="7"', '<row r="7" hidden="1"')),
    "a column hidden": (TABLE, swap('<col min="4"', '<col hidden="1" min="4"')),
    "a comment in the XML": (TABLE, swap("<sheetData>", "<sheetData><!-- x -->")),
    "a cell outside the entries": (TABLE, swap("</sheetData>", f"{FAR}</sheetData>")),
    "a value that is no number": (TABLE, first_entry('><v>１２')),
    "a boolean": (TABLE, first_entry(' t="b"><v>1')),
    "an entity in a value": (TABLE, first_entry(' t="str"><v>&lt;1&#20214;')),
    "an unknown entity": (TABLE, first_entry(' t="str"><v>&x;')),
    "a control character": (TABLE, first_entry(' t="str"><v>a\x0bb')),
    "two ends of data": (TABLE, swap("</sheetData>", "</sheetData></sheetData>")),
    "the row said twice": (TABLE, lambda xml: xml.replace('<row r="5" ', '<row r="5" r="6" ')),
    "a row that its cells contradict": (TABLE, lambda xml: xml.replace('<row r="5" ', '<row r="95" ')),
    "a broken view": (TABLE, lambda xml: xml.replace("<sheetView ", "<sheetView a=b ", 1)),
    "an attribute of the view twice": (TABLE, swap('<sheetView ', '<sheetView workbookViewId="0" ')),
    "a width twice": (TABLE, swap('<col min="4" ', '<col min="4" width="9" ')),
    "a height twice": (TABLE, lambda xml: xml.replace('<row r="5" ', '<row r="5" ht="24" ')),
    "another active cell": (TABLE, lambda xml: xml.replace('sqref="D1"', 'sqref="F9"')),
    "other heights": (TABLE, lambda xml: xml.replace('ht="24"', 'ht="31.5"')),
    "a string out of range": (TABLE, lambda xml: re.sub(r'(<c r="A5"[^>]*><v>)\d+', r"\g<1>99999", xml)),
    "a name elsewhere": (BOOK, swap("'三、申请'!$D$5<", "'三、申请'!$E$9<")),
    "a name less": (BOOK, lambda xml: re.sub(r'<definedName name="requests.new.natural">[^<]*</definedName>', "", xml)),
    "a sheet shown": (BOOK, swap(' state="hidden"', "")),
    "a malformed rest of the workbook part": (BOOK, swap("<bookViews>", "<bookViews><")),
    "all cells unlocked": (STYLES, lambda xml: xml.replace("<alignment", '<protection locked="0"/><alignment')),
    "a phone as a date": (STYLES, lambda xml: xml.replace('numFmtId="1"', 'numFmtId="14"')),
    "a text in runs": in_strings('<si><r><t>报告</t></r><r><t>年度</t></r></si>'),
    "a text with a phonetic hint": in_strings('<si><t>报告年度</t><rPh sb="0" eb="1"><t>x</t></rPh></si>'),
    "strings malformed": in_strings('<si><t>报告年度</si>'),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_edits_of_a_known_workbook(name: str, warm: fast.Shapes) -> None:
    part, change = EDITS[name]
    changed = repacked(OFFICIAL, {part if part.startswith("xl/") else part_of(OFFICIAL, part): change})
    assert changed != OFFICIAL
    same(changed, warm)


def test_another_year_agency_or_version_in_the_hidden_sheet(warm: fast.Shapes) -> None:
    identity = part_of(OFFICIAL, "_tianbao")
    same(repacked(OFFICIAL, {identity: lambda xml: xml.replace("<v>2023</v>", "<v>2022</v>")}), warm)
    cell = r'<c r="B7"[^>]*><v>\d+</v></c>'
    inline = '<c r="B7" t="inlineStr"><is><t>0000</t></is></c>'
    same(repacked(OFFICIAL, {identity: lambda xml: re.sub(cell, inline, xml)}), warm)


@examples(60)
@given(st.integers(0, len(OFFICIAL) - 1), st.binary(min_size=1, max_size=3))
def test_flipped_bytes_of_a_known_workbook(place: int, new: bytes) -> None:
    data = OFFICIAL[:place] + new + OFFICIAL[place + len(new) :]
    found = either(data, WARM)
    if isinstance(found, Submission) and data != OFFICIAL:
        assert found == either(data, None)


@examples(60)
@given(st.sampled_from([TABLE, STORY, BOOK, STRINGS, STYLES]), st.floats(0, 1), st.sampled_from("<>&/\"' 0x\x01é"))
def test_a_character_changed_inside_a_part(part: str, where: float, new: str) -> None:
    def change(xml: str) -> str:
        place = int(where * (len(xml) - 1))
        return xml[:place] + (new if xml[place] != new else "") + xml[place + 1 :]

    same(repacked(OFFICIAL, {part: change}), WARM)


WARM = fast.Shapes()
either(OFFICIAL, WARM)


def test_many_shapes_are_forgotten_and_learned_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "_MOST", 3)
    shapes = fast.Shapes()
    for _ in range(3):
        same(filled_in(FORM), shapes)
    assert shapes.counts.slow > 1


@pytest.mark.parametrize("spelled", ['hidden="1"', 'hidden="true"'])
@pytest.mark.parametrize("first", [True, False], ids=["hidden first", "shown first"])
def test_a_hidden_row_is_seen_where_formats_are_numbered_anew(spelled: str, first: bool) -> None:
    """As LibreOffice writes rows: with all attributes, and truth values in words."""

    def spelled_out(xml: str) -> str:
        return re.sub(r'<row r="(\d+)"', r'<row r="\1" customFormat="false" hidden="false"', xml)

    def hides(xml: str) -> str:
        out = spelled_out(xml)
        return out.replace(
            '<row r="9" customFormat="false" hidden="false"', f'<row r="9" customFormat="false" {spelled}'
        )

    shown, hidden = repacked(OFFICIAL, {TABLE: spelled_out}), repacked(OFFICIAL, {TABLE: hides})
    shapes = fast.Shapes()
    either(OFFICIAL, shapes)
    for data in (hidden, shown) if first else (shown, hidden):
        same(data, shapes)
