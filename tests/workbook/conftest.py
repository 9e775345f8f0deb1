"""pytest tests/workbook --update writes the golden dump anew; read its diff before committing it."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write golden files anew instead of comparing with them")


@pytest.fixture
def update(pytestconfig: pytest.Config) -> bool:
    # This folder is not among those whose options a plain `pytest` knows.
    return bool(pytestconfig.getoption("--update", default=False))
