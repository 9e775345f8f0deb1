"""Which cells are sums of which others: `sum:` of a heading → the parts of each cell and the rule that checks it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tianbao.catalogue import words
from tianbao.forms.mistakes import Mark, Mistake
from tianbao.forms.model import Block, Cell, Heading, Leaf, Section
from tianbao.forms.shape import suggestion
from tianbao.rules.expr import Ref, Sum

SIBLINGS = "siblings"


@dataclass(frozen=True, slots=True)
class TotalRule:
    """One instance of the rule of a total: the cell, its parts, the rule's id and the key's ids."""

    rule: str
    ids: tuple[str, ...]
    address: str
    parts: Sum
    mark: Mark


def reserved(rule_id: str) -> bool:
    """Whether tianbao's own findings have that id."""
    return rule_id.upper() in words.findings()


def add_totals(
    sections: tuple[Section, ...], mistakes: list[Mistake]
) -> tuple[tuple[Section, ...], tuple[TotalRule, ...]]:
    """The sections with every total's parts put in, and the rules of the totals in the order of the cells."""
    totals: list[TotalRule] = []
    done = tuple(
        replace(section, blocks=tuple(_block(section.id, block, totals, mistakes) for block in section.blocks))
        for section in sections
    )
    return done, tuple(totals)


def _block(section: str, block: Block, totals: list[TotalRule], mistakes: list[Mistake]) -> Block:
    at = {(cell.row, cell.column): cell for cell in block.cells}
    rows, columns = block.row_leaves(), block.column_leaves()
    row_parts = _axis_parts(rows, block.rows, mistakes)
    column_parts = _axis_parts(columns, block.columns, mistakes)
    cells = []
    for cell in block.cells:
        across = _parts([at.get((cell.row, leaf)) for leaf in column_parts.get(cell.column, ())])
        down = _parts([at.get((leaf, cell.column)) for leaf in row_parts.get(cell.row, ())])
        for parts, leaf, ids in (
            (across, cell.column, (*_ids(cell.row), *_ids(cell.column)[:-1])),
            (down, cell.row, (*_ids(cell.row)[:-1], *_ids(cell.column))),
        ):
            if parts:
                own = leaf[-1]
                rule = own.rule or f"SUM-{section}-{own.id}"
                totals.append(TotalRule(rule, ids, cell.address, parts, own.mark))
                _check_units(cell, parts, at, own, mistakes)
        cells.append(replace(cell, total=across or down))
    return replace(block, cells=tuple(cells))


def _ids(leaf: Leaf) -> tuple[str, ...]:
    return tuple(heading.id for heading in leaf if heading.id)


def _parts(cells: list[Cell | None]) -> Sum | None:
    found = tuple(Ref(cell.address) for cell in cells if cell is not None)
    return Sum(found) if found else None


def _axis_parts(
    leaves: tuple[Leaf, ...], headings: tuple[Heading, ...], mistakes: list[Mistake]
) -> dict[Leaf, tuple[Leaf, ...]]:
    """For every total leaf of an axis the leaves that it adds up."""
    for heading in headings:
        _check_headings(heading, mistakes)
    parts = {}
    for leaf in leaves:
        own = leaf[-1] if leaf else None
        if own is None or not own.sum:
            continue
        others = [other for other in leaves if other != leaf and not other[-1].sum]
        if own.sum == (SIBLINGS,):
            found = [other for other in others if other[: len(leaf) - 1] == leaf[:-1]]
        else:
            found = list(_named(own, others, mistakes))
        if not found:
            mistakes.append(Mistake("SUM-NOTHING", own.mark, {"label": own.label}))
        parts[leaf] = tuple(found)
    return parts


def _named(own: Heading, others: list[Leaf], mistakes: list[Mistake]) -> Iterator[Leaf]:
    known = sorted({heading.id for leaf in others for heading in leaf if heading.id})
    for name in own.sum:
        if name not in known:
            facts = {"found": name, "near": suggestion(name, known), "known": "、".join(known)}
            mistakes.append(Mistake("SUM-UNKNOWN", own.mark, facts))
    for leaf in others:
        if any(heading.id in own.sum for heading in leaf):
            yield leaf


def _check_headings(heading: Heading, mistakes: list[Mistake]) -> None:
    if heading.sum and heading.of:
        mistakes.append(Mistake("SUM-NOT-LEAF", heading.mark, {"label": heading.label}))
    if heading.sum and not heading.id:
        mistakes.append(Mistake("SUM-NO-ID", heading.mark, {"label": heading.label}))
    if reserved(heading.rule):
        mistakes.append(Mistake("RULE-RESERVED", heading.mark, {"found": heading.rule}))
    if heading.rule and not heading.sum:
        mistakes.append(Mistake("RULE-NO-SUM", heading.mark, {"rule": heading.rule}))
    for child in heading.of:
        _check_headings(child, mistakes)


def _check_units(
    cell: Cell, parts: Sum, at: dict[tuple[Leaf, Leaf], Cell], own: Heading, mistakes: list[Mistake]
) -> None:
    by_address = {other.address: other for other in at.values()}
    units = {by_address[ref.address].kind.unit for ref in parts.refs} | {cell.kind.unit}
    numeric = all(by_address[ref.address].kind.numeric for ref in parts.refs) and cell.kind.numeric
    if not numeric:
        mistakes.append(Mistake("SUM-TEXT", own.mark, {"label": own.label}))
    elif len(units) > 1:
        facts = {"label": own.label, "units": "、".join(sorted(unit or "（无单位）" for unit in units))}
        mistakes.append(Mistake("SUM-UNITS", own.mark, facts))
