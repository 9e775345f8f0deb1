"""Random trees of the rule language: all that a text can say, and nothing that needs parentheses."""

from decimal import Decimal

from hypothesis import strategies as st

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
    Scope,
    Sum,
    Times,
    Total,
    Words,
)
from tianbao.rules.parse import KEYWORDS
from tianbao.values import tidy

ADDRESSES = tuple(f"t.{row}.{column}" for row in "abc" for column in ("x", "y"))

ids = st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True).filter(lambda word: word not in KEYWORDS | {"previous"})
parts = ids | st.from_regex(r"[0-9]{1,2}|\$[a-z]{1,3}", fullmatch=True)
scopes: st.SearchStrategy[Scope] = st.sampled_from(("", "previous"))
addresses = st.builds(lambda first, rest: ".".join((first, *rest)), ids, st.lists(parts, max_size=3))
wild = st.builds(lambda first, rest: ".".join((first, *rest)), ids, st.lists(parts | st.just("*"), max_size=3))
references = st.builds(Ref, addresses, scopes)
numbers = st.integers(0, 10**15 - 1) | st.decimals(0, 10**6, places=4).map(lambda number: tidy(Decimal(number)))
constants = st.builds(Constant, numbers)
texts = st.text(st.characters(blacklist_characters='"', blacklist_categories=["Cs"]), max_size=20)
words = st.builds(Words, texts | st.sampled_from(["是", "否"]))


def terms(reference: st.SearchStrategy[Ref], pattern: st.SearchStrategy[Ref]) -> st.SearchStrategy[object]:
    """Everything that can be added."""
    plain = (
        reference
        | constants
        | words
        | st.builds(Length, reference)
        | st.builds(lambda found: Sum(tuple(found)), st.lists(pattern, min_size=1, max_size=4))
    )
    return st.recursive(plain, lambda inner: st.builds(Times, constants, inner), max_leaves=3)


def totals(term: st.SearchStrategy[object]) -> st.SearchStrategy[Total]:
    """One term and more, added or taken away."""
    rest = st.lists(st.tuples(st.sampled_from((1, -1)), term), max_size=3)
    return st.builds(lambda first, more: Total(((1, first), *more)), term, rest)


def rules(total: st.SearchStrategy[Total], reference: st.SearchStrategy[Ref]) -> st.SearchStrategy[Expr]:
    """Whole rules: implies above or above and above not."""
    operators = st.sampled_from(("=", "!=", "<=", ">=", "<", ">"))
    test: st.SearchStrategy[Expr] = (
        st.builds(Compare, total, operators, total)
        | st.builds(Filled, reference)
        | st.builds(Mentions, reference, texts.filter(bool))
    )
    test = test | st.builds(Not, test) | st.builds(lambda inner: Not(Not(inner)), test)

    def joined(node: type[And] | type[Or], inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
        return inner | st.lists(inner, min_size=2, max_size=3).map(lambda tests: node(tuple(tests)))

    either = joined(Or, joined(And, test))
    return either | st.builds(Implies, either, either)


written = rules(totals(terms(references, st.builds(Ref, wild, scopes))), references)
"""Rules as a form's author may write them: variables, wildcards, last year."""

_bound = st.builds(Ref, st.sampled_from(ADDRESSES), scopes)
_figures = _bound | st.builds(lambda found: Sum(tuple(found)), st.lists(_bound, min_size=1, max_size=3)) | constants
bound = rules(totals(_figures), _bound)
"""Rules over ADDRESSES that compare numbers."""
