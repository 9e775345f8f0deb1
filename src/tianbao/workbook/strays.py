"""Figures and texts that stand in no cell of the form: own rows, copies of a sheet, notes beside a table."""

from collections.abc import Iterator

from tianbao.submission import Observation
from tianbao.values import Value
from tianbao.values import reading as reading_of_text
from tianbao.workbook.a1 import Place
from tianbao.workbook.comparison import Comparison, Pair
from tianbao.workbook.locate import copies
from tianbao.workbook.reading import Reading, cell_at
from tianbao.workbook.sheets import RawBook, RawSheet, Spot

_SHOWN = 6
_ROWS = 200
"""Rows with figures of their own that are told one by one; the figures of all further rows are told together."""


def figures_beside(reading: Reading, comparison: Comparison) -> Iterator[Observation]:
    """Rows with figures in no entry, one observation each; and sheets with added texts. Tables that were read in part
    are left out: there the missing cells are the root cause.
    """
    unread = {*reading.found.lost, *reading.found.differ}
    for section in reading.form.sections:
        pair = comparison.pairs.get(section.sheet)
        if not section.blocks or pair is None or unread & {cell.address for cell in section.cells}:
            continue
        read = {
            (place.row, place.column)
            for cell in section.cells
            if (place := reading.found.places.get(cell.address)) and place.sheet == pair.sheet.name
        }
        known = read | _issued(pair)
        inside = None if comparison.whole else _box(pair.sheet, read)
        yield from _strays(pair.sheet, known, inside, comparison.whole)


def _issued(pair: Pair) -> set[Spot]:
    spots = (*pair.issued.labels, *pair.issued.formulas, *pair.issued.varying, *pair.issued.open)
    return {now for spot in spots if (now := pair.moves.spot(spot)) is not None}


def _box(sheet: RawSheet, read: set[Spot]) -> tuple[Spot, Spot]:
    rows, columns = [row for row, _ in read], [column for _, column in read]
    last = max(columns + [last[1] for first, last in sheet.merges if first[0] in rows])
    return (min(rows), min(columns)), (max(rows), last)


def _strays(sheet: RawSheet, known: set[Spot], inside: tuple[Spot, Spot] | None, texts: bool) -> Iterator[Observation]:
    rows: dict[int, list[Spot]] = {}
    others = [
        spot
        for spot, cell in sheet.cells.items()
        if spot not in known and cell.value.kind != "blank" and cell.formula is None
    ]
    for spot in sorted(others):
        if inside is None or (inside[0][0] <= spot[0] <= inside[1][0] and inside[0][1] <= spot[1] <= inside[1][1]):
            rows.setdefault(spot[0], []).append(spot)
    noted: list[Spot] = []
    further: list[Spot] = []
    told = 0
    for spots in rows.values():
        figures = [spot for spot in spots if _is_figure(sheet.cells[spot].value)]
        if not figures:
            noted += spots
            continue
        told += 1
        if told > _ROWS:
            further += figures
            continue
        said = [sheet.cells[spot].value.text for spot in figures]
        words = "".join(sheet.cells[spot].value.text for spot in spots if spot not in figures)
        facts = {"figure": "、".join(said[:_SHOWN]), "count": str(len(said)), "line": words[:40]}
        yield Observation("stray-figure", str(Place(sheet.name, *figures[0])), facts)
    if further:
        said = [sheet.cells[spot].value.text for spot in further[:_SHOWN]]
        facts = {"figure": "、".join(said), "count": str(len(further)), "line": ""}
        yield Observation("stray-figure", str(Place(sheet.name, *further[0])), facts)
    if noted and texts:
        facts = {"count": str(len(noted)), "text": sheet.cells[noted[0]].value.text[:40]}
        yield Observation("text-added", str(Place(sheet.name, *noted[0])), facts)


def _is_figure(value: Value) -> bool:
    return value.kind == "number" or (value.kind == "text" and reading_of_text(value.text, "") is not None)


def copied(reading: Reading, book: RawBook) -> Iterator[Observation]:
    """A second sheet with other figures than those that were read."""
    for section, sheet, places in copies(reading.layout, book, reading.found):
        for address, place in places.items():
            there = cell_at(book, place).value
            if there.kind != "blank" and there != cell_at(book, reading.found.places.get(address)).value:
                yield Observation("repeated-sheet", sheet.name, {"copy": sheet.name, "sheet": section.sheet})
                break
