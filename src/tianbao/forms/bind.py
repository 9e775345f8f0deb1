"""Rules as written → rules bound to cells: variables and wildcards resolved, every name checked."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from tianbao.forms.mistakes import Mark, Mistake
from tianbao.forms.model import Block, Cell, Heading, Instance, Rule, Section, Severity
from tianbao.forms.shape import suggestion
from tianbao.forms.source import Node
from tianbao.forms.totals import TotalRule, reserved
from tianbao.rules.expr import (
    And,
    Compare,
    Expr,
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
from tianbao.rules.parse import RuleSyntaxError, parse
from tianbao.rules.rewrite import rewrite
from tianbao.rules.sentence import Part, Sentence, general, sentence

_TOTAL_SOURCE = "标题“总计”"


@dataclass(frozen=True, slots=True)
class _Scope:
    """What rules can name, and where mistakes go."""

    cells: Mapping[str, Cell]
    narratives: Mapping[str, Section]
    totals: Mapping[str, frozenset[str]]
    borne: frozenset[str]
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
        _all_parts(totals),
        frozenset(_borne(heading for section in sections for block in section.blocks for heading in _top(block))),
        mistakes,
    )
    seen: dict[str, Mark] = {}
    rules = []
    for node in nodes:
        rule_id = node.word("id")
        if not rule_id:
            continue  # FORM-MISSING says so
        if rule_id in seen:
            facts = {"key": "id", "found": rule_id, "line": str(seen[rule_id].line)}
            mistakes.append(Mistake("FORM-TWICE", node.at("id"), facts))
            continue
        seen[rule_id] = node.mark
        if reserved(rule_id):
            mistakes.append(Mistake("RULE-RESERVED", node.at("id"), {"found": rule_id}))
        mine = [total for total in totals if total.rule == rule_id]
        rules.append(_written(node, mine, scope) if "holds" in node.keys else _of_total(node, mine, totals, scope))
    for rule_id in dict.fromkeys(total.rule for total in totals):
        if rule_id not in seen:
            mine = [total for total in totals if total.rule == rule_id]
            rules.append(_rule(rule_id, "error", _TOTAL_SOURCE, "", _total_instances(mine, scope)))
    return tuple(rules)


def _top(block: Block) -> tuple[Heading, ...]:
    return (*block.rows, *block.columns)


def _borne(headings: Iterable[Heading]) -> Iterator[str]:
    """Ids of rules that headings name, also where their sum is wrong."""
    for heading in headings:
        yield heading.rule
        yield from _borne(heading.of)


def _all_parts(totals: tuple[TotalRule, ...]) -> Mapping[str, frozenset[str]]:
    """Every total with the cells that it adds up, across and down."""
    parts: dict[str, frozenset[str]] = {}
    for total in totals:
        parts[total.address] = parts.get(total.address, frozenset()) | {ref.address for ref in total.parts.refs}
    return parts


def _of_total(node: Node, mine: list[TotalRule], totals: tuple[TotalRule, ...], scope: _Scope) -> Rule:
    """A rule without `holds` says more about a total's rule."""
    if not mine and node.word("id") not in scope.borne:
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
    seen: dict[tuple[str, ...], TotalRule] = {}
    for total in mine:
        first = seen.setdefault(total.ids, total)
        if first.address != total.address:
            facts = {"found": total.rule, "first": first.address, "second": total.address}
            scope.mistakes.append(Mistake("RULE-KEY-TWICE", total.mark, facts))
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
        scope.mistakes.append(Mistake(error.problem, node.within(error.at, error.length), dict(error.facts)))
        return
    found = list(refs(expr))
    if all(ref.scope for ref in found):
        scope.mistakes.append(Mistake("RULE-NO-CELL", node.mark))
        return
    first = next((ref for ref in found if "$" in ref.address), None)
    before = len(scope.mistakes)
    _check_variables(found, first, node, scope)
    if len(scope.mistakes) > before:
        return
    bindings = _bindings(first, scope.cells) if first else [{}]
    if not bindings and first:
        scope.mistakes.append(_unknown(first, first.address, node, scope))
    for binding in bindings:
        bound = _bound(expr, binding, node, scope)
        _check_types(bound, node, scope)
        if len(scope.mistakes) > before:
            return
        yield _instance(rule_id, tuple(binding.values()), bound, scope)


def _of_ref(ref: Ref, node: Node) -> Mark:
    """The place of an operand as it was written, last year's with its “previous.”."""
    written = re.match(r"[\w$*.]*", node.text[ref.at :])
    return node.within(ref.at, len(written[0]) if written else 1)


def _check_variables(found: list[Ref], first: Ref | None, node: Node, scope: _Scope) -> None:
    """Each variable stands once in an operand, not beside another, and the first operand with one has them all."""
    given = set(_variables(first)) if first else set()
    for ref in found:
        mine = list(_variables(ref))
        beside = any(a[:1] == b[:1] == "$" for a, b in pairwise(ref.address.split(".")))
        if beside or len(set(mine)) < len(mine) or not set(mine) <= given:
            scope.mistakes.append(Mistake("RULE-VARIABLE", _of_ref(ref, node), {"found": ref.address}))


def _variables(ref: Ref) -> Iterator[str]:
    return (part for part in ref.address.split(".") if part.startswith("$"))


def _bindings(ref: Ref, cells: Mapping[str, Cell]) -> list[dict[str, str]]:
    """What the variables of an operand can stand for: cells only, in the order of the form."""
    pattern, seen = "", 0
    for part in ref.address.split("."):
        if not part.startswith("$"):
            pattern += r"\." + _wildcards(part)
            continue
        pattern += rf"\.(?P<{part[1:]}>[^.]+{'' if seen else r'(?:[.][^.]+)*'})"
        seen += 1
    matcher = re.compile(pattern)
    matches = (matcher.fullmatch("." + address) for address in cells)
    different = dict.fromkeys(tuple(found.groupdict().items()) for found in matches if found)
    return [dict(pairs) for pairs in different]


def _wildcards(part: str) -> str:
    """A part with * as a pattern that never goes back over what one * took."""
    first, *rest = (re.escape(piece) for piece in re.split(r"\*+", part))
    between = "".join(f"(?>[^.]*?{piece})" for piece in rest[:-1])
    return first + between + (f"[^.]*{rest[-1]}" if rest else "")


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
        matcher = re.compile(r"\.".join(map(_wildcards, parts)))
        found = [address for address in scope.cells if matcher.fullmatch(address)]
        if not found:
            scope.mistakes.append(_unknown(ref, ".".join(parts), node, scope))
        return tuple(replace(ref, address=address) for address in found)

    return rewrite(expr, put, spread)


def _unknown(ref: Ref, address: str, node: Node, scope: _Scope) -> Mistake:
    near = suggestion(address, scope.known())
    facts = {"found": ref.address, "address": address, "near": near}
    return Mistake("RULE-UNKNOWN", _of_ref(ref, node), facts)


def _check_types(expr: Expr, node: Node, scope: _Scope) -> None:
    """A text is not added up, a figure has no length, 件 is not compared with 万元, nothing is added twice."""
    for part in _tests(expr):
        match part:
            case Mentions(ref, _) | Length(ref):
                if ref.address in scope.cells:
                    scope.mistakes.append(_misused("RULE-NOT-TEXT", ref, node))
            case Sum(found):
                _check_once(found, node, scope)
            case Compare(left, _, right):
                terms = [term for side in (left, right) for _, term in side.terms]
                if any(isinstance(_without_factors(term), Words) for term in terms):
                    _check_words(part, terms, node, scope)
                else:
                    _check_units([ref for term in terms for ref in _figures(term)], terms, node, scope)
            case _:
                continue


def _misused(problem: str, ref: Ref, node: Node, **facts: str) -> Mistake:
    return Mistake(problem, _of_ref(ref, node), {"found": ref.address, **facts})


def _without_factors(term: Term) -> Term:
    while isinstance(term, Times):
        term = term.term
    return term


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


def _check_once(found: tuple[Ref, ...], node: Node, scope: _Scope) -> None:
    """A sum takes no cell twice, neither as it is nor inside a total."""
    seen: set[tuple[str, str]] = set()
    here = {(ref.scope, ref.address) for ref in found}
    for ref in found:
        parts = {(ref.scope, part) for part in scope.totals.get(ref.address, ())}
        if (ref.scope, ref.address) in seen or parts & here:
            scope.mistakes.append(_misused("RULE-SUM-TOTAL", ref, node, total=ref.address))
        seen.add((ref.scope, ref.address))


def _check_words(test: Compare, terms: list[Term], node: Node, scope: _Scope) -> None:
    """One cell or narrative with a word beside it; a cell with choices can have that word."""
    words = [term.text for term in terms if isinstance(term, Words)]
    found = [term for term in terms if isinstance(term, Ref)]
    if len(terms) != 2 or len(words) != 1 or len(found) != 1 or test.operator not in ("=", "!="):
        scope.mistakes.append(Mistake("RULE-WORDS", node.mark))
        return
    cell = scope.cells.get(found[0].address)
    if cell is None:
        return
    choices = ("是", "否") if cell.kind.value == "yesno" else cell.kind.choices
    if cell.kind.numeric or (choices and words[0] not in (*choices, "")):
        known = "、".join(choices)
        scope.mistakes.append(_misused("RULE-CHOICE", found[0], node, word=words[0], known=known))


def _check_units(found: list[Ref], terms: list[Term], node: Node, scope: _Scope) -> None:
    units: dict[str, Ref] = {}
    for ref in found:
        cell = scope.cells.get(ref.address)
        if ref.address in scope.narratives or (cell and not cell.kind.numeric):
            scope.mistakes.append(_misused("RULE-NOT-NUMBER", ref, node))
        elif cell:
            units.setdefault(cell.kind.unit, ref)
    if len(units) > 1 and not any(isinstance(term, Times) for term in terms):
        first, second = list(units.items())[:2]
        facts = {
            "first": f"{first[1].address}（{first[0] or '—'}）",
            "second": f"{second[1].address}（{second[0] or '—'}）",
        }
        scope.mistakes.append(Mistake("RULE-UNITS", _of_ref(second[1], node), facts))


def _tests(expr: Expr) -> Iterator[Expr | Length | Sum]:
    """Every test below, and the terms inside comparisons that have demands of their own."""
    yield expr
    match expr:
        case Compare(left, _, right):
            for _, term in (*left.terms, *right.terms):
                inner = _without_factors(term)
                if isinstance(inner, Length | Sum):
                    yield inner
        case Not(test):
            yield from _tests(test)
        case And(tests) | Or(tests):
            for inner_test in tests:
                yield from _tests(inner_test)
        case Implies(premise, conclusion):
            yield from _tests(premise)
            yield from _tests(conclusion)
        case _:
            return
