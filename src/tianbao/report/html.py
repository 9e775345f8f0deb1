"""The report as one HTML file: semantic, fit for phone and A4, no script, no outside reference."""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from tianbao.forms.library import resource_root
from tianbao.report.boxes import places, printable
from tianbao.report.document import Document, Grid, GridCell, Heading, Paragraph
from tianbao.report.fit import LONGEST_FIGURE


@dataclass(frozen=True, slots=True)
class _Table:
    """A grid cut into the rows and row groups of HTML.

    `labels`: the columns of the outer row headings, `leaf`: that of the innermost (-1: there is none).
    `repeats`: the caption only says the heading above again.
    """

    grid: Grid
    number: int
    head: tuple[tuple[GridCell, ...], ...]
    bodies: tuple[tuple[tuple[GridCell, ...], ...], ...]
    widths: tuple[float, ...]
    labels: frozenset[int]
    leaf: int
    repeats: bool


def render_html(document: Document) -> str:
    """The whole file as text. Raises BrokenGrid."""
    blocks: list[tuple[str, Heading | Paragraph | _Table]] = []
    above = ""
    for item in document.content:
        match item:
            case Heading():
                blocks.append(("heading", item))
                above = item.text
            case Paragraph():
                blocks.append(("paragraph", item))
            case Grid():
                number = sum(kind == "table" for kind, _ in blocks) + 1
                blocks.append(("table", _table(item, number, item.caption == above)))
    return _template().render(document=document, blocks=blocks)


@cache
def _template() -> Template:
    folder = resource_root() / "template" / "looks"
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    environment.filters["scope"] = _scope
    environment.filters["long"] = _long
    return environment.get_template("report.html.j2")


def _long(cell: GridCell) -> bool:
    """Whether a word would push the table off the page if it stayed whole, as a figure must."""
    return any(len(word) > LONGEST_FIGURE for word in cell.text.split())


def _scope(cell: GridCell) -> str:
    """What a heading stands for; a band that titles the rows below it opens a row group of its own."""
    match cell.role:
        case "title":
            return "rowgroup" if cell.row else "colgroup"
        case "row":
            return "rowgroup" if cell.row_span > 1 else "row"
        case _:
            return "colgroup" if cell.column_span > 1 else "col"


def _table(grid: Grid, number: int, repeats: bool) -> _Table:
    places(grid)
    rows: list[list[GridCell]] = [[] for _ in range(grid.rows)]
    for cell in sorted(grid.cells, key=lambda cell: (cell.row, cell.column)):
        rows[cell.row].append(cell)
    starts = [row for row in range(grid.header_rows + 1, grid.rows) if any(cell.role == "title" for cell in rows[row])]
    edges = [grid.header_rows, *starts, grid.rows]
    total = sum(grid.widths)
    ends = {cell.column + cell.column_span - 1 for cell in grid.cells if cell.role == "row"}
    leaf = max(ends, default=-1)
    return _Table(
        grid=grid,
        number=number,
        head=tuple(map(tuple, rows[: grid.header_rows])),
        bodies=tuple(tuple(map(tuple, rows[start:end])) for start, end in pairwise(edges)),
        widths=tuple(round(100 * width / total, 2) for width in grid.widths),
        labels=frozenset(range(leaf)),
        leaf=leaf,
        repeats=repeats,
    )
