"""All rules of a form as one Python function: in microseconds it tells which of them need a closer look.

What holds plainly is done with. Everything else goes through `evaluate`, which alone says what became of a rule; here
nothing is ever called broken or undecided. A row is a flat sequence: one operand for each slot, None where there is
none to decide with (a text where a number is due, a cell that is not there, an empty text).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from tianbao.rules.evaluate import Lookup, Reason, of_words, text_length
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
    Term,
    Times,
    Total,
    Words,
)
from tianbao.values import COMPARE_PLACES, Number, Value, rounded, trim

What = Literal["number", "length", "text", "word", "filled"]
Operand = Number | str | None

_DEEPEST = 20
"""Levels of a tree that become source text; Python's own parser takes about a hundred brackets."""

_LONGEST_CHAIN = 20
"""Terms that are written with + between; more are summed from a tuple, in the same order."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One operand: what of which cell or narrative the rules look at."""

    what: What
    address: str
    scope: Scope = ""


@dataclass(frozen=True, slots=True)
class CompiledRules:
    """`slots` says what a row holds; `doubtful` reads one."""

    slots: tuple[Slot, ...]
    _over: tuple[tuple[int, ...], ...]
    _always: tuple[int, ...]
    _test: Callable[[Sequence[Operand]], list[int]]

    def row(self, lookup: Lookup) -> list[Operand]:
        """The operands that `lookup` gives. Who has the numbers in order already builds the row from them."""
        return [operand(slot.what, lookup(Ref(slot.address, slot.scope))) for slot in self.slots]

    def doubtful(self, row: Sequence[Operand]) -> list[int]:
        """Indices, in order, of the rules that do not plainly hold: broken, undecided, or beyond this function."""
        if None not in row:
            found = self._test(row)
            return sorted({*found, *self._always}) if self._always else found
        vague = {index for place, value in enumerate(row) if value is None for index in self._over[place]}
        found = self._test([_instead(slot) if value is None else value for slot, value in zip(self.slots, row)])  # noqa: B905
        return sorted({*found, *vague, *self._always})


def operand(what: What, found: Value | Reason) -> Operand:
    """What a rule needs of a value; None where `evaluate` has to look."""
    if isinstance(found, Reason):
        return None
    match what:
        case "number":
            return None if found.kind == "text" else decidable(found.counted)
        case "length":
            return text_length(str(found.raw or "")) or None
        case "text":
            return None if found.kind == "blank" else str(found.raw)
        case "word":
            return trim(found.text)
        case "filled":
            return found.kind in ("number", "text")


def decidable(number: Number) -> Number | None:
    """The number, unless it has more digits than sums keep: their order then matters, which only `evaluate` knows."""
    return number if isinstance(number, int) or +number == number else None


def compile_rules(rules: Sequence[Expr], numbers: Sequence[str] = ()) -> CompiledRules:
    """The rules as one function. The first slots are the numbers of the cells `numbers`, used or not."""
    source = _Source({Slot("number", address): place for place, address in enumerate(numbers)})
    over: dict[int, list[int]] = {}
    lines, always = [], []
    for index, expr in enumerate(rules):
        try:
            test = source.of(expr)
        except _Beyond:
            always.append(index)
            continue
        lines.append(f" if not {test}: out({index})")
        for place in source.used:
            over.setdefault(place, []).append(index)
    names = "".join(f"v{place}," if place in over else "_," for place in range(len(source.slots)))
    unpacked = f" ({names}) = row" if names else ""
    text = "\n".join(("def test(row):", " found = []", " out = found.append", unpacked, *lines, " return found"))
    # only numbers of slots and operators stand in the text; words and constants of a form are names in `scope`
    scope: dict[str, object] = {"near": _near, **source.constants}
    exec(compile(text, "<rules>", "exec"), scope)
    test_rows: Callable[[Sequence[Operand]], list[int]] = scope["test"]  # type: ignore[assignment]
    touched = tuple(tuple(over.get(place, ())) for place in range(len(source.slots)))
    return CompiledRules(tuple(source.slots), touched, tuple(always), test_rows)


def _instead(slot: Slot) -> Operand:
    """Stands in the row for what is not known; the rules over it are looked at anyhow."""
    return 0 if slot.what in ("number", "length") else ""


def _near(delta: Number) -> bool:
    """Whether two sides that differ are the same to the compared places."""
    return not isinstance(delta, int) and rounded(delta, COMPARE_PLACES) == 0


class _Beyond(Exception):
    """A tree that is left to `evaluate`."""


class _Source:
    """Tree → text of a Python expression that is true exactly where all operands are known and the rule holds."""

    def __init__(self, slots: dict[Slot, int]) -> None:
        self.slots = slots
        self.constants: dict[str, object] = {}
        self.used: set[int] = set()

    def of(self, expr: Expr) -> str:
        self.used = set()
        return self._tested(expr, 0)

    def _tested(self, expr: Expr, depth: int) -> str:
        if depth > _DEEPEST:
            raise _Beyond
        match expr:
            case Compare():
                return self._words(expr) if of_words(expr) else self._compared(expr, depth)
            case Filled(ref):
                return f"({self._slot('filled', ref)} is True)"
            case Mentions(ref, text):
                if not trim(text):
                    raise _Beyond
                return f"({self._constant(text)} in {self._slot('text', ref)})"
            case Not(test):
                return f"(not {self._tested(test, depth + 1)})"
            case And(tests):
                return f"({' and '.join(self._tested(test, depth + 1) for test in tests)})"
            case Or(tests):
                return f"({' or '.join(self._tested(test, depth + 1) for test in tests)})"
            case Implies(premise, conclusion):
                return f"(not {self._tested(premise, depth + 1)} or {self._tested(conclusion, depth + 1)})"

    def _compared(self, expr: Compare, depth: int) -> str:
        """As `evaluate` compares: the difference is rounded; equal and ordered sides need no rounding."""
        left, right = f"(a := {self._total(expr.left, depth)})", f"(b := {self._total(expr.right, depth)})"
        match expr.operator:
            case "=":
                return f"({left} == {right} or near(a - b))"
            case "!=":
                return f"({left} != {right} and not near(a - b))"
            case "<=" | ">=":
                return f"({left} {expr.operator} {right} or near(a - b))"
            case "<" | ">":
                return f"({left} {expr.operator} {right} and not near(a - b))"

    def _words(self, expr: Compare) -> str:
        sides = []
        for total in (expr.left, expr.right):
            match total.terms[0][1]:
                case Words(text):
                    sides.append(self._constant(text))
                case Ref() as ref:
                    sides.append(self._slot("word", ref))
                case _:
                    raise _Beyond
        return f"({sides[0]} {'==' if expr.operator == '=' else '!='} {sides[1]})"

    def _total(self, total: Total, depth: int) -> str:
        terms = [(sign, self._term(term, depth + 1)) for sign, term in total.terms]
        if len(terms) > _LONGEST_CHAIN:
            return _sum([text if sign > 0 else f"-{text}" for sign, text in terms])
        first = terms[0][1] if terms[0][0] > 0 else f"-{terms[0][1]}"
        return "".join((first, *(f" {'+' if sign > 0 else '-'} {text}" for sign, text in terms[1:])))

    def _term(self, term: Term, depth: int) -> str:
        if depth > _DEEPEST:
            raise _Beyond
        match term:
            case Constant(number):
                return self._constant(number)
            case Times(factor, inner):
                return f"({self._constant(factor.number)} * {self._term(inner, depth + 1)})"
            case Length(ref):
                return self._slot("length", ref)
            case Ref():
                return self._slot("number", term)
            case Sum(found):
                parts = [self._slot("number", ref) for ref in found]
                return f"({' + '.join(parts)})" if 0 < len(parts) <= _LONGEST_CHAIN else _sum(parts)
            case Words():
                raise _Beyond

    def _slot(self, what: What, ref: Ref) -> str:
        place = self.slots.setdefault(Slot(what, ref.address, ref.scope), len(self.slots))
        self.used.add(place)
        return f"v{place}"

    def _constant(self, value: Number | str) -> str:
        if isinstance(value, Decimal) and decidable(value) is None:
            raise _Beyond
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name


def _sum(parts: list[str]) -> str:
    return f"sum(({''.join(f'{part}, ' for part in parts)}))"
