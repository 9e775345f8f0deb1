"""WordprocessingML of paragraphs and tables, built as elements: no text becomes markup, time is linear."""

import re
from itertools import accumulate, pairwise

from lxml import etree

from tianbao.report.boxes import places, plain, printable
from tianbao.report.document import Grid, GridCell
from tianbao.report.fit import LINE, PAD_X, TEXT_WIDTH, Fit, fit

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_TWIPS = 1440 / 25.4  # in a millimetre


def add(parent: etree._Element, tag: str, **attributes: str | int) -> etree._Element:
    """A new last child `w:tag` with `w:` attributes."""
    child = etree.SubElement(parent, W + tag)
    for name, value in attributes.items():
        child.set(W + name, str(value))
    return child


def add_paragraph(parent: etree._Element, style: str, text: str) -> etree._Element:
    """A paragraph of a named style, with one run of text."""
    paragraph = add(parent, "p")
    add(add(paragraph, "pPr"), "pStyle", val=style)
    if text:
        _run(paragraph, text)
    return paragraph


def _run(paragraph: etree._Element, text: str, half_points: int = 0) -> None:
    run = add(paragraph, "r")
    look = add(run, "rPr")
    add(look, "rFonts", hint="eastAsia")  # else “ ” … — come from the western font, half as wide
    if half_points:
        add(look, "sz", val=half_points)
        add(look, "szCs", val=half_points)
    for piece in re.split("([\n\t])", printable(text)):
        if piece == "\n":
            add(run, "br")
        elif piece == "\t":
            add(run, "tab")
        elif piece:
            node = add(run, "t")
            node.set(_SPACE, "preserve")
            node.text = piece


def add_table(parent: etree._Element, grid: Grid) -> etree._Element:
    """The grid as a table as wide as the text. Raises BrokenGrid."""
    rows = places(grid)
    fitted = fit(grid)
    edges = [round(edge * _TWIPS) for edge in accumulate(fitted.widths, initial=0.0)]
    table = add(parent, "tbl")
    _table_properties(table, grid, fitted)
    columns = add(table, "tblGrid")
    for left, right in pairwise(edges):
        add(columns, "gridCol", w=right - left)
    labels = "TableText" if plain(grid) else "TableLabel"
    for number, row in enumerate(rows):
        line = add(table, "tr")
        look = add(line, "trPr")
        add(look, "cantSplit")
        if number < grid.header_rows:
            add(look, "tblHeader")
        keep = fitted.whole and number + 1 < len(rows)
        for cell in dict.fromkeys(row):
            width = edges[cell.column + cell.column_span] - edges[cell.column]
            style = labels if cell.role == "row" else "TableText"
            _cell(line, cell, number, width, style, fitted, keep)
    return table


def _table_properties(table: etree._Element, grid: Grid, fitted: Fit) -> None:
    look = add(table, "tblPr")
    add(look, "tblStyle", val="TableGrid")
    add(look, "tblW", w=round(TEXT_WIDTH * _TWIPS), type="dxa")
    add(look, "jc", val="center")
    add(look, "tblLayout", type="fixed")
    margins = add(look, "tblCellMar")
    for side in ("top", "left", "bottom", "right"):
        space = PAD_X if side in ("left", "right") else fitted.pad
        add(margins, side, w=round(space * _TWIPS), type="dxa")
    add(look, "tblCaption", val=printable(grid.caption))  # read aloud; and what readback compares


def _cell(line: etree._Element, cell: GridCell, row: int, width: int, style: str, fitted: Fit, keep: bool) -> None:
    box = add(line, "tc")
    look = add(box, "tcPr")
    add(look, "tcW", w=width, type="dxa")
    if cell.column_span > 1:
        add(look, "gridSpan", val=cell.column_span)
    if cell.row_span > 1:
        add(look, "vMerge", val="restart" if row == cell.row else "continue")
    add(look, "vAlign", val="center")
    paragraph = add(box, "p")
    properties = add(paragraph, "pPr")
    add(properties, "pStyle", val=style)
    if keep:
        add(properties, "keepNext")
    add(properties, "spacing", line=round(fitted.size * LINE * 20), lineRule="exact")
    if row == cell.row and cell.text:
        _run(paragraph, cell.text, round(fitted.size * 2))
