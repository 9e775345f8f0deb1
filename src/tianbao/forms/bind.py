"""Rules as written → rules bound to cells: variables and wildcards resolved, every name checked."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from tianbao.forms.model import Cell, Instance, Rule, Section, Severity
from tianbao.forms.shape import suggestion
from tianbao.forms.source import Mark, Mistake, Node
from tianbao.forms.totals import TotalRule
from tianbao.rules.expr import (
    Compare,
    Expr,
    Filled,
    Length,
    Mentions,
    Ref,
    Sum,
    Term,
    Times,
    Total,
    Words,
    refs,
)
from tianbao.rules.parse import RuleSyntaxError, parse
from tianbao.rules.rewrite import rewrite
from tianbao.rules.sentence import Part, Sentence, general, sentence

_TOTAL_SOURCE = "标题“总计”"


@dataclass(frozen=True, slots=True)
class _Scope:
    """What rules can name, and where mistakes go."""

    cells: Mapping[str, Cell]
    narratives: Mapping[str, Section]
    mistakes: list[Mistake]

    def parts(self, address: str) -> tuple[Part, ...]:
        cell = self.cells.get(address)
        return cell.parts if cell else (Part("section", self.narratives[address].title),)

    def known(self) -> list[str]:
        return [*self.cells, *self.narratives]


def bind_rules(
    nodes: tuple[Node, ...],
    sections: tuple[Section, ...],
    totals: tuple[TotalRule, ...],
    mistakes: list[Mistake],
) -> tuple[Rule, ...]:
    """All rules in the order of the definition, then those of totals that it does not mention."""
    scope = _Scope(
        {cell.address: cell for section in sections for cell in section.cells},
        {section.id: section for section in sections if section.narrative},
        mistakes,
    )
    seen: dict[str, Mark] = {}
    rules = []
    for node in nodes:
        rule_id = node.word("id")
        if rule_id in seen:
            facts = {"key": "id", "found": rule_id, "line": str(seen[rule_id].line)}
            mistakes.append(Mistake("FORM-TWICE", node.at("id"), facts))
            continue
        seen[rule_id] = node.mark
        mine = [total for total in totals if total.rule == rule_id]
        rules.append(_written(node, mine, scope) if "holds" in node.keys else _of_total(node, mine, totals, scope))
    for rule_id in dict.fromkeys(total.rule for total in totals):
        if rule_id not in seen:
            mine = [total for total in totals if total.rule == rule_id]
            rules.append(_rule(rule_id, "error", _TOTAL_SOURCE, "", _total_instances(mine, scope)))
    return tuple(rules)


def _of_total(node: Node, mine: list[TotalRule], totals: tuple[TotalRule, ...], scope: _Scope) -> Rule:
    """A rule without `holds` says more about a total's rule."""
    if not mine:
        known = sorted({total.rule for total in totals})
        facts = {
            "found": node.word("id"),
            "near": suggestion(node.word("id"), known),
            "known": "、".join(known),
        }
        scope.mistakes.append(Mistake("RULE-EMPTY", node.at("id"), facts))
    severity = node.word("severity", "error")
    return _rule(
        node.word("id"),
        severity,
        node.word("source", _TOTAL_SOURCE),
        node.word("explain"),
        _total_instances(mine, scope),
    )


def _written(node: Node, mine: list[TotalRule], scope: _Scope) -> Rule:
    if mine:
        facts = {"found": node.word("id"), "line": str(mine[0].mark.line)}
        scope.mistakes.append(Mistake("RULE-TOTAL-HOLDS", node.at("id"), facts))
    for key in ("severity", "source"):
        if key not in node.keys:
            scope.mistakes.append(Mistake("FORM-MISSING", node.mark, {"key": key}))
    holds = node.get("holds")
    instances = list(_instances(node.word("id"), holds, scope)) if holds else []
    return _rule(node.word("id"), node.word("severity", "error"), node.word("source"), node.word("explain"), instances)


def _rule(rule_id: str, severity: str, source: str, explain: str, found: list[tuple[Instance, Sentence]]) -> Rule:
    said = general([words for _, words in found]) if found else ""
    checked: Severity = "query" if severity == "query" else "notice" if severity == "notice" else "error"
    return Rule(rule_id, checked, source, explain, said, tuple(instance for instance, _ in found))


def _total_instances(mine: list[TotalRule], scope: _Scope) -> list[tuple[Instance, Sentence]]:
    return [
        _instance(
            total.rule,
            total.ids,
            Compare(Total(((1, Ref(total.address)),)), "=", Total(((1, total.parts),))),
            scope,
        )
        for total in mine
    ]


def _instance(rule: str, ids: tuple[str, ...], expr: Expr, scope: _Scope) -> tuple[Instance, Sentence]:
    key = f"{rule}[{'.'.join(ids)}]" if ids else rule
    addresses = tuple(dict.fromkeys(ref.address for ref in refs(expr) if not ref.scope))
    words = sentence(expr, scope.parts)
    return Instance(rule, key, expr, addresses, str(words), words.body), words


def _instances(rule_id: str, node: Node, scope: _Scope) -> Iterator[tuple[Instance, Sentence]]:
    try:
        expr = parse(node.text)
    except RuleSyntaxError as error:
        scope.mistakes.append(Mistake(error.problem, _within(node, error.at, error.length), dict(error.facts)))
        return
    found = list(refs(expr))
    if not found:
        scope.mistakes.append(Mistake("RULE-NO-CELL", node.mark))
        return
    before = len(scope.mistakes)
    _check_types(expr, node, scope)
    first = next((ref for ref in found if "$" in ref.address), None)
    bindings = list(_bindings(first, scope.cells)) if first else [{}]
    if not bindings and first:
        scope.mistakes.append(_unknown(first, first.address, node, scope))
    for binding in bindings:
        bound = _bound(expr, binding, node, scope)
        if len(scope.mistakes) > before:
            return
        yield _instance(rule_id, tuple(binding.values()), bound, scope)


def _within(node: Node, at: int, length: int) -> Mark:
    """The place of an offset in a scalar of one line."""
    return Mark(node.mark.line, node.mark.column + at + (1 if node.quoted else 0), length)


def _bindings(ref: Ref, cells: Mapping[str, Cell]) -> Iterator[dict[str, str]]:
    """What the variables of an operand can stand for: cells only, in the order of the form."""
    pattern, seen = "", 0
    for part in ref.address.split("."):
        if not part.startswith("$"):
            pattern += r"\." + re.escape(part)
            continue
        pattern += rf"\.(?P<{part[1:]}>[^.]+{'' if seen else r'(?:[.][^.]+)*'})"
        seen += 1
    matcher = re.compile(pattern)
    for address in cells:
        found = matcher.fullmatch("." + address)
        if found:
            yield found.groupdict()


def _bound(expr: Expr, binding: dict[str, str], node: Node, scope: _Scope) -> Expr:
    def put(ref: Ref) -> Ref:
        parts = [binding.get(part[1:], part) if part.startswith("$") else part for part in ref.address.split(".")]
        address = ".".join(parts)
        if address not in scope.cells and address not in scope.narratives:
            scope.mistakes.append(_unknown(ref, address, node, scope))
        return replace(ref, address=address)

    def spread(ref: Ref) -> tuple[Ref, ...]:
        parts = [binding.get(part[1:], part) if part.startswith("$") else part for part in ref.address.split(".")]
        if not any("*" in part for part in parts):
            return (put(ref),)
        matcher = re.compile(r"\.".join(re.escape(part).replace(r"\*", "[^.]*") for part in parts))
        found = [address for address in scope.cells if matcher.fullmatch(address)]
        if not found:
            scope.mistakes.append(_unknown(ref, ".".join(parts), node, scope))
        _check_no_total(found, ref, node, scope)
        return tuple(replace(ref, address=address) for address in found)

    return rewrite(expr, put, spread)


def _check_no_total(found: list[str], ref: Ref, node: Node, scope: _Scope) -> None:
    for address in found:
        total = scope.cells[address].total
        if total and any(part.address in found for part in total.refs):
            facts = {"found": ref.address, "total": address}
            scope.mistakes.append(Mistake("RULE-SUM-TOTAL", _within(node, ref.at, len(str(ref))), facts))


def _unknown(ref: Ref, address: str, node: Node, scope: _Scope) -> Mistake:
    near = suggestion(address, scope.known())
    facts = {"found": ref.address, "address": address, "near": near}
    return Mistake("RULE-UNKNOWN", _within(node, ref.at, len(str(ref))), facts)


def _check_types(expr: Expr, node: Node, scope: _Scope) -> None:
    """A text is not added up, a figure has no length, 件 is not compared with 万元."""
    for part in _tests(expr):
        match part:
            case Mentions(ref, _) | Length(ref):
                if ref.address not in scope.narratives:
                    scope.mistakes.append(_misused("RULE-NOT-TEXT", ref, node))
            case Compare(left, operator, right):
                terms = [term for side in (left, right) for _, term in side.terms]
                if any(isinstance(term, Words) for term in terms):
                    if len(terms) != 2 or operator not in ("=", "!="):
                        scope.mistakes.append(Mistake("RULE-WORDS", node.mark))
                    continue
                _check_units([ref for term in terms for ref in _figures(term)], terms, node, scope)
            case _:
                continue


def _misused(problem: str, ref: Ref, node: Node) -> Mistake:
    return Mistake(problem, _within(node, ref.at, len(str(ref))), {"found": ref.address})


def _figures(term: Term) -> Iterator[Ref]:
    match term:
        case Ref():
            yield term
        case Sum(found):
            yield from found
        case Times(_, inner):
            yield from _figures(inner)
        case _:
            return


def _check_units(found: list[Ref], terms: list[Term], node: Node, scope: _Scope) -> None:
    units: dict[str, Ref] = {}
    for ref in found:
        cell = _any_cell(ref, scope)
        if ref.address in scope.narratives or (cell and not cell.kind.numeric):
            scope.mistakes.append(_misused("RULE-NOT-NUMBER", ref, node))
        elif cell:
            units.setdefault(cell.kind.unit, ref)
    if len(units) > 1 and not any(isinstance(term, Times) for term in terms):
        first, second = list(units.items())[:2]
        facts = {
            "first": f"{first[1].address}（{first[0]}）",
            "second": f"{second[1].address}（{second[0]}）",
        }
        scope.mistakes.append(Mistake("RULE-UNITS", _within(node, second[1].at, len(str(second[1]))), facts))


def _any_cell(ref: Ref, scope: _Scope) -> Cell | None:
    if ref.address in scope.cells:
        return scope.cells[ref.address]
    pattern = re.sub(r"\$\w+", r"\\S+", re.escape(ref.address).replace(r"\$", "$").replace(r"\*", r"[^.]*"))
    return next((cell for address, cell in scope.cells.items() if re.fullmatch(pattern, address)), None)


def _tests(expr: Expr) -> Iterator[Expr | Length]:
    yield expr
    match expr:
        case Compare(left, _, right):
            for _, term in (*left.terms, *right.terms):
                inner = term.term if isinstance(term, Times) else term
                if isinstance(inner, Length):
                    yield inner
        case Filled() | Mentions():
            return
        case _:
            for inner_expr in getattr(expr, "tests", None) or [
                getattr(expr, name) for name in ("test", "premise", "conclusion") if hasattr(expr, name)
            ]:
                yield from _tests(inner_expr)
