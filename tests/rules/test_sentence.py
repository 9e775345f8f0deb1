"""Rules as Chinese sentences: what the operands share stands first, the rest is named in quotes."""

import pytest
from hypothesis import given

from tests.rules import trees
from tianbao.rules.expr import Expr
from tianbao.rules.parse import parse
from tianbao.rules.sentence import Part, Sentence, general, sentence

ROWS = {"new": "本年新收", "carried_in": "上年结转", "total": "（七）总计", "carried_out": "结转下年度"}
COLUMNS = {"natural": "自然人", "business": "商业企业", "other": "其他", "total": "总计"}


def names(address: str) -> tuple[Part, ...]:
    section, *rest = address.split(".")
    if not rest:
        return (Part("section", {"overview": "一、总体情况"}.get(section, section)),)
    return (Part("row", ROWS.get(rest[0], rest[0])), *(Part("column", COLUMNS.get(word, word)) for word in rest[1:]))


def say(rule: str) -> str:
    return str(sentence(parse(rule), names))


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (
            "r.new.natural + r.carried_in.natural = r.total.natural + r.carried_out.natural",
            "“自然人”列：“本年新收”＋“上年结转”＝“（七）总计”＋“结转下年度”",
        ),
        ("r.new.total = sum(r.new.natural, r.new.business)", "“本年新收”行：“总计”＝“自然人”＋“商业企业”"),
        (
            "r.carried_in.natural = previous.r.carried_out.natural",
            "“自然人”列：“上年结转”＝上年年报的“结转下年度”",
        ),
        ("r.new.natural = r.total.other", "“本年新收·自然人”＝“（七）总计·其他”"),
        ("r.new.natural <= previous.r.new.natural", "“本年新收·自然人”≤上年年报的“本年新收·自然人”"),
        ("r.new.natural > 0", "“本年新收·自然人”＞0"),
        ("r.new.natural - sum(r.a.natural, r.b.natural) >= 0", "“自然人”列：“本年新收”－（“a”＋“b”）≥0"),
        ("r.new.natural - sum(r.a.natural) < 0", "“自然人”列：“本年新收”－“a”＜0"),
        ("0.0001 * sum(r.a.natural, r.b.natural) = r.new.natural", "“自然人”列：0.0001×（“a”＋“b”）＝“本年新收”"),
        ("2 * 3 * r.a.x != 1", "2×3×“a·x”≠1"),
        (
            "r.new.total = sum(r.new.a, r.new.b, r.new.c, r.new.d, r.new.e)",
            "“本年新收”行：“总计”＝“a”至“e”共5项之和",
        ),
        ("length(overview) <= 1000", "“一、总体情况”的字数≤1000"),
        ('overview mentions "收费"', "“一、总体情况”写明“收费”"),
        ("r.has = yes", "“has”＝“是”"),
        ("filled(r.new.natural)", "“本年新收·自然人”已填写"),
        ("not filled(r.new.natural)", "不得“本年新收·自然人”已填写"),
        ("r.a.x = 1 and r.b.x = 2", "“x”列：“a”＝1，并且“b”＝2"),
        ("r.a.x = 1 or r.b.x = 2", "“x”列：“a”＝1，或者“b”＝2"),
        ('overview mentions "甲" or overview mentions "乙"', "“一、总体情况”写明“甲”、“乙”之一"),
        (
            'overview mentions "甲" or previous.overview mentions "乙"',
            "“一、总体情况”写明“甲”，或者上年年报的“一、总体情况”写明“乙”",
        ),
        ('overview mentions "甲" or r.a = 1', "“一、总体情况”写明“甲”，或者“a”＝1"),
        (
            'r.new.natural > 0 implies overview mentions "收费"',
            "如果“本年新收·自然人”＞0，那么“一、总体情况”写明“收费”",
        ),
    ],
)
def test_sentences(rule: str, said: str) -> None:
    assert say(rule) == said


def test_shared_headings_are_parts_of_their_own() -> None:
    found = sentence(parse("r.new.natural = r.total.natural"), names)
    assert found == Sentence((Part("column", "自然人"),), "“本年新收”＝“（七）总计”")


def instances(rule: str, columns: str = "natural business other total") -> list[Sentence]:
    return [sentence(parse(rule.replace("$c", column)), names) for column in columns.split()]


def test_a_rule_with_many_instances_is_said_once() -> None:
    found = instances("r.new.$c = r.total.$c")
    assert general(found) == "每一列（“自然人”、“商业企业”、“其他”、“总计”）：“本年新收”＝“（七）总计”"
    many = [
        sentence(parse(f"r.x{number}.total = sum(r.x{number}.natural, r.x{number}.other)"), names)
        for number in range(9)
    ]
    assert general(many) == "每一行（“x0”至“x8”，共9行）：“总计”＝“自然人”＋“其他”"


def test_a_rule_with_one_instance_or_different_bodies_is_said_in_full() -> None:
    one = instances("r.new.$c = r.total.$c", "natural")
    assert general(one) == str(one[0])
    different = [*one, sentence(parse("r.new.other = r.a.other"), names)]
    assert general(different) == "“自然人”列：“本年新收”＝“（七）总计”；“其他”列：“本年新收”＝“a”"
    assert general(instances("r.new.natural = 1", "x y")) == "“本年新收·自然人”＝1；“本年新收·自然人”＝1"


@given(trees.bound)
def test_every_operand_has_a_name(tree: Expr) -> None:
    said = str(sentence(tree, names))
    assert "“”" not in said
    assert "previous" not in said
