"""The summary workbook as independent readers see it."""

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from tests.conftest import examples
from tests.feedback import pile
from tianbao.feedback.answer import Answer
from tianbao.feedback.summary import summary_workbook
from tianbao.findings import PassedOver
from tianbao.forms import library
from tianbao.workbook.summary import LONGEST, Column, ListSheet, write_summary

SHEETS = ["总览", "问题清单", "数据", "没有看"]


def made(answers: Any, passed_over: Any = (), language: Any = "zh") -> bytes:
    return summary_workbook(answers, passed_over, language)


def book(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def listed(data: bytes, sheet: str, first: str) -> list[dict[str, Any]]:
    """The rows of a sheet below the heading row, which begins with `first`, by heading; read by calamine."""
    rows = python_calamine.load_workbook(io.BytesIO(data)).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    at = next(number for number, row in enumerate(rows) if row[0] == first)
    return [dict(zip(map(str, rows[at]), row, strict=True)) for row in rows[at + 1 :]]


def test_one_row_for_each_file_with_its_counts() -> None:
    data = made(pile.small(), pile.PASSED_OVER)
    assert book(data).sheetnames == SHEETS
    rows = listed(data, "总览", "结论")
    assert [row["结论"] for row in rows] == ["退回", "通过", "需说明", "退回", "读不了", "退回"]
    for row, answer in zip(rows, pile.small(), strict=True):
        entry = answer.entry
        assert row["文件"] == entry["source"]
        assert row["SHA-256"] == entry["sha256"]
        assert row["数据校验码"] == (entry["checksum"] or "")
        assert row["待定"] == len(entry["undecided"])
        counted = [sum(found["severity"] == one for found in entry["findings"]) for one in ("error", "query", "notice")]
        assert [row["错误"], row["需说明"], row["提示"]] == counted
    assert (rows[0]["单位"], rows[0]["年度"], rows[0]["表式"], rows[0]["版"]) == (
        "示例区第1局", 2023, "gov-disclosure", "2021",
    )  # fmt: skip
    top = [cell.value for row in book(data)["总览"].iter_rows(min_row=1, max_row=4) for cell in row]
    counts = dict(zip(top[24:30], top[36:42], strict=True))
    assert counts == {"退回": 3, "需说明": 1, "读不了": 1, "通过": 1, "全部文件": 6, "没有看": 2}


def test_one_row_for_each_finding_never_folded() -> None:
    finding = pile.answer(1, "broken").entry["findings"][0]
    alike = [{**finding, "key": f"T3-ID[n{n}]"} for n in range(40)]
    explained = pile.renamed(pile.answer(3, "blank"), "局", explanation="没有发生", cause="A")
    answers = [*pile.small(), Answer({**pile.answer(1).entry, "findings": alike}), explained]
    rows = listed(made(answers), "问题清单", "结论")
    findings = [(answer.entry, found) for answer in answers for found in answer.entry["findings"]]
    assert len(rows) == len(findings)
    for row, (entry, found) in zip(rows, findings, strict=True):
        assert (row["文件"], row["规则"], row["编号"]) == (entry["source"], found["rule"], found["key"])
        assert (row["问题"], row["怎么改"]) == (found["message"], found["fix"])
        assert row["现值"] == ("" if found["found"] is None else found["found"])
        assert (row["单位的说明"], row["参见"]) == (found["explanation"] or "", found.get("cause", ""))
    assert rows[0]["位置"] == "三、收到和处理政府信息公开申请情况"
    assert rows[0]["级别"] == "错误"


def test_figures_stand_as_reported_below_their_headings() -> None:
    odd: dict[str, Any] = {
        "requests.new.natural": "１２", "requests.new.legal": Decimal("1753.790001"), "requests.new.other": 10**20,
        "requests.new.total": True, "requests.carried_in.natural": "0012", "requests.carried_in.legal": " ",
    }  # fmt: skip
    data = made([*pile.small(), Answer(pile.answer(1).entry, odd)])
    rows = listed(data, "数据", "单位")
    assert [row["单位"] for row in rows] == [f"示例区第{n}局" for n in (1, 2, 3, 4, 6, 1)]
    assert (rows[3]["requests.new.natural"], rows[3]["proactive.fees.amount"]) == ("12件", "=1+1")
    assert rows[0]["requests.total.natural"] == 99
    last = rows[-1]
    assert {address: last[address] for address in odd} == {
        "requests.new.natural": "１２", "requests.new.legal": 1753.790001, "requests.new.other": str(10**20),
        "requests.new.total": "TRUE", "requests.carried_in.natural": "0012", "requests.carried_in.legal": " ",
    }  # fmt: skip
    assert last["requests.granted.natural"] == ""
    assert set(library.load("gov-disclosure", "2021").cells) <= set(last)
    sheet = book(data)["数据"]
    column = next(cell.column for cell in sheet[5] if cell.value == "requests.new.natural")
    assert [sheet.cell(row, column).value for row in (3, 4)] == [
        "三、收到和处理政府信息公开申请情况",
        "本年新收 · 自然人（件）",
    ]


def test_each_form_and_edition_has_its_own_figures() -> None:
    old = Answer({**pile.answer(1).entry, "edition": "2019"}, {"requests.new.natural": 5})
    other = Answer({**pile.answer(2).entry, "form": "penalties", "edition": "2024"})
    data = made([pile.answer(3), old, other])
    assert book(data).sheetnames == [
        "总览", "问题清单", "数据 gov-disclosure 2019", "数据 gov-disclosure 2021", "数据 penalties 2024", "没有看",
    ]  # fmt: skip
    [row] = listed(data, "数据 gov-disclosure 2019", "单位")
    assert row["requests.new.natural"] == 5
    assert "licences.previous" not in row or row["licences.previous"] == ""


def test_passed_over_and_nothing_at_all() -> None:
    rows = listed(made(pile.small(), pile.PASSED_OVER), "没有看", "文件")
    assert rows[0] == {"文件": "收回/~$外事办.xlsx", "原因": "办公软件的临时锁定文件"}
    assert len(rows) == 2
    assert book(made([])).sheetnames == ["总览", "问题清单", "没有看"]


def test_heads_stay_filters_are_set_and_verdicts_have_colours() -> None:
    for sheet in book(made(pile.small(), pile.PASSED_OVER)):
        filtered = str(sheet.auto_filter.ref)
        head = int(re.findall(r"\d+", filtered)[0])
        assert str(sheet.freeze_panes).lstrip("ABCDEFGH") == str(head + 1)
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.print_title_rows
        assert all(sheet.column_dimensions[name].width >= 8 for name in "AB")
    overview = book(made(pile.small()))["总览"]
    fills = {row[0].value: row[0].fill.fgColor.rgb for row in overview.iter_rows(min_row=7)}
    assert len(set(fills.values())) == 4
    assert fills["退回"] == "FFFFC7CE"


RISKY = (
    *pile.HOSTILE, "=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "http://example.com",
    "mailto:a@b", "internal:A1", "<r><t>x</t></r>", "<r><x></r>", "<r>" + "&" * 32_000 + "</r>", "_x0041_", "{=1}",
    "a\ud800b", "\ufffe\uffff",
)  # fmt: skip


def assert_plain(data: bytes) -> None:
    """No formula, link, or anything else that a program follows; every part is XML."""
    package = zipfile.ZipFile(io.BytesIO(data))
    for name in package.namelist():
        root = etree.fromstring(package.read(name))
        tags = {etree.QName(node).localname for node in root.iter() if isinstance(node.tag, str)}
        assert not tags & {"f", "hyperlink", "hyperlinks", "externalReference"}, name
    assert not [name for name in package.namelist() if "external" in name.lower() or "vba" in name.lower()]


@pytest.mark.parametrize("text", RISKY, ids=range(len(RISKY)))
def test_hostile_texts_are_texts(text: str) -> None:
    found = {"message": text, "fix": text, "key": text, "found": text, "explanation": text}
    answer = pile.renamed(pile.answer(1, "broken"), text, **found)
    data = made([Answer(answer.entry, {pile.FIRST: text})], [PassedOver(text, "other")])
    assert_plain(data)
    [row] = listed(data, "数据", "单位")
    if not re.search("[\ud800\ufffe\uffff]", text):
        assert row[pile.FIRST][: LONGEST - 1_000] == text[: LONGEST - 1_000]
    for sheet in book(data):
        for line in sheet.iter_rows():
            for cell in line:
                assert cell.data_type in ("s", "n", "inlineStr")
                if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@", "\t")):
                    assert cell.quotePrefix


@examples(30)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
@example("<r></r>")
def test_any_text_comes_back_as_it_was(text: str) -> None:
    row = ["begin", text, "end"]
    data = write_summary("t", [ListSheet("s", "t", "", (Column("a", 9),) * 3, [row])], "", "…")
    assert_plain(data)
    read = python_calamine.load_workbook(io.BytesIO(data)).get_sheet_by_name("s").to_python()[-1]
    assert read == row if not re.search("[\ufffe\uffff]", text) else read[::2] == row[::2]


def test_a_text_too_long_for_a_cell_is_cut_and_says_so() -> None:
    answer = Answer(pile.answer(1).entry, {pile.FIRST: "𠮷" * 20_000})
    [row] = listed(made([answer]), "数据", "单位")
    assert row[pile.FIRST].endswith("…（太长，后面的没有写）")
    assert 16_000 < len(row[pile.FIRST]) < 16_500


def test_more_rows_than_a_sheet_holds_go_on_to_the_next() -> None:
    rows: list[Sequence[Any]] = [(number, f"r{number}") for number in range(25)]
    plan = ListSheet("清单", "t", "n", (Column("a", 9), Column("b", 9, over=("x", "y"))), rows, fixed=1)
    data = write_summary("t", [plan], "", "…", most_rows=10)
    assert book(data).sheetnames == ["清单", "清单 2", "清单 3"]
    read = [row["b"] for name in book(data).sheetnames for row in listed(data, name, "a")]
    assert read == [row[1] for row in rows]


def test_the_same_answers_give_the_same_bytes_and_leave_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert made(pile.small(), pile.PASSED_OVER) == made(iter(pile.small()), pile.PASSED_OVER)
    assert list(tmp_path.iterdir()) == []
    assert book(made([])).properties.created == datetime(2020, 1, 1)


def test_an_error_on_the_way_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        yield (1,)
        raise KeyboardInterrupt

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        write_summary("t", [ListSheet("s", "t", "", (Column("a", 9),), broken())], "", "…")
    assert list(tmp_path.iterdir()) == []


def test_english() -> None:
    data = made([pile.answer(1, "broken", "en")], pile.PASSED_OVER, "en")
    assert book(data).sheetnames == ["Files", "Findings", "Figures", "Passed over"]
    assert [row["Verdict"] for row in listed(data, "Files", "Verdict")] == ["failed"]


def test_a_large_pile_is_listed_whole() -> None:
    count = 400
    data = made(pile.Many(count))
    assert len(listed(data, "总览", "结论")) == count
    assert len(listed(data, "问题清单", "结论")) == sum(len(one.entry["findings"]) for one in pile.Many(count))
    assert len(listed(data, "数据", "单位")) == sum(one.entry["form"] is not None for one in pile.Many(count))


@pytest.mark.libreoffice
def test_libreoffice_opens_it_and_sees_texts(office: Any, tmp_path: Path) -> None:
    answer = pile.renamed(pile.answer(1, "broken"), "=1+1", message="<r><x></r>")
    path = tmp_path / "汇总.xlsx"
    path.write_bytes(made([Answer(answer.entry, {"proactive.regulations.issued": "=1+1"})]))
    assert office.recalculate(path, ["总览!B7", "问题清单!J4", "数据!E6"]) == {
        "总览!B7": "=1+1", "问题清单!J4": "<r><x></r>", "数据!E6": "=1+1",
    }  # fmt: skip
