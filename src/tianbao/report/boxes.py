"""A grid as the renderers need it: which box covers which place, and text that every format can carry."""

import re

from tianbao.report.document import Grid, GridCell

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class BrokenGrid(ValueError):
    """The boxes of a grid overlap, leave a gap or stand outside; a bug of whoever made the document."""


def places(grid: Grid) -> tuple[tuple[GridCell, ...], ...]:
    """For every row and column the box that covers it. Raises BrokenGrid."""
    if len(grid.widths) != grid.columns or min(grid.widths, default=0) <= 0:
        raise BrokenGrid(f"{grid.id}: {grid.columns} columns need as many positive widths")
    covered: dict[tuple[int, int], GridCell] = {}
    for cell in grid.cells:
        for row in range(cell.row, cell.row + cell.row_span):
            for column in range(cell.column, cell.column + cell.column_span):
                if (row, column) in covered or row >= grid.rows or column >= grid.columns:
                    raise BrokenGrid(f"{grid.id}: row {row}, column {column} is taken twice or outside")
                covered[row, column] = cell
    if len(covered) != grid.rows * grid.columns:
        raise BrokenGrid(f"{grid.id}: {grid.rows * grid.columns - len(covered)} places have no box")
    return tuple(tuple(covered[row, column] for column in range(grid.columns)) for row in range(grid.rows))


def printable(text: str) -> str:
    """The text with LF at line ends and □ (GB/T 15834: a lost character) for what XML cannot carry."""
    return _UNPRINTABLE.sub("□", text.replace("\r\n", "\n").replace("\r", "\n"))


def plain(grid: Grid) -> bool:
    """Whether the row headings stand in one column: then they are centred, nested ones start at the left."""
    return len({cell.column for cell in grid.cells if cell.role == "row"}) <= 1
