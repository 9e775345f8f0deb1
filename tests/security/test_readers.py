"""The hostile workbooks once more, to the readers themselves: each is refused with a problem of the catalogue."""

import pytest

from tests.security import books
from tianbao.catalogue import words
from tianbao.forms import library
from tianbao.workbook import read
from tianbao.workbook.fast import reader as fast
from tianbao.workbook.package import NotAWorkbook

REFUSED = [name for name, (expected, _) in books.BUSY.items() if expected.startswith("FILE-")]


@pytest.fixture(scope="module")
def learned() -> fast.Shapes:
    shapes = fast.Shapes()
    fast.read(books.sound(), library.load, library.every, shapes)
    return shapes


@pytest.mark.parametrize("name", books.TWO_WAYS)
def test_two_ways_are_refused_by_both_ways_of_reading(name: str, learned: fast.Shapes) -> None:
    data = books.TWO_WAYS[name]()
    problems = []
    for shapes in (None, learned):
        with pytest.raises(NotAWorkbook) as refusal:
            fast.read(data, library.load, library.every, shapes)
        problems.append(refusal.value.problem)
    assert problems[0] == problems[1]
    assert problems[0] in words.findings()


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_keep_a_reader_busy_is_refused(name: str) -> None:
    expected, make = books.BUSY[name]
    with pytest.raises(NotAWorkbook) as refusal:
        read.read(make(), library.load)
    assert refusal.value.problem == expected
