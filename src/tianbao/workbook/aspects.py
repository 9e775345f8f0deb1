"""What is laid down in a worksheet, aspect by aspect, in one spelling: from the plan of a sheet, and from a sheet read.

An untouched sheet gives the same aspects whatever program saved it; one changed locked cell, formula, merge, lock or
entry check gives another one, and the difference says where. Left out is what programs change on their own: fonts,
widths, heights, password hashes, conditional formats, stored results.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tianbao.values import Raw, plain, understand
from tianbao.workbook.grammar import normal
from tianbao.workbook.plan import UNLOCKED, Item, SheetPlan, Validation
from tianbao.workbook.sheet_xml import validation_rule
from tianbao.workbook.sheets import RawSheet, Spot

UNBOUNDED = 10**12
"""Stands for “no bound” where a check of entries must name two."""


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


def of_plan(sheet: SheetPlan) -> SheetAspects:
    """The aspects of a sheet as it is issued."""
    fixed = [item for item in sheet.items if not item.variable]
    return SheetAspects(
        labels={_spot(item): label(item.content) for item in fixed if _is_label(item)},
        formulas={_spot(item): normal(item.formula) for item in fixed if item.formula},
        open=frozenset(_spot(item) for item in sheet.items if item.look in UNLOCKED),
        merges=frozenset(
            ((first.row, first.column), (last.row, last.column))
            for first, last in ((item.area.first, item.area.last) for item in sheet.items)
            if first != last
        ),
        validations={spot: rule for check in sheet.validations if (rule := rule_of(check)) for spot in _spots(check)},
        varying=frozenset(_spot(item) for item in sheet.items if item.variable),
    )


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


def _is_label(item: Item) -> bool:
    return not item.formula and item.look not in UNLOCKED and item.content is not None and item.content != ""


def _spot(item: Item) -> Spot:
    return item.area.first.row, item.area.first.column


def _spots(check: Validation) -> list[Spot]:
    first, last = check.area.first, check.area.last
    return [(row, column) for row in range(first.row, last.row + 1) for column in range(first.column, last.column + 1)]


def rule_of(check: Validation) -> str:
    """A check of entries in the spelling of the reader."""
    if check.type == "any":
        return ""
    if check.type == "list":
        return validation_rule({"type": "list"}, f'"{",".join(check.choices)}"', "")
    if check.type == "length":
        return validation_rule({"type": "textLength", "operator": "lessThanOrEqual"}, plain(check.most or 0), "")
    if check.least is not None and check.most is None:
        return validation_rule({"type": check.type, "operator": "greaterThanOrEqual"}, plain(check.least), "")
    least = plain(-UNBOUNDED if check.least is None else check.least)
    most = plain(UNBOUNDED if check.most is None else check.most)
    return validation_rule({"type": check.type, "operator": "between"}, least, most)
