"""What slip turns the right figure into the one that stands there: digits swapped, lost, doubled; a total left out."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from tianbao.checks.diagnosis.grid import Lines
from tianbao.checks.diagnosis.system import System
from tianbao.forms.model import Cell
from tianbao.values import Number, plain

_TELLING = 10
"""From here on two equal figures are hardly a coincidence."""


Evidence = Literal["none", "some", "strong"]
"""strong: hardly a coincidence; some: as the slip would leave it, but small figures often look like that."""


@dataclass(frozen=True, slots=True)
class Slip:
    """`name` is the case of the wording, `other` the cell that explains it; `evidence`: how much shows of it.

    `axis`: whether the slip was made along a row or a column, where it touches several cells.
    """

    name: str
    evidence: Evidence = "none"
    other: str = ""
    axis: Literal["", "row", "column"] = ""


PLAIN = Slip("any")


def slip_of(system: System, lines: tuple[Lines, ...], address: str, right: Number) -> Slip:
    """The slip that best explains what stands at the address where `right` should."""
    cell, found = system.form.cells[address], system.counted(address)
    empty = system.submission.value(address).number is None
    if cell.total is not None and not found:
        return Slip("left", "strong" if empty else "some")
    if found and found == -right:
        return Slip("sign", "strong")
    digits = _digits(plain(found), plain(right))
    if digits and not empty:
        return digits
    mates = list(_mates(system, lines, address))
    if cell.total is not None:
        return _of_total(system, cell, mates, right)
    if empty:
        return Slip("blank")
    if not right:
        for mate in mates:
            if mate in system.free and system.free[mate] == found:
                return Slip("again", other=mate)
    return PLAIN


def _digits(found: str, right: str) -> Slip | None:
    if len(found) == len(right) and found in _swapped(right):
        return Slip("swapped", "strong")
    if found in _without_one(right):
        return Slip("lost", "strong" if len(found) > 1 else "some")
    if right in _without_one(found):
        doubled = any(one == other for one, other in pairwise(found))
        return Slip("doubled", "strong" if len(right) > 1 or doubled else "some")
    return None


def _swapped(digits: str) -> Iterator[str]:
    for at, (one, other) in enumerate(pairwise(digits)):
        if one.isdigit() and other.isdigit():
            yield digits[:at] + other + one + digits[at + 2 :]


def _without_one(digits: str) -> Iterator[str]:
    if len(digits) > 1:
        for at, digit in enumerate(digits):
            if digit.isdigit():
                yield digits[:at] + digits[at + 1 :]


def _of_total(system: System, cell: Cell, mates: list[str], right: Number) -> Slip:
    found = system.counted(cell.address)
    for mate in mates:
        if system.form.cells[mate].total is not None and system.counted(mate) == found:
            return Slip("copied", "strong" if found >= _TELLING else "some", mate)
    for ref in cell.total.refs if cell.total else ():
        part = system.counted(ref.address)
        if part and found - right in (part, -part):
            return Slip("twice" if found > right else "missed", other=ref.address)
    return PLAIN


def _mates(system: System, lines: tuple[Lines, ...], address: str) -> Iterator[str]:
    """The other cells of the same unit in its row, then in its column."""
    unit = system.form.cells[address].kind.unit
    for found in lines:
        for line in found.lines:
            if address in line:
                yield from (mate for mate in line if mate != address and system.form.cells[mate].kind.unit == unit)
