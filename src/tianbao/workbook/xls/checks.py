"""Checks of entries (data validation) in an .xls → the one spelling of all readers, and where they hold."""

from tianbao.workbook.sheet_xml import validation_rule
from tianbao.workbook.sheets import Spot
from tianbao.workbook.xls.biff import Record, Strings
from tianbao.workbook.xls.formula import formula_text
from tianbao.workbook.xls.globals import Globals

_TYPES = ("none", "whole", "decimal", "list", "date", "time", "textLength", "custom")
_OPERATORS = (
    "between", "notBetween", "equal", "notEqual", "greaterThan", "lessThan", "greaterThanOrEqual", "lessThanOrEqual",
)  # fmt: skip
_STYLES = ("stop", "warning", "information")
_MESSAGES = 4
"""Titles and texts of the prompt and of the error."""


def entry_check(record: Record, known: Globals) -> tuple[str, list[tuple[Spot, Spot]]]:
    """The rule, "" where nothing is restricted, and its areas. Raises Damaged and what lists raise."""
    strings = Strings(record.whole)
    bits = strings.number(4)
    for _ in range(_MESSAGES):
        strings.string(2)
    operands = []
    for _ in range(2):
        size = strings.number(2)
        strings.take(2)
        operands.append(strings.take(size))
    areas = []
    for _ in range(strings.number(2)):
        top, bottom, left, right = (strings.number(2) for _ in range(4))
        areas.append(((top, left), (bottom, right)))
    home = areas[0][0] if areas else (0, 0)
    # the words of a list stand with a zero between them
    first, second = ((formula_text(each, b"", known, home, shared=True) or "").replace("\0", ",") for each in operands)
    attributes = {
        "type": _TYPES[bits & 0xF],
        "errorStyle": _STYLES[bits >> 4 & 7],
        "operator": _OPERATORS[bits >> 20 & 0xF],
    }
    return validation_rule(attributes, first, second), areas
