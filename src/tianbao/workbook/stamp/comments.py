"""Comments of a sheet as the two parts that they need: their texts, and the boxes in which programs show them.

Spelled and placed as XlsxWriter does: beside the cell, a little above it.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate

from tianbao.workbook.looks import SONG
from tianbao.workbook.plan import Comment
from tianbao.workbook.stamp.text import escaped

_ASIDE, _ABOVE = 15, 10
"""Pixels between the next column and a box, and from the top of the row above to the box."""
_COLUMN, _ROW = 64, 20
"""Pixels of a column and a row that are as wide and high as usual."""
_FURTHER = 64
"""Rows below a cell among which its box ends."""
_SHAPES = 1024
_POINTS = 0.75

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<comments xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<authors><author>tianbao</author></authors><commentList>"
)
_STYLE = f'<rPr><sz val="10"/><color indexed="81"/><rFont val="{SONG}"/><family val="2"/></rPr>'
_DRAWING = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" '
    'data="{number}"/></o:shapelayout><v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" '
    'path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/><v:path gradientshapeok="t" '
    'o:connecttype="rect"/></v:shapetype>{shapes}</xml>'
)
_SHAPE = (
    '<v:shape id="_x0000_s{id}" type="#_x0000_t202" style="position:absolute;margin-left:{left:.15g}pt;'
    'margin-top:{top:.15g}pt;width:{width:.15g}pt;height:{height:.15g}pt;z-index:{order};visibility:hidden" '
    'fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>'
    '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div>'
    '</v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>'
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)


def texts_xml(comments: Sequence[Comment]) -> str:
    """The part with the texts."""
    said = []
    for comment in comments:
        text = comment.text
        space = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
        said.append(
            f'<comment ref="{comment.place.a1}" authorId="0"><text><r>{_STYLE}<t{space}>{escaped(text)}</t></r></text>'
            "</comment>"
        )
    return f"{_HEAD}{''.join(said)}</commentList></comments>"


def boxes_xml(comments: Sequence[Comment], number: int, widths: Sequence[float], heights: Mapping[int, float]) -> str:
    """The part with the boxes of the sheet that is the `number`th with comments, from 1."""
    columns = [int(width * 7 + 0.5) + 5 for width in widths]
    until = max(comment.place.row for comment in comments)
    rows = [int(heights[row] * 4.0 / 3.0 + 0.5) if row in heights else _ROW for row in range(until + _FURTHER)]
    starts = [0, *accumulate(rows)]
    base = number * _SHAPES
    placed = enumerate(comments, start=1)
    shapes = [_shape(comment, base + order, order, columns, rows, starts) for order, comment in placed]
    return _DRAWING.format(number=number, shapes="".join(shapes))


def _shape(
    comment: Comment, shape: int, order: int, columns: Sequence[int], rows: Sequence[int], starts: Sequence[int]
) -> str:
    def across(column: int) -> int:
        return columns[column] if column < len(columns) else _COLUMN

    place = comment.place
    column, row, above = place.column + 1, max(0, place.row - 1), _ABOVE if place.row else 2
    width, height = int(0.5 + comment.width), int(0.5 + comment.height)
    last_column, right = column, width + _ASIDE
    while right >= across(last_column):
        right -= across(last_column)
        last_column += 1
    last_row, bottom = row, height + above
    while bottom >= rows[last_row]:
        bottom -= rows[last_row]
        last_row += 1
    anchor = ", ".join(map(str, (column, _ASIDE, row, above, last_column, right, last_row, bottom)))
    left = sum(map(across, range(column))) + _ASIDE
    top = starts[row] + above
    return _SHAPE.format(
        id=shape,
        left=left * _POINTS,
        top=top * _POINTS,
        width=width * _POINTS,
        height=height * _POINTS,
        order=order,
        anchor=anchor,
        row=place.row,
        column=place.column,
    )
