"""A return copy is a fresh workbook that holds what was received, says what is wrong, and can be sent again."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.workbook.workbook import Workbook

from tests import build
from tests.conftest import examples
from tests.feedback.returned import again, checked, colours, comments, said, sent
from tests.workbook.samples import (
    edited,
    every_form,
    find_form,
    full,
    opened,
    random_submissions,
    raw,
    submission,
    totals,
)
from tianbao.feedback.marked import marked_copy
from tianbao.findings import Checked, Finding
from tianbao.forms.model import Form
from tianbao.submission import Agency, Entry, Observation, Submission
from tianbao.values import reading, understand
from tianbao.workbook.layout import CHECKS, COVER, IDENTITY, MARKED_KEY, RESULT, layout_of
from tianbao.workbook.read import read
from tianbao.workbook.stamp.archive import taken_apart
from tianbao.workbook.write import filled

FORM = build.form()
LAYOUT = layout_of(FORM)


def at(address: str) -> str:
    return str(LAYOUT.places[address])


@pytest.fixture(scope="module")
def returned() -> Checked:
    """A workbook with a slip of every kind."""
    base = build.submission(explanations={"N1-REAL": "已核实"}, signoff={"head": "张三"})
    slips = {
        "requests.new.natural": "12件",
        "requests.granted.research": "甲",
        "requests.granted.business": None,
        "requests.total.legal": 99,
        "requests.carried_out.business": 7,
        "requests.new.charity": "=3+4",
        "reviews.direct.upheld": -2,
        "problems": None,
    }
    return sent(FORM, base, slips)


@pytest.fixture(scope="module")
def copy(returned: Checked) -> bytes:
    return marked_copy(returned, FORM)


def test_every_figure_is_poured_in_and_totals_are_formulas_again(returned: Checked, copy: bytes) -> None:
    back = read(copy, find_form)
    assert back.value("requests.new.natural").number == 12
    assert back.value("requests.granted.research").raw == "甲"
    assert back.value("requests.granted.business").kind == "blank"
    assert back.value("requests.new.charity").raw == "=3+4"
    assert back.value("reviews.direct.upheld").number == -2
    assert all(back.entries[address].intact for address in totals(FORM))
    assert returned.submission
    assert back.texts == returned.submission.texts
    assert (back.explanations, back.signoff, back.agency) == (
        returned.submission.explanations,
        returned.submission.signoff,
        returned.submission.agency,
    )
    assert back.observations == ()


def test_errors_are_red_and_queries_yellow_while_the_value_stands(copy: bytes) -> None:
    found = colours(copy)
    assert found[at("requests.granted.research")] == ['red EXACT($F$7,"甲")']
    assert found[at("reviews.direct.upheld")] == ["red IF(ISNUMBER($F$5),$F$5=-2,FALSE)"]
    assert found[at("requests.granted.business")] == ["yellow LEN(TRIM(E7))=0"]
    assert found[at("requests.carried_out.business")] == ["red IF(ISNUMBER($E$29),$E$29=7,FALSE)"]
    # what the copy itself put right only wants to be looked at
    assert found[at("requests.new.natural")] == ["yellow IF(ISNUMBER($D$5),$D$5=12,FALSE)"]
    assert found[at("requests.total.legal")] == ["yellow IF(ISNUMBER($H$28),ROUND($H$28-(0),6)=0,FALSE)"]
    problems = LAYOUT.spans["problems"]
    assert found[f"{at('problems')}:{problems.last.a1}"] == ["red LEN(TRIM($A$5))=0"]
    # a rule over many cells whose formula stands again is shown at its total alone
    assert at("requests.granted.legal") not in found


def test_comments_say_what_stands_there_what_is_due_why_and_what_to_do(returned: Checked, copy: bytes) -> None:
    found = comments(copy)
    number = [finding.key for finding in returned.findings].index("TYPE-INT[requests.new.natural]") + 1
    head = f"【请核对·第 {number} 条】\n现值：“12件”，读作 12\n应为：不小于 0 的整数"
    assert found[at("requests.new.natural")].startswith(head)
    business = found[at("requests.carried_out.business")]
    assert "现值：7（左边 0，右边 7，相差 -7）" in business
    assert "依据：国办公开办函〔2021〕30号" in business
    assert "怎么改：" in business
    legal = found[at("requests.total.legal")]
    assert "现值：99，本表为 0" in legal
    assert legal.count("【请核对") == 3
    assert set(found) == {area.partition(":")[0] for area in colours(copy)}


def test_comments_are_large_enough_to_be_read(copy: bytes) -> None:
    parts = taken_apart(copy)
    drawings = [content.decode() for name, (_, content) in parts.items() if name.endswith(".vml")]
    assert drawings
    assert all("width:247.5pt" in drawing for drawing in drawings)


def test_the_result_sheet_has_a_line_for_every_finding_with_a_link(returned: Checked, copy: bytes) -> None:
    book = opened(copy)
    assert book.sheetnames[:2] == [COVER, RESULT]
    assert book.active
    assert book.active.title == RESULT
    sheet = book[RESULT]
    assert sheet.protection.sheet
    lines = {
        str(sheet.cell(row, 7).value).rpartition("\n")[2]: sheet.cell(row, 3)
        for row in range(1, sheet.max_row + 1)
        if str(sheet.cell(row, 1).value).isdigit()
    }
    wanted = [finding.key for finding in returned.findings if finding.open]
    assert list(lines) == wanted
    link = lines["TYPE-INT[reviews.direct.upheld]"].hyperlink
    assert link
    assert link.location == "'四、复议诉讼'!F5"
    assert lines["T3-ID[legal]"].value == at("requests.total.legal")
    text = said(copy)
    assert "退回：8 处错误须改正，3 处需核对或说明" in text
    assert "原为 99，本表恢复公式，按各项计算为 0" in text
    assert "收到的文件：示例区外事办公室.xlsx" in text


def test_the_copy_says_that_it_is_one(returned: Checked, copy: bytes) -> None:
    sheet = next(sheet for sheet in raw(copy).sheets if sheet.name == IDENTITY)
    row = next(spot[0] for spot, cell in sheet.cells.items() if cell.value.raw == MARKED_KEY)
    assert sheet.cells[row, 1].value.raw == returned.sha256
    assert raw(copy).names["tianbao.marked"] == f"'{RESULT}'!$A$1"


def test_locks_checks_formulas_and_merges_are_those_of_a_filled_workbook(returned: Checked, copy: bytes) -> None:
    assert returned.submission
    plain = opened(filled(FORM, read(copy, find_form)))
    marked = opened(copy)
    for sheet in plain.worksheets:
        other = marked[sheet.title]
        assert other.protection.sheet
        assert other.protection.password == sheet.protection.password
        assert sorted(map(str, other.merged_cells.ranges)) == sorted(map(str, sheet.merged_cells.ranges))
        checks = [
            [(str(c.sqref), c.type, c.formula1) for c in s.data_validations.dataValidation] for s in (sheet, other)
        ]
        assert checks[0] == checks[1]
        for row in sheet.iter_rows():
            for cell in row:
                there = other[cell.coordinate]
                assert (there.value, there.protection.locked) == (cell.value, cell.protection.locked)
    assert {name for name in marked.defined_names if name != "tianbao.marked"} == set(plain.defined_names)


def test_a_corrected_copy_passes_and_an_untouched_one_does_not(copy: bytes) -> None:
    layout = LAYOUT

    def correct(book: object) -> None:
        right = {
            "requests.new.natural": 1,
            "requests.granted.research": 0,
            "requests.granted.business": 0,
            "requests.carried_out.business": 0,
            "requests.new.charity": 0,
            "reviews.direct.upheld": 0,
            "problems": "存在的主要问题是公开不够及时，今后改进。",
        }
        for address, value in right.items():
            place = layout.places[address]
            book[place.sheet][place.a1].value = value  # type: ignore[index]

    assert again(copy, FORM).verdict == "failed"
    assert again(copy, FORM, correct).verdict == "passed"


def test_a_copy_of_a_copy_is_the_same_copy(copy: bytes) -> None:
    first = checked(read(copy, find_form), FORM)
    second = checked(read(marked_copy(first, FORM), find_form), FORM)
    assert second.findings == first.findings


def test_explained_queries_and_notices_are_listed_but_not_coloured() -> None:
    base = build.submission(cells={"proactive.fees.amount": Decimal("1.1234567")})
    key = "TYPE-FEE[proactive.fees.amount]"
    plain = marked_copy(checked(base, FORM), FORM)
    fee = f"{at('proactive.fees.amount')}:D15"
    assert fee in colours(plain)
    assert "情况属实的，在“校验”表第" in said(plain)
    found = checked(replace(base, explanations={key: "系统如此"}), FORM)
    assert found.verdict == "passed"
    explained = marked_copy(found, FORM)
    assert fee not in colours(explained)
    assert "已说明：系统如此" in said(explained)


def test_what_finds_no_place_is_listed() -> None:
    base = build.submission()
    odd = replace(
        base,
        entries={
            **base.entries,
            "requests.nowhere": Entry(understand(4711)),
            "requests.total.total": Entry(understand("7件")),
        },
        texts={**base.texts, "extra": "多余的文字", "overview": "长" * 40_000},
        explanations={f"KEY-{number}": f"说明{number}" for number in range(9)},
        signoff={"stranger": "李四"},
        observations=(
            Observation("stray-figure", "三、申请!X9", {"figure": "815"}),
            Observation("repeated-sheet", "副本", {"copy": "副本", "sheet": "三、申请"}),
        ),
    )
    text = said(marked_copy(checked(odd, FORM), FORM))
    for piece in ("4711", "多余的文字", "40000 字", "说明8", "李四", "815", "“副本”", "原为 7件"):
        assert piece in text, piece


def test_hints_stand_above_the_findings_without_ids_of_rules() -> None:
    found = checked(build.submission(cells={"requests.carried_out.natural": 3}), FORM)
    hint = Finding(
        "STRUCT-UNPROTECTED", "STRUCT-UNPROTECTED[x]", "notice", "any", facts={"rules": "T3-ID"}, places=("x",)
    )
    copied = marked_copy(replace(found, findings=(*found.findings, hint)), FORM)
    assert "工作表保护被取消" in said(copied)


def test_names_and_texts_of_strangers_do_no_harm() -> None:
    agency = Agency("=cmd|'/c calc'!A0\u202e<b>\x07", "\u2066x")
    base = build.submission(cells={"requests.new.natural": '"&HYPERLINK(1)&"\n\x01' * 30, "requests.new.business": '"'})
    found = replace(checked(replace(base, agency=agency), FORM), source="a\u202exslx.\x1b[31m/../=1+1.xlsx")
    data = marked_copy(found, FORM)
    text = said(data)
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert not [cell for row in opened(data)[RESULT].iter_rows() for cell in row if cell.data_type == "f"]
    assert colours(data)[at("requests.new.business")] == ['red EXACT($E$5,"""")']
    assert colours(data)[at("requests.new.natural")][0].startswith(
        'red AND(EXACT(LEFT($D$5,16),"""&HYPERLINK(1)&"""),LEN('
    )
    assert read(data, find_form).agency == agency


def test_many_findings_at_one_cell_are_folded_in_its_comment() -> None:
    found = checked(build.submission(cells={"requests.new.natural": "甲"}), FORM)
    many = [replace(found.findings[0], key=f"TYPE-INT[{number}]") for number in range(9)]
    data = marked_copy(replace(found, findings=tuple(many)), FORM)
    (text,) = comments(data).values()
    assert text.count("【错误") == 4
    assert text.endswith("另有 5 项，见“审核结果”")
    assert said(data).count("应填数字") == 9


def test_an_empty_table_is_coloured_whole_and_commented_within_reason() -> None:
    data = marked_copy(checked(submission(FORM, {}), FORM), FORM)
    areas = [area for area in colours(data) if area.startswith("三、申请!")]
    assert areas
    assert len([place for place in comments(data) if place.startswith("三、申请!")]) <= 60
    assert len(data) < 120_000


def typed_totals(form: Form) -> st.SearchStrategy[Submission]:
    own = st.dictionaries(st.sampled_from(totals(form)), st.sampled_from([0, 7, None, "12件", "/"]), max_size=3)
    return st.builds(
        lambda base, more: replace(
            base, entries={**base.entries, **{address: Entry(understand(value)) for address, value in more.items()}}
        ),
        random_submissions(form),
        own,
    )


@pytest.mark.parametrize("name", sorted(every_form()))
def test_any_submission_comes_back_as_it_was(name: str) -> None:
    form = every_form()[name]

    @examples(6)
    @given(typed_totals(form))
    def same(base: Submission) -> None:
        found = checked(base, form)
        data = marked_copy(found, form)
        back = read(data, find_form)
        assert back.observations == ()
        assert back.explanations == {key: text.strip() for key, text in base.explanations.items()}
        read_as = {finding.addresses[0] for finding in found.findings if finding.case == "reading"}
        for address, cell in form.cells.items():
            if cell.total is not None:
                assert back.entries[address].intact
                continue
            was, now = base.value(address), back.value(address)
            if address in read_as:
                assert now.number == reading(str(was.raw), cell.kind.unit)
            else:
                assert (now.kind, now.number, now.text) == (was.kind, was.number, was.text)

    same()
    for base in (full(form), submission(form, {}, agency=Agency(""))):
        back = read(marked_copy(checked(base, form), form), find_form)
        assert back.agency.name == base.agency.name


def test_a_date_stays_what_was_shown_and_does_not_pass_when_it_comes_back() -> None:
    layout = LAYOUT

    def as_date(book: Workbook) -> None:
        for address, shape in (("requests.new.natural", "m月d日"), ("requests.new.business", "0%")):
            place = layout.places[address]
            cell = book[place.sheet][place.a1]
            cell.value, cell.number_format = (45293 if shape[0] == "m" else 0.12), shape

    data = edited(filled(FORM, build.submission()), as_date)
    first = checked(read(data, find_form), FORM, data=data)
    copied = marked_copy(first, FORM)
    back = read(copied, find_form)
    assert back.value("requests.new.natural").kind == "text"
    assert back.value("requests.new.business").raw == "12%"
    assert "写成文字" in said(copied)
    keys = {finding.key for finding in checked(back, FORM).findings}
    assert {"TYPE-INT[requests.new.natural]", "TYPE-INT[requests.new.business]"} <= keys


def test_a_formula_in_an_entry_gives_its_result_to_the_copy() -> None:
    base = build.submission()
    entry = Entry(understand(1), at("requests.new.natural"), "[1]Sheet1!A1", understand(1))
    found = checked(replace(base, entries={**base.entries, "requests.new.natural": entry}), FORM)
    copied = marked_copy(found, FORM)
    assert read(copied, find_form).value("requests.new.natural").number == 1
    assert "原为公式 =[1]Sheet1!A1，本表填入它的结果 1" in said(copied)


def test_the_deadline_travels_with_the_copy() -> None:
    found = checked(replace(build.submission(), deadline="2024年1月20日"), FORM)
    data = marked_copy(found, FORM)
    assert "2024年1月20日" in said(data, COVER)
    assert read(data, find_form).deadline == "2024年1月20日"


def test_an_unreadable_file_has_no_copy() -> None:
    with pytest.raises(ValueError, match="no return copy"):
        marked_copy(Checked("x.xlsx", None, "unreadable", ()), FORM)


def test_explanations_can_be_written_where_the_comment_says() -> None:
    base = build.submission(cells={"proactive.fees.amount": Decimal("1.1234567")})
    data = marked_copy(checked(base, FORM), FORM)
    row = int(said(data).partition("“校验”表第 ")[2].partition(" 行")[0])
    assert opened(data)[CHECKS].cell(row, 8).protection.locked is False
    assert again(data, FORM, lambda book: book[CHECKS].cell(row, 8, "系统如此")).verdict == "passed"


def test_what_is_undecided_for_one_kind_of_reason_is_one_line() -> None:
    cells = {f"requests.granted.{column}": "甲" for column in ("natural", "business", "research", "legal")}
    made = sent(FORM, build.submission(), cells)
    lines = [line for line in said(marked_copy(made, FORM)).splitlines() if "条规则暂时不能核对" in line]
    assert len(lines) == 1
    assert lines[0].endswith("等")
    assert "T3-SUM7[natural]、" in said(marked_copy(made, FORM))
