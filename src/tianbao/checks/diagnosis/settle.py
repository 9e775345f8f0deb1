"""Broken rules → what to correct: all of them together, or group by group."""

from collections.abc import Iterator, Sequence

from tianbao.checks.diagnosis.choose import Choice, Diagnosis, choose
from tianbao.checks.diagnosis.correct import Budget, Search, TooMany
from tianbao.checks.diagnosis.system import System
from tianbao.findings import Finding

MOST_BROKEN = 40
"""Broken rules beyond which nothing is looked for: one slip can break a line of totals, but hardly more."""

Settled = tuple[Diagnosis, Sequence[Finding]]
"""What to correct, and the findings that this explains."""


def settled(system: System, broken: Sequence[Finding]) -> list[Settled]:
    """One diagnosis for all that is broken; failing that, one for each group of rules that share figures."""
    known = {equation.key for equation in system.equations} | {condition.key for condition in system.conditions}
    wrong = [finding for finding in broken if finding.key in known and finding.severity != "notice"]
    if not wrong or len(wrong) > MOST_BROKEN:
        return []
    try:
        return list(_settled(system, wrong, Budget()))
    except TooMany:
        return []


def _settled(system: System, wrong: Sequence[Finding], budget: Budget) -> Iterator[Settled]:
    choice = _choice(system, wrong, budget)
    if choice.best:
        yield choice.best, wrong
    if choice.possible:
        return
    for group in _groups(system, wrong):
        errors = [finding for finding in group if finding.severity == "error"]
        for tried in (group, errors):
            if 0 < len(tried) < len(wrong):
                choice = _choice(system, tried, budget)
                if choice.best:
                    yield choice.best, tried
                if choice.possible:
                    break


def _choice(system: System, wrong: Sequence[Finding], budget: Budget) -> Choice:
    search = Search(system, frozenset(finding.key for finding in wrong), budget)
    return choose(search) if search.wanted else Choice(possible=False)


def _groups(system: System, wrong: Sequence[Finding]) -> list[list[Finding]]:
    """The findings by the part of the form that its rules tie together: no correction in one reaches another."""
    part: dict[str, str] = {}

    def root(figure: str) -> str:
        while part.setdefault(figure, figure) != figure:
            part[figure] = figure = part[part[figure]]
        return figure

    of_rule = {equation.key: list(equation.weights) for equation in system.equations}
    of_rule |= {condition.key: list(condition.figures) for condition in system.conditions}
    for bound in of_rule.values():
        for figure in bound:
            part[root(figure)] = root(bound[0])
    groups: dict[str, list[Finding]] = {}
    for finding in wrong:
        bound = of_rule[finding.key]
        groups.setdefault(root(bound[0]) if bound else finding.key, []).append(finding)
    return list(groups.values())
