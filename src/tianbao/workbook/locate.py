"""Where each address stands in a returned workbook: by defined name, then by headings, never by position alone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tianbao.forms.grid import Box, Grid
from tianbao.forms.labels import Wanted, align, normal, wordings
from tianbao.forms.model import Section
from tianbao.workbook.a1 import Place, parse_a1
from tianbao.workbook.layout import Layout
from tianbao.workbook.sheets import RawBook, RawSheet

_TARGET = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!(\$?[A-Za-z]{1,3}\$?\d{1,7})(?::\$?[A-Za-z]{1,3}\$?\d{1,7})?")


@dataclass(frozen=True, slots=True)
class Found:
    """Where the addresses stand. `lost` have neither name nor heading; `differ` are named elsewhere than headed."""

    places: Mapping[str, Place] = field(hash=False)
    unnamed: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    differ: tuple[str, ...] = ()
    headings: Mapping[str, Place] = field(default_factory=dict, hash=False)


def locate(layout: Layout, book: RawBook) -> Found:
    """The places of all cells of the form's tables."""
    named = named_places(book)
    headed: dict[str, Place] = {}
    for section in layout.form.sections:
        if section.blocks:
            headed |= _by_headings(section, layout.grids[section.id], book, named)
    places: dict[str, Place] = {}
    unnamed, lost, differ = [], [], []
    for address in layout.form.cells:
        name, heading = named.get(name_key(address)), headed.get(address)
        if name is None:
            unnamed.append(address)
        if name and heading and name != heading:
            differ.append(address)
        elif name or heading:
            places[address] = name or heading  # type: ignore[assignment]  # one of the two
        else:
            lost.append(address)
    return Found(places, tuple(unnamed), tuple(lost), tuple(differ), headed)


def name_key(name: str) -> str:
    """How names are compared: .xls turns dots into underscores, Excel ignores case."""
    return name.lower().replace(".", "_")


def named_places(book: RawBook) -> dict[str, Place]:
    """Defined names that point to a cell of an existing sheet, by name_key."""
    sheets = {sheet.name.lower(): sheet.name for sheet in book.sheets}
    found = {}
    for name, text in book.names.items():
        match = _TARGET.fullmatch(text.strip().lstrip("="))
        if not match:
            continue
        sheet = sheets.get((match[1] or match[2]).replace("''", "'").lower())
        if sheet is not None:
            found[name_key(name)] = Place(sheet, *parse_a1(match[3].upper()))
    return found


def sheet_named(book: RawBook, name: str) -> RawSheet | None:
    """The sheet with that name, whatever its case."""
    return next((sheet for sheet in book.sheets if sheet.name.lower() == name.lower()), None)


def _by_headings(section: Section, grid: Grid, book: RawBook, named: Mapping[str, Place]) -> dict[str, Place]:
    """Places by the row and column labels of the sheet that shows the table best."""
    own = sheet_named(book, section.sheet)
    pointed = [named[key].sheet for cell in section.cells if (key := name_key(cell.address)) in named]
    first = own or (sheet_named(book, max(set(pointed), key=pointed.count)) if pointed else None)
    if first is not None:
        found = _on_sheet(grid, first)
        if len(found) == len(section.cells):
            return found
    others = [_on_sheet(grid, sheet) for sheet in book.sheets if sheet.visible]
    return max(others, key=len, default={})


def _on_sheet(grid: Grid, sheet: RawSheet) -> dict[str, Place]:
    texts = {spot: normal(cell.value.text) for spot, cell in sheet.cells.items() if cell.value.kind == "text"}
    lines: dict[int, dict[int, str]] = {}
    for (row, column), text in texts.items():
        if text:
            lines.setdefault(row, {})[column] = text
    if not lines:
        return {}
    numbers = sorted(lines)
    wanted = [_row_wanted(grid, row) for row in range(grid.rows)]
    matched = align(wanted, [frozenset(lines[number].values()) for number in numbers])
    rows = {row: numbers[at] for row, at in enumerate(matched) if at is not None}
    found: dict[str, Place] = {}
    for block in grid.blocks:
        heads = [row for row in range(block.top, block.value_top) if row in rows]
        columns = _columns(grid, block.top, block.value_top, {row: lines[rows[row]] for row in heads})
        inner = range(block.value_top, block.value_top + block.rows)
        if heads and not any(box.role == "row" and box.row in inner for box in grid.boxes):
            rows[block.value_top] = rows[max(heads)] + 1
        if block.top + 1 >= block.value_top and not columns:
            labelled = [max(lines[rows[row]]) for row in inner if row in rows]
            columns = {block.left: max(labelled) + 1} if labelled else {}
        for box in grid.boxes:
            if box.role == "value" and box.row in inner and box.row in rows and box.column in columns:
                found[box.address] = Place(sheet.name, rows[box.row], columns[box.column])
    return found


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
    heads = [box for box in grid.boxes if box.role == "column" and top <= box.row < value_top]
    leaves: dict[int, Box] = {}
    for box in heads:
        leaves[box.column] = max(leaves.get(box.column, box), box, key=lambda found: found.row)
    seen: dict[int, set[str]] = {}
    for texts in lines.values():
        for column, text in texts.items():
            seen.setdefault(column, set()).add(text)
    numbers = sorted(seen)
    order = sorted(leaves)
    wanted = [
        Wanted(
            wordings(leaves[column].text, leaves[column].also),
            frozenset(normal(box.text) for box in heads if box.column == column),
        )
        for column in order
    ]
    matched = align(wanted, [frozenset(seen[number]) for number in numbers])
    return {column: numbers[at] for column, at in zip(order, matched, strict=True) if at is not None}
