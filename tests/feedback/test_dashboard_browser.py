"""The dashboard in a real browser: filters, keyboard, narrow windows, print, hostile names, three thousand files."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdf
import pytest

from tests.feedback import pile
from tests.real.browser import Browser
from tianbao.feedback.dashboard import dashboard

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

ROWS = "tr.f:visible"
MANY = 300


def written(folder: Path, answers: Any, name: str = "板.html", **options: Any) -> Path:
    path = folder / name
    with path.open("w", encoding="utf-8") as file:
        file.writelines(dashboard(answers, pile.PASSED_OVER, "zh", **options))
    return path


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("board"), pile.small(), partial=True)


@pytest.fixture
def page(browser: Browser, board: Path) -> Iterator["Page"]:
    opened = browser.open(board)
    yield opened
    opened.context.close()


@pytest.fixture(autouse=True)
def quiet(browser: Browser) -> Iterator[None]:
    """No page asks for anything outside or has an error in its console."""
    before = len(browser.outside), len(browser.faults)
    yield
    assert (browser.outside[before[0] :], browser.faults[before[1] :]) == ([], [])


def agencies(page: "Page") -> list[str]:
    return [text.strip() for text in page.locator("tr.f:visible .who").all_inner_texts()]


def focused(page: "Page") -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.innerText"))


def printed(path: Path) -> tuple[str, bool]:
    """The text of a PDF, in which some characters stand as radicals, and whether its pages are wider than high."""
    pages = pypdf.PdfReader(path).pages
    text = unicodedata.normalize("NFKC", "".join(page.extract_text() for page in pages))
    return text, float(pages[0].mediabox.width) > float(pages[0].mediabox.height)


def tab_to(page: "Page", selector: str, most: int = 60) -> None:
    """Presses Tab until the focus is there, and sees that the focus shows."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            style = "getComputedStyle(document.activeElement)"
            assert page.evaluate(f"{style}.outlineStyle + {style}.outlineWidth") == "solid3px"
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def test_search_narrows_the_rows_and_says_how_many(page: "Page") -> None:
    assert len(agencies(page)) == 6
    page.fill("#q", "第３局")  # full width
    page.locator("#status", has_text="显示 1 份文件（共 6 份），1 个问题").wait_for()
    assert agencies(page) == ["示例区第3局"]
    page.fill("#q", "0004.xlsx TYPE-INT[requests.new.business]")
    page.press("#q", "Enter")
    assert agencies(page) == ["示例区第4局"]
    page.fill("#q", "没有这样的单位")
    page.locator("#status", has_text="没有符合筛选的文件").wait_for()
    assert agencies(page) == []
    page.click("button[type=reset]")
    page.locator("#status", has_text="显示 6 份文件").wait_for()
    assert page.locator("#status").get_attribute("aria-live") == "polite"


def test_each_filter_and_all_together(page: "Page") -> None:
    page.select_option("#v", "failed")
    assert agencies(page) == ["示例区第1局", "示例区第4局", "示例区第6局"]
    page.select_option("#s", "query")
    assert agencies(page) == ["示例区第4局"]
    page.select_option("#v", "")
    assert agencies(page) == ["示例区第3局", "示例区第4局"]
    page.select_option("#r", "TYPE-BLANK")
    assert agencies(page) == ["示例区第3局"]
    page.select_option("#a", label="示例区第4局")
    assert agencies(page) == []
    page.select_option("#r", "T3-ID")
    page.select_option("#s", "")
    assert agencies(page) == ["示例区第4局"]


def test_unfolded_files_list_only_what_fits_the_filter(page: "Page") -> None:
    page.click("#unfold")
    whole = page.locator(".g:visible").count()
    page.select_option("#r", "T3-SUM7")
    shown = page.locator(".g:visible")
    assert 0 < shown.count() < whole
    assert all("T3-SUM7" in text for text in shown.all_inner_texts())
    assert "只列符合筛选的问题" in page.inner_text("#status")
    page.click("#fold")
    assert page.locator(".g:visible").count() == 0


def test_rule_and_severity_must_fit_the_same_finding(browser: Browser, tmp_path: Path) -> None:
    """第4局 has a TYPE-INT error and a TYPE-INT query; 第3局 has a query, but no TYPE-INT."""
    page = browser.open(written(tmp_path, pile.small()))
    page.select_option("#r", "T3-ID")
    page.select_option("#s", "query")
    assert agencies(page) == []
    page.select_option("#r", "TYPE-INT")
    assert agencies(page) == ["示例区第4局"]
    page.context.close()


def test_keyboard_alone_searches_filters_and_unfolds(page: "Page") -> None:
    page.keyboard.press("Tab")
    assert focused(page) == "跳到文件列表"
    page.keyboard.press("Enter")
    tab_to(page, "#q")
    page.keyboard.type("第6")
    page.locator("#status", has_text="显示 1 份文件").wait_for()
    tab_to(page, "#v")
    page.keyboard.press("ArrowDown")
    assert page.input_value("#v") == "failed"
    tab_to(page, "button.open")
    button = page.locator("#f6 button.open")
    assert button.get_attribute("aria-expanded") == "false"
    assert page.locator("#m6").is_hidden()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-expanded") == "true"
    assert button.get_attribute("aria-controls") == "m6"
    assert page.locator("#m6").is_visible()
    page.keyboard.press("Space")
    assert page.locator("#m6").is_hidden()


def test_keyboard_alone_uses_a_figure_of_the_heat_map(page: "Page") -> None:
    tab_to(page, ".heat td a")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    name = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert name == "示例区第1局，T3-SUM7：2 个问题，筛选"
    page.keyboard.press("Enter")
    assert (page.input_value("#r"), agencies(page)) == ("T3-SUM7", ["示例区第1局"])
    assert "2 个问题" in page.inner_text("#status")
    assert focused(page) == "files-head"
    assert page.locator("#m1 .g:visible").count() == 1


def test_every_figure_is_a_stop_of_the_tab_key_and_can_be_skipped(page: "Page") -> None:
    figures = page.locator(".heat td a")
    numbers = [text for text in page.locator(".heat td:not(.sum)").all_inner_texts() if text.strip()]
    assert figures.count() == len(numbers) > 0
    seen: list[str] = []
    tab_to(page, ".heat td a")
    while page.evaluate("document.activeElement.matches('.heat a')"):
        if page.evaluate("document.activeElement.matches('td a')"):
            seen.append(page.evaluate("document.activeElement.getAttribute('aria-label')"))
        page.keyboard.press("Tab")
    assert seen == [link.get_attribute("aria-label") for link in figures.all()]
    tab_to(page, "a.skip[href='#unreadable']", most=200)


def test_counts_on_top_and_rules_filter(page: "Page") -> None:
    page.select_option("#s", "query")
    page.click(".counts .failed a")
    assert (page.input_value("#v"), page.input_value("#s")) == ("failed", "")
    assert len(agencies(page)) == 3
    page.click(".numbers a:text-is('TYPE-BLANK')")
    assert (page.input_value("#v"), agencies(page)) == ("", ["示例区第3局"])


def test_without_the_script_everything_is_there(browser: Browser, board: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.html"
    bare.write_text(board.read_text("utf-8").replace("script-src 'unsafe-inline'", "script-src 'none'"), "utf-8")
    page = browser.open(bare)
    blocked = browser.faults
    assert all("script-src" in fault for fault in blocked)
    blocked.clear()
    assert page.locator(ROWS).count() == 6
    assert page.locator("tr.m:visible").count() == 6
    assert page.locator("#filters, button").filter(visible=True).count() == 0
    page.context.close()


@pytest.mark.parametrize("width", [320, 400, 768, 1280])
def test_no_width_scrolls_the_page_sideways(browser: Browser, tmp_path: Path, width: int) -> None:
    hostile = [pile.renamed(pile.answer(1, "broken"), text, message=text, fix=text) for text in pile.HOSTILE]
    page = browser.open(written(tmp_path, [*pile.small(), *hostile]), width)
    page.click("#unfold")
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) == 0
    for region in page.locator(".scroll").all():
        assert region.get_attribute("tabindex") == "0"
        assert region.evaluate("node => node.getBoundingClientRect().right <= innerWidth")
    detail = page.locator(".detail").first.bounding_box()
    assert detail is not None
    assert detail["x"] + detail["width"] <= width
    page.context.close()


def test_print_unfolds_everything_and_hides_controls(browser: Browser, board: Path, tmp_path: Path) -> None:
    page = browser.open(board)
    page.emulate_media(media="print")
    assert page.locator("button, input, select, nav, .skip").filter(visible=True).count() == 0
    assert page.locator("tr.m:visible").count() == 6
    page.context.close()
    text, wide = printed(browser.print_pdf(board, tmp_path / "p.pdf"))
    for needed in ("结果不完整", "示例区第1局", "T3-SUM7[natural]", "核对这一列", "没有看的文件"):
        assert needed in text
    assert "清除筛选" not in text
    assert wide


def test_printing_after_a_filter_prints_what_is_shown(page: "Page", tmp_path: Path) -> None:
    page.select_option("#a", label="示例区第3局")
    page.pdf(path=tmp_path / "p.pdf")
    text, _ = printed(tmp_path / "p.pdf")
    assert "显示 1 份文件(共 6 份)" in text
    assert "收回/0003.xlsx" in text
    assert "收回/0001.xlsx" not in text


@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_nothing(browser: Browser, board: Path, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = browser.open(board, width)
    for unfolded in (False, True):
        if unfolded:
            page.click("#unfold")
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    page.context.close()


def test_hostile_names_are_inert(browser: Browser, tmp_path: Path) -> None:
    answers = [pile.renamed(pile.answer(1, "broken"), text, message=text, fix=text, key=text) for text in pile.HOSTILE]
    page = browser.open(written(tmp_path, answers))
    page.click("#unfold")
    for option in page.locator("#a option").all()[1:]:
        page.select_option("#a", option.get_attribute("value"))
        assert len(agencies(page)) == 1
    page.click(".heat td a >> nth=0")
    assert page.title() == "填报表校验结果"
    assert page.locator("img, iframe, main script").count() == 0
    page.context.close()


def test_three_thousand_files_open_and_filter(browser: Browser, tmp_path: Path, scale: int) -> None:
    """300; 3,000 with --all."""
    many = MANY * scale
    path = written(tmp_path, pile.Many(many))
    assert path.stat().st_size < 12 * 2**20
    page = browser.open(path)
    assert page.evaluate("document.querySelectorAll('tr.f').length") == many
    page.fill("#q", f"第{many - 282}局")
    page.locator("#status", has_text=f"显示 1 份文件（共 {many} 份）").wait_for()
    assert agencies(page) == [f"示例区第{many - 282}局"]
    page.fill("#q", "")
    page.select_option("#v", "unreadable")
    page.locator("#status", has_text=f"显示 {many // 50} 份文件").wait_for()
    page.context.close()
