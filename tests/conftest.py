"""What all tests share: which real programs are there, how much to try, and the session's own LibreOffice."""

import os
import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

from tests.real.browser import Browser, browser_program
from tests.real.keyboard import PROGRAMS as KEYBOARD_PROGRAMS
from tests.real.office import Office, python_with_uno

PACKAGES = "tools/system-packages.sh"
MARKERS = {
    "libreoffice": "needs LibreOffice with its Python bindings",
    "keyboard": "needs LibreOffice, an X server without a screen, openbox, xdotool and ImageMagick",
    "browser": "needs chromium",
    "poppler": "needs pdftotext and pdftoppm",
    "gnumeric": "needs gnumeric's ssconvert",
    "exceljs": "needs node with exceljs",
    "reports": "needs TIANBAO_REPORTS, a folder of published reports",
    "slow": "takes minutes: only with --all",
}
COMPONENTS = ("libreoffice", "keyboard", "browser", "poppler", "gnumeric", "exceljs")
NODE_PACKAGES = Path(sys.prefix, "node", "node_modules")
"""Where tools/system-packages.sh puts exceljs: into the virtual environment that the tests run in."""
TEN_TIMES = 10
USUAL_EXAMPLES = 100

# Derandomized: the same examples every time, so that a failure seen once is seen again.
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=USUAL_EXAMPLES)
settings.register_profile("all", derandomize=True, deadline=None, max_examples=USUAL_EXAMPLES * TEN_TIMES)


def examples(usual: int) -> settings:
    """Settings of a property test that tries `usual` examples, ten times as many with --all."""
    assert settings.default is not None
    return settings(max_examples=max(1, usual * settings.default.max_examples // USUAL_EXAMPLES))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--require-real", action="store_true", help="a missing real program is a failure, not a skip")
    parser.addoption("--all", action="store_true", help="slow tests too, and ten times as many random examples")


def pytest_configure(config: pytest.Config) -> None:
    for name, needs in MARKERS.items():
        config.addinivalue_line("markers", f"{name}: {needs}")
    # Before the test modules are imported: their decorators read it.
    settings.load_profile("all" if config.getoption("--all") else "ci")


def missing(component: str) -> str | None:
    """Why a test with that marker cannot run here; None if it can."""
    if component == "libreoffice":
        if shutil.which("soffice") is None:
            return f"soffice not installed: {PACKAGES}"
        return None if python_with_uno() else f"python3-uno not installed: {PACKAGES}"
    if component == "browser":
        if browser_program() is None:
            return f"chromium not installed: {PACKAGES}"
        return None if find_spec("playwright") else "playwright not installed: requirements-dev.txt"
    if component == "exceljs" and shutil.which("node") is not None:
        return None if (NODE_PACKAGES / "exceljs").is_dir() else f"exceljs not installed: {PACKAGES}"
    programs = {
        "keyboard": KEYBOARD_PROGRAMS,
        "poppler": ("pdftotext", "pdftoppm"),
        "gnumeric": ("ssconvert",),
        "exceljs": ("node",),
    }[component]
    absent = [program for program in programs if shutil.which(program) is None]
    return f"{', '.join(absent)} not installed: {PACKAGES}" if absent else None


def reports_folder() -> Path | None:
    named = os.environ.get("TIANBAO_REPORTS")
    return Path(named) if named and Path(named).is_dir() else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("slow") and not config.getoption("--all"):
            item.add_marker(pytest.mark.skip(reason=MARKERS["slow"]))
        if item.get_closest_marker("reports") and reports_folder() is None:
            item.add_marker(pytest.mark.skip(reason=MARKERS["reports"]))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    # After the skips above, so that only tests that would run ask for a program.
    if any(item.iter_markers("skip")):
        return
    for component in COMPONENTS:
        reason = missing(component) if item.get_closest_marker(component) else None
        if reason and item.config.getoption("--require-real"):
            pytest.fail(reason, pytrace=False)
        elif reason:
            pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Every skipped test by name and reason: what was not proved is said."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        terminalreporter.section("not run")
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple | list) else str(report.longrepr)
        terminalreporter.line(f"{report.nodeid}: {reason.removeprefix('Skipped: ')}")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What runs of the program keep between them stays out of the home of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def office() -> Iterator[Office]:
    """This session's (or worker's) own LibreOffice, started when first asked. Mark the test `libreoffice`."""
    with Office() as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """This session's browser, offline. Mark the test `browser`."""
    with Browser() as running:
        yield running


@pytest.fixture(scope="session")
def scale(pytestconfig: pytest.Config) -> int:
    """How many times as much a test should try: 1, or 10 with --all."""
    return TEN_TIMES if pytestconfig.getoption("--all") else 1


@pytest.fixture(scope="session")
def reports_dir() -> Path:
    """The folder of published reports. Mark the test `reports`."""
    folder = reports_folder()
    if folder is None:
        pytest.skip(MARKERS["reports"])
    return folder
