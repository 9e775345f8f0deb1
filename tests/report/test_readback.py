"""Every figure, heading and paragraph stands in docx and html as in the document; a break is found."""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.report import samples
from tianbao.report.boxes import BrokenGrid
from tianbao.report.document import Document, Grid, GridCell, Heading, Paragraph
from tianbao.report.docx import render_docx
from tianbao.report.html import render_html
from tianbao.report.readback import ReadGrid, ReadReport, differences, read_docx, read_html

DOCUMENTS = {"small": samples.small(), "full": samples.full(), "hostile": samples.hostile()}
RENDER: dict[str, Callable[[Document], bytes | str]] = {"docx": render_docx, "html": render_html}


def read(written: bytes | str) -> ReadReport:
    return read_docx(written) if isinstance(written, bytes) else read_html(written)


def edit(data: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """The package with one part changed; the change must be one."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == part:
                before = text.decode()
                after = change(before)
                assert after != before
                text = after.encode()
            new.writestr(name, text)
    return out.getvalue()


@pytest.mark.parametrize("kind", RENDER)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_written_is_the_document(name: str, kind: str) -> None:
    document = DOCUMENTS[name]
    assert differences(document, RENDER[kind](document)) == ()


@pytest.mark.parametrize("kind", RENDER)
@pytest.mark.parametrize(
    "change",
    [
        lambda full: replace(full, title=full.title[:1]),
        lambda full: replace(full, stamp="示例"),
        lambda full: replace(full, footnote=()),
        lambda full: replace(full, content=full.content[:-1]),
        lambda full: replace(full, content=(*full.content[:1], *full.content[2:])),
        lambda full: replace(full, content=(Paragraph("换了"), *full.content[1:])),
        lambda full: replace(full, content=(*full.content[:1], Heading("一、总体情况", 2), *full.content[2:])),
    ],
)
def test_another_document_differs(kind: str, change: Callable[[Document], Document]) -> None:
    full = DOCUMENTS["full"]
    assert differences(full, RENDER[kind](change(full)))
    assert differences(change(full), RENDER[kind](full))


@pytest.mark.parametrize("kind", RENDER)
def test_every_single_figure_is_compared(kind: str) -> None:
    """A digit added to any box, heading or figure, is found, and the place is named."""
    grid = samples.table_three()
    written = RENDER[kind](Document(("题",), "zh-CN", (grid,)))
    for number, cell in enumerate(grid.cells):
        wrong = (*grid.cells[:number], replace(cell, text=cell.text + "1"), *grid.cells[number + 1 :])
        found = differences(Document(("题",), "zh-CN", (replace(grid, cells=wrong),)), written)
        assert len(found) == 1
        assert f"row {cell.row}, column {cell.column}:" in found[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (">303<", ">304<"),
        ('w:gridSpan w:val="7"', 'w:gridSpan w:val="6"'),
        ('<w:vMerge w:val="continue"/>', ""),
        ('<w:vMerge w:val="restart"/>', ""),
        ("<w:tblHeader/>", ""),
        ('w:pStyle w:val="Heading1"', 'w:pStyle w:val="BodyText"'),
        (">本年度未收取", ">本年度收取"),
    ],
)
def test_a_tampered_docx_is_found(old: str, new: str) -> None:
    full = DOCUMENTS["full"]
    written = edit(render_docx(full), "word/document.xml", lambda text: text.replace(old, new, 1))
    assert differences(full, written)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (">303<", ">304<"),
        (' colspan="7"', ' colspan="6"'),
        (' rowspan="22"', ' rowspan="21"'),
        ("<h2>一", "<h3>一"),
        ("本年度未收取", "本年度收取"),
        ("<thead>", "<tbody>"),
    ],
)
def test_a_tampered_html_is_found(old: str, new: str) -> None:
    full = DOCUMENTS["full"]
    written = render_html(full)
    assert old in written
    assert differences(full, written.replace(old, new, 1))


@pytest.mark.parametrize("kind", RENDER)
def test_official_merges_of_table_three(kind: str) -> None:
    report = read(RENDER[kind](DOCUMENTS["full"]))
    grid = next(part for part in report.content if isinstance(part, ReadGrid) and part.rows == 28)
    merged = {place: box[:2] for place, box in grid.boxes.items() if box[:2] != (1, 1)}
    assert merged[0, 0] == (3, 3)
    assert merged[0, 3] == (1, 7)
    assert merged[5, 0] == (22, 1)
    assert {place: span for place, span in merged.items() if place[1] == 1 and span[0] > 1} == {
        (7, 1): (8, 1),
        (15, 1): (3, 1),
        (18, 1): (5, 1),
        (23, 1): (3, 1),
    }
    assert len(merged) == 4 + 1 + 2 + 1 + 3 + 4 + 2 - 1


@pytest.mark.parametrize("kind", RENDER)
def test_what_xml_cannot_carry_is_seen(kind: str) -> None:
    document = Document(
        ("题",), "zh-CN", (Paragraph("a\x00b\x0bc\ud800d\uffffe\tf"), samples.table_four(("1\n2\r\n3",) * 15))
    )
    written = RENDER[kind](document)
    assert differences(document, written) == ()
    assert read(written).content[0] == ("p", "a□b□c□d□e\tf")


@pytest.mark.parametrize("kind", RENDER)
@pytest.mark.parametrize(
    "broken",
    [
        lambda grid: replace(grid, cells=grid.cells[1:]),
        lambda grid: replace(grid, cells=(*grid.cells, GridCell(0, 0, 1, 1, "", "value"))),
        lambda grid: replace(grid, rows=3),
        lambda grid: replace(grid, widths=grid.widths[1:]),
        lambda grid: replace(grid, widths=(0.0,) * 15),
    ],
)
def test_a_grid_with_gaps_is_refused(kind: str, broken: Callable[[Grid], Grid]) -> None:
    with pytest.raises(BrokenGrid, match="appeals"):
        RENDER[kind](Document(("题",), "zh-CN", (broken(samples.table_four()),)))


@pytest.mark.parametrize("kind", RENDER)
def test_same_document_same_bytes(kind: str) -> None:
    assert RENDER[kind](samples.full()) == RENDER[kind](samples.full())


def test_nothing_in_the_docx_tells_where_or_when_it_was_made() -> None:
    with zipfile.ZipFile(io.BytesIO(render_docx(samples.full()))) as package:
        assert {info.date_time for info in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = package.read("docProps/core.xml").decode()
    assert re.findall(r"20\d\d-|creator|created|modified", core) == []
