"""Rewriting changes the references and nothing else."""

from dataclasses import replace

from hypothesis import given

from tests.rules import trees
from tianbao.rules.expr import Expr, Ref, refs
from tianbao.rules.parse import parse
from tianbao.rules.rewrite import rewrite


@given(trees.written)
def test_putting_back_the_same_gives_the_same(tree: Expr) -> None:
    assert rewrite(tree, lambda ref: ref, lambda ref: (ref,)) == tree


@given(trees.written)
def test_every_reference_is_put_once(tree: Expr) -> None:
    def marked(ref: Ref) -> Ref:
        return replace(ref, address=ref.address + ".z")

    done = rewrite(tree, marked, lambda ref: (marked(ref), ref))
    assert [ref for ref in refs(done) if ref.address.endswith(".z")] == [marked(ref) for ref in refs(tree)]
    assert [ref.scope for ref in refs(tree)] == [ref.scope for ref in refs(done) if ref.address.endswith(".z")]


def test_patterns_spread_inside_sum_only() -> None:
    def spread(ref: Ref) -> tuple[Ref, ...]:
        return tuple(replace(ref, address=ref.address.replace("*", name)) for name in "xy")

    rule = parse('2 * sum(t.*) - t.a >= length(n) and not filled(t.b) or t mentions "x" implies t.c = yes')
    done = rewrite(rule, lambda ref: replace(ref, address=ref.address.upper()), spread)
    wanted = '2 * sum(t.x, t.y) - T.A >= length(N) and not filled(T.B) or T mentions "x" implies T.C = yes'
    assert str(done) == wanted
