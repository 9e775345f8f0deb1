"""What a written report really says: docx and html read back by their own markup, compared with the document.

Nothing here is shared with the writers but the rule for characters that XML cannot carry. Spans are worked
out from gridSpan, vMerge, colspan and rowspan, so that a wrong merge is found like a wrong figure.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeAlias

from lxml import etree, html

from tianbao.report.boxes import printable
from tianbao.report.document import Document, Grid, Heading, Paragraph

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

Span: TypeAlias = tuple[int, int, str]
"""Rows, columns and text of a box."""


@dataclass(frozen=True, slots=True)
class ReadGrid:
    """A table as it stands in the file: `boxes` by (row, column) of the upper left place, counted from 0."""

    caption: str
    rows: int
    columns: int
    header_rows: int
    boxes: dict[tuple[int, int], Span]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadReport:
    """A report as it stands in a file. `content`: (kind, text) of headings and paragraphs, and tables."""

    title: tuple[str, ...]
    content: tuple[tuple[str, str] | ReadGrid, ...]
    stamp: str
    footnote: tuple[str, ...]


def differences(document: Document, written: bytes | str) -> tuple[str, ...]:
    """Where a written docx (bytes) or html (str) says something else than the document; empty: nowhere.

    Raises what zipfile and lxml raise for a file that is none.
    """
    found = read_docx(written) if isinstance(written, bytes) else read_html(written)
    return tuple(_compare(_expected(document), found))


def read_docx(data: bytes) -> ReadReport:
    """The report in a Word document of ours, by its paragraph styles."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        body = etree.fromstring(package.read("word/document.xml"))[0]
        header = etree.fromstring(package.read("word/header1.xml"))
    parts: list[tuple[str, str] | ReadGrid] = []
    for node in body:
        if node.tag == W + "tbl":
            parts.append(_docx_grid(node))
        elif node.tag == W + "p":
            style = node.find(f"{W}pPr/{W}pStyle")
            parts.append(("" if style is None else style.get(W + "val", ""), _docx_text(node)))
    kinds = {"Heading1": "h1", "Heading2": "h2", "BodyText": "p", "TableNote": "note", "Remark": "footnote"}
    named = [part if isinstance(part, ReadGrid) else (kinds.get(part[0], part[0]), part[1]) for part in parts]
    return _report(named, _docx_text(header))


def _docx_text(node: etree._Element) -> str:
    marks = {W + "br": "\n", W + "tab": "\t"}
    return "".join((part.text or "") if part.tag == W + "t" else marks.get(str(part.tag), "") for part in node.iter())


def _docx_grid(table: etree._Element) -> ReadGrid:
    boxes: dict[tuple[int, int], Span] = {}
    open_above: dict[int, tuple[int, int]] = {}  # column → the place where the box that reaches down here begins
    rows = table.findall(W + "tr")
    for number, row in enumerate(rows):
        column = 0
        for box in row.findall(W + "tc"):
            span = box.find(f"{W}tcPr/{W}gridSpan")
            width = 1 if span is None else int(span.get(W + "val", "1"))
            node = box.find(f"{W}tcPr/{W}vMerge")
            merge = "" if node is None else node.get(W + "val", "continue")
            text = "\n".join(_docx_text(paragraph) for paragraph in box.findall(W + "p"))
            above = open_above.pop(column, None)
            if merge == "continue" and above is not None and boxes[above][1] == width:
                height, _, said = boxes[above]
                boxes[above] = (height + 1, width, said + text)
                open_above[column] = above
            else:
                boxes[number, column] = (1, width, text)
            if merge == "restart":
                open_above[column] = (number, column)
            column += width
    caption = table.find(f"{W}tblPr/{W}tblCaption")
    headers = sum(row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows)
    columns = len(table.findall(f"{W}tblGrid/{W}gridCol"))
    return ReadGrid("" if caption is None else caption.get(W + "val", ""), len(rows), columns, headers, boxes)


def read_html(text: str) -> ReadReport:
    """The report in an HTML file of ours, by its elements."""
    root = html.document_fromstring(text)
    main = root.find(".//main")
    if main is None:
        raise ValueError("no <main> in the file")
    parts: list[tuple[str, str] | ReadGrid] = []
    for node in main:
        if node.tag == "h1":
            parts.append(("Title", "\n".join(_html_text(line) for line in node)))
        elif node.tag in ("h2", "h3"):
            parts.append((f"h{int(str(node.tag)[1]) - 1}", _html_text(node)))
        elif node.tag == "p":
            parts.append(("note" if node.get("class") == "note" else "p", _html_text(node)))
        elif node.tag == "footer":
            parts += [("footnote", _html_text(line)) for line in node]
        else:
            parts += [_html_grid(table) for table in node.iter("table")]
    stamps = [_html_text(node) for node in root.iter("p") if node.get("class") == "stamp"]
    return _report(parts, "".join(stamps))


def _html_text(node: etree._Element) -> str:
    return "".join(str(piece) for piece in node.itertext())


def _html_grid(table: etree._Element) -> ReadGrid:
    boxes: dict[tuple[int, int], Span] = {}
    taken: set[tuple[int, int]] = set()
    rows = list(table.iter("tr"))
    for number, row in enumerate(rows):
        column = 0
        for box in row:
            while (number, column) in taken:
                column += 1
            height, width = int(box.get("rowspan", "1")), int(box.get("colspan", "1"))
            boxes[number, column] = (height, width, _html_text(box))
            taken |= {(number + down, column + right) for down in range(height) for right in range(width)}
    caption = table.find("caption")
    columns = 1 + max((column for _, column in taken), default=-1)
    headers = len(table.findall("thead/tr"))
    said = "" if caption is None else _html_text(caption)
    return ReadGrid(said, len(rows), columns, headers, boxes)


def _report(parts: Iterable[tuple[str, str] | ReadGrid], stamp: str) -> ReadReport:
    """The parts put where they belong: notes to the table above them, what only spaces out left away."""
    title: list[str] = []
    content: list[tuple[str, str] | ReadGrid] = []
    footnote: list[str] = []
    for part in parts:
        match part:
            case ReadGrid():
                content.append(part)
            case ("Title", text):
                title += text.split("\n")
            case ("note", text) if content and isinstance(content[-1], ReadGrid):
                grid = content[-1]
                notes = (*grid.notes, text)
                content[-1] = ReadGrid(grid.caption, grid.rows, grid.columns, grid.header_rows, grid.boxes, notes)
            case ("footnote", text):
                footnote.append(text)
            case ("Spacer", "") | ("Caption", _):
                pass
            case _:
                content.append(part)
    return ReadReport(tuple(title), tuple(content), stamp, tuple(footnote))


def _expected(document: Document) -> ReadReport:
    content: list[tuple[str, str] | ReadGrid] = []
    for item in document.content:
        match item:
            case Heading():
                content.append((f"h{item.level}", printable(item.text)))
            case Paragraph():
                content.append(("p", printable(item.text)))
            case Grid():
                boxes = {
                    (cell.row, cell.column): (cell.row_span, cell.column_span, printable(cell.text))
                    for cell in item.cells
                }
                notes = tuple(map(printable, item.notes))
                content.append(
                    ReadGrid(printable(item.caption), item.rows, item.columns, item.header_rows, boxes, notes)
                )
    return ReadReport(
        tuple(map(printable, document.title)),
        tuple(content),
        printable(document.stamp),
        tuple(map(printable, document.footnote)),
    )


def _compare(expected: ReadReport, found: ReadReport) -> Iterator[str]:
    for name in ("title", "stamp", "footnote"):
        want, have = getattr(expected, name), getattr(found, name)
        if want != have:
            yield f"{name}: {have!r}, not {want!r}"
    for number, (want, have) in enumerate(zip_longest(expected.content, found.content), 1):
        if isinstance(want, ReadGrid) and isinstance(have, ReadGrid):
            yield from (f"part {number}, {line}" for line in _compare_grids(want, have))
        elif want != have:
            yield f"part {number}: {have!r}, not {want!r}"


def _compare_grids(want: ReadGrid, have: ReadGrid) -> Iterator[str]:
    for name in ("caption", "rows", "columns", "header_rows", "notes"):
        if getattr(want, name) != getattr(have, name):
            yield f"{name}: {getattr(have, name)!r}, not {getattr(want, name)!r}"
    for place in sorted(want.boxes.keys() | have.boxes.keys()):
        said, meant = have.boxes.get(place), want.boxes.get(place)
        if said != meant:
            yield f"row {place[0]}, column {place[1]}: {said!r}, not {meant!r}"
