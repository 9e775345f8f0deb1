"""A seeded part of `make fuzz`: it has the other files."""

from pathlib import Path

from tests.security.fuzzing import Tried, try_files

STEP = 10
"""Every tenth of the files that make fuzz tries; all of them with --all."""


def test_damaged_files_cost_themselves_only(tmp_path: Path, scale: int) -> None:
    tried = Tried()
    numbers = range(0, 20_000, STEP // scale)
    for at in range(0, len(numbers), 500):
        try_files(tmp_path / str(at), numbers[at : at + 500], tried)
    assert tried.faults == []
    assert tried.files == len(numbers)
    assert {"failed", "unreadable", "passed"} <= set(tried.verdicts)
    assert all(own < 300 for own, _ in tried.peaks), tried.peaks
