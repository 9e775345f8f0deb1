"""Value keys are inherited form → section → block → heading, and cross where a row and a column meet."""

from decimal import Decimal
from typing import get_args

import pytest

from tests.forms.small import GOOD, compiled, edited
from tianbao.forms.model import NUMERIC, Kind, ValueType

HEAD = GOOD[: GOOD.index("value: count")]


def kinds(rest: str) -> dict[str, Kind]:
    return {address: cell.kind for address, cell in compiled(HEAD + rest).cells.items()}


def one(rest: str) -> Kind:
    (kind,) = kinds(rest).values()
    return kind


LEAF = "sections: [{id: t, title: 表, sheet: 表%s, rows: [{id: a, label: 甲%s}]}]\n"


@pytest.mark.parametrize(
    ("form", "section", "heading", "kind"),
    [
        ("", "", "", Kind()),
        ("unit: 件\nblank: must\n", "", "", Kind(unit="件", blank="must")),
        ("unit: 件\n", ", unit: 宗", "", Kind(unit="宗")),
        ("unit: 件\n", ", unit: 宗", ", unit: 项", Kind(unit="项")),
        ("unit: 件\nmin: 1\nmax: 9\n", "", "", Kind(unit="件", least=1, most=9)),
        # a new value drops everything inherited but blank
        ("unit: 件\nmin: 1\nblank: zero\n", ", value: yesno", "", Kind("yesno", blank="zero")),
        ("unit: 件\n", ", value: amount, unit: 万元, places: 6", "", Kind("amount", "万元", 6)),
        ("value: amount\nplaces: 2\nunit: 元\n", ", value: count", "", Kind("count")),
        ("value: amount\nplaces: 2\nunit: 元\n", "", ", value: text, like: '^a'", Kind("text", like="^a")),
        ("", ", value: choice, choices: [甲, 乙]", "", Kind("choice", choices=("甲", "乙"))),
        ("", ", value: change, min: -8", ", blank: may", Kind("change", least=-8, blank="may")),
        ("", ", value: amount, places: 1, max: 0.5", "", Kind("amount", places=1, most=Decimal("0.5"))),
        ("", ", value: date", "", Kind("date")),
        ("", ", value: url", "", Kind("url")),
    ],
)
def test_inheritance(form: str, section: str, heading: str, kind: Kind) -> None:
    assert one(form + LEAF % (section, heading)) == kind


def test_groups_hand_down_and_axes_cross() -> None:
    found = kinds(
        "unit: 件\nblank: may\nsections:\n"
        "  - id: t\n    title: 表\n    sheet: 表\n    blank: ask\n"
        "    columns:\n      - {id: x, label: 数}\n"
        "      - {label: 组, unit: 个, of: [{id: y, label: 乙}, {id: z, label: 丙, unit: 台}]}\n"
        "    rows:\n      - {id: a, label: 甲}\n      - {id: b, label: 乙, blank: must}\n"
        "      - {id: c, label: 丙, value: amount, places: 2}\n"
    )
    assert found["t.a.x"] == Kind(unit="件")
    assert found["t.b.y"] == Kind(unit="个", blank="must")
    assert found["t.b.z"] == Kind(unit="台", blank="must")
    # the row's new value drops what the form said, not what its column says
    assert found["t.c.x"] == Kind("amount", places=2)
    assert found["t.c.z"] == Kind("amount", "台", 2)


def test_blocks_have_keys_of_their_own() -> None:
    found = kinds(
        "sections:\n  - id: t\n    title: 表\n    sheet: 表\n    unit: 件\n    blocks:\n"
        "      - {unit: 宗, rows: [{id: a, label: 甲}]}\n      - {rows: [{id: b, label: 乙}]}\n"
    )
    assert [kind.unit for kind in found.values()] == ["宗", "件"]


def test_numeric() -> None:
    assert NUMERIC == {value for value in get_args(ValueType) if Kind(value).numeric} == {"count", "change", "amount"}


def test_repeat_makes_numbered_copies_of_their_kind() -> None:
    found = compiled(edited(("{id: kind, label", "{id: kind, repeat: 2, label"))).cells
    assert [address for address in found if address.startswith("site.kind")] == ["site.kind.1", "site.kind.2"]
    assert found["site.kind.2"].kind.choices == ("门户", "部门")
    assert found["site.kind.2"].labels == ("类型", "第2个")
