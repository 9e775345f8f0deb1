"""Headings → boxes with spans: the geometry of a table, once for sheet, html, docx and pdf.

A heading without `of` spans to the inner edge of its axis, one with `of` spans its leaves; the last value column
of a block that is narrower than the table stretches to the right edge. The official tables need no other layout key.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from tianbao.forms.model import Block, Heading, Section

Role = Literal["title", "corner", "column", "row", "value"]


@dataclass(frozen=True, slots=True)
class Box:
    """One box; row and column count from 0. `address` names the cell of a value box."""

    row: int
    column: int
    row_span: int
    column_span: int
    text: str
    role: Role
    address: str = ""
    help: str = ""
    also: tuple[str, ...] = ()

    @property
    def merged(self) -> bool:
        """Whether the box covers more than one cell of the grid."""
        return self.row_span * self.column_span > 1


@dataclass(frozen=True, slots=True)
class BlockGrid:
    """Where one block stands on the table's grid: its first row, header rows, left columns and value rows."""

    top: int
    value_top: int
    left: int
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: boxes that cover rows × columns without gap or overlap, in reading order."""

    rows: int
    columns: int
    left: int
    header_rows: int
    boxes: tuple[Box, ...]
    blocks: tuple[BlockGrid, ...]

    def __hash__(self) -> int:
        """By its measures: a grid is the key of what is made of it once."""
        return hash((self.rows, self.columns, self.left, self.header_rows, len(self.boxes)))


def grid_of(section: Section) -> Grid:
    """The grid of a section's table."""
    left = max(_depth(block.rows) for block in section.blocks)
    columns = left + max(len(block.column_leaves()) for block in section.blocks)
    boxes: list[Box] = []
    blocks: list[BlockGrid] = []
    row = 0
    for block in section.blocks:
        made, place = _block(block, row, left, columns)
        boxes += made
        blocks.append(place)
        row = place.value_top + place.rows
    boxes.sort(key=lambda box: (box.row, box.column))
    header = blocks[0].value_top if len(blocks) == 1 else 0
    return Grid(row, columns, left, header, tuple(boxes), tuple(blocks))


def _depth(headings: tuple[Heading, ...]) -> int:
    return max((heading.depth() for heading in headings), default=0)


def _block(block: Block, top: int, left: int, width: int) -> tuple[list[Box], BlockGrid]:
    boxes = []
    row = top
    if block.title:
        boxes.append(Box(row, 0, 1, width, block.title, "title"))
        row += 1
    depth = _depth(block.columns)
    leaves = len(block.column_leaves())
    # a block without row headings beside one that has them: its corner reaches down to its last line
    below = 0 if block.rows else len(block.row_leaves())
    if left and depth + below:
        boxes.append(Box(row, 0, depth + below, left, block.corner, "corner"))
    column = left
    for heading in block.columns:
        boxes += _columns(heading, row, column, depth)
        column += sum(1 for _ in heading.leaves())
    value_top = row + depth
    line = value_top
    for heading in block.rows:
        boxes += _rows(heading, line, 0, left)
        line += sum(1 for _ in heading.leaves())
    rows = len(block.row_leaves())
    for place, cell in enumerate(block.cells):
        at_row, at_column = value_top + place // leaves, left + place % leaves
        help_text = "".join(cell.helps)
        boxes.append(Box(at_row, at_column, 1, 1, "", "value", cell.address, help_text))
    return [_stretched(box, left + leaves, width) for box in boxes], BlockGrid(top, value_top, left, rows, leaves)


def _stretched(box: Box, edge: int, width: int) -> Box:
    """The box, made as wide as the table when it ends at the right edge of a narrower block."""
    if box.role not in ("value", "column") or box.column + box.column_span != edge or edge == width:
        return box
    return replace(box, column_span=width - box.column)


def _columns(heading: Heading, row: int, column: int, depth: int) -> Iterator[Box]:
    width = sum(1 for _ in heading.leaves())
    yield Box(
        row,
        column,
        1 if heading.of else depth,
        width,
        heading.label,
        "column",
        "",
        heading.help,
        heading.also,
    )
    for child in heading.of:
        yield from _columns(child, row + 1, column, depth - 1)
        column += sum(1 for _ in child.leaves())


def _rows(heading: Heading, row: int, column: int, left: int) -> Iterator[Box]:
    height = sum(1 for _ in heading.leaves())
    yield Box(
        row,
        column,
        height,
        1 if heading.of else left - column,
        heading.label,
        "row",
        "",
        heading.help,
        heading.also,
    )
    for child in heading.of:
        yield from _rows(child, row, column + 1, left)
        row += sum(1 for _ in child.leaves())
