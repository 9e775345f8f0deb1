"""What is read in the process itself, and what is left to a child."""

from pathlib import Path

from tests.workbook.samples import filled_in, part_of, repacked, small
from tianbao.intake.opening import PLAIN_DATA
from tianbao.intake.walk import walk
from tianbao.verbs.options import Options
from tianbao.verbs.parcel import quick


def opened_here(path: Path) -> bool:
    (waiting,) = walk([path])
    return quick(Options(), waiting) is not None


def test_an_issued_workbook_is_read_here_and_one_that_unpacks_to_megabytes_is_not(tmp_path: Path) -> None:
    path, data = tmp_path / "a.xlsx", filled_in(small())
    path.write_bytes(data)
    assert opened_here(path)
    part = part_of(data, "二、数量")
    path.write_bytes(repacked(data, {part: b"<worksheet>" + b" " * PLAIN_DATA + b"</worksheet>"}))
    assert not opened_here(path)
