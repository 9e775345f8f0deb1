"""The rules of the form: broken instances are findings, undecided ones are listed with their reasons.

One compiled function says which instances do not plainly hold; only these are evaluated.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from tianbao.checks.context import Context
from tianbao.checks.figures import Figures, places_in
from tianbao.checks.structure import unread
from tianbao.findings import Finding, Undecided, digest
from tianbao.forms.model import Form, Instance, Rule
from tianbao.rules.compiled import CompiledRules, Operand, What, compile_rules, decidable, operand
from tianbao.rules.evaluate import Lookup, Outcome, Reason, evaluate
from tianbao.rules.expr import Compare, Length, Ref, refs
from tianbao.submission import Submission
from tianbao.values import COMPARE_PLACES, Value, rounded, understand

_SHOWN = 4
"""Figures that the message of an implication repeats."""


def outcomes(form: Form, submission: Submission, context: Context) -> Iterator[tuple[Rule, Instance, Outcome]]:
    """The outcome of every rule instance, in the order of the form, each by a walk over its tree."""
    lookup = lookup_in(form, submission, context)
    for rule in form.rules:
        for instance in rule.instances:
            yield rule, instance, evaluate(instance.expr, lookup)


def judge(form: Form, submission: Submission, context: Context) -> tuple[list[Finding], list[Undecided]]:
    """Findings of the broken instances, and the undecided ones."""
    plan, lookup = _plan(form), lookup_in(form, submission, context)
    row = _row(form, submission, context.seen(form, submission))
    vague = (
        {address for address, number in zip(form.cells, row, strict=True) if number is None} if None in row else set()
    )
    row += [operand(what, lookup(ref)) for what, ref in plan.beside]
    doubtful = [plan.here_at[index] for index in plan.here.doubtful(row)]
    if context.previous is None:
        doubtful += plan.last_at
    else:
        doubtful += [plan.last_at[index] for index in plan.last.doubtful(plan.last.row(lookup))]
    constant = {} if context.previous else plan.without_previous
    findings, undecided = [], []
    for index in sorted(doubtful):
        rule, instance = plan.instances[index]
        if index in constant and not (vague and vague & set(instance.addresses)):
            undecided.append(constant[index])
            continue
        outcome = evaluate(instance.expr, lookup)
        if outcome.state == "broken":
            findings.append(_finding(form, rule, instance, outcome, submission, lookup))
        elif outcome.state == "undecided":
            undecided.append(_undecided(instance, outcome))
    return findings, undecided


@dataclass(frozen=True, slots=True)
class _Plan:
    """All instances; those over this year's report compiled, those over last year's too compiled; which is which.

    `beside`: the operands of this year that follow the numbers of the cells. `without_previous`: what becomes of an
    instance that compares with a last year which is not there, as long as this year's figures are all numbers.
    """

    instances: tuple[tuple[Rule, Instance], ...]
    here: CompiledRules
    here_at: tuple[int, ...]
    beside: tuple[tuple[What, Ref], ...]
    last: CompiledRules
    last_at: tuple[int, ...]
    without_previous: Mapping[int, Undecided]


@lru_cache(maxsize=16)
def _plan(form: Form) -> _Plan:
    instances = tuple((rule, instance) for rule in form.rules for instance in rule.instances)
    exprs = [instance.expr for _, instance in instances]
    last_at = tuple(index for index, expr in enumerate(exprs) if any(ref.scope for ref in refs(expr)))
    here_at = tuple(sorted(set(range(len(exprs))).difference(last_at)))
    here = compile_rules([exprs[index] for index in here_at], tuple(form.cells))
    constant = {}
    for index in last_at:
        outcome = evaluate(exprs[index], lambda ref: Reason("previous", ref.address) if ref.scope else understand(0))
        if isinstance(exprs[index], Compare) and {reason.cause for reason in outcome.reasons} == {"previous"}:
            constant[index] = _undecided(instances[index][1], outcome)
    return _Plan(
        instances,
        here,
        here_at,
        tuple((slot.what, Ref(slot.address)) for slot in here.slots[len(form.cells) :]),
        compile_rules([exprs[index] for index in last_at]),
        last_at,
        constant,
    )


def _row(form: Form, submission: Submission, figures: Figures) -> list[Operand]:
    """The numbers for the compiled rules: blanks as 0, None where a rule has a text or nothing to read."""
    row: list[Operand] = list(figures.counted)
    if not figures.whole:
        for place, number in enumerate(figures.numbers):
            if isinstance(number, Decimal):
                row[place] = decidable(number)
    cells = tuple(form.cells.values())
    for place in figures.text:
        row[place] = None if cells[place].kind.numeric else 0
    for address in unread(form, submission):
        if address in form.cells:
            row[places_in(form)[address]] = None
    return row


def _undecided(instance: Instance, outcome: Outcome) -> Undecided:
    reasons = tuple((reason.cause, reason.address) for reason in outcome.reasons)
    return Undecided(instance.rule, instance.key, instance.addresses, reasons)


def lookup_in(form: Form, submission: Submission, context: Context) -> Lookup:
    """What stands at each reference of a rule, or why nothing does."""
    lost = unread(form, submission)

    def lookup(ref: Ref) -> Value | Reason:
        source = context.previous if ref.scope == "previous" else submission
        if source is None:
            return Reason("previous", ref.address)
        if ref.address in form.narratives:
            return understand(source.texts.get(ref.address))
        if not ref.scope and ref.address in lost:
            return lost[ref.address]
        return source.value(ref.address)

    return lookup


def _finding(
    form: Form, rule: Rule, instance: Instance, outcome: Outcome, submission: Submission, lookup: Lookup
) -> Finding:
    operands = []
    for ref in refs(instance.expr):
        value = lookup(ref)
        operands.append((str(ref), value if isinstance(value, Value) else understand(None)))
    places = tuple(place for address in instance.addresses if (place := submission.place(address)))
    case, delta = _case(instance), None
    if outcome.left is not None and outcome.right is not None:
        delta = rounded(outcome.left - outcome.right, COMPARE_PLACES)
    return Finding(
        rule.id,
        instance.key,
        rule.severity,
        case,
        instance.addresses,
        digest(operands),
        places,
        found=outcome.left,
        expected=outcome.right,
        facts={
            "sentence": instance.sentence,
            "explain": rule.explain,
            "source": rule.source,
            "delta": delta,
            "operands": _shown(form, instance, lookup) if case == "other" else "",
        },
    )


def _shown(form: Form, instance: Instance, lookup: Lookup) -> str:
    """“罚没金额”为 1800、“罚款”为 0: the figures that the rule is about."""
    said = {}
    for ref in refs(instance.expr):
        value = lookup(ref)
        if ref.address in form.cells and isinstance(value, Value):
            name = "·".join(part.label for part in form.cells[ref.address].parts)
            said[str(ref)] = f"{'上年' if ref.scope else ''}“{name}”为 {value.text or '空'}"
    return "、".join(list(said.values())[:_SHOWN]) or "没有写明"


def _case(instance: Instance) -> str:
    """total: a cell against the sum of its parts; length; compare: two sides of numbers; other: anything else."""
    expr = instance.expr
    if not isinstance(expr, Compare):
        return "other"
    if isinstance(expr.left.terms[0][1], Length):
        return "length"
    single = len(expr.left.terms) == 1 and isinstance(expr.left.terms[0][1], Ref)
    return "total" if single and expr.operator == "=" else "compare"
