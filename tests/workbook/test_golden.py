"""The small form's workbook as a text that shows in a diff what a change of the writer means."""

import difflib
import re
from pathlib import Path

import pytest

from tests.workbook.dump import dump
from tests.workbook.samples import empty, filled_in, small
from tianbao.workbook.write import fingerprint

GOLDEN = Path(__file__).parent


def told(data: bytes) -> str:
    """The dump, without the fingerprint, which is another one after every change."""
    mark = fingerprint(small())
    return dump(data).replace(mark, "‹fingerprint›").replace(mark[:8].upper(), "‹head›")


def blank() -> str:
    return told(empty(small(), None))


def filled_lines() -> str:
    """What a filled workbook has other than an empty one; of formulas only the results."""
    before = set(blank().splitlines())
    lines = [line for line in told(filled_in(small())).splitlines() if line not in before]
    return "".join(f"{re.sub(r' .*⇒', ' ⇒', line)}\n" for line in lines)


@pytest.mark.parametrize("name", ["empty", "filled"])
def test_small_workbook_is_as_agreed(name: str, update: bool) -> None:
    found = blank() if name == "empty" else filled_lines()
    path = GOLDEN / f"small-{name}.txt"
    if update:
        path.write_text(found, encoding="utf-8")
    wanted = path.read_text("utf-8")
    differing = "\n".join(difflib.unified_diff(wanted.splitlines(), found.splitlines(), "agreed", "made", n=0))
    assert not differing, f"{differing}\nif this is meant: pytest tests/workbook --update"
