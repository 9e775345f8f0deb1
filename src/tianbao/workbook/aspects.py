"""What is laid down in a worksheet, aspect by aspect, in one spelling; here as it came back.

An untouched sheet gives the same aspects whatever program saved it; one changed locked cell, formula, merge, lock or
entry check gives another one, and the difference says where. Left out is what programs change on their own: fonts,
widths, heights, password hashes, conditional formats, stored results.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tianbao.values import Raw, plain, understand
from tianbao.workbook.grammar import normal
from tianbao.workbook.sheets import RawSheet, Spot


@dataclass(frozen=True, slots=True)
class SheetAspects:
    """`labels`: fixed texts and numbers; `open`: cells for a clerk to fill; `varying`: own to each copy."""

    labels: Mapping[Spot, str] = field(hash=False)
    formulas: Mapping[Spot, str] = field(hash=False)
    open: frozenset[Spot]
    merges: frozenset[tuple[Spot, Spot]]
    validations: Mapping[Spot, str] = field(hash=False)
    protected: bool = True
    varying: frozenset[Spot] = frozenset()


def of_sheet(sheet: RawSheet, filled: frozenset[Spot]) -> SheetAspects:
    """The aspects of a sheet as it came back; `filled` are cells for entries, which are no labels."""
    covered = _covered(sheet)
    return SheetAspects(
        labels={
            spot: label(cell.value.raw if cell.value.number is None else cell.value.number)
            for spot, cell in sheet.cells.items()
            if cell.formula is None and cell.value.kind != "blank" and spot not in filled
        },
        formulas={spot: normal(cell.formula) for spot, cell in sheet.cells.items() if cell.formula is not None},
        open=frozenset(spot for spot, cell in sheet.cells.items() if not cell.locked and spot not in covered),
        merges=frozenset(sheet.merges),
        validations={spot: rule for spot, rule in sheet.validations.items() if rule and spot not in covered},
        protected=sheet.protected,
    )


_LARGEST_MERGE = 20_000
_MOST_COVERED = 200_000
"""Cells of all merged areas together that are looked at: areas lie beside each other, unless somebody plays with us."""


def _covered(sheet: RawSheet) -> set[Spot]:
    """Cells of merged areas but for the first of each."""
    covered: set[Spot] = set()
    left_over = _MOST_COVERED
    for (top, left), (bottom, right) in sheet.merges:
        size = (bottom - top + 1) * (right - left + 1)
        if size <= min(_LARGEST_MERGE, left_over):
            left_over -= size
            spots = {(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)}
            covered |= spots - {(top, left)}
    return covered


def label(content: Raw) -> str:
    """A fixed content in one spelling: numbers by 15 digits, texts with \\n as line end."""
    if isinstance(content, str):
        return content.replace("\r\n", "\n").replace("\r", "\n")
    value = understand(float(content) if isinstance(content, int) and not isinstance(content, bool) else content)
    if value.number is not None:
        return plain(value.number)
    return str(content).replace("\r\n", "\n").replace("\r", "\n")
