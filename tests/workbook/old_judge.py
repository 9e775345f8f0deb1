"""How readers of old formats are judged: they read, or they say why not in a catalogued way."""

from collections.abc import Callable

import pytest
from hypothesis import strategies as st

from tianbao.catalogue import words
from tianbao.workbook.package import NotAWorkbook
from tianbao.workbook.sheets import RawBook

CHANGES = st.lists(st.tuples(st.integers(0, 2**32), st.integers(0, 255)), min_size=1, max_size=12)


def problem(read: Callable[[bytes], RawBook], data: bytes) -> str:
    """The catalogued problem that reading ends with."""
    with pytest.raises(NotAWorkbook) as caught:
        read(data)
    assert words.finding(caught.value.problem).severity == "error"
    return caught.value.problem


def reads_or_says(read: Callable[[bytes], RawBook], data: bytes) -> None:
    try:
        assert read(data).sheets
    except NotAWorkbook as error:
        assert words.finding(error.problem)
