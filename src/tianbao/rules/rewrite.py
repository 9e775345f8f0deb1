"""The same tree with other references: how variables and wildcards are put in."""

from collections.abc import Callable

from tianbao.rules.expr import (
    And,
    Compare,
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
)


def rewrite(expr: Expr, put: Callable[[Ref], Ref], spread: Callable[[Ref], tuple[Ref, ...]]) -> Expr:
    """`put` replaces a reference; `spread` gives the references that a pattern inside sum() stands for."""

    def term(node: Term) -> Term:
        match node:
            case Ref():
                return put(node)
            case Sum(refs):
                return Sum(tuple(found for ref in refs for found in spread(ref)))
            case Length(ref):
                return Length(put(ref))
            case Times(factor, inner):
                return Times(factor, term(inner))
            case _:
                return node

    def total(node: Total) -> Total:
        return Total(tuple((sign, term(inner)) for sign, inner in node.terms))

    def test(node: Expr) -> Expr:
        match node:
            case Compare(left, operator, right):
                return Compare(total(left), operator, total(right))
            case Filled(ref):
                return Filled(put(ref))
            case Mentions(ref, text):
                return Mentions(put(ref), text)
            case Not(inner):
                return Not(test(inner))
            case And(tests):
                return And(tuple(test(inner) for inner in tests))
            case Or(tests):
                return Or(tuple(test(inner) for inner in tests))
            case Implies(premise, conclusion):
                return Implies(test(premise), test(conclusion))

    return test(expr)
