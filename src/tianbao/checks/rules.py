"""The rules of the form: broken instances are findings, undecided ones are listed with their reasons."""

from collections.abc import Iterator

from tianbao.checks.context import Context
from tianbao.checks.structure import unread
from tianbao.findings import Finding, Undecided, digest
from tianbao.forms.model import Form, Instance, Rule
from tianbao.rules.evaluate import Lookup, Outcome, Reason, evaluate
from tianbao.rules.expr import Compare, Length, Ref, refs
from tianbao.submission import Submission
from tianbao.values import COMPARE_PLACES, Value, rounded, understand

_SHOWN = 4
"""Figures that the message of an implication repeats."""


def outcomes(form: Form, submission: Submission, context: Context) -> Iterator[tuple[Rule, Instance, Outcome]]:
    """The outcome of every rule instance, in the order of the form."""
    lookup = _lookup(form, submission, context)
    for rule in form.rules:
        for instance in rule.instances:
            yield rule, instance, evaluate(instance.expr, lookup)


def judge(form: Form, submission: Submission, context: Context) -> tuple[list[Finding], list[Undecided]]:
    """Findings of the broken instances, and the undecided ones."""
    lookup = _lookup(form, submission, context)
    findings, undecided = [], []
    for rule, instance, outcome in outcomes(form, submission, context):
        if outcome.state == "broken":
            findings.append(_finding(form, rule, instance, outcome, submission, lookup))
        elif outcome.state == "undecided":
            reasons = tuple((reason.cause, reason.address) for reason in outcome.reasons)
            undecided.append(Undecided(rule.id, instance.key, instance.addresses, reasons))
    return findings, undecided


def _lookup(form: Form, submission: Submission, context: Context) -> Lookup:
    lost = unread(submission)

    def lookup(ref: Ref) -> Value | Reason:
        source = context.previous if ref.scope == "previous" else submission
        if source is None:
            return Reason("previous", ref.address)
        if ref.address in form.narratives:
            return understand(source.texts.get(ref.address))
        if not ref.scope and ref.address in lost:
            return Reason("missing", ref.address)
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
    delta = None
    if outcome.left is not None and outcome.right is not None:
        delta = rounded(outcome.left - outcome.right, COMPARE_PLACES)
    return Finding(
        rule.id,
        instance.key,
        rule.severity,
        _case(instance),
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
            "operands": _shown(form, instance, lookup),
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
