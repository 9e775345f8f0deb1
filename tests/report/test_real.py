"""The report in the programs that people use: LibreOffice opens the docx, a browser shows the html."""

import io
import re
import unicodedata
from pathlib import Path

import pypdf
import pytest

from tests.real.browser import Browser
from tests.real.office import Office
from tests.report import samples
from tianbao.report.docx import render_docx
from tianbao.report.html import render_html


def pages(path: Path) -> list[str]:
    reader = pypdf.PdfReader(io.BytesIO(path.read_bytes()))
    texts = (unicodedata.normalize("NFKC", page.extract_text()) for page in reader.pages)  # ⼈ (U+2F08) is 人
    return [re.sub(r"\s", "", text) for text in texts]


@pytest.mark.libreoffice
def test_docx_opens_with_each_table_on_one_page(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "report.docx"
    path.write_bytes(render_docx(samples.full()))
    [made] = office.convert_many([path], tmp_path, "pdf")
    found = pages(made)
    for first, last in (("本年制发件数", "行政事业性收费"), ("申请人情况", "四、结转下年度继续办理")):
        assert [page for page in found if first in page and last in page]
    assert all("草稿" in page for page in found)
    assert all(f"—{number}—" in page for number, page in enumerate(found, 1))


@pytest.mark.browser
@pytest.mark.parametrize("name", ["full", "hostile"])
def test_html_never_scrolls_sideways(browser: Browser, tmp_path: Path, name: str) -> None:
    path = tmp_path / "report.html"
    path.write_text(render_html({"full": samples.full(), "hostile": samples.hostile()}[name]), "utf-8")
    assert [browser.overflow(path, width) for width in (320, 400, 1280)] == [0, 0, 0]


@pytest.mark.browser
def test_printed_html_keeps_tables_whole_and_is_stamped(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(render_html(samples.full()), "utf-8")
    found = pages(browser.print_pdf(path, tmp_path / "report.pdf"))
    assert len(found) >= 3
    assert [page for page in found if "申请人情况" in page and "四、结转下年度继续办理" in page]
    assert all("草稿" in page for page in found)
