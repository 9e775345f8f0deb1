"""The small form's workbook as a text that shows in a diff what a change of the writer means."""

import difflib
from pathlib import Path

import pytest

from tests.workbook.dump import dump
from tests.workbook.samples import empty, filled_in, small

GOLDEN = Path(__file__).parent


def blank() -> str:
    return dump(empty(small(), None))


def filled_lines() -> str:
    """What a filled workbook has other than an empty one."""
    before = set(blank().splitlines())
    return "\n".join(line for line in dump(filled_in(small())).splitlines() if line not in before) + "\n"


@pytest.mark.parametrize("name", ["empty", "filled"])
def test_small_workbook_is_as_agreed(name: str, update: bool) -> None:
    found = blank() if name == "empty" else filled_lines()
    path = GOLDEN / f"small-{name}.txt"
    if update:
        path.write_text(found, encoding="utf-8")
    wanted = path.read_text("utf-8")
    differing = "\n".join(difflib.unified_diff(wanted.splitlines(), found.splitlines(), "agreed", "made", n=0))
    assert not differing, f"{differing}\nif this is meant: pytest tests/workbook --update"
