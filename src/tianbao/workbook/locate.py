"""Where each address stands in a returned workbook: by defined name, then by headings, never by position alone."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache

from tianbao.forms.grid import BlockGrid, Box, Grid
from tianbao.forms.labels import Wanted, align, normal, wordings
from tianbao.forms.model import Section
from tianbao.workbook.a1 import Place, parse_a1
from tianbao.workbook.layout import Layout
from tianbao.workbook.sheets import RawBook, RawSheet

_TARGET = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!(\$?[A-Za-z]{1,3}\$?\d{1,7})(?::\$?[A-Za-z]{1,3}\$?\d{1,7})?")


MAX_LINES = 2_000
"""Rows with text that are compared with the headings; an official table has some forty."""
_NEAR = 4


@dataclass(frozen=True, slots=True)
class Found:
    """Where the addresses stand. `lost` have neither name nor heading; `differ` are named elsewhere than headed."""

    places: Mapping[str, Place] = field(hash=False)
    unnamed: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    differ: tuple[str, ...] = ()
    headings: Mapping[str, Place] = field(default_factory=dict, hash=False)

    @property
    def unheaded(self) -> tuple[str, ...]:
        """Addresses that were read by their names alone."""
        return tuple(address for address in self.places if address not in self.headings)


def locate(layout: Layout, book: RawBook, named: Mapping[str, Place]) -> Found:
    """The places of all cells of the form's tables; `named` are the book's named_places."""
    headed: dict[str, Place] = {}
    for section in layout.form.sections:
        if section.blocks:
            headed |= _by_headings(section, layout, book, named)
    headed_there = {place: address for address, place in headed.items()}
    places: dict[str, Place] = {}
    unnamed, lost, differ = [], [], []
    for address in layout.form.cells:
        name, heading = named.get(name_key(address)), headed.get(address)
        if name is None:
            unnamed.append(address)
        # a name is also contradicted by the headings of another cell at its place
        if (name and (heading or name) != name) or (name and headed_there.get(name, address) != address):
            differ.append(address)
        elif name or heading:
            places[address] = name or heading  # type: ignore[assignment]  # one of the two
        else:
            lost.append(address)
    for address in _twice(layout, book, named, places):
        # the table stands on two sheets and no name says which is meant
        differ.append(address)
        del places[address]
    shared = {place for place, times in Counter(places.values()).items() if times > 1}
    for address in [address for address, place in places.items() if place in shared]:
        # one cell cannot hold two figures: only what name and heading agree on stays
        if named.get(name_key(address)) != headed.get(address):
            differ.append(address)
            del places[address]
    return Found(places, tuple(unnamed), tuple(lost), tuple(differ), headed)


def _twice(layout: Layout, book: RawBook, named: Mapping[str, Place], places: Mapping[str, Place]) -> Iterator[str]:
    """Cells of tables that no name points to and that two sheets show with different figures."""
    for section in layout.form.sections:
        cells = [cell.address for cell in section.cells if cell.address in places]
        if not cells or any(name_key(address) in named for address in cells):
            continue
        shown = [
            table
            for sheet in book.sheets
            if sheet.visible and len(table := table_on_sheet(layout.grids[section.id], sheet)) * 2 >= len(section.cells)
        ]
        if len(shown) > 1 and len({_figures(book, table, cells) for table in shown}) > 1:
            yield from cells


def _figures(book: RawBook, table: Mapping[str, Place], cells: Sequence[str]) -> tuple[str, ...]:
    sheets = {sheet.name: sheet for sheet in book.sheets}
    found = []
    for address in cells:
        place = table.get(address)
        cell = sheets[place.sheet].cells.get((place.row, place.column)) if place else None
        found.append(cell.value.text if cell else "")
    return tuple(found)


def copies(layout: Layout, book: RawBook, found: Found) -> Iterator[tuple[Section, RawSheet, Mapping[str, Place]]]:
    """Sheets that show a table of the form and were not read: copies, or the table pasted once more."""
    own = {name.lower() for name in layout.sheets}
    for section in layout.form.sections:
        read = {found.places[cell.address].sheet for cell in section.cells if cell.address in found.places}
        for sheet in book.sheets if section.cells else ():
            if sheet.visible and sheet.name.lower() not in own and sheet.name not in read:
                shown = table_on_sheet(layout.grids[section.id], sheet)
                if len(shown) * 2 >= len(section.cells):
                    yield section, sheet, shown


def name_key(name: str) -> str:
    """How names are compared: .xls turns dots into underscores, Excel ignores case."""
    return name.lower().replace(".", "_")


def named_places(book: RawBook) -> dict[str, Place]:
    """Defined names that point to a cell of an existing sheet, by name_key."""
    sheets = {sheet.name.lower(): sheet.name for sheet in book.sheets}
    found = {}
    for name, text in book.names.items():
        match = _TARGET.fullmatch(text.strip().lstrip("="))
        sheet = sheets.get((match[1] or match[2]).replace("''", "'").lower()) if match else None
        if match and sheet is not None:
            with suppress(ValueError):  # ZZZ1, A0: no cell of any sheet
                found[name_key(name)] = Place(sheet, *parse_a1(match[3].upper()))
    return found


def sheet_named(book: RawBook, name: str) -> RawSheet | None:
    """The sheet with that name, whatever its case."""
    lower = name.lower()
    for sheet in book.sheets:
        if sheet.name == name or sheet.name.lower() == lower:
            return sheet
    return None


def _by_headings(section: Section, layout: Layout, book: RawBook, named: Mapping[str, Place]) -> dict[str, Place]:
    """Places by the row and column labels of the sheet that shows the table best.

    First where the names point and the sheet of that name; then any sheet that is not another one of ours, if it shows
    at least half of the table: other tables have 总计 and 其他 too.
    """
    grid = layout.grids[section.id]
    pointed = Counter(named[key].sheet for cell in section.cells if (key := name_key(cell.address)) in named)
    names = [name for name, _ in pointed.most_common(1)] + [section.sheet]
    own = [sheet for name in names if (sheet := sheet_named(book, name))]
    taken = {name.lower() for name in layout.sheets}
    best: dict[str, Place] = {}
    for sheet in own:
        best = max(best, table_on_sheet(grid, sheet), key=len)
        if len(best) == len(section.cells):
            return best
    for sheet in book.sheets:
        if sheet.visible and sheet not in own and sheet.name.lower() not in taken:
            found = table_on_sheet(grid, sheet)
            if len(found) * 2 >= len(section.cells):
                best = max(best, found, key=len)
    return best


def table_on_sheet(grid: Grid, sheet: RawSheet) -> dict[str, Place]:
    """Where the sheet shows the cells of a table, by its row and column headings; empty where it shows none."""
    texts = {spot: normal(cell.value.text) for spot, cell in sheet.cells.items() if cell.value.kind == "text"}
    lines: dict[int, dict[int, str]] = {}
    for (row, column), text in texts.items():
        if text:
            lines.setdefault(row, {})[column] = text
    if not lines:
        return {}
    numbers = sorted(lines)[:MAX_LINES]
    matched = align(_rows_wanted(grid), [frozenset(lines[number].values()) for number in numbers])
    rows = {row: numbers[at] for row, at in enumerate(matched) if at is not None}
    found: dict[str, Place] = {}
    for block in grid.blocks:
        heads = [row for row in range(block.top, block.value_top) if row in rows]
        columns = _columns(grid, block.top, block.value_top, {row: lines[rows[row]] for row in heads})
        inner = range(block.value_top, block.value_top + block.rows)
        if heads and not any(box.role == "row" and box.row in inner for box in grid.boxes):
            rows[block.value_top] = _row_below(sheet, rows[max(heads)], list(columns.values()))
        if not any(box.role == "column" and block.top <= box.row < block.value_top for box in grid.boxes):
            columns = _beside_labels(grid, block, sheet, {row: rows[row] for row in inner if row in rows})
        for box in grid.boxes:
            if box.role == "value" and box.row in inner and box.row in rows and box.column in columns:
                found[box.address] = Place(sheet.name, rows[box.row], columns[box.column])
    return found


def _row_below(sheet: RawSheet, head: int, columns: Sequence[int]) -> int:
    """The row of values below a heading row that has no label of its own: the next one with an open cell."""
    for row in range(head + 1, head + 1 + _NEAR):
        cells = [sheet.cells[row, column] for column in columns if (row, column) in sheet.cells]
        if any(not cell.locked or cell.value.kind == "number" for cell in cells):
            return row
    return head + 1


def _beside_labels(grid: Grid, block: BlockGrid, sheet: RawSheet, rows: Mapping[int, int]) -> dict[int, int]:
    """The one column of values of a block without column headings: to the right of the rows' own labels."""
    found: Counter[int] = Counter()
    for box in grid.boxes:
        if box.role == "row" and box.row in rows and box.column + box.column_span == block.left:
            row, own = rows[box.row], wordings(box.text, box.also)
            for (at, column), cell in sheet.cells.items():
                if at == row and cell.value.kind == "text" and normal(cell.value.text) in own:
                    found[sheet.beside((row, column))[1]] += 1
                    break
    return {block.left: found.most_common(1)[0][0]} if found else {}


@lru_cache(maxsize=64)
def _rows_wanted(grid: Grid) -> tuple[Wanted, ...]:
    return tuple(_row_wanted(grid, row) for row in range(grid.rows))


def _row_wanted(grid: Grid, row: int) -> Wanted:
    """A value row is known by its own label; a heading row by any of its headings."""
    here = [box for box in grid.boxes if box.row == row and box.text]
    labels = [box for box in here if box.role == "row"]
    own = max(labels, key=lambda box: box.column, default=None)
    beside = frozenset().union(*(wordings(box.text, box.also) for box in here)) if here else frozenset()
    if own is not None:
        return Wanted(wordings(own.text, own.also), beside)
    heads = [wordings(box.text, box.also) for box in here if box.role != "corner"]
    return Wanted(frozenset().union(*heads), beside)


def _columns(grid: Grid, top: int, value_top: int, lines: Mapping[int, Mapping[int, str]]) -> dict[int, int]:
    """Grid column → sheet column of one block, by the leaf headings above its values."""
    order, wanted = _columns_wanted(grid, top, value_top)
    seen: dict[int, set[str]] = {}
    for texts in lines.values():
        for column, text in texts.items():
            seen.setdefault(column, set()).add(text)
    numbers = sorted(seen)
    matched = align(wanted, [frozenset(seen[number]) for number in numbers])
    return {column: numbers[at] for column, at in zip(order, matched, strict=True) if at is not None}


@lru_cache(maxsize=256)
def _columns_wanted(grid: Grid, top: int, value_top: int) -> tuple[tuple[int, ...], tuple[Wanted, ...]]:
    """The columns with headings above the values, and what each should show."""
    heads = [box for box in grid.boxes if box.role == "column" and top <= box.row < value_top]
    leaves: dict[int, Box] = {}
    for box in heads:
        leaves[box.column] = max(leaves.get(box.column, box), box, key=lambda found: found.row)
    order = tuple(sorted(leaves))
    wanted = tuple(
        Wanted(
            wordings(leaves[column].text, leaves[column].also),
            frozenset(normal(box.text) for box in heads if box.column == column),
        )
        for column in order
    )
    return order, wanted
