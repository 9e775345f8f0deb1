"""The Word document: a page of GB/T 9704, opened by an independent reader, and written in linear time."""

import io
import time
import zipfile

import docx
import pytest
from docx.shared import Mm, Pt
from lxml import etree

from tests.report import samples
from tianbao.report.document import Document
from tianbao.report.docx import render_docx
from tianbao.report.fit import TEXT_WIDTH

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def opened(document: Document) -> docx.document.Document:
    return docx.Document(io.BytesIO(render_docx(document)))


def body(document: Document) -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(render_docx(document))) as package:
        return etree.fromstring(package.read("word/document.xml"))


def test_page() -> None:
    section = opened(samples.full()).sections[0]
    have = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    size = (section.page_width, section.page_height)
    lengths = [round(length / Mm(1)) for length in (*have, *size) if length is not None]
    assert lengths == [37, 35, 28, 26, 210, 297]


@pytest.mark.parametrize(
    ("style", "font", "size"),
    [
        ("Title", "方正小标宋简体", 22),
        ("Heading 1", "黑体", None),
        ("Heading 2", "楷体_GB2312", None),
        ("Table Text", "宋体", 9),
    ],
)
def test_official_fonts_by_name(style: str, font: str, size: int | None) -> None:
    made = opened(samples.full()).styles[style]
    fonts = made.element.find(f"{W}rPr/{W}rFonts")
    assert {fonts.get(W + name) for name in ("ascii", "hAnsi", "eastAsia")} == {font}
    assert made.font.size == (Pt(size) if size else None)


def test_body_text_is_16_point_fangsong_with_two_characters_indent() -> None:
    styles = opened(samples.full()).styles
    default = styles.element.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
    assert default.find(W + "rFonts").get(W + "eastAsia") == "仿宋_GB2312"
    assert default.find(W + "sz").get(W + "val") == "32"
    indent = styles["Body Text"].element.find(f"{W}pPr/{W}ind")
    assert indent.get(W + "firstLineChars") == "200"
    assert styles["Normal"].paragraph_format.line_spacing == Pt(28.95)


def test_navigation_and_text() -> None:
    made = opened(samples.full())
    names = [paragraph.style.name for paragraph in made.paragraphs if paragraph.style]
    assert [names.count(name) for name in ("Title", "Heading 1", "Heading 2")] == [1, 6, 3]
    assert made.core_properties.title == "".join(samples.full().title)


def test_tables_fit_the_page_and_never_break_in_a_row() -> None:
    for table in body(samples.full()).iter(W + "tbl"):
        widths = [int(column.get(W + "w", "0")) for column in table.iter(W + "gridCol")]
        assert sum(widths) == round(TEXT_WIDTH * 1440 / 25.4)
        rows = table.findall(W + "tr")
        assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)
        for row in rows:
            assert sum(int(cell.get(W + "w", "0")) for cell in row.iter(W + "tcW")) == sum(widths)


def test_a_table_never_touches_the_next_or_the_end() -> None:
    grid = samples.table_four()
    made = body(Document(("题",), "zh-CN", (grid, grid)))[0]
    tags = [etree.QName(node).localname for node in made]
    assert tags == ["p", "p", "tbl", "p", "p", "tbl", "p", "sectPr"]


@pytest.mark.parametrize("stamp", ["", "草稿"])
def test_stamp_stands_in_the_header_of_every_page(stamp: str) -> None:
    section = opened(samples.full(stamp)).sections[0]
    assert [paragraph.text for paragraph in section.header.paragraphs] == [stamp]
    assert not section.different_first_page_header_footer


def test_page_number() -> None:
    made = opened(samples.full())
    assert not made.settings.odd_and_even_pages_header_footer
    footer = made.sections[0].footer._element
    assert [node.text for node in footer.iter(W + "instrText")] == [" PAGE "]
    assert made.sections[0].footer.paragraphs[0].text == "— 1 —"


def by_table_cell() -> None:
    """What the usual way costs: python-docx with table.cell."""
    grid = samples.table_three()
    table = docx.Document().add_table(grid.rows, grid.columns)
    for box in grid.cells:
        cell = table.cell(box.row, box.column)
        if box.row_span * box.column_span > 1:
            cell = cell.merge(table.cell(box.row + box.row_span - 1, box.column + box.column_span - 1))
        cell.text = box.text


def test_ten_times_as_fast_as_table_cell() -> None:
    document = Document(("题",), "zh-CN", (samples.table_three(),))
    render_docx(document)
    start = time.perf_counter()
    by_table_cell()
    usual = time.perf_counter() - start
    start = time.perf_counter()
    for _ in range(3):
        render_docx(document)
    ours = (time.perf_counter() - start) / 3
    assert usual > 10 * ours, f"{usual:.3f} s against {ours:.3f} s"
