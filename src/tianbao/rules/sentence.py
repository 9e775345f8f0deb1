"""A rule as a Chinese sentence: what the operands share is taken out and put first, the rest is named in quotes.

“自然人”列：“本年新收”＋“上年结转”＝“（七）总计”＋“结转下年度”
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

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
from tianbao.values import plain

SPELLED_OUT = 4
"""A sum of more parts than this is told by its first and last part and their number."""

_SIGN = {"=": "＝", "!=": "≠", "<=": "≤", ">=": "≥", "<": "＜", ">": "＞"}
_AXIS = {"row": "行", "column": "列", "section": ""}


@dataclass(frozen=True, slots=True)
class Part:
    """One heading on the way to a cell: its short label and where it stands."""

    axis: Literal["row", "column", "section"]
    label: str


Names = Callable[[str], tuple[Part, ...]]
"""Gives the headings that lead to an address, outermost first; a narrative has one part."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """`shared` is what all operands have in common (may be empty); `body` says the rest."""

    shared: tuple[Part, ...]
    body: str

    def __str__(self) -> str:
        prefix = "".join(f"“{part.label}”{_AXIS[part.axis]}" for part in self.shared)
        return f"{prefix}：{self.body}" if prefix else self.body


def sentence(expr: Expr, names: Names) -> Sentence:
    """The sentence of one bound rule."""
    paths = [names(ref.address) for ref in refs(expr)]
    shared = _shared(paths)

    def name(ref: Ref) -> str:
        own = [part for place, part in enumerate(names(ref.address)) if place not in shared]
        quoted = "“" + "·".join(part.label for part in own) + "”"
        return f"上年年报的{quoted}" if ref.scope == "previous" else quoted

    return Sentence(tuple(paths[0][place] for place in sorted(shared)) if paths else (), _say(expr, name))


def general(sentences: Sequence[Sentence]) -> str:
    """The sentence of a rule with many instances: 每一列（“自然人”、…、“总计”）：…"""
    bodies = list(dict.fromkeys(found.body for found in sentences))
    if len(sentences) == 1 or len(bodies) > 1 or not sentences[0].shared:
        return "；".join(str(found) for found in sentences)
    named = ["".join(f"“{part.label}”" for part in found.shared) for found in sentences]
    axis = _AXIS[sentences[0].shared[-1].axis]
    listed = "、".join(named) if len(named) <= SPELLED_OUT + 3 else f"{named[0]}至{named[-1]}，共{len(named)}{axis}"
    return f"每一{axis}（{listed}）：{bodies[0]}"


def _shared(paths: list[tuple[Part, ...]]) -> frozenset[int]:
    """Places of the paths where all have the same part; none where that would leave an operand without a name."""
    if len({len(path) for path in paths}) != 1 or len(set(paths)) == 1:
        return frozenset()
    return frozenset(place for place in range(len(paths[0])) if len({path[place] for path in paths}) == 1)


def _say(expr: Expr, name: Callable[[Ref], str]) -> str:
    match expr:
        case Compare(left, operator, right):
            return f"{_total(left, name)}{_SIGN[operator]}{_total(right, name)}"
        case Filled(ref):
            return f"{name(ref)}已填写"
        case Mentions(ref, text):
            return f"{name(ref)}写明“{text}”"
        case Not(test):
            return f"不得{_say(test, name)}"
        case And(tests):
            return "，并且".join(_say(test, name) for test in tests)
        case Or(tests) if _same_text(tests):
            listed = "”、“".join(test.text for test in tests if isinstance(test, Mentions))
            return f"{name(next(refs(expr)))}写明“{listed}”之一"
        case Or(tests):
            return "，或者".join(_say(test, name) for test in tests)
        case Implies(premise, conclusion):
            return f"如果{_say(premise, name)}，那么{_say(conclusion, name)}"


def _same_text(tests: tuple[Expr, ...]) -> bool:
    """Whether all look for words in one narrative."""
    return len({str(test.ref) if isinstance(test, Mentions) else "" for test in tests} | {""}) == 2 and all(
        isinstance(test, Mentions) for test in tests
    )


def _total(total: Total, name: Callable[[Ref], str]) -> str:
    out = _term(total.terms[0][1], name)
    for sign, term in total.terms[1:]:
        out += "＋" + _term(term, name) if sign > 0 else "－" + _bracketed(term, name)
    return out


def _bracketed(term: Term, name: Callable[[Ref], str]) -> str:
    said = _term(term, name)
    return f"（{said}）" if isinstance(term, Sum) and len(term.refs) > 1 else said


def _term(term: Term, name: Callable[[Ref], str]) -> str:
    match term:
        case Ref():
            return name(term)
        case Constant(number):
            return plain(number)
        case Words(text):
            return f"“{text}”"
        case Times(factor, inner):
            return f"{plain(factor.number)}×{_bracketed(inner, name)}"
        case Length(ref):
            return f"{name(ref)}的字数"
        case Sum(found):
            if len(found) > SPELLED_OUT:
                return f"{name(found[0])}至{name(found[-1])}共{len(found)}项之和"
            return "＋".join(name(ref) for ref in found)
