"""A compiled form as JSON and back, without loss: reading that takes a tenth of the time that compiling takes.

What only messages about a definition need (where a heading stood in the file) is left out. Trees of rules are lists
whose first item names the node; a reference is the number of a cell or narrative.
"""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tianbao.forms.model import Block, Cell, Form, Heading, Instance, Kind, Leaf, Narrative, Rule, Section, SignOff
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
from tianbao.values import Number

LAYOUT = 1
"""Counts up when what is written here changes."""


def form_text(form: Form) -> str:
    """The form as JSON."""
    names = {address: place for place, address in enumerate((*form.cells, *form.narratives))}
    kinds = {kind: place for place, kind in enumerate(dict.fromkeys(cell.kind for cell in form.cells.values()))}
    data = {
        "head": [form.id, form.edition, form.name, form.title, form.basis, form.years, form.instructions],
        "signoff": [[line.id, line.label] for line in form.signoff],
        "kinds": [_kind_data(kind) for kind in kinds],
        "sections": [_section_data(section, kinds, names) for section in form.sections],
        "rules": [_rule_data(rule, names) for rule in form.rules],
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def form_of(text: str) -> Form:
    """The form that `form_text` wrote. Raises one of LookupError, TypeError, ValueError on anything else."""
    data = json.loads(text)
    kinds = [_kind(*kind) for kind in data["kinds"]]
    addresses = [cell[2] for section in data["sections"] for block in section[-1] for cell in block[-1]]
    addresses += [section[0] for section in data["sections"] if section[6]]
    here = [Ref(address) for address in addresses]
    last = [Ref(address, "previous") for address in addresses]
    references = here + last
    sections = tuple(_section(section, kinds, references) for section in data["sections"])
    form_id, edition, name, title, basis, (first, until), instructions = data["head"]
    return Form(
        form_id,
        edition,
        name,
        title,
        basis,
        (first, until),
        tuple(instructions),
        tuple(SignOff(*line) for line in data["signoff"]),
        sections,
        tuple(_rule(rule, references) for rule in data["rules"]),
        {cell.address: cell for section in sections for cell in section.cells},
        {section.id: section for section in sections if section.narrative},
    )


def _number_data(number: Number | None) -> int | str | None:
    return str(number) if isinstance(number, Decimal) else number


def _number(data: Any) -> Any:
    return Decimal(data) if isinstance(data, str) else data


def _kind_data(kind: Kind) -> list[Any]:
    bounds = [_number_data(kind.least), _number_data(kind.most)]
    return [kind.value, kind.unit, kind.places, *bounds, kind.choices, kind.like, kind.blank]


def _kind(value: Any, unit: str, places: int, least: Any, most: Any, choices: Any, like: str, blank: Any) -> Kind:
    return Kind(value, unit, places, _number(least), _number(most), tuple(choices), like, blank)


def _section_data(section: Section, kinds: Mapping[Kind, int], names: Mapping[str, int]) -> list[Any]:
    text = section.narrative
    return [
        section.id,
        section.title,
        section.short,
        section.sheet,
        section.also,
        section.print_title,
        [text.guide, text.advice, text.lines, text.blank] if text else None,
        section.notes,
        [_block_data(block, kinds, names) for block in section.blocks],
    ]


def _section(data: list[Any], kinds: Sequence[Kind], references: Sequence[Ref]) -> Section:
    section_id, title, short, sheet, also, print_title, text, notes, blocks = data
    return Section(
        section_id,
        title,
        short,
        sheet,
        tuple(also),
        print_title,
        Narrative(*text) if text else None,
        tuple(_block(block, section_id, kinds, references) for block in blocks),
        tuple(notes),
    )


def _block_data(block: Block, kinds: Mapping[Kind, int], names: Mapping[str, int]) -> list[Any]:
    """Cells run row by row: their headings follow from their place."""
    cells = [
        [kinds[cell.kind], cell.total and [names[ref.address] for ref in cell.total.refs], cell.address]
        for cell in block.cells
    ]
    return [block.title, block.corner, _headings_data(block.rows), _headings_data(block.columns), cells]


def _block(data: list[Any], section: str, kinds: Sequence[Kind], references: Sequence[Ref]) -> Block:
    title, corner, rows, columns, cells = data
    bare = Block(title, corner, _headings(rows), _headings(columns), ())
    crossings: list[tuple[Leaf, Leaf]] = [(row, column) for row in bare.row_leaves() for column in bare.column_leaves()]
    made = tuple(
        Cell(address, section, kinds[kind], row, column, total and Sum(tuple(references[place] for place in total)))
        for (kind, total, address), (row, column) in zip(cells, crossings, strict=True)
    )
    return Block(title, corner, bare.rows, bare.columns, made)


def _headings_data(headings: tuple[Heading, ...]) -> list[Any]:
    return [[h.label, h.id, h.short, h.also, h.help, _headings_data(h.of), h.sum, h.rule] for h in headings]


def _headings(data: list[Any]) -> tuple[Heading, ...]:
    return tuple(
        Heading(label, heading_id, short, tuple(also), help_, _headings(of), tuple(summed), rule)
        for label, heading_id, short, also, help_, of, summed, rule in data
    )


def _rule_data(rule: Rule, names: Mapping[str, int]) -> list[Any]:
    write = _Trees(names)
    instances = [
        [found.key, write.expr(found.expr), [names[address] for address in found.addresses], found.sentence, found.body]
        for found in rule.instances
    ]
    return [rule.id, rule.severity, rule.source, rule.explain, rule.sentence, instances]


def _rule(data: list[Any], references: Sequence[Ref]) -> Rule:
    rule_id, severity, source, explain, sentence, found = data
    instances = tuple(
        Instance(rule_id, key, _expr(expr, references), tuple(references[place].address for place in at), said, body)
        for key, expr, at, said, body in found
    )
    return Rule(rule_id, severity, source, explain, sentence, instances)


class _Trees:
    """Trees → lists. A reference to last year's report has a number beyond those of this year's."""

    def __init__(self, names: Mapping[str, int]) -> None:
        self._names = names

    def expr(self, expr: Expr) -> list[Any]:
        match expr:
            case Compare(left, operator, right):
                return [operator, self._total(left), self._total(right)]
            case Filled(ref):
                return ["filled", self._ref(ref)]
            case Mentions(ref, text):
                return ["mentions", self._ref(ref), text]
            case Not(test):
                return ["not", self.expr(test)]
            case And(tests):
                return ["and", *(self.expr(test) for test in tests)]
            case Or(tests):
                return ["or", *(self.expr(test) for test in tests)]
            case Implies(premise, conclusion):
                return ["implies", self.expr(premise), self.expr(conclusion)]

    def _total(self, total: Total) -> list[Any]:
        return [[sign, self._term(term)] for sign, term in total.terms]

    def _term(self, term: Term) -> int | list[Any]:
        match term:
            case Ref():
                return self._ref(term)
            case Constant(number):
                return ["number", _number_data(number)]
            case Words(text):
                return ["words", text]
            case Sum(found):
                return ["sum", *(self._ref(ref) for ref in found)]
            case Length(ref):
                return ["length", self._ref(ref)]
            case Times(factor, inner):
                return ["times", _number_data(factor.number), self._term(inner)]

    def _ref(self, ref: Ref) -> int:
        return self._names[ref.address] + (len(self._names) if ref.scope else 0)


def _expr(data: list[Any], references: Sequence[Ref]) -> Expr:
    name, *rest = data
    match name:
        case "filled":
            return Filled(references[rest[0]])
        case "mentions":
            return Mentions(references[rest[0]], rest[1])
        case "not":
            return Not(_expr(rest[0], references))
        case "and":
            return And(tuple(_expr(test, references) for test in rest))
        case "or":
            return Or(tuple(_expr(test, references) for test in rest))
        case "implies":
            return Implies(_expr(rest[0], references), _expr(rest[1], references))
        case _:
            return Compare(_total(rest[0], references), name, _total(rest[1], references))


def _total(data: list[Any], references: Sequence[Ref]) -> Total:
    return Total(tuple((sign, _term(term, references)) for sign, term in data))


def _term(data: Any, references: Sequence[Ref]) -> Term:
    if isinstance(data, int):
        return references[data]
    name, *rest = data
    match name:
        case "number":
            return Constant(_number(rest[0]))
        case "words":
            return Words(rest[0])
        case "length":
            return Length(references[rest[0]])
        case "times":
            return Times(Constant(_number(rest[0])), _term(rest[1], references))
        case _:
            return Sum(tuple(references[place] for place in rest))
