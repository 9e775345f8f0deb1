"""The results of a filled workbook again, from sums that were prepared once for a form: the fast twin of results.py.

Figures stand in a list in the order of the form's cells. Whatever is not a plain comparison of sums is left to
rules/evaluate.py. tests/workbook/test_stamp.py holds both twins together.
"""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, replace
from operator import itemgetter, mul

from tianbao.forms.model import Cell, Form, Instance
from tianbao.forms.sums import CHECKSUM_MODULI, checksum, checksum_weights
from tianbao.rules.evaluate import evaluate
from tianbao.rules.expr import Compare, Constant, Ref, Sum, Term, Times, Total
from tianbao.values import BLANK, COMPARE_PLACES, Number, Value, rounded, understand
from tianbao.workbook.formula import FAIL, LATER, OPEN, PASS
from tianbao.workbook.layout import Layout
from tianbao.workbook.plan import Content
from tianbao.workbook.results import in_sheet, lookup_in, too_long, wrong_figures
from tianbao.workbook.write import storable

Figures = list[Number]
_Picked = Callable[[Figures], tuple[Number, ...]]

_HOLDS: dict[str, Callable[[Number], bool]] = {
    "=": lambda delta: delta == 0,
    "!=": lambda delta: delta != 0,
    "<=": lambda delta: delta <= 0,
    ">=": lambda delta: delta >= 0,
    "<": lambda delta: delta < 0,
    ">": lambda delta: delta > 0,
}
_STATES = {"holds": PASS, "broken": FAIL, "undecided": OPEN}


@dataclass(frozen=True, slots=True)
class Sides:
    """What stands on a line of 校验 beside its light."""

    left: Number
    right: Number
    delta: Number


@dataclass(frozen=True, slots=True)
class Reckoned:
    """Lights by key, counts by key, and the sides of the rules that compare numbers."""

    lights: Mapping[str, str]
    counts: Mapping[str, int]
    sides: Mapping[str, Sides]


class Reckoner:
    """The prepared sums of one form."""

    def __init__(self, form: Form, layout: Layout) -> None:
        self._form, self._lines = form, layout.lines
        self._index = {address: place for place, address in enumerate(form.cells)}
        self._cells = tuple(form.cells.values())
        self._totals = [(cell, self._picked(cell.total.refs)) for cell in _in_order(form) if cell.total is not None]
        self._weights = tuple(zip(*checksum_weights(form).values(), strict=True)) or ((), ())
        self._numeric = [self._index[address] for address in checksum_weights(form)]
        self._amounts = [place for place in self._numeric if self._cells[place].kind.places]
        self._later: dict[str, str] = {}
        self._compared: list[_Compared] = []
        self._other: list[Instance] = []
        for rule in form.rules:
            for instance in rule.instances:
                self._prepare(instance)
        self._counted = [
            (line.key, self._counter(line.kind, line.subject)) for line in layout.lines if _counts(line.kind)
        ]

    def values(self, given: Mapping[str, Value], typed: Container[str]) -> dict[str, Value]:
        """Every value as it will stand in its cell: the twin of forms/sums.with_totals over what a sheet can store."""
        form, index = self._form, self._index
        found = {address: storable(given.get(address, BLANK)) for address in form.cells}
        figures: Figures = [value.number or 0 for value in found.values()]
        for cell, picked in self._totals:
            if cell.address in typed:
                continue
            number = sum(picked(figures), 0)
            if cell.kind.value == "amount":
                number = rounded(number, cell.kind.places)
            value = understand(number)
            found[cell.address], figures[index[cell.address]] = value, value.number or 0
        return found

    def checksum(self, values: Mapping[str, Value]) -> str:
        """数据校验码, as forms/sums.checksum gives it."""
        figures: Figures = [value.number or 0 for value in values.values()]
        for place in self._amounts:
            figures[place] = rounded(figures[place] * 10 ** self._cells[place].kind.places, 0)
        counted = [figures[place] for place in self._numeric]
        if not all(isinstance(figure, int) for figure in counted):
            return checksum(self._form, values.__getitem__)
        sums = [sum(map(mul, counted, weights)) for weights in self._weights]
        return "-".join(f"{total % modulus:04d}" for total, modulus in zip(sums, CHECKSUM_MODULI, strict=True))

    def results(self, content: Content) -> Reckoned:
        """What every formula of 校验 shows over the content: the twin of results.results_of."""
        values = list(content.values.values())
        figures: Figures = [value.number or 0 for value in values]
        texts = {place for place, value in enumerate(values) if value.kind == "text"}
        lights, sides = dict(self._later), {}
        for rule in self._compared:
            left, right = _total(rule.left, figures), _total(rule.right, figures)
            delta = rounded(left - right, COMPARE_PLACES)
            sides[rule.key] = Sides(left, right, delta)
            undecided = texts and not texts.isdisjoint(rule.operands)
            lights[rule.key] = OPEN if undecided else PASS if rule.holds(delta) else FAIL
        if self._other:
            lookup = lookup_in(content.values, content.texts)
            for instance in self._other:
                outcome = evaluate(instance.expr, lookup)
                lights[instance.key] = _STATES[outcome.state]
                if outcome.left is not None and outcome.right is not None:
                    delta = rounded(outcome.left - outcome.right, COMPARE_PLACES)
                    sides[instance.key] = Sides(outcome.left, outcome.right, delta)
        counts = {key: count(values, content) for key, count in self._counted}
        lights |= {key: FAIL if count else PASS for key, count in counts.items()}
        return Reckoned(lights, counts, sides)

    def _picked(self, refs: tuple[Ref, ...]) -> _Picked:
        places = [self._index[ref.address] for ref in refs]
        if len(places) == 1:
            first = places[0]
            return lambda figures: (figures[first],)
        return itemgetter(*places)

    def _prepare(self, instance: Instance) -> None:
        if not in_sheet(instance):
            self._later[instance.key] = LATER
            return
        expr = instance.expr
        if isinstance(expr, Compare):
            left, right = self._side(expr.left), self._side(expr.right)
            if left is not None and right is not None:
                operands = frozenset(place for side in (left, right) for term in side for place in term.places)
                self._compared.append(_Compared(instance.key, left, right, operands, _HOLDS[expr.operator]))
                return
        self._other.append(instance)

    def _side(self, total: Total) -> "tuple[_Term, ...] | None":
        terms = [self._term(sign, term) for sign, term in total.terms]
        return None if None in terms else tuple(term for term in terms if term is not None)

    def _term(self, sign: int, term: Term) -> "_Term | None":
        match term:
            case Constant(number):
                return _Term(sign, number, None)
            case Times(factor, Ref() | Sum() as inner):
                found = self._term(sign, inner)
                return replace(found, factor=factor.number) if found else None
            case Ref():
                refs: tuple[Ref, ...] = (term,)
            case Sum():
                refs = term.refs
            case _:
                return None
        if any(ref.scope or ref.address not in self._index for ref in refs):
            return None
        return _Term(sign, 1, self._picked(refs), tuple(self._index[ref.address] for ref in refs))

    def _counter(self, kind: str, subject: str) -> "_Counter":
        """The twin of results._count."""
        section = self._form.section(subject)
        narrative = section.narrative
        if kind == "text":
            asked = narrative is not None and narrative.blank not in ("may", "zero")
            return lambda _, content: int(asked and not content.texts.get(subject, "").strip(" \u3000\u00a0\r\n\t"))
        places = [(self._index[cell.address], cell.kind) for cell in section.cells]
        if kind == "places":
            amounts = [(p, k) for p, k in places if k.value == "amount" and self._cells[p].total is None]
            return lambda values, _: sum(too_long(values[p], k) for p, k in amounts)
        if kind == "types":
            return self._types([p for p, k in places if k.numeric])
        policy = "ask" if kind == "blanks" else "must"
        asked_for = [p for p, k in places if k.blank == policy]
        return lambda values, _: sum(values[p].kind in ("blank", "mark") for p in asked_for)

    def _types(self, places: list[int]) -> "_Counter":
        unbounded = [(p, self._cells[p].kind) for p in places]

        def count(values: list[Value], _: Content) -> int:
            wrong = 0
            for place, kind in unbounded:
                value = values[place]
                number = value.number
                if kind.most is None and kind.least is None and isinstance(number, int) and number >= 0:
                    continue
                wrong += wrong_figures(value, kind)
            return wrong

        return count


_Counter = Callable[[list[Value], Content], int]


@dataclass(frozen=True, slots=True)
class _Term:
    """sign × factor × the sum of the picked figures; a constant where nothing is picked."""

    sign: int
    factor: Number
    picked: _Picked | None
    places: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Compared:
    key: str
    left: tuple[_Term, ...]
    right: tuple[_Term, ...]
    operands: frozenset[int]
    holds: Callable[[Number], bool]


def _counts(kind: str) -> bool:
    return kind not in ("rule", "free")


def _total(terms: tuple[_Term, ...], figures: Figures) -> Number:
    """One side, added in the order of rules/evaluate.py: the last digit of a decimal depends on it."""
    number: Number = 0
    for term in terms:
        if term.picked is None:
            number += term.sign * term.factor
        elif term.factor == 1:
            number += term.sign * sum(term.picked(figures), 0)
        else:
            number += term.sign * (term.factor * sum(term.picked(figures), 0))
    return number


def _in_order(form: Form) -> Iterator[Cell]:
    """Totals after those that they are made of."""
    done: dict[str, Cell] = {}

    def visit(cell: Cell) -> None:
        if cell.total is None or cell.address in done:
            return
        for ref in cell.total.refs:
            visit(form.cells[ref.address])
        done[cell.address] = cell

    for cell in form.cells.values():
        visit(cell)
    yield from done.values()
