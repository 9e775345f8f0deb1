"""cases.yaml: what a case says, what it inherits from the base, and what stays a text."""

from decimal import Decimal

import pytest

from tests.forms.small import compiled, repaired
from tianbao.forms.cases import read_cases

FORM = compiled(repaired())
TEXT = """\
base:
  agency: 示例局
  cells:
    work.came.people: 3
    site.name: 007
  texts: {overview: 写了。}
cases:
  - case: 各种写法
    cells:
      work.came.people: ~
      work.came.firms: 12件
      work.done.people: "12"
      work.done.firms: １２
      work.days.people: 1.50
      work.days.firms: -3
      work.came.total: NaN
      work.done.total:
      site.kind: 门户
      site.name: 12
    findings: [A, "B[x]"]
  - case: 上年
    year: 2030
    texts: {overview: ""}
    previous:
      cells: {work.came.people: 9}
      texts: {overview: 上年。}
    explanations: {"A[x]": 属实}
    findings: []
  - case: 上年的年份
    previous: {year: 2020}
    findings: []
  - case: 没有文字
    texts: {overview: ~}
    findings: []
  - case: 这些字
    texts: {overview: "~"}
    findings: []
"""


def test_what_a_case_is() -> None:
    cases, mistakes = read_cases(TEXT, FORM)
    assert mistakes == ()
    base, various, last, *_ = cases
    assert (base.name, base.expected, base.previous) == ("base", (), None)
    assert base.data["year"] == 2024
    assert base.data["agency"] == {"name": "示例局", "code": None}
    assert base.data["cells"]["work.came.total"] == 3
    assert base.data["cells"]["work.days.firms"] == 0
    assert base.data["cells"]["site.name"] == "007"
    assert "site.kind" not in base.data["cells"]
    assert various.expected == ("A", "B[x]")
    assert last.data["texts"] == {}
    assert last.data["explanations"] == {"A[x]": "属实"}


@pytest.mark.parametrize(
    ("address", "value"),
    [
        ("work.came.firms", "12件"),
        ("work.done.people", "12"),
        ("work.done.firms", "１２"),
        ("work.days.people", Decimal("1.5")),
        ("work.days.firms", -3),
        ("work.days.total", Decimal("-1.5")),
        ("work.came.total", "NaN"),
        ("site.kind", "门户"),
        ("site.name", "12"),
    ],
)
def test_how_cells_are_written(address: str, value: object) -> None:
    found = read_cases(TEXT, FORM)[0][1].data["cells"][address]
    assert found == value
    assert type(found) is type(value)


def test_blanks_are_left_out() -> None:
    cells = read_cases(TEXT, FORM)[0][1].data["cells"]
    assert not {"work.came.people", "work.done.total"} & set(cells)


def test_a_text_is_blanked_as_a_cell_is() -> None:
    cases = read_cases(TEXT, FORM)[0]
    assert [case.data["texts"] for case in cases[4:]] == [{}, {"overview": "~"}]


def test_last_year_differs_from_the_base_and_is_the_year_before() -> None:
    cases, _ = read_cases(TEXT, FORM)
    previous = cases[2].previous
    assert previous is not None
    assert (cases[2].data["year"], previous["year"]) == (2030, 2029)
    assert previous["cells"]["work.came.people"] == 9
    assert previous["texts"] == {"overview": "上年。"}
    assert cases[3].previous
    assert cases[3].previous["year"] == 2020


def test_of_nothing() -> None:
    cases, mistakes = read_cases("", FORM)
    assert cases == ()
    assert [mistake.id for mistake in mistakes] == ["YAML-EMPTY"]
    only, mistakes = read_cases("base: {}\n", FORM)
    assert [case.name for case in only] == ["base"]
    assert only[0].data["agency"]["name"]
    assert not mistakes
