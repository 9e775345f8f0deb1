"""What the renderers know of a report: a title, headings, paragraphs and grids. No form, no submission, no I/O."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["title", "corner", "column", "row", "value"]
"""title: a band over the whole width; corner: above the row headings; column, row: headings; value: a figure."""


@dataclass(frozen=True, slots=True)
class GridCell:
    """One box of a grid, `row_span` × `column_span` from (row, column), both counted from 0.

    `text` is printed as it stands. `address` names the figure (None for headings and bands).
    """

    row: int
    column: int
    row_span: int
    column_span: int
    text: str
    role: Role
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of boxes that cover `rows` × `columns` without gap or overlap, in reading order.

    `header_rows` are repeated on a new page. `widths` are relative column widths. `notes` are printed below.
    """

    id: str
    caption: str
    rows: int
    columns: int
    header_rows: int
    cells: tuple[GridCell, ...]
    widths: tuple[float, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """A section title, such as 一、总体情况 (level 1); a line such as （一）主动公开 in a narrative is level 2."""

    text: str
    level: Literal[1, 2] = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of running text; no line breaks inside."""

    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report in reading order.

    `stamp` is printed on every page where it is not empty (草稿, 示例); `footnote` is printed small at the very end
    (the checksum, where the figures come from).
    """

    title: tuple[str, ...]
    language: str
    content: tuple[Heading | Paragraph | Grid, ...]
    stamp: str = ""
    footnote: tuple[str, ...] = ()
