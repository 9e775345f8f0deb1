"""Causes and hints: which findings follow from one slip, and what the smallest correction would be.

A hint is a notice. It is never applied, and where several corrections are equally good there is none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tianbao.checks.context import Context
from tianbao.findings import Finding
from tianbao.forms.model import Form
from tianbao.submission import Submission

_DAMAGED = ("TOTAL-TYPED", "TOTAL-EDITED")
_ORDER = {"error": 0, "query": 2, "notice": 4}
_LAST = _ORDER["notice"]
_HINT_FAMILY = "HINT-"


def is_hint(rule: str) -> bool:
    """Whether findings of the rule only suggest a correction."""
    return rule.startswith(_HINT_FAMILY)


def with_hints(
    form: Form, submission: Submission, context: Context, findings: Sequence[Finding]
) -> tuple[Finding, ...]:
    """The findings with their causes, and the hints. Nothing is looked for where no rule over figures is broken."""
    of_form = {rule.id for rule in form.rules}
    broken = [
        finding
        for finding in findings
        if finding.rule in of_form and finding.open and not form.cells.keys().isdisjoint(finding.addresses)
    ]
    if not broken:
        return tuple(findings)
    # loaded for a slip only: most files have none
    from tianbao.checks.diagnosis.settle import settled  # noqa: PLC0415
    from tianbao.checks.diagnosis.system import system_of  # noqa: PLC0415
    from tianbao.checks.diagnosis.told import finding_of  # noqa: PLC0415

    system = system_of(form, submission, context)
    known = [_follows(finding, findings, system.spoilt) for finding in findings]
    hints = []
    for diagnosis, explained in settled(system, broken):
        hint = finding_of(system, diagnosis, explained)
        keys = {finding.key for finding in explained}
        known = [_explained(finding, hint, keys) for finding in known]
        hints.append(hint)
    return (*known, *hints)


def ordered(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Errors first, then queries, then notices; in each the root first, what follows from it next to it.

    A hint stands right behind the most serious findings that it explains.
    """
    places: dict[str, int] = {}
    for place, finding in enumerate(findings):
        places.setdefault(finding.cause or finding.key, place)
    worst: dict[str, int] = {}
    for finding in findings:
        worst[finding.cause] = min(worst.get(finding.cause, _LAST), _ORDER[finding.severity])

    def rank(finding: Finding) -> tuple[int, int, bool]:
        level = worst.get(finding.key, _LAST) + 1 if is_hint(finding.rule) else _ORDER[finding.severity]
        return level, places[finding.cause or finding.key], bool(finding.cause)

    return tuple(sorted(findings, key=rank))


def _explained(finding: Finding, hint: Finding, keys: set[str]) -> Finding:
    damaged = finding.rule in _DAMAGED and finding.severity == "error" and finding.addresses[0] in hint.addresses
    return replace(finding, cause=hint.key) if finding.key in keys or damaged else finding


def _follows(finding: Finding, findings: Sequence[Finding], spoilt: Mapping[str, str]) -> Finding:
    """What is known without any search: a damaged total breaks its own sum, a text is missing in a total."""
    blamed = {spoilt[address] for address in finding.addresses if address in spoilt}
    for root in findings:
        if root.severity == "notice" or len(root.addresses) != 1 or root.key == finding.key:
            continue
        damaged = root.rule in _DAMAGED and finding.case == "total" and finding.addresses[:1] == root.addresses
        if damaged or root.addresses[0] in blamed:
            return replace(finding, cause=root.key)
    return finding
