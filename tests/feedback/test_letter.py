"""The letter to an agency: complete, friendly, without jargon, and never with a character that does harm."""

import re
import unicodedata
from dataclasses import replace

import pytest

from tests import build
from tests.feedback.returned import checked, sent
from tests.workbook.samples import every_form, full, submission
from tianbao.catalogue import words
from tianbao.feedback.letter import reply_text
from tianbao.findings import Checked, Finding
from tianbao.submission import Agency, Observation
from tianbao.verbs.check import checked_submission
from tianbao.verbs.reading import unreadable

FORM = build.form()
SLIPS = {
    "requests.new.natural": "12件",
    "requests.granted.research": "甲",
    "requests.total.legal": 99,
    "requests.carried_out.business": 7,
}


def test_a_failed_submission_gets_everything_it_needs() -> None:
    found = sent(FORM, build.submission(), SLIPS)
    text = reply_text(found, FORM)
    assert text.startswith("示例区外事办公室：\n\n    您好！")
    for piece in (
        "《2023年政府信息公开工作年度报告》",
        "收到的文件：示例区外事办公室.xlsx",
        "报告年度：2023年",
        f"数据校验码：{found.checksum}",
        "校验结果：退回，请改正后重新报送",
        "【必须改正】共 7 处",
        "【请核对、补填或说明】共 1 处",
        "（“三、申请”表 F7 格）",
        "问题：应填数字，现为“甲”。",
        "退回件里已写成数字 12",
        "退回件里公式已恢复",
        "等 4 格）",
        "【怎样重新报送】",
        "红色格必须改正；黄色格",
        "有 1 项内容没有照原样放进退回件",
    ):
        assert piece in text, piece
    numbers = [int(number) for number in re.findall(r"^(\d+)\. .*（“", text, re.MULTILINE)]
    assert numbers == list(range(1, 9))


def test_what_is_gone_is_asked_for_again_and_never_as_zeros() -> None:
    gone = {
        ("overview",): "在退回件里重新写上这一部分",
        (): "退回件里已恢复下发时的样子：不用再改",
        ("requests.new.natural",): "没有读到的数字，在退回件里照原来的材料补填",
    }
    for addresses, advice in gone.items():
        finding = Finding("STRUCT-SHEET", "STRUCT-SHEET[x]", "error", "any", addresses, facts={"sheet": "x"})
        found = replace(checked(build.submission(), FORM), verdict="failed", findings=(finding,))
        assert advice in reply_text(found, FORM)


def test_a_finding_about_the_whole_workbook_says_so() -> None:
    finding = Finding("STRUCT-UNNAMED", "STRUCT-UNNAMED", "query", "any", facts={"form": "x", "year": "2023"})
    found = replace(checked(build.submission(), FORM), verdict="queried", findings=(finding,))
    assert "1. 整份表\n" in reply_text(found, FORM)
    assert "1. the whole workbook\n" in reply_text(found, FORM, "en")


def test_a_rule_that_holds_in_the_copy_is_no_restored_formula() -> None:
    cells = {"requests.new.natural": 5, "requests.granted.natural": "5件"}
    text = reply_text(sent(FORM, build.submission(), cells), FORM)
    assert "退回件里这一条已经相符" in text
    assert "公式已恢复" not in text


def test_keys_stand_in_brackets_at_the_end_of_a_line_only() -> None:
    text = reply_text(sent(FORM, build.submission(), SLIPS), FORM)
    keys = re.findall(r"[A-Z][A-Z0-9]*-[A-Z]+", text)
    assert keys
    for line in text.splitlines():
        if re.search(r"[A-Z][A-Z0-9]*-[A-Z]+", line):
            assert re.search(r"（[A-Z][^（）]*）$", line), line
            assert len(re.findall(r"[A-Z][A-Z0-9]*-[A-Z]+", line)) == 1, line


def test_a_passed_submission_gets_a_receipt() -> None:
    text = reply_text(checked(build.submission(), FORM), FORM)
    assert "校验结果：通过" in text
    assert "不需要再修改" in text
    assert "退回件" not in text
    assert "编号" not in text


def test_explained_queries_are_told_with_their_explanation() -> None:
    base = build.submission(cells={"requests.new.business": None}, explanations={"TYPE-BLANK[requests]": "没有统计"})
    text = reply_text(checked(base, FORM), FORM)
    assert "【已注意到，不需要处理】共 1 项" in text
    assert "已说明：没有统计" in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_long_lists_are_folded_and_counted(language: words.Language) -> None:
    cells = {address: "甲" for address, cell in FORM.cells.items() if cell.total is None and cell.kind.numeric}
    found = checked(build.submission(cells=cells), FORM)
    errors = sum(finding.severity == "error" for finding in found.findings)
    text = reply_text(found, FORM, language)
    assert (f"另有 {errors - 20} 处" if language == "zh" else f"and {errors - 20} more") in text
    assert len(re.findall(r"^\d+\. .*甲|^ {3}(问题|Problem)：?", text, re.MULTILINE)) == 20


@pytest.mark.parametrize("rule", [rule for rule in words.findings() if rule.startswith("FILE-")])
def test_an_unreadable_file_is_explained_to_the_agency(rule: str) -> None:
    facts = {
        "part": "x",
        "limit": "5 MiB",
        "form": "旧表",
        "line": "3",
        "field": "year",
        "wanted": "2023",
        "problem": "?",
    }
    found = Checked("邮件/附件/年报.doc", None, "unreadable", (unreadable(rule, **facts),))
    text = reply_text(found, None)
    assert "收到的文件：年报.doc" in text
    assert "校验结果：读不了" in text
    assert f"（{rule}）" in text
    for jargon in ("请对方", "tianbao forms", "日志", "退回件"):
        assert jargon not in text
    ours = rule in ("FILE-OUR-BUG", "FILE-ACCESS")
    assert ("请先不要重新发送" in text) == ours
    assert ("请用下发的填报表" in text) != ours


def test_no_character_of_a_file_turns_or_breaks_the_letter() -> None:
    agency = Agency("甲局\u202e\x1b[31m\n{{ 7*7 }}\u200f")
    base = build.submission(
        cells={"requests.new.natural": "\u202e12\x00{% x %}"}, explanations={"TYPE-BLANK[requests]": "\u2066好\r\n"}
    )
    found = replace(checked(replace(base, agency=agency), FORM), source="a/\u202exslx\x07.xlsx")
    text = reply_text(found, FORM)
    assert text.startswith("甲局[31m {{ 7*7 }}：")
    assert {unicodedata.category(character) for character in text} & {"Cc", "Cf", "Cs"} == {"Cc"}
    assert {character for character in text if unicodedata.category(character) == "Cc"} == {"\n"}


def test_hints_are_told_first_without_ids_of_rules() -> None:
    found = checked(build.submission(cells={"requests.carried_out.natural": 3}), FORM)
    facts = {"found": "9"}
    hint = Finding("HINT-SAMPLE", "HINT-SAMPLE[x]", "notice", "any", facts=facts)
    with pytest.MonkeyPatch.context() as patched:
        said, fix = {"zh": "{rules} 的不符可消除", "en": "{rules} settled"}, {"zh": "核对", "en": "check"}
        entry = words.Entry("notice", said, fix, fix)
        known = words.finding
        patched.setattr(words, "finding", lambda rule, case="any": entry if rule == hint.rule else known(rule, case))
        text = reply_text(replace(found, findings=(*found.findings, hint)), FORM)
    assert "【先看这里】\n有关勾稽关系的不符可消除。核对。" in text
    assert "HINT-SAMPLE" not in text


@pytest.mark.parametrize("name", sorted(every_form()))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_form_has_its_letter(name: str, language: words.Language) -> None:
    form = every_form()[name]
    for base in (full(form), submission(form, {}), submission(form, {}, agency=Agency(""))):
        text = reply_text(checked(base, form), form, language)
        assert "{" not in text
        assert "None" not in text
        assert "\n\n\n" not in text
        assert not re.search(r"。。|；。|，。|：：| $", text, re.MULTILINE)


def test_an_agency_is_not_told_how_to_run_this_program() -> None:
    for rule, cases in words.findings().items():
        for case, entry in cases.items():
            if rule.startswith("FILE-"):
                for language in ("zh", "en"):
                    asked = entry.request({}, language)
                    assert not any(word in asked for word in ("--", "tianbao", "请对方", "ask for")), (
                        rule,
                        case,
                        asked,
                    )


def test_notices_of_one_kind_are_one_line() -> None:
    seen = tuple(Observation("sheet-unprotected", sheet) for sheet in ("三、申请", "校验", "填报说明"))
    made = replace(build.submission(), observations=seen)
    text = reply_text(checked_submission("a.xlsx", None, made, FORM), FORM)
    assert text.count("工作表保护被取消") == 1
    assert "同类的共 3 处" in text
