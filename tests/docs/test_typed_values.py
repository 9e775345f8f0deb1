"""The officer's guide says what becomes of everything that people type: each row of its tables, through a workbook."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.checks.test_findings import checked as judged
from tests.cli.run import tianbao
from tests.docs.test_docs import OFFICER, sections
from tests.verbs import good
from tests.workbook import samples
from tianbao.feedback.check_json import submission_data
from tianbao.submission import of_json
from tianbao.values import plain
from tianbao.workbook.layout import layout_of
from tianbao.workbook.read import read
from tianbao.workbook.write import filled

COUNT, AMOUNT = "requests.new.natural", "proactive.fees.amount"
RULES = {"T3-ID[natural]", "T3-ROW[new]"}
"""The rules over the count."""

SEVERITY = {"通过": "", "提示": "notice", "需说明": "query", "错误": "error"}
FORMATS = {
    "常规": "",
    "文本": 'numFmtId="49"',
    "日期": 'numFmtId="14"',
    "百分比": 'numFmtId="9"',
    "撇号": 'quotePrefix="1"',
}


def rows() -> Iterator[tuple[str, list[str]]]:
    """Address and columns of every row."""
    for line in sections(OFFICER)["数字格里填了什么"].splitlines():
        columns = [column.strip(" ") for column in line.strip("|").split("|")]
        if line.startswith("|") and columns[0] not in ("内容", "---"):
            yield (COUNT if len(columns) == 6 else AMOUNT), columns


ROWS = list(rows())


def cell(content: str) -> tuple[str, str]:
    """What stands inside the cell, and its type, as a spreadsheet program writes it."""
    formula = re.fullmatch(r"=(.+)，(?:结果 (.+)|没有结果)", content)
    if formula:
        inside, kind = cell(formula[2]) if formula[2] else ("", "")
        value = re.sub(r"<is><t[^>]*>(.*)</t></is>", r"<v>\1</v>", inside)
        return f"<f>{formula[1]}</f>{value}", ' t="str"' if "inlineStr" in kind else kind
    if content.startswith("“"):
        return f'<is><t xml:space="preserve">{content[1:-1]}</t></is>', ' t="inlineStr"'
    if content == "（空）":
        return "", ""
    if content == "TRUE":
        return "<v>1</v>", ' t="b"'
    return f"<v>{content}</v>", ' t="e"' if content.startswith("#") else ""


def restyled(data: bytes, part: str, place: str, wanted: str) -> bytes:
    """The cell with a format of its own: the template's with another number format or the mark of an apostrophe."""
    number = re.search(rf'<c r="{place}" s="(\d+)"', samples.xml_of(data, part))
    assert number
    if not wanted:
        return data
    styles = samples.xml_of(data, "xl/styles.xml")
    inside = re.search(r"<cellXfs count=\"(\d+)\">(.*?)</cellXfs>", styles)
    assert inside
    own = re.findall(r"<xf [^>]*/>|<xf .*?</xf>", inside[2])[int(number[1])]
    own = re.sub(r'numFmtId="\d+"', wanted, own) if "numFmtId" in wanted else own.replace("<xf ", f"<xf {wanted} ", 1)
    own = own if "applyNumberFormat" in own else own.replace("<xf ", '<xf applyNumberFormat="1" ', 1)
    count = int(inside[1])
    new = styles.replace(inside[0], f'<cellXfs count="{count + 1}">{inside[2]}{own}</cellXfs>')
    put = samples.swap(f'<c r="{place}" s="{number[1]}"', f'<c r="{place}" s="{count}"')
    return samples.repacked(data, {"xl/styles.xml": new.encode(), part: put})


@cache
def _base() -> bytes:
    return filled(samples.official(), of_json(json.dumps(good.data())))


@cache
def book(number: int) -> bytes:
    """The workbook of a row: a good one with that content in the cell."""
    address, (content, wanted, *_) = ROWS[number]
    at = layout_of(samples.official()).places[address]
    part, place = samples.part_of(_base(), at.sheet), str(at).rpartition("!")[2]
    data = restyled(_base(), part, place, FORMATS[wanted])
    before = samples.xml_of(data, part)
    after = samples.put(place, *cell(content))(before)
    return data if after == before else samples.repacked(data, {part: after.encode()})


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Any]:
    """All rows as workbooks in one folder, checked by one run of the program: row → element of "submissions"."""
    folder = tmp_path_factory.mktemp("typed")
    for number in range(len(ROWS)):
        (folder / f"{number:03d}.xlsx").write_bytes(book(number))
    ran = tianbao("check", folder, "--json", "-", "--lang", "zh")
    return {int(Path(entry["source"]).stem): entry for entry in ran.json["submissions"]}


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[f"{columns[0]} {columns[1]}" for _, columns in ROWS])
def test_the_guide_says_what_becomes_of_it(number: int, checked: dict[int, Any]) -> None:
    address, (content, _, reading, *rest) = ROWS[number]
    entry, outcome = checked[number], rest[-1]
    mine = [found for found in entry["findings"] if address in found["cells"] and found["rule"][:3] in ("TYP", "ENT")]
    said = [(found["severity"], found["rule"]) for found in mine]
    wanted, _, told = outcome.partition("：")
    expected = [(SEVERITY[pair.split()[0]], pair.split()[1]) for pair in wanted.split("、") if " " in pair]
    assert said == expected
    message = mine[0]["message"] if mine else ""
    assert told in message
    if content.startswith("“") and said and said[0][1] != "TYPE-BLANK":
        assert content[1:-1].strip() in message, "the original stands in the message"
    if said[:1] in ([("query", "TYPE-INT")], [("query", "TYPE-FEE")]) and content.endswith("”"):
        assert f"读作 {reading}" in message
        assert reading in mine[0]["fix"]
    else:
        assert "读作" not in message


@pytest.mark.parametrize("number", [n for n, (address, _) in enumerate(ROWS) if address == COUNT])
def test_sums_and_rules_are_as_the_guide_says(number: int, checked: dict[int, Any]) -> None:
    _, (_, _, reading, summed, rules, _) = ROWS[number]
    found = read(book(number), samples.find_form)
    assert plain(found.value("requests.new.total").counted) == (reading if summed == "计入" else "0")
    undecided = RULES & {rule["key"] for rule in checked[number]["undecided"]}
    assert undecided == (RULES if rules == "待定" else set())


TEXTS = [n for n, (_, columns) in enumerate(ROWS) if columns[0].startswith("“") and columns[1] != "撇号"]


@pytest.mark.parametrize("number", TEXTS, ids=[ROWS[number][1][0] for number in TEXTS])
def test_data_from_another_system_are_told_the_same(number: int, checked: dict[int, Any]) -> None:
    address, (content, *_) = ROWS[number]
    made = submission_data(judged(good.data({address: content[1:-1]})), samples.official(), "zh")
    mine, book_says = (
        [(found["key"], found["message"], found["fix"]) for found in data["findings"] if found["rule"][:4] == "TYPE"]
        for data in (made, checked[number])
    )
    assert mine == book_says
