"""Opening as a caller does, told in short."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from tianbao.catalogue import words
from tianbao.findings import PassedOver
from tianbao.intake.limits import DEFAULT, Limits
from tianbao.intake.opening import open_waiting
from tianbao.intake.received import Received
from tianbao.intake.walk import Waiting, walk


def everything(path: Path, limits: Limits = DEFAULT, passwords: Sequence[str] = ()) -> list[Received | PassedOver]:
    """All that comes of a path; what is said of each is worded, and hashes are true."""
    found: list[Received | PassedOver] = []
    for each in walk([path], limits):
        found += open_waiting(each, limits, passwords) if isinstance(each, Waiting) else [each]
    for one in found:
        if isinstance(one, PassedOver):
            assert words.message(f"passed-{one.reason}", "zh")
        elif one.data is None:
            said = words.finding(one.problem)
            facts = {"problem": one.detail, "limit": one.detail, "part": one.detail}
            assert "（）" not in said.message(facts, "zh")
            assert "()" not in said.message(facts, "en")
        elif one.sha256 != hashlib.sha256(one.data).hexdigest():
            # the hash is of what came: something locked
            assert one.kind in ("workbook", "old-excel")
            assert one.unlocked or one.source.endswith("everybody.xlsx")
    return found


def told(folder: Path, name: str, data: bytes, limits: Limits = DEFAULT, passwords: Sequence[str] = ()) -> list[str]:
    """One line for each: the source below the folder, and its kind, its problem, or why it was passed over."""
    path = folder / name
    path.write_bytes(data)
    return [line(found, folder) for found in everything(path, limits, passwords)]


def line(found: Received | PassedOver, folder: Path) -> str:
    """`a.zip/b.xlsx: workbook`, `a.zip/c.xlsx: FILE-MEMBER CRC`, `a.zip/d.png: (picture)`."""
    source = found.source.removeprefix(f"{folder}/")
    if isinstance(found, PassedOver):
        return f"{source}: ({found.reason})"
    return f"{source}: {f'{found.problem} {found.detail}'.strip() if found.data is None else found.kind}"
