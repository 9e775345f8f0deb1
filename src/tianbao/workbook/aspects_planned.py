"""The aspects of a worksheet as its plan lays them down: what those of a sheet that came back are compared with."""

from tianbao.values import plain
from tianbao.workbook.aspects import SheetAspects, label
from tianbao.workbook.grammar import normal
from tianbao.workbook.plan import UNLOCKED, Item, SheetPlan, Validation
from tianbao.workbook.sheet_xml import validation_rule
from tianbao.workbook.sheets import Spot

UNBOUNDED = 10**12
"""Stands for “no bound” where a check of entries must name two."""


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
