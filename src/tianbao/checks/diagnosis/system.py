"""The figures of a submission as an equation system: what may be corrected, what follows from it, which rules bind it.

A total that agrees with its parts follows them, as its formula would; every other figure stands for itself. A rule
`a + b = c + d` is an Equation over the figures that stand for themselves; any other decided rule is a Condition.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from tianbao.checks.context import Context
from tianbao.checks.rules import lookup_in, outcomes
from tianbao.checks.structure import unread
from tianbao.forms.model import Cell, Form
from tianbao.forms.sums import sum_of
from tianbao.rules.evaluate import Lookup, Reason, evaluate
from tianbao.rules.expr import Compare, Constant, Expr, Ref, Sum, Term, Times, Total, refs
from tianbao.submission import Submission
from tianbao.values import COMPARE_PLACES, Number, Value, places_of, rounded, tidy, understand

Weights = Mapping[str, Number]
"""Figure → by how much a sum grows when the figure grows by one."""


@dataclass(frozen=True, slots=True)
class Equation:
    """A decided rule `left = right`; `residual` is left − right as the figures stand."""

    key: str
    weights: Weights
    residual: Number


@dataclass(frozen=True, slots=True)
class Condition:
    """Any other decided rule over figures."""

    key: str
    expr: Expr
    figures: frozenset[str]
    held: bool


@dataclass(frozen=True, slots=True)
class System:
    """`free`: what may be corrected, with what it counts as; `follow`: totals with the figures they follow.

    `spoilt`: totals whose sum leaves out something unreadable, with the cell that is to blame.
    """

    form: Form
    submission: Submission
    lookup: Lookup
    free: Mapping[str, Number]
    follow: Mapping[str, Weights]
    spoilt: Mapping[str, str]
    equations: tuple[Equation, ...]
    conditions: tuple[Condition, ...]

    def counted(self, address: str) -> Number:
        """What the cell counts as now."""
        return self.submission.value(address).counted

    def following(self, changes: Weights) -> dict[str, Number]:
        """The totals that change with these figures, and their new values."""
        found = {}
        for address, weights in self.follow.items():
            grown = sum(weight * (changes[on] - self.free[on]) for on, weight in weights.items() if on in changes)
            if grown:
                found[address] = _tidied(self.counted(address) + grown)
        return found

    def holds(self, condition: Condition, values: Weights) -> bool:
        """Whether the condition would hold with these values put over what stands there."""

        def lookup(ref: Ref) -> Value | Reason:
            changed = not ref.scope and ref.address in values
            return understand(values[ref.address]) if changed else self.lookup(ref)

        return evaluate(condition.expr, lookup).state == "holds"


def system_of(form: Form, submission: Submission, context: Context) -> System:
    """The equation system of a submission. Rules that cannot be decided are left out."""
    lost = unread(form, submission)
    follow: dict[str, dict[str, Number]] = {}
    spoilt: dict[str, str] = {}
    for cell in form.cells.values():
        if cell.total is not None:
            _follow(form, cell, submission, lost, follow, spoilt)
    bound = {*follow, *spoilt, *lost}
    free = {
        address: submission.value(address).counted
        for address, cell in form.cells.items()
        if cell.kind.numeric and address not in bound and _readable(submission, address)
    }
    equations, conditions = [], []
    for _, instance, outcome in outcomes(form, submission, context):
        own = [ref.address for ref in refs(instance.expr) if not ref.scope]
        if outcome.state == "undecided" or not spoilt.keys().isdisjoint(own):
            continue
        if outcome.left is not None and outcome.right is not None and _linear(instance.expr):
            residual = rounded(outcome.left - outcome.right, COMPARE_PLACES)
            equations.append(Equation(instance.key, _weights(instance.expr, free, follow), residual))
            continue
        figures = {figure for address in own for figure in follow.get(address, (address,)) if figure in free}
        if figures:
            conditions.append(Condition(instance.key, instance.expr, frozenset(figures), outcome.state == "holds"))
    lookup = lookup_in(form, submission, context)
    return System(form, submission, lookup, free, follow, spoilt, tuple(equations), tuple(conditions))


def allowed(cell: Cell, number: Number) -> bool:
    """Whether the number may stand in the cell: whole where it counts, within its bounds."""
    if places_of(number) > cell.kind.places:
        return False
    least = 0 if cell.kind.least is None and cell.kind.value != "change" else cell.kind.least
    return (least is None or number >= least) and (cell.kind.most is None or number <= cell.kind.most)


def _readable(submission: Submission, address: str) -> bool:
    return submission.value(address).kind != "text"


def _follow(
    form: Form,
    cell: Cell,
    submission: Submission,
    lost: Container[str],
    follow: dict[str, dict[str, Number]],
    spoilt: dict[str, str],
) -> None:
    """Put the total among those that follow their parts, if it does; its parts are looked at first."""
    if cell.address in follow or cell.address in spoilt or cell.address in lost or cell.total is None:
        return
    if not _readable(submission, cell.address):
        return
    entry = submission.entries.get(cell.address)
    own = sum_of(cell, lambda ref: submission.value(ref.address))
    agrees = rounded(submission.value(cell.address).counted - own, COMPARE_PLACES) == 0
    if not agrees and not (entry and entry.intact):
        return
    weights: dict[str, Number] = {}
    for ref in cell.total.refs:
        part = form.cells[ref.address]
        if part.total is not None:
            _follow(form, part, submission, lost, follow, spoilt)
        if part.address in lost or part.address in spoilt or not _readable(submission, part.address):
            spoilt[cell.address] = spoilt.get(part.address, part.address)
            return
        for figure, weight in follow.get(part.address, {part.address: 1}).items():
            weights[figure] = weights.get(figure, 0) + weight
    follow[cell.address] = weights


def _linear(expr: Expr) -> bool:
    if not isinstance(expr, Compare) or expr.operator != "=":
        return False
    return all(_sums_only(term) for side in (expr.left, expr.right) for _, term in side.terms)


def _sums_only(term: Term) -> bool:
    return _sums_only(term.term) if isinstance(term, Times) else isinstance(term, Ref | Sum | Constant)


def _weights(expr: Expr, free: Iterable[str], follow: Mapping[str, Weights]) -> Weights:
    weights: dict[str, Number] = {}
    if isinstance(expr, Compare):
        for side, total in ((1, expr.left), (-1, expr.right)):
            for ref, factor in _terms(total):
                if not ref.scope:
                    for figure, weight in follow.get(ref.address, {ref.address: 1}).items():
                        weights[figure] = weights.get(figure, 0) + side * factor * weight
    return {figure: weight for figure, weight in weights.items() if weight and figure in free}


def _terms(total: Total) -> Iterator[tuple[Ref, Number]]:
    for sign, term in total.terms:
        for ref in refs(term):
            yield ref, sign * _factor(term)


def _factor(term: Term) -> Number:
    return term.factor.number * _factor(term.term) if isinstance(term, Times) else 1


def _tidied(number: Number) -> Number:
    return number if isinstance(number, int) else tidy(number)
