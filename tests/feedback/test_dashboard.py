"""The dashboard as a text: complete, closed to the outside, and what strangers wrote stays text."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from tests.feedback import pile
from tianbao.catalogue import words
from tianbao.catalogue.words import Language
from tianbao.feedback.answer import Answer
from tianbao.feedback.dashboard import dashboard
from tianbao.feedback.dashboard_heat import MOST_AGENCIES, MOST_RULES, heat_of
from tianbao.feedback.dashboard_rows import FOLD_AFTER
from tianbao.feedback.dashboard_tally import tally
from tianbao.findings import PassedOver


def page(answers: Any, language: Language = "zh", passed_over: Any = (), **options: Any) -> str:
    return "".join(dashboard(answers, passed_over, language, **options))


def parsed(text: str) -> Any:
    return html.document_fromstring(text)


def said(node: Any) -> str:
    return re.sub(r"\s+", " ", "".join(str(piece) for piece in node.itertext())).strip()


def cells(root: Any, path: str) -> list[list[str]]:
    return [[said(cell) for cell in row] for row in root.xpath(path)]


def test_every_file_has_its_row_in_order() -> None:
    root = parsed(page(pile.small()))
    rows = cells(root, "//tr[contains(@class, 'f')][@data-v]")
    assert [row[0] for row in rows] == ["退回", "通过", "需说明", "退回", "读不了", "退回"]
    assert [row[1] for row in rows][:2] == ["示例区第1局", "示例区第2局"]
    assert rows[0][2:] == ["2023", "收回/0001.xlsx", "5", "0", "0", pile.answer(1, "broken").entry["checksum"]]
    assert rows[4][1:] == ["（没有读到单位）", "", "收回/0005.xlsx", "1", "0", "0", ""]


def test_every_finding_is_told_with_place_values_basis_and_fix() -> None:
    root = parsed(page([pile.answer(1, "broken")]))
    [detail] = root.xpath("//tr[@id='m1']")
    told = said(detail)
    for found in pile.answer(1, "broken").entry["findings"]:
        for expected in (found["key"], found["message"], found["fix"], f"现值 {found['found']}"):
            assert expected in told
    assert "位置 三、收到和处理政府信息公开申请情况" in told
    assert "依据 国办公开办函〔2021〕30号" in told
    assert "没有上年数据，未核对" in told


def test_counts_charts_and_their_tables_say_the_same() -> None:
    root = parsed(page(pile.small()))
    assert [said(node) for node in root.xpath("//ul[@class='counts']/li")] == [
        "3 退回", "1 需说明", "1 读不了", "1 通过", "6 全部文件",
    ]  # fmt: skip
    for chart in root.xpath("//figure"):
        bars = {said(node) for node in chart.xpath(".//svg/text")}
        for row in cells(chart, ".//tbody/tr"):
            assert set(row) & bars, row
    rules = {row[0]: row[1:4] for row in cells(root, "//figure//tr[td/span]")}
    assert rules["T3-SUM7"] == ["错误", "4", "2"]
    assert rules["FILE-ENCODING"] == ["错误", "1", "1"]


def test_a_rule_is_told_by_its_gravest_finding() -> None:
    said = {"notice": "与计算结果一致", "error": "按各项计算应为 7"}
    base = {**pile.answer(1, "blank").entry["findings"][0], "rule": "TOTAL-TYPED"}
    found = [{**base, "severity": severity, "message": message} for severity, message in said.items()]
    made = tally([Answer({**pile.answer(1).entry, "findings": found})], "zh")
    assert (made.rules["TOTAL-TYPED"].severity, made.rules["TOTAL-TYPED"].about) == ("error", said["error"])


def test_heat_map_counts_rules_by_agency() -> None:
    root = parsed(page(pile.small()))
    [table] = root.xpath("//table[@class='heat']")
    heads, *rows = cells(table, ".//tr")
    counts = {row[0]: dict(zip(heads[1:], row[1:], strict=True)) for row in rows}
    assert counts["示例区第1局"]["T3-ID"] == "2"
    assert counts["示例区第3局"] == {**dict.fromkeys(heads[1:], ""), "TYPE-BLANK": "1", "合计": "1"}
    assert "示例区第2局" not in counts
    for link in table.xpath(".//td/a"):
        assert said(link) in link.get("aria-label")


def test_a_crowd_shows_the_worst_and_says_how_many_are_left_out() -> None:
    crowd = pile.Many(400)
    made = heat_of(tally(crowd, "zh"))
    assert len(made.rows) == MOST_AGENCIES
    assert len(made.rows) + made.rest_agencies == sum(
        bool(one.entry["findings"]) and one.entry["agency"] is not None for one in crowd
    )
    assert f"另有 {made.rest_agencies} 个有问题的单位没有列出" in page(crowd)
    errors = [row.agency.severities["error"] for row in made.rows]
    assert errors == sorted(errors, reverse=True)


def test_many_rules_leave_the_notices_out_first() -> None:
    finding = dict(pile.answer(1, "broken").entry["findings"][0])
    many = [{**finding, "rule": f"R-{n:02d}", "severity": "notice" if n % 2 else "error"} for n in range(60)]
    made = heat_of(tally([Answer({**pile.answer(1).entry, "findings": many})], "zh"))
    assert {rule.severity for rule in made.rules} == {"error"}
    assert (len(made.rules), made.rest_rules) == (MOST_RULES, 30)


def test_many_findings_of_one_rule_are_folded_and_all_keys_named() -> None:
    finding = pile.answer(1, "broken").entry["findings"][0]
    alike = [{**finding, "key": f"T3-ID[n{n}]"} for n in range(20)]
    root = parsed(page([Answer({**pile.answer(1).entry, "findings": alike})]))
    [group] = root.xpath("//section[@class='g']")
    assert len(group.xpath(".//li")) == FOLD_AFTER
    assert "20 处" in said(group)
    assert all(f"T3-ID[n{n}]" in said(group) for n in range(20))


def test_passed_over_and_unreadable_have_their_reasons() -> None:
    root = parsed(page(pile.small(), passed_over=pile.PASSED_OVER))
    assert cells(root, "//section[@id='passed-over']//tbody/tr") == [
        ["收回/~$外事办.xlsx", "办公软件的临时锁定文件"],
        ["收回/扫描件.pdf", "不是工作簿，也不是填报数据"],
    ]
    assert cells(root, "//section[@id='unreadable']//tbody/tr") == [["收回/0005.xlsx", "文件不是 UTF-8 编码的文字"]]


def test_explained_queries_show_the_explanation() -> None:
    made = pile.renamed(pile.answer(3, "blank"), "局", explanation="没有 <b>复议</b> 案件")
    root = parsed(page([made]))
    assert [said(node) for node in root.xpath("//p[@class='said']")] == ["单位的说明 没有 <b>复议</b> 案件"]


def test_a_finding_that_follows_from_another_names_it() -> None:
    [line] = parsed(page([pile.renamed(pile.answer(3, "blank"), "局", cause="HINT-A[x]")])).xpath("//section//li/p")
    assert said(line).endswith("参见 HINT-A[x]")


def test_partial_results_are_marked_and_whole_ones_not() -> None:
    assert "结果不完整" in page(pile.small(), partial=True)
    assert "结果不完整" not in page(pile.small())


def test_nothing_checked_is_said() -> None:
    assert "没有校验任何文件" in page([])


def test_english() -> None:
    root = parsed(page([pile.answer(1, "broken", "en")], "en"))
    assert root.get("lang") == "en"
    chinese = re.compile("[\u4e00-\u9fff]")
    heads = [said(node) for node in root.xpath("//h1 | //h2 | //label | //thead//th | //button")]
    assert not [head for head in heads if chinese.search(head)]


def test_an_iterator_is_not_used_up_half_way() -> None:
    assert page(iter(pile.small())) == page(pile.small())


def test_it_comes_in_pieces_and_the_same_each_time() -> None:
    pieces = list(dashboard(pile.Many(200), (), "zh"))
    assert len(pieces) > 5
    assert pieces == list(dashboard(pile.Many(200), (), "zh"))


def test_no_outside_reference_and_a_strict_policy() -> None:
    text = page(pile.small(), passed_over=pile.PASSED_OVER)
    root = parsed(text)
    [policy] = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:")
    assert re.findall(r"https?:|//\w+\.|@import|url\(", text) == []
    assert {href for href in root.xpath("//@href") if not href.startswith("#")} == {"data:,"}
    assert root.xpath("//@src | //iframe | //object | //base | //@*[starts-with(name(), 'on')] | //@style") == []


@pytest.mark.parametrize("text", pile.HOSTILE, ids=range(len(pile.HOSTILE)))
def test_hostile_texts_make_no_element_and_hide_nothing(text: str) -> None:
    base = pile.answer(1, "broken")
    made = pile.renamed(base, text, message=text, fix=text, key=text, found=text, places=[text], rule=text[:40] + "R")
    tame = pile.renamed(base, "局", message="m", fix="m", key="k", found="m", places=["m"], rule="r")
    passed = [PassedOver(text, "other")]
    root, plain = parsed(page([made], passed_over=passed)), parsed(page([tame], passed_over=passed))
    assert [node.tag for node in root.iter()] == [node.tag for node in plain.iter()]
    assert {name for node in root.iter() for name in node.attrib} == {
        name for node in plain.iter() for name in node.attrib
    }
    assert not re.search("[\x00\x1b\u202a-\u202e\u2066-\u2069\u2028\u2029]", said(root))
    longest = max(len(word) for node in root.iter() if node.tag != "style" for word in (node.text or "").split())
    assert longest < 2_000


def test_the_script_s_words_cannot_end_their_element() -> None:
    [found] = re.findall(r'<script type="application/json" id="words">(.*?)</script>', page(pile.small()))
    assert not set("<>&\u2028\u2029") & set(found)
    assert set(json.loads(found)) == {"matches", "narrowed", "no-matches"}


def test_labels_are_in_both_languages_with_the_same_facts() -> None:
    chinese, english = words.labels("zh"), words.labels("en")
    assert set(chinese) == set(english)
    for key, text in chinese.items():
        assert text
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", english[key])), key


def test_every_label_is_used() -> None:
    top = Path(words.__file__).parents[1]
    used = "".join(path.read_text("utf-8") for path in (top / "feedback").glob("*.py"))
    looks = top.parents[1] / "template" / "looks"
    used += "".join((looks / f"dashboard.{kind}").read_text("utf-8") for kind in ("html.j2", "js"))
    composed = {"chart-verdicts", "chart-severities", "unreadable-none", "passed-over-none"}
    assert [key for key in words.labels("zh") if f'"{key}"' not in used and key not in composed] == []
