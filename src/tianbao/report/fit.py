"""How a grid fits an A4 page: letter size and column widths, the same for docx and pdf.

Widths come from the grid; a column whose longest figure would not fit takes room from those that have some.
A size is good when every figure stands on one line and, if at all possible, the whole table on one page.
"""

import math
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from tianbao.report.boxes import places, printable
from tianbao.report.document import Grid

TEXT_WIDTH = 156.0  # mm: A4 less 28 left and 26 right
TEXT_HEIGHT = 225.0  # mm: A4 less 37 above and 35 below
POINT = 25.4 / 72  # mm
LINE = 1.25  # line height in letter heights
PAD_X = 0.7  # mm, left and right of a text
PAD_Y = (0.4, 0.9)  # mm, above and below: at least and at most
HEADING_ROOM = 24.0  # mm: a section title of two lines above the table
SIZES = (10.5, 10, 9.5, 9, 8.5, 8, 7.5, 7, 6.5, 6)  # points
SMALLEST_FOR_ONE_PAGE = 7.5
WORD_LETTER = 0.64  # letter heights: a figure in the widest face that may stand in for a missing 宋体
LONGEST_FIGURE = 16  # a longer word is no figure: it may be cut, and the figures keep their room
LABEL_KEEPS = 0.7  # of its width, when figures need room

_WORD = re.compile("[!-~]+")  # what no program breaks; Chinese breaks anywhere


@dataclass(frozen=True, slots=True)
class Fit:
    """`size` in points; in millimetres `widths`, one for each column, and `pad` above and below a text.

    `whole`: the table fits one page.
    """

    size: float
    widths: tuple[float, ...]
    pad: float
    whole: bool


def fit(grid: Grid) -> Fit:
    """The largest size at which every figure fits its column and the table one page. Raises BrokenGrid."""
    places(grid)
    room = TEXT_HEIGHT - HEADING_ROOM
    best: Fit | None = None
    for size in SIZES:
        widths = _widths(grid, size)
        if widths is None:
            continue
        pad = min(PAD_Y[1], (room - _height(grid, widths, size)) / (2 * grid.rows))
        whole = pad >= PAD_Y[0]
        if whole and (best is None or size >= SMALLEST_FOR_ONE_PAGE):
            return Fit(size, widths, pad, True)
        best = best or Fit(size, widths, PAD_Y[0], False)
    return best or Fit(SIZES[-1], _shares(grid), PAD_Y[0], False)  # figures too long even so: they are broken


@lru_cache(maxsize=4096)  # most texts come again: for each size, and in the next report
def text_width(text: str) -> float:
    """About how wide a line of text is, in letter heights: 1 for a hanzi, a little over half for the rest."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.56 for char in text)


def _shares(grid: Grid) -> tuple[float, ...]:
    total = sum(grid.widths)
    return tuple(TEXT_WIDTH * width / total for width in grid.widths)


def _needed(grid: Grid, size: float) -> list[float]:
    """What each column must have, in millimetres: its longest figure, half a heading; no wide boxes."""
    needed = [size * POINT + 2 * PAD_X] * grid.columns
    for cell in grid.cells:
        if cell.column_span == 1:
            words = (len(word) for word in _WORD.findall(cell.text))
            longest: float = max((length for length in words if length <= LONGEST_FIGURE), default=0)
            if cell.role == "column":  # 结果维持 in two lines, not in four
                longest = max(longest, math.ceil(text_width(cell.text) / 2) / WORD_LETTER)
            needed[cell.column] = max(needed[cell.column], longest * WORD_LETTER * size * POINT + 2 * PAD_X)
    return needed


def _widths(grid: Grid, size: float) -> tuple[float, ...] | None:
    """Column widths at which every figure fits, or None."""
    shares = _shares(grid)
    floor = _needed(grid, size)
    for column in {cell.column for cell in grid.cells if cell.role == "row"}:
        floor[column] = max(floor[column], LABEL_KEEPS * shares[column])
    lacking = sum(max(0.0, low - share) for low, share in zip(floor, shares, strict=True))
    spare = sum(max(0.0, share - low) for low, share in zip(floor, shares, strict=True))
    if lacking > spare:
        return None
    given = lacking / spare if spare else 0.0
    return tuple(
        low if share <= low else share - (share - low) * given for low, share in zip(floor, shares, strict=True)
    )


def _height(grid: Grid, widths: tuple[float, ...], size: float) -> float:
    """About how high the table is without padding, with caption and notes, in millimetres."""
    line = size * LINE * POINT
    heights = [line] * grid.rows
    for cell in sorted(grid.cells, key=lambda cell: cell.row_span):
        inner = sum(widths[cell.column : cell.column + cell.column_span]) - 2 * PAD_X
        wanted = _lines(cell.text, inner / (size * POINT)) * line
        spanned = slice(cell.row, cell.row + cell.row_span)
        heights[cell.row + cell.row_span - 1] += max(0.0, wanted - sum(heights[spanned]))
    around = sum(_lines(text, TEXT_WIDTH / (size * POINT)) for text in (grid.caption, *grid.notes))
    return sum(heights) + around * line


def _lines(text: str, room: float) -> int:
    """How many lines a text takes, `room` in letter heights."""
    lines = printable(text).split("\n")
    return sum(max(1, math.ceil(text_width(part) / max(room, 1.0))) for part in lines)
