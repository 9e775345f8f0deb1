"""A bound rule over values → Outcome: holds, broken or undecided, with the reasons.

Holds is 1, broken 0, undecided ½; and = least, or = greatest, not = 1 − x, implies = greatest(1 − a, b). The Excel
projection uses the same four lines. A side that cannot be decided never hides one that can.
"""

from collections.abc import Callable
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
)
from tianbao.values import COMPARE_PLACES, Number, Value, rounded, trim

State = Literal["holds", "broken", "undecided"]
Cause = Literal["text", "previous", "missing", "blank"]
"""Why a rule cannot be decided: a text where a number is due, no last year, a cell that is not there, an empty text."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, and at which cell ("" where no single cell is meant)."""

    cause: Cause
    address: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a rule. `left` and `right` are the two sides where the rule is one comparison of numbers."""

    state: State
    reasons: tuple[Reason, ...] = ()
    left: Number | None = None
    right: Number | None = None


Lookup = Callable[[Ref], Value | Reason]
"""Gives the value at a reference, or the reason why there is none."""

_HALF = 0.5
"""Exact, as 0 and 1 are: degrees are only compared and taken from 1."""


UNCOUNTED = " \u3000\u00a0\r\n\t"
"""Characters of a narrative that its length leaves out."""


@dataclass(frozen=True, slots=True)
class _Tri:
    degree: float
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class _Side:
    number: Number = 0
    reasons: tuple[Reason, ...] = ()


def evaluate(expr: Expr, lookup: Lookup) -> Outcome:
    """The outcome of the rule over the values that `lookup` gives. Raises nothing on any content of cells."""
    if isinstance(expr, Compare) and not of_words(expr):
        left, right = _side(expr.left, lookup), _side(expr.right, lookup)
        return _outcome(_compared(expr, left, right), left.number, right.number)
    return _outcome(_tri(expr, lookup))


def _outcome(found: _Tri, left: Number | None = None, right: Number | None = None) -> Outcome:
    if found.degree == _HALF:
        return Outcome("undecided", tuple(dict.fromkeys(found.reasons)), left, right)
    return Outcome("holds" if found.degree else "broken", (), left, right)


def total_of(term: Sum, lookup: Lookup) -> Number:
    """The sum that a sheet's SUM would show: whatever is no number is left out."""
    return sum((_counted(lookup(ref)) for ref in term.refs), 0)


def _counted(found: Value | Reason) -> Number:
    return found.counted if isinstance(found, Value) else 0


def text_length(text: str) -> int:
    """Characters without spaces and line breaks, as the live count in the sheet has it."""
    return len(text) - sum(map(text.count, UNCOUNTED))


def _tri(expr: Expr, lookup: Lookup) -> _Tri:
    match expr:
        case Compare():
            return _compare_words(expr, lookup) if of_words(expr) else _compare(expr, lookup)
        case Filled(ref):
            found = lookup(ref)
            if isinstance(found, Reason):
                return _Tri(_HALF, (found,))
            return _Tri(float(found.kind in ("number", "text")))
        case Mentions(ref, text):
            found = lookup(ref)
            if isinstance(found, Reason) or found.kind == "blank":
                return _Tri(_HALF, (found if isinstance(found, Reason) else Reason("blank", ref.address),))
            return _Tri(float(text in str(found.raw)))
        case Not(test):
            inner = _tri(test, lookup)
            return _Tri(1 - inner.degree, inner.reasons)
        case And(tests):
            return _joined([_tri(test, lookup) for test in tests], min)
        case Or(tests):
            return _joined([_tri(test, lookup) for test in tests], max)
        case Implies(premise, conclusion):
            return _joined([_tri(Not(premise), lookup), _tri(conclusion, lookup)], max)


def _joined(parts: list[_Tri], pick: Callable[..., float]) -> _Tri:
    return _Tri(pick(part.degree for part in parts), tuple(reason for part in parts for reason in part.reasons))


def _compare(expr: Compare, lookup: Lookup) -> _Tri:
    return _compared(expr, _side(expr.left, lookup), _side(expr.right, lookup))


def _compared(expr: Compare, left: _Side, right: _Side) -> _Tri:
    if left.reasons or right.reasons:
        return _Tri(_HALF, left.reasons + right.reasons)
    delta = rounded(left.number - right.number, COMPARE_PLACES)
    return _Tri(float(_OPERATE[expr.operator](delta)))


_OPERATE: dict[str, Callable[[Number], bool]] = {
    "=": lambda delta: delta == 0,
    "!=": lambda delta: delta != 0,
    "<=": lambda delta: delta <= 0,
    ">=": lambda delta: delta >= 0,
    "<": lambda delta: delta < 0,
    ">": lambda delta: delta > 0,
}


def _side(total: Total, lookup: Lookup) -> _Side:
    number: Number = 0
    reasons: list[Reason] = []
    for sign, term in total.terms:
        side = _number(term, lookup)
        number += sign * side.number
        reasons += side.reasons
    return _Side(number, tuple(reasons))


def _number(term: Term, lookup: Lookup) -> _Side:
    match term:
        case Constant(number):
            return _Side(number)
        case Times(factor, inner):
            side = _number(inner, lookup)
            return _Side(factor.number * side.number, side.reasons)
        case Length(ref):
            found = lookup(ref)
            if isinstance(found, Reason):
                return _Side(0, (found,))
            length = text_length(str(found.raw or ""))
            return _Side(length, () if length else (Reason("blank", ref.address),))
        case Ref():
            return _summed((term,), lookup)
        case Sum(refs):
            return _summed(refs, lookup)
        case Words():
            raise TypeError("a text has no number: the compiler refuses such a rule")


def _summed(refs: tuple[Ref, ...], lookup: Lookup) -> _Side:
    number: Number = 0
    reasons = []
    for ref in refs:
        found = lookup(ref)
        if isinstance(found, Reason):
            reasons.append(found)
        elif found.kind == "text":
            reasons.append(Reason("text", ref.address))
        else:
            number += found.counted
    return _Side(number, tuple(reasons))


def of_words(expr: Compare) -> bool:
    """Whether the comparison is of a text with a word, such as media.has = yes."""
    return any(isinstance(term, Words) for side in (expr.left, expr.right) for _, term in side.terms)


def _compare_words(expr: Compare, lookup: Lookup) -> _Tri:
    sides = []
    for total in (expr.left, expr.right):
        term = total.terms[0][1]
        if isinstance(term, Words):
            sides.append(term.text)
            continue
        found = lookup(term) if isinstance(term, Ref) else Reason("missing")
        if isinstance(found, Reason):
            return _Tri(_HALF, (found,))
        sides.append(trim(found.text))
    return _Tri(float((sides[0] == sides[1]) == (expr.operator == "=")))
