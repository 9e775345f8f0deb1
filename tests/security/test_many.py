"""A pile of nothing but hostile files: it ends, each is told once, and the good ones among them pass."""

import time
from pathlib import Path

import pytest

from tests.intake import made
from tests.security import books
from tests.security.checking import checked
from tests.security.mutate import damaged

COUNT = 250
SECONDS = 240
"""What the pile may take on two cores."""


@pytest.mark.slow
def test_a_pile_of_hostile_files_ends(tmp_path: Path) -> None:
    makers = [*(make for _, make in books.BUSY.values()), *books.TWO_WAYS.values()]
    files = {f"{number:03}.xlsx": make() for number, make in enumerate(makers)}
    bomb = made.zipped(*((f"{number}.xlsx", bytes(60 * 2**20)) for number in range(3)))
    files |= {f"bomb{number}.zip": made.zipped((f"{number}.zip", bomb)) for number in range(10)}
    files |= {f"locked{number}.xlsx": made.sealed(books.sound(), f"p{number}") for number in range(5)}
    files["good.xlsx"] = books.sound()
    files |= dict(damaged(number) for number in range(COUNT - len(files)))
    assert len(files) == COUNT
    started = time.monotonic()
    found = checked(tmp_path, files, "--html", "--xlsx", "--marked", "--reply", seconds=SECONDS)
    assert time.monotonic() - started < SECONDS
    assert found["good.xlsx"].verdict == "passed"
    for number, name in enumerate([*books.BUSY, *books.TWO_WAYS]):
        assert f"{number:03}.xlsx" in found
        assert name not in books.TWO_WAYS or found[f"{number:03}.xlsx"].verdict == "unreadable"
