"""Cells of other kinds than the official tables have: choices, patterns, bounds, texts that are asked for."""

import json
from pathlib import Path
from typing import Any

import pytest

from tianbao.checks import Context, check_submission
from tianbao.findings import Finding
from tianbao.forms.compile import compile_form
from tianbao.forms.library import form_schema
from tianbao.forms.model import Form
from tianbao.submission import of_json
from tianbao.workbook.plan import Issue
from tianbao.workbook.read import read
from tianbao.workbook.write import template

FORM = r"""
form: hall
edition: "1"
name: 大厅
title: "{agency}{year}年大厅情况"
years: {from: 2020}
sections:
  - id: hall
    title: 一、大厅
    sheet: 大厅
    blocks:
      - rows:
          - {id: open, label: 是否开放, value: yesno, blank: must}
          - {id: kind, label: 类型, value: choice, choices: [独立, 共用], blank: may}
          - {id: site, label: 网址, value: url, like: "https?://.+", blank: may}
          - {id: desks, label: 窗口数, unit: 个, max: 50}
          - {id: cost, label: 经费, value: amount, unit: 万元, places: 2, max: 10, blank: zero}
          - {id: served, label: 办件量, blank: must}
  - id: remarks
    title: 二、说明
    sheet: 说明
    blank: ask
    text: {guide: 写说明}
rules:
  - {id: H-OPEN, holds: hall.open = yes implies hall.desks > 0, severity: error, source: 常识}
"""


@pytest.fixture(scope="module")
def form() -> Form:
    return compile_form(FORM, "hall", form_schema())


def findings(form: Form, cells: dict[str, Any], text: str = "说明文字") -> list[Finding]:
    good = {"hall.open": "是", "hall.kind": "独立", "hall.desks": 3, "hall.served": 9}
    data = {"form": "hall", "edition": "1", "year": 2023, "agency": {"name": "某局"}, "cells": good | cells}
    submission = of_json(json.dumps(data | {"texts": {"remarks": text}}))
    return list(check_submission(form, submission, Context(edition_due="1"))[0])


CASES: list[tuple[dict[str, Any], str, str, str]] = [
    ({"hall.open": "可能"}, "TYPE-WORD", "choice", "error"),
    ({"hall.kind": "合并"}, "TYPE-WORD", "choice", "error"),
    ({"hall.site": "www.example.cn"}, "TYPE-WORD", "like", "error"),
    ({"hall.desks": 51}, "TYPE-INT", "large", "error"),
    ({"hall.cost": 10.5}, "TYPE-FEE", "large", "error"),
    ({"hall.cost": 0.125}, "TYPE-FEE", "places", "query"),
    ({"hall.served": None}, "TYPE-BLANK", "must", "error"),
    ({"hall.desks": 0}, "H-OPEN", "other", "error"),
]


@pytest.mark.parametrize(("cells", "rule", "case", "severity"), CASES)
def test_each_kind_of_cell(form: Form, cells: dict[str, Any], rule: str, case: str, severity: str) -> None:
    (found,) = findings(form, cells)
    assert (found.rule, found.case, found.severity) == (rule, case, severity)


def test_a_good_one_has_no_finding(form: Form) -> None:
    assert findings(form, {"hall.site": "https://example.cn", "hall.cost": 0.12}) == []
    assert findings(form, {"hall.open": "否", "hall.desks": 0}) == []


def test_a_text_that_is_asked_for_is_a_query(form: Form) -> None:
    (found,) = findings(form, {}, "")
    assert (found.key, found.case, found.severity) == ("TYPE-BLANK[remarks]", "asked", "query")


def test_its_workbook_is_read_back(form: Form, tmp_path: Path) -> None:
    submission = read(template(form, Issue(2023)), lambda *_: form)
    assert submission.entries.keys() == form.cells.keys()
    assert submission.observations == ()
