"""Where everything of a submission stands in one workbook: found once for each structure, whatever figures it holds."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from tianbao.forms.labels import normal as normal_label
from tianbao.forms.model import Form, Section
from tianbao.submission import Observation, ObservationKind
from tianbao.values import FormatClass, Value
from tianbao.workbook.a1 import Place
from tianbao.workbook.formula import total_formula
from tianbao.workbook.grammar import normal as normal_formula
from tianbao.workbook.identity import Identity, beside_label, find_identity, recognised, year_of
from tianbao.workbook.layout import (
    AGENCY_LABEL,
    AGENCY_NAME,
    CHECK_COLUMNS,
    CHECKS,
    COVER_YEAR_LABEL,
    EXPLANATION,
    KEY,
    Layout,
    layout_of,
)
from tianbao.workbook.locate import Found, locate, name_key, named_places, sheet_named
from tianbao.workbook.moves import SheetMoves, moved_formula
from tianbao.workbook.package import NotAWorkbook
from tianbao.workbook.sheets import RawBook, RawCell, RawSheet, Spot

_COUNT = "字数"
"""Begins the live count above a narrative's area."""

FindForm = Callable[[str, str], Form]
"""Gives the form of an id and edition; raises LookupError."""
KnownForms = Callable[[], Iterable[Form]]
"""Gives all forms, to recognise figures that came without a hidden sheet."""


@dataclass(frozen=True, slots=True)
class CellAt:
    """A cell of the form as the file lays it down. `formula` as it stood (None: none), `normal` in one spelling."""

    place: Place
    formula: str | None = None
    normal: str | None = None
    intact: bool = False
    format: FormatClass = "number"


@dataclass(frozen=True, slots=True)
class Reading:
    """All places that a submission is read from, and what is wrong with the structure."""

    form: Form = field(hash=False)
    layout: Layout = field(hash=False)
    year: int
    identity: Identity
    found: Found
    cells: Mapping[str, CellAt] = field(hash=False)
    texts: Mapping[str, Place] = field(hash=False)
    explanations: tuple[tuple[Place, Place], ...]
    signoff: Mapping[str, Place] = field(hash=False)
    agency: Place | None = None
    shown_year: Place | None = None
    observations: tuple[Observation, ...] = ()

    @property
    def official(self) -> bool:
        """Whether the hidden sheet says what this is; else it was recognised by its headings."""
        return bool(self.identity.sheet)


def reading_of(book: RawBook, find_form: FindForm, known: KnownForms) -> Reading:
    """The places of everything in the book. Raises NotAWorkbook where it is none of ours."""
    identity = find_identity(book)
    form, year = _form(book, identity, find_form, known)
    layout = layout_of(form)
    named = named_places(book)
    found = locate(layout, book, named)
    texts, unread = _texts(form, book, named)
    return Reading(
        form,
        layout,
        year,
        identity,
        found,
        _cells(form, layout, found, book),
        texts,
        _explanations(book),
        {
            line.id: place
            for line in form.signoff
            if (place := named.get(name_key(f"signoff.{line.id}")) or beside_label(book, line.label))
        },
        named.get(name_key(AGENCY_NAME)) or beside_label(book, AGENCY_LABEL),
        beside_label(book, COVER_YEAR_LABEL),
        tuple(unread),
    )


def cell_at(book: RawBook, place: Place | None) -> RawCell:
    """What stands at a place; a blank cell where there is none."""
    sheet = sheet_named(book, place.sheet) if place else None
    return sheet.cells.get((place.row, place.column), _EMPTY) if sheet and place else _EMPTY


_EMPTY = RawCell(Value(None, "blank"))


def _form(book: RawBook, identity: Identity, find_form: FindForm, known: KnownForms) -> tuple[Form, int]:
    said = {key: cell_at(book, place).value.text for key, place in identity.places.items()}
    year = year_of(said.get("year", ""))
    if not said.get("form") or year is None:
        guessed = recognised(book, known)
        if guessed is None:
            raise NotAWorkbook("FILE-NOT-OURS")
        return guessed
    try:
        return find_form(said["form"], said.get("edition", "")), year
    except LookupError:
        raise NotAWorkbook("FILE-WRONG-FORM", form=f"{said['form']} {said.get('edition', '')}".strip()) from None


def _cells(form: Form, layout: Layout, found: Found, book: RawBook) -> dict[str, CellAt]:
    here = replace(layout, places={**layout.places, **found.places})
    unmoved = all(layout.places[address] == place for address, place in found.places.items())
    totals = _issued_totals(form)
    moves = {sheet.upper(): _moves(sheet, layout, found) for sheet in layout.sheets}
    cells = {}
    for address, place in found.places.items():
        raw, cell = cell_at(book, place), form.cells[address]
        if raw.formula is None:
            # a reader that sees no formulas cannot tell a typed total from a computed one: its figure is compared
            hidden = cell.total is not None and "formulas" not in book.seen
            cells[address] = CellAt(place, None, None, hidden, raw.format)
            continue
        spelled = normal_formula(raw.formula)
        # a row inserted within the range of a sum widens it: as issued, seen from where the cells stand now
        intact = cell.total is not None and (
            spelled == (totals[address] if unmoved else normal_formula(total_formula(cell, here)))
            or spelled == moved_formula(totals[address], layout.places[address].sheet, moves)
        )
        cells[address] = CellAt(place, raw.formula, spelled, intact, raw.format)
    return {address: cells[address] for address in form.cells if address in cells}


@lru_cache(maxsize=16)
def _issued_totals(form: Form) -> Mapping[str, str]:
    """The formulas of the totals as they are issued, in normal spelling."""
    layout = layout_of(form)
    return {
        address: normal_formula(total_formula(cell, layout))
        for address, cell in form.cells.items()
        if cell.total is not None
    }


def _moves(sheet: str, layout: Layout, found: Found) -> SheetMoves:
    pairs = [(layout.places[address], now) for address, now in found.places.items()]
    here = [(was, now) for was, now in pairs if was.sheet == sheet]
    name = here[0][1].sheet if here else sheet
    return SheetMoves(name, {was.row: now.row for was, now in here}, {was.column: now.column for was, now in here})


def _texts(form: Form, book: RawBook, named: Mapping[str, Place]) -> tuple[dict[str, Place], list[Observation]]:
    """Where each narrative stands; those that were not found or stand at two places."""
    texts: dict[str, Place] = {}
    unread = []
    counted = [found for sheet in book.sheets if (found := _counted(sheet))]
    for section in form.narratives.values():
        name, heading = named.get(name_key(section.id)), _text_by_heading(section, counted)
        if name and heading and name.sheet != heading.sheet:
            unread.append(_unread("name-and-heading-differ", section))
            continue
        place = min(name, heading) if name and heading else name or heading
        if place is None:
            unread.append(_unread("not-found", section))
        else:
            texts[section.id] = place
    return texts, unread


def _unread(kind: ObservationKind, section: Section) -> Observation:
    return Observation(kind, section.sheet, {"count": "1", "cells": f"“{section.title}”"}, (section.id,))


def _counted(sheet: RawSheet) -> tuple[RawSheet, int, frozenset[str]] | None:
    """A sheet with a live count, the row of that, and the texts above it."""
    # the count itself may have lost its stored result
    shown = [
        (row, text)
        for (row, _), cell in sheet.cells.items()
        if cell.value.kind != "blank" or cell.formula
        if (text := normal_label(cell.value.text or cell.formula or ""))
    ]
    count = min((row for row, text in shown if text.startswith(_COUNT)), default=None)
    return None if count is None else (sheet, count, frozenset(text for row, text in shown if row < count))


def _text_by_heading(section: Section, counted: Iterable[tuple[RawSheet, int, frozenset[str]]]) -> Place | None:
    """The cell below the live count on the sheet that bears the section's title above it, or else the sheet's name."""
    titles = {normal_label(title) for title in (section.title, *section.also)}
    by_name = None
    for sheet, count, above in counted:
        if titles & above:
            return Place(sheet.name, count + 1, 0)
        if sheet.name.lower() == section.sheet.lower():
            by_name = Place(sheet.name, count + 1, 0)
    return by_name


def _explanations(book: RawBook) -> tuple[tuple[Place, Place], ...]:
    """(key, 说明) of every line of 校验, the free lines included; whatever the sheet is called now."""
    for sheet in sorted(book.sheets, key=lambda sheet: sheet.name != CHECKS):
        heads: dict[str, Spot] = {}
        for spot, cell in sheet.cells.items():
            if cell.value.raw in _HEADS:
                heads[cell.value.text] = min(spot, heads.get(cell.value.text, spot))
        key_head, text_head = heads.get(CHECK_COLUMNS[KEY]), heads.get(CHECK_COLUMNS[EXPLANATION])
        if key_head and text_head and key_head[0] == text_head[0]:
            return tuple(_lines(sheet, key_head[0], key_head[1], text_head[1]))
    return ()


_HEADS = (CHECK_COLUMNS[KEY], CHECK_COLUMNS[EXPLANATION])


def _lines(sheet: RawSheet, head: int, key: int, text: int) -> Iterable[tuple[Place, Place]]:
    for row, column in sorted(sheet.cells):
        if row > head and column == key:
            yield Place(sheet.name, row, key), Place(sheet.name, row, text)
