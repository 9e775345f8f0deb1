"""Another ministry's form is another file: key-value tables, choices, repeats, dates, decimals, inequalities."""

import io
from pathlib import Path

import openpyxl
import pytest

from tianbao.checks import Context, check_submission
from tianbao.forms import library
from tianbao.forms.compile import compile_form
from tianbao.forms.grid import grid_of
from tianbao.forms.model import Form
from tianbao.forms.schema import submission_schema
from tianbao.submission import Submission, json_text, of_json
from tianbao.workbook.plan import Issue
from tianbao.workbook.write import template

GOOD: dict[str, object] = {
    "head.name": "示例县政府网",
    "head.home": "https://www.example.invalid/",
    "head.type": "政府门户网站",
    "head.code": "3299990001",
    "head.visitors": 1000,
    "head.visits": 5000,
    "news.all": 21813,
    "news.profile": 47,
    "news.affairs": 10078,
    "news.catalogue": 696,
    "service.listed": "是",
    "service.items": 30,
    "service.online": 12,
    "service.done.people": 4,
    "service.done.firms": 3,
    "service.done.total": 7,
    "talk.unified": "是",
    "talk.received": 10,
    "talk.settled": 9,
    "talk.days": 3.5,
    "talk.answered": 5,
    "talk.robot": "否",
    "safety.found": 2,
    "safety.mended": 2,
    "media.has": "是",
    "media.wechat.1.name": "示例发布",
    "media.wechat.1.posts": 120,
    "media.wechat.1.followers": 3000,
    "novel.search": "是",
}


@pytest.fixture(scope="module")
def website() -> Form:
    text = (Path(__file__).parent / "website.yaml").read_text("utf-8")
    return compile_form(text, "website.yaml", library.form_schema())


def submission(changes: dict[str, object], year: int = 2024, texts: dict[str, str] | None = None) -> Submission:
    data = {"form": "website", "edition": "2017", "year": year, "agency": {"name": "示例县"}, "cells": GOOD | changes}
    return of_json(json_text(data | {"texts": texts or {}}))


def keys(form: Form, changes: dict[str, object], texts: dict[str, str] | None = None) -> set[str]:
    findings, _ = check_submission(form, submission(changes, texts=texts), Context(None, "2017"))
    return {finding.key for finding in findings}


def test_cells_and_kinds(website: Form) -> None:
    assert len(website.cells) == 42
    kinds = {address: cell.kind for address, cell in website.cells.items()}
    assert (kinds["head.type"].choices, kinds["head.type"].blank) == (("政府门户网站", "部门网站", "专项网站"), "must")
    assert (kinds["talk.days"].value, kinds["talk.days"].places, kinds["talk.days"].most) == ("amount", 1, 365)
    assert (kinds["novel.access"].value, kinds["novel.access"].unit) == ("yesno", "")
    assert kinds["media.weibo.2.posts"].unit == "条"
    assert [website.cells[address].parts[1].label for address in ("media.weibo.1.name", "media.weibo.2.name")] == [
        "第1个",
        "第2个",
    ]


def test_tables(website: Form) -> None:
    shapes = {
        section.id: (grid_of(section).rows, grid_of(section).columns) for section in website.sections if section.blocks
    }
    assert shapes == {
        "head": (7, 2),
        "news": (4, 2),
        "service": (5, 4),
        "talk": (6, 3),
        "safety": (2, 2),
        "media": (6, 5),
        "novel": (4, 3),
    }


def test_a_good_report_has_no_findings(website: Form) -> None:
    assert keys(website, {}) == set()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"news.all": 10820}, {"W-NEWS"}),
        ({"service.online": 31}, {"W-ONLINE"}),
        ({"service.done.total": 8}, {"SUM-service-total[done]"}),
        ({"talk.settled": 11}, {"W-SETTLED"}),
        ({"talk.days": 0}, {"W-DAYS"}),
        ({"talk.days": 366}, {"TYPE-FEE[talk.days]"}),
        ({"talk.days": 3.55}, {"TYPE-FEE[talk.days]"}),
        ({"talk.settled": 0, "talk.days": 0}, set()),
        ({"safety.mended": 3}, {"W-MENDED"}),
        ({"head.visits": 0}, {"W-VISITS"}),
        ({"media.weibo.2.posts": 5}, {"W-NAMED[weibo.2]"}),
        ({"media.has": "否"}, {"W-MEDIA"}),
        ({"media.has": "否", "media.wechat.1.posts": None, "media.wechat.1.name": None}, set()),
        ({"media.has": None}, {"TYPE-BLANK[media.has]"}),
        ({"media.has": "有"}, {"TYPE-WORD[media.has]"}),
        ({"head.type": "其他网站"}, {"TYPE-WORD[head.type]"}),
        ({"head.home": "www.example.invalid"}, {"TYPE-WORD[head.home]"}),
        ({"head.code": "12345"}, {"TYPE-WORD[head.code]"}),
        ({"service.listed": "否"}, {"W-KIND"}),
        ({"service.listed": "否", "head.type": "专项网站"}, set()),
        ({"news.affairs": "/"}, {"TYPE-BLANK[news]"}),
        ({"novel.other": "是"}, {"W-NOVEL"}),
    ],
)
def test_rules(website: Form, changes: dict[str, object], expected: set[str]) -> None:
    assert keys(website, changes) == expected


def test_multiple_choice_with_its_text(website: Form) -> None:
    assert keys(website, {"novel.other": "是"}, {"remarks": "提供方言语音播报。"}) == set()
    assert keys(website, {"novel.other": "是"}, {"remarks": "方言"}) == {"W-NOVEL"}


def test_last_year(website: Form) -> None:
    last = submission({"head.visits": 2499}, 2023)
    findings, undecided = check_submission(website, submission({}), Context(last, "2017"))
    assert [finding.key for finding in findings] == ["W-GROWTH"]
    assert undecided == ()
    _, undecided = check_submission(website, submission({}), Context(None, "2017"))
    assert [found.key for found in undecided] == ["W-GROWTH"]


def test_the_schema_of_its_submissions(website: Form) -> None:
    cells = submission_schema(website)["properties"]["cells"]["properties"]
    assert cells["talk.days"] == {
        "title": "互动交流 · 平均办理时间",
        "type": ["number", "null"],
        "minimum": 0,
        "maximum": 365,
        "x-unit": "天",
    }
    assert cells["media.has"]["enum"] == ["是", "否", None]
    assert cells["head.code"]["pattern"] == "^[0-9]{10}$"


def test_its_workbook(website: Form) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template(website, Issue(2024, None))))
    assert [section.sheet for section in website.sections] == book.sheetnames[1:-2]
    for address in website.cells:
        assert address in book.defined_names
    lists = {
        str(found.sqref): found.formula1
        for found in book["移动新媒体"].data_validations.dataValidation
        if found.type == "list"
    }
    assert list(lists.values()) == ['"是,否"']
