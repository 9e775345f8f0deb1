"""Which cells stand beside each other: the rows and columns of every block, as lists of addresses."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tianbao.forms.model import Block, Form

Line = tuple[str, ...]
"""Addresses of a row from left to right, or of a column from top to bottom."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The rows or the columns of one block, in order."""

    axis: Literal["row", "column"]
    lines: tuple[Line, ...]


def lines_of(form: Form) -> tuple[Lines, ...]:
    """All rows and columns that have at least two cells."""
    return tuple(found for section in form.sections for block in section.blocks for found in _of_block(block))


def _of_block(block: Block) -> Iterator[Lines]:
    addresses = [cell.address for cell in block.cells]
    wide = len(block.column_leaves())
    rows = tuple(tuple(addresses[at : at + wide]) for at in range(0, len(addresses), wide))
    columns = tuple(tuple(addresses[at::wide]) for at in range(wide))
    if wide > 1:
        yield Lines("row", rows)
    if len(rows) > 1:
        yield Lines("column", columns)
