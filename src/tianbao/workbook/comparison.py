"""The sheets of a returned workbook beside those that were issued: which is which, and how their lines moved."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tianbao.workbook.aspects import SheetAspects, of_sheet
from tianbao.workbook.issued import issued_fingerprint, issued_sheets
from tianbao.workbook.layout import CHECKS, COVER, IDENTITY, TEXT_TOP
from tianbao.workbook.moves import SheetMoves, moves_of, same_sheet
from tianbao.workbook.reading import Reading, cell_at
from tianbao.workbook.sheets import RawBook, RawSheet, Spot

_LIKE = 0.5
"""Share of an issued sheet's fixed texts from which on a sheet of another name is taken for it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """An issued sheet and the one that is it now. `filled`: cells of the latter that are for entries or vary."""

    issued: SheetAspects
    now: SheetAspects
    sheet: RawSheet = field(hash=False, compare=False)
    moves: SheetMoves
    filled: frozenset[Spot]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`pairs` and `lost` by the issued sheet's name; `whole`: of this version, so cells are comparable."""

    pairs: Mapping[str, Pair] = field(hash=False)
    lost: tuple[str, ...]
    added: tuple[str, ...]
    whole: bool


def compare(reading: Reading, book: RawBook) -> Comparison:
    """What of the issued workbook is where in the book."""
    matched = _matched(reading, book)
    named = bool(_hidden(reading, book, "agency"))
    issued = issued_sheets(reading.form, reading.year, named)
    fingerprint = issued_fingerprint(reading.form, named)
    whole = reading.official and _hidden(reading, book, "fingerprint") == fingerprint
    pairs = {name: _pair(name, issued[name], sheet, reading) for name, sheet in matched.items()}
    used = {sheet.name for sheet in matched.values()}
    return Comparison(
        pairs,
        tuple(name for name in reading.layout.sheets if name not in matched),
        tuple(sheet.name for sheet in book.sheets if sheet.name not in used),
        whole,
    )


def _hidden(reading: Reading, book: RawBook, key: str) -> str:
    return cell_at(book, reading.identity.places.get(key)).value.text


def _matched(reading: Reading, book: RawBook) -> dict[str, RawSheet]:
    """Issued sheet → the sheet that holds its cells, or of its name, or that shows its texts under another name."""
    sheets = {sheet.name: sheet for sheet in book.sheets}
    told: dict[str, str] = {}
    for section in reading.form.sections:
        places = [reading.found.places[cell.address] for cell in section.cells if cell.address in reading.found.places]
        if section.id in reading.texts:
            places = [reading.texts[section.id]]
        if places:
            told[section.sheet] = Counter(place.sheet for place in places).most_common(1)[0][0]
    if reading.identity.sheet:
        told[IDENTITY] = reading.identity.sheet
    if reading.explanations:
        told[CHECKS] = reading.explanations[0][0].sheet
    if reading.agency:
        told[COVER] = reading.agency.sheet
    matched = {name: sheets[told[name]] for name in reading.layout.sheets if name in told}
    for name in reading.layout.sheets:
        free = [sheet for sheet in book.sheets if sheet not in matched.values()]
        if name in matched or not free or name == IDENTITY:
            continue
        same = next((sheet for sheet in free if sheet.name.lower() == name.lower()), None)
        labels = list(issued_sheets(reading.form, reading.year, named=True)[name].labels.values())
        best = max(free, key=lambda sheet: same_sheet(labels, sheet))
        found = same or (best if same_sheet(labels, best) >= _LIKE else None)
        if found is not None and same_sheet(labels, found) > 0:
            matched[name] = found
    return {name: matched[name] for name in reading.layout.sheets if name in matched}


def _pair(name: str, issued: SheetAspects, sheet: RawSheet, reading: Reading) -> Pair:
    moves = _with_cells(moves_of(issued, sheet), name, reading)
    filled = {now for spot in issued.open | issued.varying if (now := moves.spot(spot)) is not None}
    if any(section.sheet == name and section.narrative for section in reading.form.sections):
        top = moves.rows.get(TEXT_TOP, TEXT_TOP) or TEXT_TOP
        filled |= {spot for spot in sheet.cells if spot[0] >= top}
    return Pair(issued, of_sheet(sheet, frozenset(filled)), sheet, moves, frozenset(filled))


def _with_cells(moves: SheetMoves, name: str, reading: Reading) -> SheetMoves:
    """The moves, with the lines of the cells where these were found."""
    pairs = [
        (place, reading.found.places[address])
        for address, place in reading.layout.places.items()
        if place.sheet == name and address in reading.found.places
    ]
    if all((was.row, was.column) == (now.row, now.column) for was, now in pairs):
        return moves
    rows = {was.row: now.row for was, now in pairs}
    columns = {was.column: now.column for was, now in pairs}
    return replace(moves, rows={**moves.rows, **rows}, columns={**moves.columns, **columns})
