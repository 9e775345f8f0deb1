"""Text → tree: the grammar, what binds closer, and every error at its place."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules import trees
from tianbao.rules.expr import (
    And,
    Compare,
    Constant,
    Expr,
    Filled,
    Implies,
    Length,
    Mentions,
    Not,
    Or,
    Ref,
    Sum,
    Term,
    Times,
    Total,
    Words,
    refs,
)
from tianbao.rules.parse import DEEPEST, LONGEST_TEXT, RuleSyntaxError, parse

A, B, C = Ref("t.a"), Ref("t.b"), Ref("t.c")


def total(*terms: Term) -> Total:
    return Total(tuple((1, term) for term in terms))


def equal(left: Term, right: Term) -> Compare:
    return Compare(total(left), "=", total(right))


FA, FB, FC = Filled(A), Filled(B), Filled(C)

GRAMMAR: list[tuple[str, Expr]] = [
    ("t.a = t.b", equal(A, B)),
    ("t.a=t.b", equal(A, B)),
    ("  t.a\n =\tt.b ", equal(A, B)),
    *(
        (f"t.a {operator} 1", Compare(total(A), operator, total(Constant(1))))
        for operator in ("=", "!=", "<=", ">=", "<", ">")
    ),
    ("t.a + t.b - t.c >= 0", Compare(Total(((1, A), (1, B), (-1, C))), ">=", total(Constant(0)))),
    ("2 * 3 * t.b = t.a", equal(Times(Constant(2), Times(Constant(3), B)), A)),
    ("0.0001 * t.a = t.b", equal(Times(Constant(Decimal("0.0001")), A), B)),
    ("t.$c = previous.t.$c", equal(Ref("t.$c"), Ref("t.$c", "previous"))),
    ("previous = 1", equal(Ref("previous"), Constant(1))),
    ("t.1.name = 01", equal(Ref("t.1.name"), Constant(1))),
    ("notes.all = 1", equal(Ref("notes.all"), Constant(1))),
    ("sum(t.*.x, t.b_*, t.$c) = t.a", equal(Sum((Ref("t.*.x"), Ref("t.b_*"), Ref("t.$c"))), A)),
    ("length(t) <= 1000", Compare(total(Length(Ref("t"))), "<=", total(Constant(1000)))),
    ("t.a = yes", equal(A, Words("是"))),
    ('t.a != "否"', Compare(total(A), "!=", total(Words("否")))),
    ('t.a = "and or ( = "', equal(A, Words("and or ( = "))),
    ('t.a = ""', equal(A, Words(""))),
    ('t mentions "信息处理费"', Mentions(Ref("t"), "信息处理费")),
    ("filled(t.a)", FA),
    ("not filled(t.a)", Not(FA)),
    ("not not filled(t.a)", Not(Not(FA))),
    ("not filled(t.a) and filled(t.b)", And((Not(FA), FB))),
    ("filled(t.a) and filled(t.b) or filled(t.c)", Or((And((FA, FB)), FC))),
    ("filled(t.a) or filled(t.b) and filled(t.c)", Or((FA, And((FB, FC))))),
    ("filled(t.a) or filled(t.b) implies filled(t.c)", Implies(Or((FA, FB)), FC)),
    ("filled(t.a) implies filled(t.b) and filled(t.c)", Implies(FA, And((FB, FC)))),
    ("filled(t.a) and filled(t.b) and filled(t.c)", And((FA, FB, FC))),
]


@pytest.mark.parametrize(("text", "tree"), GRAMMAR, ids=[text for text, _ in GRAMMAR])
def test_grammar(text: str, tree: Expr) -> None:
    assert parse(text) == tree
    assert parse(str(tree)) == tree


# the text, the problem, and the part that the caret underlines
ERRORS = [
    ("t.a ＝ t.b", "RULE-CHARACTER", "＝"),
    ("t.a = “是”", "RULE-CHARACTER", "“"),
    ('t.a = "是', "RULE-CHARACTER", '"'),
    ("t.a = t.b; t.c", "RULE-CHARACTER", ";"),
    ("t.a == t.b", "RULE-EQUALS", "=="),
    ("filled(t.a) == filled(t.b)", "RULE-EQUALS", "=="),
    ("", "RULE-END", ""),
    ("t.a", "RULE-END", ""),
    ("t.a =", "RULE-END", ""),
    ("t.a + = 1", "RULE-EXPECTED", "="),
    ("filled(t.a", "RULE-END", ""),
    ("not", "RULE-END", ""),
    ("filled(t.a) and", "RULE-END", ""),
    ("t.a = t.b t.c", "RULE-EXPECTED", "t.c"),
    ("t.a = t.b = t.c", "RULE-EXPECTED", "="),
    ("(t.a + t.b) = 1", "RULE-BRACKETS", "("),
    ("t.a - (t.b + t.c) = 1", "RULE-BRACKETS", "("),
    ("filled(t.a) implies (filled(t.b) or filled(t.c))", "RULE-BRACKETS", "("),
    ("t.a >= -3", "RULE-SIGN", "-"),
    ("t.a + -1 = 3", "RULE-SIGN", "-"),
    ("2 * - t.a = 3", "RULE-SIGN", "-"),
    ("+1 = t.a", "RULE-SIGN", "+"),
    ("t.a = 1234567890123456", "NUMBER-LONG", "1234567890123456"),
    ("t.a = 0.123456789012345", "NUMBER-LONG", "0.123456789012345"),
    (f"t.a = {'9' * 400}", "NUMBER-LONG", "9" * 400),
    ("not " * 3000 + "filled(t.a)", "RULE-DEEP", "n"),
    ("1 * " * 3000 + "t.a = 1", "RULE-DEEP", "1"),
    ("filled t.a", "RULE-EXPECTED", "t.a"),
    ("filled(3)", "RULE-EXPECTED", "3"),
    ("sum(t.a t.b) = 1", "RULE-EXPECTED", "t.b"),
    ("sum() = 1", "RULE-EXPECTED", ")"),
    ("t.a and t.b = 1", "RULE-EXPECTED", "and"),
    ("t.a = and", "RULE-EXPECTED", "and"),
    ("t.a = 1 implies t.b = 1 implies t.c = 1", "RULE-EXPECTED", "implies"),
    ("2 * = 1", "RULE-EXPECTED", "="),
    ("t.a * 2 = 1", "RULE-EXPECTED", "*"),
    ("t mentions t.b", "RULE-MENTIONS", "t.b"),
    ("t mentions", "RULE-MENTIONS", ""),
    ('t mentions ""', "RULE-MENTIONS", '""'),
    ('t.a + t.b mentions "x"', "RULE-MENTIONS", '"x"'),
    ('3 mentions "x"', "RULE-MENTIONS", '"x"'),
    ("t.* = 1", "RULE-WILDCARD", "t.*"),
    ("filled(t.a_*)", "RULE-WILDCARD", "t.a_*"),
    ("length(previous.t.*) > 1", "RULE-WILDCARD", "previous.t.*"),
    ("t.$ = 1", "RULE-ADDRESS", "t.$"),
    ("t.$1 = 1", "RULE-ADDRESS", "t.$1"),
    ("t.a$c = 1", "RULE-ADDRESS", "t.a$c"),
    ("sum(t.$c$d) = 1", "RULE-ADDRESS", "t.$c$d"),
    (f't.a = "{"长" * (LONGEST_TEXT + 1)}"', "RULE-TEXT-LONG", f'"{"长" * (LONGEST_TEXT + 1)}"'),
]


@pytest.mark.parametrize(("text", "problem", "under"), ERRORS, ids=[text[:40] for text, _, _ in ERRORS])
def test_errors_have_their_place(text: str, problem: str, under: str) -> None:
    with pytest.raises(RuleSyntaxError) as caught:
        parse(text)
    error = caught.value
    assert error.problem == problem
    assert text[error.at : error.at + error.length] == under
    if not under:
        assert (error.at, error.length) == (len(text), 1)


def test_the_longest_text_is_possible() -> None:
    assert parse(f't.a = "{"长" * LONGEST_TEXT}"')


def test_the_longest_number_and_the_deepest_test_are_possible() -> None:
    assert parse(f"t.a = {'9' * 15}")
    assert parse("t.a = 0.00000000000001")
    assert parse("not " * DEEPEST + "filled(t.a)")
    assert parse("2 * " * DEEPEST + "t.a = 1")


@given(trees.written)
def test_a_tree_is_what_its_text_says(tree: Expr) -> None:
    assert parse(str(tree)) == tree


@given(trees.written)
def test_refs_are_in_the_order_of_the_text_and_know_their_place(tree: Expr) -> None:
    text = str(tree)
    found = list(refs(parse(text)))
    assert [ref.at for ref in found] == sorted(ref.at for ref in found)
    assert all(text[ref.at :].startswith(str(ref)) for ref in found)


pieces = st.sampled_from([*'ab.$*=<>!+-(),"12 \n', "not ", "sum(", " implies ", "previous."])


@given(st.lists(pieces, max_size=40).map("".join))
def test_any_text_is_a_rule_or_one_error(text: str) -> None:
    try:
        tree = parse(text)
    except RuleSyntaxError as error:
        assert 0 <= error.at <= len(text)
        assert error.length >= 1
        return
    assert parse(str(tree)) == tree


@pytest.mark.parametrize("node", [Constant(3), Words("x"), total(A, B), Sum((A, B)), Times(Constant(2), A), Length(A)])
def test_refs_of_terms(node: Term | Total) -> None:
    assert list(refs(node)) == [ref for ref in (A, B) if str(ref) in str(node)]
