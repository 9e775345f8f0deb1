"""Opens local pages in a real browser without a network, and keeps account of what they ask for."""

import shutil
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]
LOCAL = ("file:", "data:", "blob:", "about:")


def browser_program() -> str | None:
    """The installed browser; playwright's own download is never used."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


class Browser:
    """One browser for many local files; each `open` is a fresh page, offline."""

    def __init__(self) -> None:
        self.outside: list[str] = []
        """Every address that a page asked for and that is not part of a local file."""
        self.faults: list[str] = []
        """Errors of the pages' own scripts and messages of kind error in their consoles."""

    def __enter__(self) -> Self:
        from playwright.sync_api import sync_playwright

        self._driver = sync_playwright().start()
        try:
            program = browser_program()
            if program is None:
                raise FileNotFoundError("no chromium here: tools/system-packages.sh")
            self._browser = self._driver.chromium.launch(executable_path=program, args=OPTIONS)
        except BaseException:
            self._driver.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._browser.close()
        finally:
            self._driver.stop()

    def open(self, path: Path, width: int = 1280, height: int = 900, scheme: str = "light") -> "Page":
        """The page of a local file, half a second after its last request. `scheme`: light or dark."""
        page = self._load(path, width, height, scheme)
        page.wait_for_load_state("networkidle")
        return page

    def _load(self, path: Path, width: int = 1280, height: int = 900, scheme: str = "light") -> "Page":
        context = self._browser.new_context(
            offline=True,
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            locale="zh-CN",
        )
        page = context.new_page()
        page.on("request", self._account)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        page.goto(path.resolve().as_uri())
        return page

    def screenshot(self, path: Path, out: Path, width: int = 1280) -> Path:
        """The whole page at that width as a PNG file."""
        page = self._load(path, width)
        page.screenshot(path=out, full_page=True)
        page.context.close()
        return out

    def overflow(self, path: Path, width: int) -> int:
        """By how many pixels the page is wider than the window (0: nothing to scroll sideways)."""
        page = self._load(path, width)
        wide = int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
        page.context.close()
        return wide

    def print_pdf(self, path: Path, out: Path) -> Path:
        """The page as it prints on A4."""
        page = self._load(path)
        page.pdf(path=out, format="A4", prefer_css_page_size=True)
        page.context.close()
        return out

    def _account(self, request: "Request") -> None:
        if not request.url.startswith(LOCAL):
            self.outside.append(request.url)
