"""Workbooks made to keep a reader busy, or to show two readers two things: one line each, and the rest is read."""

from pathlib import Path

import pytest

from tests.security import books
from tests.security.checking import Verdict, checked


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Verdict]:
    """What is said of the files that would take hours, between two good ones."""
    files = {f"{number:02}.xlsx": make() for number, (_, make) in enumerate(books.BUSY.values())}
    good = {"0.xlsx": books.sound(), "z.xlsx": books.sound()}
    return checked(tmp_path_factory.mktemp("busy"), {**good, **files}, "--marked", "--reply")


@pytest.mark.parametrize("name", books.BUSY)
def test_no_file_keeps_the_reader_busy(name: str, busy: dict[str, Verdict]) -> None:
    expected = books.BUSY[name][0]
    found = busy[f"{list(books.BUSY).index(name):02}.xlsx"]
    if expected.startswith("FILE-"):
        assert found.rules == (expected,)
    elif expected == "+":
        assert found.verdict in ("failed", "queried")
    else:
        assert found.verdict in ("passed", "queried")
    assert busy["0.xlsx"].verdict == busy["z.xlsx"].verdict == "passed"


@pytest.fixture(scope="module")
def two_ways(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, dict[str, Verdict]]:
    """What is said of files that show two things: after a good one of the same shape was learned, and without that."""
    files = {f"{number:02}.xlsx": make() for number, make in enumerate(books.TWO_WAYS.values())}
    return {
        known: checked(tmp_path_factory.mktemp("two"), {**({"0.xlsx": books.sound()} if known else {}), **files})
        for known in (True, False)
    }


@pytest.mark.parametrize("known", [True, False], ids=["known", "unseen"])
@pytest.mark.parametrize("name", books.TWO_WAYS)
def test_what_two_readers_could_see_differently_is_never_read(
    name: str, known: bool, two_ways: dict[bool, dict[str, Verdict]]
) -> None:
    found = two_ways[known][f"{list(books.TWO_WAYS).index(name):02}.xlsx"]
    assert found.verdict == "unreadable"
    assert found.rules[0] in ("FILE-DAMAGED", "FILE-NOT-WORKBOOK", "FILE-CONTAINER")
    assert not known or two_ways[known]["0.xlsx"].verdict == "passed"


def test_a_workbook_cut_off_at_any_byte_is_never_read(tmp_path: Path) -> None:
    whole = books.sound()
    files = {f"{at}.xlsx": whole[: at * len(whole) // 60] for at in range(60)}
    found = checked(tmp_path, {**files, "end.xlsx": whole[:-1], "whole.xlsx": whole})
    assert found.pop("whole.xlsx").verdict == "passed"
    assert {one.verdict for one in found.values()} == {"unreadable"}
    assert len(found) == 61
