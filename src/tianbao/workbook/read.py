"""Workbook bytes → Submission: values as typed, formulas, places, observations. Reading states, checking judges."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from tianbao.forms.labels import normal as normal_label
from tianbao.forms.model import Cell, Form, Section
from tianbao.forms.sums import sum_of
from tianbao.rules.expr import Ref
from tianbao.submission import Agency, Entry, Observation, ObservationKind, Submission
from tianbao.values import BLANK, Value, understand
from tianbao.workbook.a1 import Place
from tianbao.workbook.formula import total_formula
from tianbao.workbook.grammar import normal as normal_formula
from tianbao.workbook.layout import (
    AGENCY_LABEL,
    AGENCY_NAME,
    CHECK_COLUMNS,
    CHECKS,
    COVER,
    EXPLANATION,
    IDENTITY,
    IDENTITY_KEYS,
    KEY,
    Layout,
    layout_of,
)
from tianbao.workbook.locate import Found, copies, locate, name_key, named_places, sheet_named
from tianbao.workbook.package import NotAWorkbook, open_package
from tianbao.workbook.sheets import RawBook, RawCell, RawSheet, Spot
from tianbao.workbook.xlsx import read_book

_COUNT = "字数"
"""Begins the live count above a narrative's area."""

FindForm = Callable[[str, str], Form]
"""Gives the form of an id and edition; raises LookupError."""


def read(data: bytes, find_form: FindForm) -> Submission:
    """The submission in a workbook. Raises NotAWorkbook when it is none of ours or cannot be opened."""
    package, part = open_package(data)
    return submission_of(read_book(package, part), find_form)


def submission_of(book: RawBook, find_form: FindForm) -> Submission:
    """The submission that the sheets hold. A second reader of bytes only has to make the same RawBook."""
    identity = _identity(book)
    year = _year(identity)
    if not identity.get("form") or year is None:
        raise NotAWorkbook("FILE-NOT-OURS")
    try:
        form = find_form(identity["form"], identity.get("edition", ""))
    except LookupError:
        raise NotAWorkbook(
            "FILE-WRONG-FORM", form=f"{identity['form']} {identity.get('edition', '')}".strip()
        ) from None
    layout = layout_of(form)
    named = named_places(book)
    found = locate(layout, book, named)
    entries = _entries(form, layout, found, book)
    texts, noticed = _texts(form, book, named)
    return Submission(
        form=form.id,
        edition=form.edition,
        year=year,
        agency=Agency(_agency(book, identity, named), identity.get("code") or None),
        entries=entries,
        texts=texts,
        explanations=_explanations(book),
        signoff=dict(_signoff(form, book, named)),
        observations=(*_observations(form, layout, book, found), *noticed),
        fingerprint=identity.get("fingerprint", ""),
    )


def _identity(book: RawBook) -> dict[str, str]:
    """Keys and values of the hidden sheet, whatever it is called now."""
    sheets = sorted(book.sheets, key=lambda sheet: sheet.name != IDENTITY)
    for sheet in sheets:
        rows = {sheet.cells[spot].value.text: spot for spot in sheet.cells if spot[1] == 0}
        if all(key in rows for key in IDENTITY_KEYS[:3]):
            return {
                key: sheet.cells[(rows[key][0], 1)].value.text
                for key in IDENTITY_KEYS
                if key in rows and (rows[key][0], 1) in sheet.cells
            }
    return {}


def _year(identity: Mapping[str, str]) -> int | None:
    text = identity.get("year", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) == 4 else None


def _agency(book: RawBook, identity: Mapping[str, str], named: Mapping[str, Place]) -> str:
    """The name in the hidden sheet; where that is left to the clerk, the open cell on the cover."""
    place = named.get(name_key(AGENCY_NAME)) or _beside_label(book, AGENCY_LABEL)
    cover = _cell(book, place).value.text if place else ""
    hidden = identity.get("agency", "")
    return hidden or cover.strip()


def _beside_label(book: RawBook, label: str) -> Place | None:
    """The cell to the right of a label, on the cover or else on any sheet that shows it."""
    wanted = normal_label(label)
    for sheet in sorted(book.sheets, key=lambda sheet: sheet.name != COVER):
        for spot, cell in sorted(sheet.cells.items()):
            if cell.value.kind == "text" and normal_label(cell.value.text) == wanted:
                return Place(sheet.name, *sheet.beside(spot))
    return None


def _cell(book: RawBook, place: Place | None) -> RawCell:
    sheet = sheet_named(book, place.sheet) if place else None
    empty = RawCell(BLANK)
    return sheet.cells.get((place.row, place.column), empty) if sheet and place else empty


def _entries(form: Form, layout: Layout, found: Found, book: RawBook) -> dict[str, Entry]:
    """Everything found, totals of intact formulas computed anew."""
    here = replace(layout, places={**layout.places, **found.places})
    raw = {address: _entry(place, _cell(book, place)) for address, place in found.places.items()}
    done: dict[str, Entry] = {}

    def value(ref: Ref) -> Value:
        address = ref.address
        if address in raw and address not in done:
            cell, entry = form.cells[address], raw[address]
            if cell.total is not None and entry.formula is not None:
                entry = _total(cell, entry, here, value)
            done[address] = entry
        return done[address].value if address in done else BLANK

    for address in form.cells:
        value(Ref(address))
    return {address: done[address] for address in form.cells if address in done}


def _entry(place: Place, cell: RawCell) -> Entry:
    if cell.formula is None:
        return Entry(cell.value, str(place), format=cell.format)
    known = cell.value if cell.value.kind != "blank" else Value(f"={cell.formula}", "text")
    return Entry(known, str(place), normal_formula(cell.formula), cell.value, format=cell.format)


def _total(cell: Cell, entry: Entry, here: Layout, value: Callable[[Ref], Value]) -> Entry:
    """A total whose formula is the form's own has our sum as its value; another formula has what it shows."""
    expected = normal_formula(total_formula(cell, here))
    if entry.formula != expected:
        return entry
    return replace(entry, value=understand(sum_of(cell, value)), intact=True)


def _texts(form: Form, book: RawBook, named: Mapping[str, Place]) -> tuple[dict[str, str], list[Observation]]:
    """The narratives, each with all text found in and below its area; what had to be joined or was not found."""
    texts: dict[str, str] = {}
    noticed = []
    for section in form.narratives.values():
        name, heading = named.get(name_key(section.id)), _text_by_heading(section, book)
        if name and heading and name.sheet != heading.sheet:
            noticed.append(_unread("name-and-heading-differ", form, section))
            continue
        place = min(name, heading) if name and heading else name or heading
        if place is None:
            noticed.append(_unread("not-found", form, section))
            continue
        texts[section.id], others = _text_from(place, book)
        if others:
            facts = {"section": section.title, "count": str(others)}
            noticed.append(Observation("joined-text", str(place), facts))
    return {key: text for key, text in texts.items() if text}, noticed


def _unread(kind: ObservationKind, form: Form, section: Section) -> Observation:
    return Observation(kind, section.sheet, {"address": section.id, "where": form.where(section.id)})


def _text_from(place: Place, book: RawBook) -> tuple[str, int]:
    """The text at the place and in the cells beside and below it, and how many of these there are."""
    sheet = sheet_named(book, place.sheet)
    cells = sorted(sheet.cells.items()) if sheet else []
    main = _cell(book, place).value.text
    others = [
        cell.value.text
        for spot, cell in cells
        if spot[0] >= place.row and spot != (place.row, place.column) and cell.value.text.strip()
    ]
    return ("\n".join([*([main] if main.strip() else []), *others]) if others else main), len(others)


def _text_by_heading(section: Section, book: RawBook) -> Place | None:
    """The cell below the live count on the sheet that bears the section's title above it, or else the sheet's name."""
    titles = {normal_label(title) for title in (section.title, *section.also)}
    by_name = None
    for sheet in book.sheets:
        # the count itself may have lost its stored result
        shown = {spot: normal_label(cell.value.text or cell.formula or "") for spot, cell in sheet.cells.items()}
        count = min((row for (row, _), text in shown.items() if text.startswith(_COUNT)), default=None)
        if count is None:
            continue
        if any(row < count and text in titles for (row, _), text in shown.items()):
            return Place(sheet.name, count + 1, 0)
        if sheet.name.lower() == section.sheet.lower():
            by_name = Place(sheet.name, count + 1, 0)
    return by_name


def _explanations(book: RawBook) -> dict[str, str]:
    """Key → 说明 of every line of 校验 that has one, the free lines included; whatever the sheet is called now."""
    for sheet in sorted(book.sheets, key=lambda sheet: sheet.name != CHECKS):
        heads = {cell.value.text: spot for spot, cell in sorted(sheet.cells.items(), reverse=True)}
        key_head, text_head = heads.get(CHECK_COLUMNS[KEY]), heads.get(CHECK_COLUMNS[EXPLANATION])
        if key_head and text_head and key_head[0] == text_head[0]:
            return _explained(sheet, key_head, text_head[1])
    return {}


def _explained(sheet: RawSheet, key_head: Spot, text_column: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for (row, column), cell in sorted(sheet.cells.items()):
        key = cell.value.text.strip()
        if row > key_head[0] and column == key_head[1] and key:
            text = sheet.cells.get((row, text_column), RawCell(BLANK)).value.text.strip()
            if text:
                found[key] = f"{found[key]}\n{text}" if key in found else text
    return found


def _signoff(form: Form, book: RawBook, named: Mapping[str, Place]) -> Iterator[tuple[str, str]]:
    for line in form.signoff:
        place = named.get(name_key(f"signoff.{line.id}")) or _beside_label(book, line.label)
        text = _cell(book, place).value.text.strip()
        if text:
            yield line.id, text


def _observations(form: Form, layout: Layout, book: RawBook, found: Found) -> Iterator[Observation]:
    for sheet in book.sheets:
        if sheet.name in layout.sheets and not sheet.protected:
            yield Observation("sheet-unprotected", sheet.name)
    for section in form.sections:
        addresses = [cell.address for cell in section.cells]
        for kind, hit in (("not-found", found.lost), ("name-and-heading-differ", found.differ)):
            for address in addresses:
                if address in hit:
                    yield Observation(kind, section.sheet, {"address": address, "where": form.where(address)})  # type: ignore[arg-type]
        yield from _moved(section, addresses, layout, found)
        if not {*found.lost, *found.differ} & set(addresses):
            yield from _stray(addresses, book, found)
    yield from _copied(layout, book, found)


def _stray(addresses: list[str], book: RawBook, found: Found) -> Iterator[Observation]:
    """Figures between those of a table that stand in no entry: in a covered cell whose merge was taken off."""
    read = {found.places[address] for address in addresses if address in found.places}
    for sheet in book.sheets:
        here = [place for place in read if place.sheet == sheet.name]
        if not here:
            continue
        rows, columns = [place.row for place in here], [place.column for place in here]
        last = max(columns + [last[1] for first, last in sheet.merges if first[0] in rows])
        for (row, column), cell in sorted(sheet.cells.items()):
            inside = min(rows) <= row <= max(rows) and min(columns) <= column <= last
            place = Place(sheet.name, row, column)
            if inside and place not in read and cell.value.kind == "number" and cell.formula is None:
                yield Observation("stray-figure", str(place), {"figure": cell.value.text})


def _copied(layout: Layout, book: RawBook, found: Found) -> Iterator[Observation]:
    """A second sheet with other figures than those that were read."""
    for section, sheet, places in copies(layout, book, found):
        for address, place in places.items():
            there = _cell(book, place).value
            if there.kind != "blank" and there != _cell(book, found.places.get(address)).value:
                yield Observation("repeated-sheet", sheet.name, {"copy": sheet.name, "sheet": section.sheet})
                break


def _moved(section: Section, addresses: list[str], layout: Layout, found: Found) -> Iterator[Observation]:
    unnamed = [address for address in addresses if address in found.unnamed and address in found.places]
    if unnamed:
        yield Observation("names-lost", section.sheet, {"count": str(len(unnamed))})
    unheaded = [address for address in addresses if address in found.unheaded]
    if unheaded:
        yield Observation("headings-lost", section.sheet, {"count": str(len(unheaded))})
    moved = [
        address for address in addresses if address in found.places and found.places[address] != layout.places[address]
    ]
    if moved:
        first = found.places[moved[0]]
        facts = {"count": str(len(moved)), "from": str(layout.places[moved[0]]), "to": str(first)}
        yield Observation("moved", section.sheet, facts)
