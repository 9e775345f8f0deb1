"""What was changed in the structure of a workbook, as observations: sheets, lines, fixed texts, formulas, locks."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from tianbao.forms.labels import normal, wordings
from tianbao.forms.model import Cell, Form, Section
from tianbao.submission import Observation, ObservationKind
from tianbao.workbook.a1 import Place, column_name
from tianbao.workbook.comparison import Comparison, Pair
from tianbao.workbook.layout import CHECKS, COVER, IDENTITY, MARKED_KEY, RESULT, layout_of
from tianbao.workbook.locate import name_key
from tianbao.workbook.moves import moved_formula
from tianbao.workbook.reading import Reading
from tianbao.workbook.sheets import RawBook, Spot

_NAMED = 12
"""Changed texts of one sheet that are told one by one; what is beyond is counted."""


def changes(reading: Reading, book: RawBook, comparison: Comparison) -> Iterator[Observation]:
    """Everything about the structure; what depends on figures stands in workbook/strays.py."""
    yield from _book(reading, book, comparison)
    for section in reading.form.sections:
        yield from _cells(section, reading, section.sheet in comparison.lost)
    for name, pair in comparison.pairs.items():
        yield from _sheet(name, pair, book, reading)
        if comparison.whole and name != IDENTITY:
            yield from _labels(pair, reading)
            yield from _laid_down(name, pair, book, comparison, reading)


def _book(reading: Reading, book: RawBook, comparison: Comparison) -> Iterator[Observation]:
    ours = {name_key(address) for address in reading.form.cells}
    if not reading.official:
        yield Observation("no-identity", "", {"form": reading.form.name, "year": str(reading.year)})
    elif reading.guessed:
        facts = {"form": reading.form.name, "year": str(reading.year), "case": "blank"}
        yield Observation("no-identity", reading.identity.sheet, facts)
    elif not comparison.whole:
        yield Observation("older-template", "", {})
    for name in reading.identity.others:
        yield Observation("identity-twice", name, {"sheet": reading.identity.sheet, "copy": name})
    # with our names in it, it is our workbook without that sheet; without them figures were pasted into another one
    pasted = not reading.official and not any(name_key(name) in ours for name in book.names)
    extra = (COVER, CHECKS, IDENTITY) if pasted else ()
    for name in comparison.lost:
        if name not in extra:
            yield Observation("sheet-missing", name, {"sheet": name}, _addresses_on(name, reading))
    renamed = {name: pair.sheet.name for name, pair in comparison.pairs.items() if pair.sheet.name != name}
    if renamed and reading.official:
        facts = {"count": str(len(renamed)), "sheets": "、".join(f"“{was}”→“{now}”" for was, now in renamed.items())}
        yield Observation("sheets-renamed", "", facts)
    order = [pair.sheet.name for pair in comparison.pairs.values()]
    if order != [sheet.name for sheet in book.sheets if sheet.name in order]:
        yield Observation("sheets-reordered", "", {})
    marked = "" if MARKED_KEY not in reading.identity.places else RESULT
    added = [name for name in comparison.added if name not in (*reading.identity.others, marked)]
    if added and reading.official:
        yield Observation("sheets-added", "", {"count": str(len(added)), "sheets": _quoted(added)})
    local = sorted({sheet for sheet, name in book.local_names if name_key(name) in ours})
    if local:
        yield Observation("names-local", local[0], {"sheets": _quoted(local)})
    if book.macros:
        yield Observation("macros", "", {})


def _addresses_on(sheet: str, reading: Reading) -> tuple[str, ...]:
    sections = [section for section in reading.form.sections if section.sheet == sheet]
    return tuple(
        address
        for section in sections
        for address in ([cell.address for cell in section.cells] if section.blocks else [section.id])
    )


def _quoted(names: Iterable[str]) -> str:
    return "、".join(f"“{name}”" for name in names)


def _cells(section: Section, reading: Reading, sheet_lost: bool) -> Iterator[Observation]:
    """Cells that were not read, a whole row or column of them as one; and those that stand elsewhere now."""
    found, layout = reading.found, reading.layout
    lost = {cell.address: cell for cell in section.cells if cell.address in found.lost}
    if lost and not sheet_lost:
        yield from _lost(section, lost)
    differ = tuple(cell.address for cell in section.cells if cell.address in found.differ)
    if differ:
        first = [cell for cell in section.cells if cell.address in differ][:3]
        where = _quoted(["·".join(part.label for part in cell.parts) for cell in first])
        yield Observation("name-and-heading-differ", section.sheet, {"count": str(len(differ)), "cells": where}, differ)
    read = [cell.address for cell in section.cells if cell.address in found.places]
    unnamed = [address for address in read if address in found.unnamed]
    if unnamed and reading.official:
        yield Observation("names-lost", section.sheet, {"count": str(len(unnamed))})
    without = set(found.unheaded)
    unheaded = [address for address in read if address in without]
    if unheaded:
        yield Observation("headings-lost", section.sheet, {"count": str(len(unheaded))})
    moved = [
        address
        for address in read
        if (found.places[address].row, found.places[address].column)
        != (layout.places[address].row, layout.places[address].column)
    ]
    if moved and reading.official:
        facts = {
            "count": str(len(moved)),
            "from": str(layout.places[moved[0]]),
            "to": str(found.places[moved[0]]),
        }
        yield Observation("moved", section.sheet, facts)


def _lost(section: Section, lost: dict[str, Cell]) -> Iterator[Observation]:
    kinds: tuple[tuple[ObservationKind, str], ...] = (("row-lost", "row"), ("column-lost", "column"))
    for kind, axis in kinds:
        lines: dict[object, list[Cell]] = {}
        for cell in section.cells:
            lines.setdefault((id(_block_of(section, cell)), getattr(cell, axis)), []).append(cell)
        for cells in lines.values():
            leaf = getattr(cells[0], axis)
            only = axis == "row" and len(cells) > 1  # the one row of a table without headings beside it
            if (leaf or only) and all(cell.address in lost for cell in cells):
                facts = {"line": "·".join(heading.label for heading in leaf) or section.title}
                yield Observation(kind, section.sheet, facts, tuple(cell.address for cell in cells))
                for cell in cells:
                    del lost[cell.address]
    for address in lost:
        yield Observation("not-found", section.sheet, {}, (address,))


def _block_of(section: Section, cell: Cell) -> object:
    return next(block for block in section.blocks if cell in block.cells)


def _sheet(name: str, pair: Pair, book: RawBook, reading: Reading) -> Iterator[Observation]:
    sheet = pair.sheet
    if not sheet.visible and name != IDENTITY:
        yield Observation("lines-hidden", sheet.name, {"lines": sheet.name, "case": "sheet"})
    if not sheet.protected and "protection" in book.seen and reading.official:
        yield Observation("sheet-unprotected", sheet.name)
    shown = {now for spot in (*pair.issued.labels, *pair.issued.open) if (now := pair.moves.spot(spot)) is not None}
    rows = sorted({row for row, _ in shown} & sheet.hidden_rows)
    columns = sorted({column for _, column in shown} & sheet.hidden_columns)
    if (rows or columns) and name != IDENTITY:
        lines = [*(str(row + 1) for row in rows), *(column_name(column) for column in columns)]
        yield Observation("lines-hidden", sheet.name, {"lines": "、".join(lines[:_NAMED])})
    if sheet.comments and MARKED_KEY not in reading.identity.places:
        yield Observation("comments", sheet.name, {"count": str(sheet.comments)})


def _labels(pair: Pair, reading: Reading) -> Iterator[Observation]:
    """Fixed texts that read otherwise. Another spelling of the same words is told apart from other words."""
    accepted = _wordings(reading.form)
    changed: list[Observation] = []
    for spot, label in pair.issued.labels.items():
        now = pair.moves.spot(spot)
        shown = "" if now is None else pair.now.labels.get(now, "")
        if now is None or shown == label:
            continue
        spelled = normal(shown) in accepted.get(normal(label), {normal(label)})
        facts = {"expected": label, "found": shown, "case": "spelling" if spelled else "other"}
        changed.append(Observation("label-changed", _place(pair, now), facts))
    for case in ("other", "spelling"):
        told = [seen for seen in changed if seen.facts["case"] == case]
        yield from told[:_NAMED]
        if len(told) > _NAMED:
            yield Observation("labels-changed", pair.sheet.name, {"count": str(len(told) - _NAMED), "case": case})


@lru_cache(maxsize=16)
def _wordings(form: Form) -> dict[str, set[str]]:
    """Accepted wordings of each heading, in normal form."""
    found: dict[str, set[str]] = {}
    grids = layout_of(form).grids
    for section in form.sections:
        if section.id in grids:
            for box in grids[section.id].boxes:
                found.setdefault(normal(box.text), set()).update(wordings(box.text, box.also))
    return found


def _laid_down(name: str, pair: Pair, book: RawBook, comparison: Comparison, reading: Reading) -> Iterator[Observation]:
    """Formulas other than totals, locks, merges and checks of entries that are not as they were issued."""
    if "formulas" in book.seen:
        yield from _formulas(name, pair, comparison, reading)
    if "locks" in book.seen:
        yield from _locks(pair)
    moved = {(pair.moves.spot(first), pair.moves.spot(last)) for first, last in pair.issued.merges}
    merges = {(first, last) for first, last in moved if first is not None and last is not None}
    if "merges" in book.seen and (other := merges ^ pair.now.merges):
        spot = min(other)[0]
        yield Observation("merges-changed", _place(pair, spot), {"count": str(len(other))})
    if "validations" in book.seen:
        gone = [
            now
            for spot, rule in pair.issued.validations.items()
            # programs that move rows without moving the checks along leave them where they were
            if (now := pair.moves.spot(spot)) is not None
            and rule not in (pair.now.validations.get(now), pair.now.validations.get(spot))
        ]
        if gone:
            yield Observation("validations-changed", _place(pair, min(gone)), {"count": str(len(gone))})


def _formulas(name: str, pair: Pair, comparison: Comparison, reading: Reading) -> Iterator[Observation]:
    moves = {sheet.upper(): other.moves for sheet, other in comparison.pairs.items()}
    layout = reading.layout
    totals = {
        (layout.places[address].row, layout.places[address].column)
        for address, cell in reading.form.cells.items()
        if cell.total is not None and layout.places[address].sheet == name
    }
    changed = []
    for spot, formula in pair.issued.formulas.items():
        now = pair.moves.spot(spot)
        if spot in totals or now is None or pair.now.formulas.get(now) == formula:
            continue
        expected = moved_formula(formula, name, moves)
        if expected is not None and pair.now.formulas.get(now) != expected:
            changed.append(now)
    if changed:
        facts = {"count": str(len(changed)), "case": "any"}
        yield Observation("formulas-changed", _place(pair, min(changed)), facts)


def _locks(pair: Pair) -> Iterator[Observation]:
    cells, moves = pair.sheet.cells, pair.moves
    opened = {now for spot in pair.issued.open if (now := moves.spot(spot)) is not None}
    shut = [spot for spot in opened if spot in cells and cells[spot].locked]
    fixed = {now for spot in (*pair.issued.labels, *pair.issued.formulas) if (now := moves.spot(spot)) is not None}
    freed = [spot for spot in fixed - opened if spot in cells and not cells[spot].locked]
    if shut or freed:
        facts = {"freed": str(len(freed)), "shut": str(len(shut))}
        yield Observation("locks-changed", _place(pair, min(shut or freed)), facts)


def _place(pair: Pair, spot: Spot) -> str:
    return str(Place(pair.sheet.name, *spot))
