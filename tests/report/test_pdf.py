"""The PDF: every figure is there, whole tables on one page, and no box in place of a character."""

import io
import re
from dataclasses import replace

import pypdf
import pytest

from tests.report import samples
from tianbao.report.document import Document, Grid, Heading, Paragraph
from tianbao.report.fonts import OFFICIAL, MissingGlyph, faces, fonts
from tianbao.report.pdf import Pdf, render_pdf

RARE = "\U0003134a"  # 𱍊, of Extension G


def render(document: Document) -> Pdf:
    return render_pdf(document, system_fonts=False)


def pages(document: Document) -> list[str]:
    """The text of each page, without spaces."""
    reader = pypdf.PdfReader(io.BytesIO(render(document).data))
    return [re.sub(r"\s", "", page.extract_text()) for page in reader.pages]


def pieces(document: Document) -> list[str]:
    """What stands in one piece on the first page: a word that is cut comes as several."""
    found: list[str] = []
    page = pypdf.PdfReader(io.BytesIO(render(document).data)).pages[0]
    page.extract_text(visitor_text=lambda text, *_: found.append(text.strip()))
    return found


def fonts_of(data: bytes) -> set[str]:
    reader = pypdf.PdfReader(io.BytesIO(data))
    objects = (reader.get_object(number) for number in range(1, len(reader.xref[0]) + 1))
    named = (item.get("/BaseFont") for item in objects if isinstance(item, pypdf.generic.DictionaryObject))
    return {str(name).partition("+")[2] for name in named if name}


def test_every_figure_and_text_is_there() -> None:
    document = samples.full()
    text = "".join(pages(document))
    wanted = [*document.title, *document.footnote]
    for item in document.content:
        match item:
            case Heading() | Paragraph():
                wanted.append(item.text)
            case Grid():
                wanted += [cell.text for cell in item.cells if cell.role == "value"]
    figures = re.findall(r"\d+", text)
    for line in wanted:
        if line.isdigit():
            assert any(line in figure for figure in figures), line
        else:  # page ends stand inside paragraphs
            assert line[:12].replace(" ", "") in text, line


def test_figures_of_a_wide_table_stay_whole() -> None:
    values = ("12345678", "11398889", "12345", "0", "1", *["54321"] * 10)
    words = pieces(Document(("题",), "zh-CN", (samples.table_four(values),)))
    assert [word for word in words if word.isdigit()] == list(values)


def test_a_word_longer_than_its_column_is_cut() -> None:
    document = Document(("题",), "zh-CN", (samples.table_four(("9" * 60, *"0" * 14)),))
    assert "9" * 60 in pages(document)[0]
    assert "9" * 60 not in pieces(document)


def test_figures_stay_whole_beside_hostile_text() -> None:
    [grid] = [item for item in samples.hostile().content if isinstance(item, Grid)]
    words = pieces(Document(("题",), "zh-CN", (replace(grid, notes=()),)))
    assert {"12345678", "11398889", "12345", "1,234.5678"} <= set(words)


def test_table_three_stands_on_one_page() -> None:
    found = [page for page in pages(samples.full()) if "一、本年新收" in page]
    assert len(found) == 1
    assert "四、结转下年度继续办理" in found[0]
    assert "三、收到和处理政府信息公开申请情况" in found[0]


def test_a_table_longer_than_a_page_is_continued_with_its_header() -> None:
    grid = samples.table_three()
    body = [cell for cell in grid.cells if cell.row >= 3]
    cells = [cell for cell in grid.cells if cell.row < 3]
    for copy in range(3):
        cells += [replace(cell, row=cell.row + 25 * copy) for cell in body]
    long = replace(grid, rows=78, cells=tuple(sorted(cells, key=lambda cell: (cell.row, cell.column))))
    made = pages(Document(("题",), "zh-CN", (long,)))
    assert len(made) >= 3
    assert all("申请人情况" in page for page in made)


@pytest.mark.parametrize("stamp", ["", "草稿"])
def test_stamp_and_number_on_every_page(stamp: str) -> None:
    made = pages(samples.full(stamp))
    assert len(made) > 2
    assert all(("草稿" in page) == bool(stamp) for page in made)
    assert all(f"—{number}—" in page for number, page in enumerate(made, 1))


def test_hostile_text_is_text() -> None:
    text = "".join(pages(samples.hostile()))
    for line in samples.HOSTILE:
        assert re.sub(r"\s", "", line) in text, line


def test_control_characters_and_line_ends() -> None:
    text = "".join(pages(Document(("题",), "zh-CN", (Paragraph("甲\x00乙\n丙\t丁\u3000戊"),))))
    assert "甲□乙丙丁戊" in text


@pytest.mark.parametrize(
    "change",
    [
        lambda small: replace(small, title=(f"某{RARE}局",)),
        lambda small: replace(small, stamp=RARE),
        lambda small: replace(small, footnote=(RARE,)),
        lambda small: replace(small, content=(Heading(f"一{RARE}"),)),
        lambda small: replace(small, content=(Heading(f"（一）{RARE}", 2),)),
        lambda small: replace(small, content=(Paragraph(RARE),)),
        lambda small: replace(small, content=(samples.table_four((RARE,) * 15),)),
        lambda small: replace(small, content=(replace(samples.table_four(), notes=(RARE,)),)),
        lambda small: replace(small, content=(replace(samples.table_four(), caption=RARE),)),
    ],
)
def test_a_missing_glyph_is_an_error(change: type) -> None:
    with pytest.raises(MissingGlyph, match=r"U\+3134A") as caught:
        render(change(samples.small()))
    assert [char for char, _ in caught.value.missing] == [RARE]


def test_gb2312_and_the_list_of_standard_characters_are_covered() -> None:
    hanzi = [bytes([high, low]).decode("gb2312", "ignore") for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)]
    marks = [bytes([high, low]).decode("gb2312", "ignore") for high in range(0xA1, 0xAA) for low in range(0xA1, 0xFF)]
    rare = "䶮㛃堃喆赟𬭎𫖮𨱏㳇䓖鿏𬬻"  # of the 8,105, beyond GB2312
    everything = "".join(hanzi) + "".join(marks) + rare
    made = render(Document((everything[:40],), "zh-CN", (Heading(everything), Paragraph(everything))))
    assert made.data.startswith(b"%PDF")


def test_without_official_fonts_the_substitutes_are_named() -> None:
    made = render(samples.full())
    assert {wanted for wanted, _ in made.substitutes} == {names[0] for names in OFFICIAL.values()}
    assert {used for _, used in made.substitutes} == {"Tianbao Song", "Tianbao Hei"}
    assert {re.sub(r"\d.*", "", name) for name in fonts_of(made.data)} == {"TianbaoSong", "TianbaoHei"}


def test_official_fonts_come_first_where_they_are_installed() -> None:
    at_hand = fonts(system=False)
    installed = replace(at_hand, files={**at_hand.files, "fangsong": ("simfang.ttf", 0)})
    face = faces(installed)["fang"]
    assert (face.used, face.stands_in) == ("FangSong", False)
    assert face.families[1:] == faces(at_hand)["fang"].families


def test_same_document_same_bytes() -> None:
    assert render(samples.full()).data == render(samples.full()).data


def test_the_file_tells_title_and_language_and_no_date() -> None:
    reader = pypdf.PdfReader(io.BytesIO(render(samples.full()).data))
    assert reader.metadata is not None
    assert reader.metadata.title == "".join(samples.full().title)
    assert reader.metadata.creation_date is None
    assert str(reader.root_object["/Lang"]) == "zh-CN"
