"""The compiled rules against the tree walk: what they call plain holds, and what holds they call plain."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.conftest import examples
from tests.rules import trees
from tests.rules.test_evaluate import TABLE, looking
from tianbao.forms import library
from tianbao.forms.compile import compile_form
from tianbao.forms.model import Form
from tianbao.rules.compiled import CompiledRules, compile_rules, decidable
from tianbao.rules.evaluate import Lookup, Reason, evaluate
from tianbao.rules.expr import Compare, Constant, Expr, Mentions, Not, Ref, Sum, Times, Total, Words, refs
from tianbao.rules.parse import parse
from tianbao.values import MARKS

WEBSITE = Path(__file__).parent.parent / "forms" / "website.yaml"
FORMS = [f"{entry.id} {entry.edition}" for entry in library.listed()] + ["website"]


@cache
def form_of(name: str) -> Form:
    if name == "website":
        return compile_form(WEBSITE.read_text("utf-8"), "website", library.form_schema())
    return library.load(*name.split())


@cache
def compiled(name: str) -> tuple[Sequence[Expr], CompiledRules]:
    form = form_of(name)
    rules = [instance.expr for rule in form.rules for instance in rule.instances]
    return rules, compile_rules(rules, [cell.address for cell in form.cells.values() if cell.kind.numeric])


def agrees(rules: Sequence[Expr], made: CompiledRules, lookup: Lookup) -> None:
    """Never plain what does not hold; and never doubtful what holds, unless an operand is open."""
    row = made.row(lookup)
    doubtful = set(made.doubtful(row))
    opened = {(slot.address, slot.scope) for slot, value in zip(made.slots, row, strict=True) if value is None}
    for index, expr in enumerate(rules):
        holds = evaluate(expr, lookup).state == "holds"
        if index not in doubtful:
            assert holds, str(expr)
        elif not opened & {(ref.address, ref.scope) for ref in refs(expr)}:
            assert not holds, str(expr)


figures = st.one_of(
    st.integers(0, 3),
    st.integers(-(10**6), 10**8),
    st.integers(-(10**300), 10**300),
    st.decimals(-(10**6), 10**6, places=7),
    st.decimals(allow_nan=True, allow_infinity=True),
    st.floats(),
)
contents = st.one_of(
    st.integers(0, 2),
    figures,
    st.none(),
    st.sampled_from([*MARKS, "", "　", "12件", "是", "否", "信息处理费", "没有发出收费通知", True, " 是 "]),
    st.text(max_size=20),
    st.just(Reason("missing", "there")),
)


@pytest.mark.parametrize("name", FORMS)
@given(st.data())
@examples(60)
def test_no_verdict_differs_on_any_form(name: str, data: st.DataObject) -> None:
    form = form_of(name)
    names = st.sampled_from([*form.cells, *form.narratives])
    usual = data.draw(st.sampled_from([0, 1, 7, None, Decimal("0.1"), 10**20]))
    base: dict[str, Any] = dict.fromkeys(form.cells, usual) | dict.fromkeys(form.narratives, "收费通知" * 5)
    now = base | data.draw(st.dictionaries(names, contents, max_size=12))
    before = data.draw(st.none() | st.dictionaries(names, contents, max_size=12).map(base.__or__))
    agrees(*compiled(name), looking(now, before))


@given(st.lists(trees.bound, min_size=1, max_size=4), st.data())
@examples(300)
def test_no_verdict_differs_on_any_tree(rules: list[Expr], data: st.DataObject) -> None:
    values = st.dictionaries(st.sampled_from(trees.ADDRESSES), contents)
    agrees(rules, compile_rules(rules), looking(data.draw(values), data.draw(st.none() | values)))


@given(
    st.lists(st.sampled_from([Decimal("0.00000025"), Decimal("-0.0000005"), Decimal("1E+27"), 1, 0]), max_size=30),
    st.lists(st.sampled_from([Decimal("0.00000025"), Decimal("1E-7"), Decimal("-1E+27"), 1]), max_size=30),
    st.sampled_from(["=", "!=", "<=", ">=", "<", ">"]),
)
def test_sums_are_rounded_in_the_same_order(left: list[Any], right: list[Any], operator: Any) -> None:
    """28 digits are kept at every step: 1E+27 swallows what is small, and later gives nothing back."""
    values = {f"l.x{n}": value for n, value in enumerate(left)} | {f"r.x{n}": value for n, value in enumerate(right)}

    def side(name: str, count: int) -> Total:
        summed = Sum(tuple(Ref(f"{name}.x{n}") for n in range(count)))
        return Total(((1, summed), *((-1 if n % 2 else 1, Ref(f"{name}.x{n}")) for n in range(count))))

    expr = Compare(side("l", len(left)), operator, side("r", len(right)))
    agrees([expr, Not(expr)], compile_rules([expr, Not(expr)]), looking(values))


@pytest.mark.parametrize("operator", ["=", "!=", "<=", ">=", "<", ">"])
@pytest.mark.parametrize("delta", ["0", "4E-7", "-4E-7", "5E-7", "-5E-7", "0.000001", "1"])
def test_both_sides_are_the_same_below_half_of_the_last_place(operator: str, delta: str) -> None:
    rules = [parse(f"t.a {operator} t.b"), parse(f"not t.a {operator} t.b")]
    agrees(rules, compile_rules(rules), looking({"t.a": 7 + Decimal(delta), "t.b": 7}))


@pytest.mark.parametrize(("rule", "values", "state"), TABLE)
def test_the_table_of_the_evaluation(rule: str, values: Mapping[str, object], state: str) -> None:
    expr = parse(rule)
    agrees([expr], compile_rules([expr]), looking(values))


def test_what_is_too_deep_for_a_source_text_is_left_to_the_walk() -> None:
    deep: Expr = parse("t.a = t.b")
    for _ in range(90):
        deep = Not(deep)
    times = Compare(Total(((1, Ref("t.a")),)), "=", Total(((1, _times(60)),)))
    made = compile_rules([parse("t.a = 0"), deep, times])
    assert made.doubtful(made.row(looking({"t.a": 0}))) == [1, 2]


def _times(depth: int) -> Times:
    return Times(Constant(1), Ref("t.a") if depth == 0 else _times(depth - 1))


def test_texts_of_a_form_are_never_read_as_program() -> None:
    nasty = '").__class__ #\n'
    rules = [parse(f't.text mentions "{nasty.replace(chr(34), chr(39))}"'), parse("t.class.import_x.def = 0")]
    made = compile_rules(rules)
    assert made.doubtful(made.row(looking({"t.text": nasty.replace('"', "'"), "t.class.import_x.def": 0}))) == []
    assert made.doubtful(made.row(looking({"t.text": "x", "t.class.import_x.def": 1}))) == [0, 1]


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30))
@example(Decimal("1." + "1" * 30))
def test_numbers_with_more_digits_than_sums_keep_are_left_to_the_walk(number: Decimal) -> None:
    assert (decidable(number) is None) == (len(number.as_tuple().digits) > 28 and number != +number)


def test_numbers_named_first_have_the_first_slots_used_or_not() -> None:
    made = compile_rules([parse("t.b = t.z")], ["t.a", "t.b"])
    assert [slot.address for slot in made.slots] == ["t.a", "t.b", "t.z"]
    assert made.doubtful([5, 1, 1]) == []
    assert made.doubtful([None, 1, 1]) == []
    assert made.doubtful([5, None, 1]) == [0]


def _one(term: Any) -> Total:
    return Total(((1, term),))


def test_what_is_not_compiled_is_always_looked_at() -> None:
    """Trees that no definition can hold, or numbers whose sums depend on their order: `evaluate` decides them."""
    deep: Expr = Compare(_one(Ref("a")), "=", _one(Ref("a")))
    for _ in range(200):
        deep = Not(deep)
    rules: list[Expr] = [
        Mentions(Ref("a"), " "),
        Compare(_one(Words("x")), "=", _one(Sum((Ref("a"),)))),
        Compare(_one(Times(Constant(2), Words("x"))), "=", _one(Ref("a"))),
        Compare(_one(Constant(Decimal("1" * 60))), "=", _one(Ref("a"))),
        deep,
        Compare(_one(Ref("a")), "=", _one(Ref("a"))),
    ]
    compiled = compile_rules(rules, ("a",))
    assert compiled.doubtful([1]) == [0, 1, 2, 3, 4]
