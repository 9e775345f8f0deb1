"""Rules bound to cells: variables, wildcards, totals, keys and sentences."""

import pytest

from tests.forms.small import GOOD, compiled, edited, mistakes, with_rule
from tianbao.forms.model import Rule
from tianbao.rules.expr import refs

ROWS, COLUMNS = ("came", "done", "days"), ("people", "firms", "total")


def bound(holds: str) -> Rule:
    return compiled(with_rule(holds)).rule("X")


@pytest.mark.parametrize(
    ("holds", "keys"),
    [
        ("work.came.total > 0", ["X"]),
        ("work.$r.total > 0", ["X[came]", "X[done]", "X[days]"]),
        ("work.$r.people > work.$r.firms", ["X[came]", "X[done]", "X[days]"]),
        ("filled(site.$k)", ["X[unified]", "X[kind]", "X[name]"]),
        ("filled(work.$all)", [f"X[{row}.{column}]" for row in ROWS for column in COLUMNS]),
        ("work.came.$c >= previous.work.came.$c", ["X[people]", "X[firms]", "X[total]"]),
        # a variable beside a wildcard: one instance for each, not one for each cell
        ("sum(work.*.$c) > 0 or filled(overview)", ["X[people]", "X[firms]", "X[total]"]),
        ("overview mentions \"件\" implies work.came.$c > 0", ["X[people]", "X[firms]", "X[total]"]),
    ],
)  # fmt: skip
def test_instances(holds: str, keys: list[str]) -> None:
    # rows of one unit, so that they can be added
    text = with_rule(holds).replace(", value: amount, unit: 天, places: 1", "")
    assert [instance.key for instance in compiled(text).rule("X").instances] == keys


def test_two_variables() -> None:
    nested = "{id: came, label: 收到, of: [{id: up, label: 上}, {id: down, label: 下}]}"
    text = edited(("{id: came, label: 收到}", nested), ("work.done.$c <= work.came.$c", "work.$r.up.$c >= 0"))
    keys = [instance.key for instance in compiled(text).rule("W-DONE").instances]
    assert keys == ["W-DONE[came.people]", "W-DONE[came.firms]", "W-DONE[came.total]"]


def test_wildcards_are_spread_in_the_order_of_the_form() -> None:
    (instance,) = bound("sum(work.came.*s, work.came.people) >= 0").instances
    assert [ref.address for ref in refs(instance.expr)] == ["work.came.firms", "work.came.people"]
    assert instance.addresses == ("work.came.firms", "work.came.people")


def test_last_year_is_no_cell_of_this_year() -> None:
    (instance,) = bound("work.came.total >= previous.work.came.firms").instances
    assert instance.addresses == ("work.came.total",)
    (words,) = bound('filled(overview) or previous.overview mentions "件"').instances
    assert words.addresses == ("overview",)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("work.came.*", ["people", "firms"]),
        ("work.came.**", ["people", "firms"]),
        ("work.came.*r*s", ["firms"]),
        ("work.came.p*e", ["people"]),
        ("work.came.*p*p*", ["people"]),
        ("work.came.p*l*e*", ["people"]),
        ("work.came.f*i*r*m*s", ["firms"]),
    ],
)
def test_what_a_wildcard_stands_for(pattern: str, found: list[str]) -> None:
    text = with_rule(f"sum({pattern}) > 0").replace("{id: total, label: 总计, sum: siblings, rule: W-ROW}", "")
    text = text.replace("      - \n", "").replace("  - id: W-ROW\n    source: 标题“总计”\n", "")
    (instance,) = compiled(text).rule("X").instances
    assert instance.addresses == tuple(f"work.came.{column}" for column in found)


def test_wildcards_do_not_keep_the_linter_busy() -> None:
    text = edited(("{id: people, label: 自然人}", f"{{id: {'a' * 40}, label: 自然人}}"))
    text += f"  - id: X\n    severity: error\n    source: 无\n    holds: sum(work.came.{'*a' * 12}*b) > 0\n"
    assert [mistake.id for mistake in mistakes(text).mistakes] == ["RULE-UNKNOWN"]


@pytest.mark.parametrize(
    "holds",
    [
        'site.kind = "门户" or site.kind = "" or site.unified != no',
        'site.name = "示例" and overview != "无"',
        "0.5 * work.days.people <= work.came.people",
        "work.days.people <= 365.5",
        "length(overview) >= 10 and not filled(site.name)",
        "sum(work.came.people, work.came.firms) = work.came.total",
        "sum(work.came.total, previous.work.came.people) >= 0",
    ],
)
def test_rules_that_are_right(holds: str) -> None:
    assert bound(holds).instances


def test_rules_of_totals() -> None:
    form = compiled()
    rule = form.rule("W-ROW")
    assert (rule.severity, rule.source, rule.explain) == ("error", "标题“总计”", "")
    assert [instance.key for instance in rule.instances] == ["W-ROW[came]", "W-ROW[done]", "W-ROW[days]"]
    assert str(rule.instances[0].expr) == "work.came.total = sum(work.came.people, work.came.firms)"
    assert [found.id for found in form.rules] == ["W-ROW", "W-DONE"]


def test_a_total_without_a_rule_id_has_one_of_its_own() -> None:
    form = compiled(
        edited(("sum: siblings, rule: W-ROW", "sum: [people, firms]"), ("  - id: W-ROW\n    source: 标题“总计”\n", ""))
    )
    assert [found.id for found in form.rules] == ["W-DONE", "SUM-work-total"]
    assert form.rule("SUM-work-total").instances[2].key == "SUM-work-total[days]"


def test_a_grand_total_is_held_by_both_of_its_rules() -> None:
    text = edited(
        (
            "      - {id: days, label: 平均天数, value: amount, unit: 天, places: 1}",
            "      - {id: all, label: 合计, sum: siblings, rule: W-COL}",
        )
    )
    form = compiled(text)
    assert str(form.cells["work.all.total"].total) == "sum(work.all.people, work.all.firms)"
    assert [instance.key for instance in form.rule("W-COL").instances] == [
        "W-COL[people]",
        "W-COL[firms]",
        "W-COL[total]",
    ]
    assert "W-ROW[all]" in [instance.key for instance in form.rule("W-ROW").instances]


def test_a_grand_total_is_not_added_to_its_parts_in_either_direction() -> None:
    last = "      - {id: days, label: 平均天数, value: amount, unit: 天, places: 1}"
    text = edited(
        (last, "      - {id: all, label: 合计, sum: siblings, rule: W-COL}"), text=with_rule("sum(work.*.total) > 0")
    )
    assert [mistake.id for mistake in mistakes(text).mistakes] == ["RULE-SUM-TOTAL"]
    text = text.replace("sum(work.*.total)", "sum(work.all.*)")
    assert [mistake.id for mistake in mistakes(text).mistakes] == ["RULE-SUM-TOTAL"]


def test_siblings_are_all_leaves_under_the_same_heading_but_totals() -> None:
    text = GOOD.replace(
        "{id: firms, label: 企业}",
        "{label: 企业, of: [{id: big, label: 大}, {id: small, label: 小}, {id: firms, label: 小计, sum: siblings}]}",
    )
    form = compiled(text)
    assert str(form.cells["work.came.firms"].total) == "sum(work.came.big, work.came.small)"
    assert str(form.cells["work.came.total"].total) == "sum(work.came.people, work.came.big, work.came.small)"


def test_a_sum_may_name_a_group() -> None:
    text = (
        GOOD.replace(
            "{id: firms, label: 企业}", "{id: firms, label: 企业, of: [{id: big, label: 大}, {id: small, label: 小}]}"
        )
        .replace("sum: siblings", "sum: [firms]")
        .replace("work.done.$c <= work.came.$c", "work.done.total <= work.came.total")
    )
    assert str(compiled(text).cells["work.done.total"].total) == "sum(work.done.firms.big, work.done.firms.small)"


def test_of_an_unknown_rule_or_section() -> None:
    form = compiled()
    with pytest.raises(KeyError):
        form.rule("NO")
    assert form.where("work.came.people") == "二、办件 · 收到 · 自然人"
    assert form.where("overview") == "一、总体情况"
    assert form.where("strange") == "strange"
    assert form.report_title("某局", 2024) == "某局2024年小表"
    assert not form.covers(2023)
    assert form.section("work").short == "二、办件"
